#include "client/rest_client.h"

#include "base/json_writer.h"

namespace rookery::client {
namespace {

template <class AnyId>
Result<AnyId> id_of(const Json& json) {
  const auto id = json.root().member("id");
  const auto text = id ? id->string() : std::nullopt;
  const auto value = text ? parse_id<AnyId>(*text) : std::nullopt;
  if (!value) return fail(ErrorCode::kInternal, "the answer names no id");
  return *value;
}

}  // namespace

Result<net::HttpResponse> RestClient::exchange(std::string_view method, std::string_view path, std::string_view token,
                                               std::string_view body) {
  net::HttpHeaders headers;
  if (!token.empty()) headers.set("Authorization", "Bearer " + std::string(token));
  if (!body.empty()) headers.set("Content-Type", "application/json");
  return http_.request(method, "/api/v1" + std::string(path), headers, body);
}

Result<Json> RestClient::call(std::string_view method, std::string_view path, std::string_view token, std::string_view body) {
  const Result<net::HttpResponse> response = exchange(method, path, token, body);
  if (!response) return fail(response.error());
  const std::string_view content = response->content();
  if (response->status >= 300) {
    return fail(ErrorCode::kBadRequest,
                std::string(method) + " " + std::string(path) + ": " + std::to_string(response->status) + " " + std::string(content));
  }
  return Json::parse(content.empty() ? std::string_view("{}") : content);
}

Result<Credentials> RestClient::register_user(std::string_view username, std::string_view password) {
  std::string body;
  JsonWriter(body).begin_object().key("username").string(username).key("password").string(password).end_object();
  const Result<Json> json = call("POST", "/auth/register", {}, body);
  if (!json) return fail(json.error());
  Credentials credentials;
  const auto user = json->root().member("user");
  const auto session = json->root().member("session");
  const auto id = user ? user->member("id") : std::nullopt;
  const auto token = session ? session->member("access_token") : std::nullopt;
  if (!id || !token || !id->string() || !token->string()) return fail(ErrorCode::kInternal, "the answer names no user or no token");
  credentials.user = parse_id<UserId>(*id->string()).value_or(UserId());
  credentials.access_token = *token->string();
  return credentials;
}

Result<ChannelId> RestClient::open_channel(const Credentials& who, const std::vector<UserId>& recipients, bool group) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("recipients").begin_array();
  for (const UserId user : recipients) json.id(user.value);
  json.end_array();
  if (group) json.key("type").string("group");
  json.end_object();
  const Result<Json> answer = call("POST", "/users/@me/channels", who.access_token, body);
  if (!answer) return fail(answer.error());
  return id_of<ChannelId>(*answer);
}

Result<MessageId> RestClient::send(const Credentials& who, ChannelId channel, std::string_view content) {
  std::string body;
  JsonWriter(body).begin_object().key("content").string(content).end_object();
  const Result<Json> answer = call("POST", "/channels/" + to_string(channel) + "/messages", who.access_token, body);
  if (!answer) return fail(answer.error());
  return id_of<MessageId>(*answer);
}

}  // namespace rookery::client
