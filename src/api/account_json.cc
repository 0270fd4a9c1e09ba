#include "api/account_json.h"

namespace rookery::api {

void write_own_user(JsonWriter& json, const Account& account) {
  const User user = account.profile();
  std::string text;
  JsonWriter shown(text);
  write_json(shown, user);
  if (!account.email.empty()) {
    text.pop_back();  // its closing brace
    JsonWriter more(text, true);
    more.key("email").string(account.email);
    more.end_object();
  }
  json.raw(text);
}

void write_tokens(JsonWriter& json, const auth::Tokens& tokens) {
  json.begin_object();
  json.key("id").id(tokens.id.value);
  json.key("access_token").string(tokens.access_token);
  json.key("expires_in").number(tokens.expires_in.count());
  json.key("refresh_token").string(tokens.refresh_token);
  json.end_object();
}

void write_login(JsonWriter& json, const UsedLogin& used, LoginId current) {
  json.begin_object();
  json.key("id").id(used.login.id.value);
  if (const auto& device = used.login.device) {
    json.key("device").begin_object();
    json.key("id").string(device->id);
    json.key("kind").string(kDeviceKindNames[static_cast<std::size_t>(device->kind)]);
    if (!device->name.empty()) json.key("name").string(device->name);
    json.end_object();
  }
  json.key("created_at").time(used.login.created_at);
  json.key("last_used_at").time(used.last_used_at);
  json.key("current").boolean(used.login.id == current);
  json.end_object();
}

std::string users_json(std::span<const auth::Profile> users) {
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const auth::Profile& user : users) write_json(json, *user);
  json.end_array();
  return text;
}

}  // namespace rookery::api
