#include "api/user_routes.h"

#include "api/account_json.h"
#include "base/json_writer.h"

namespace rookery::api {
namespace {

using Answer = Task<Result<net::HttpResponse>>;

net::HttpResponse own_user(const Account& account) {
  std::string text;
  JsonWriter json(text);
  write_own_user(json, account);
  return net::HttpResponse::json(200, std::move(text));
}

net::HttpResponse settings_response(const UserSettings& settings) {
  std::string text;
  JsonWriter(text).begin_object().key("read_receipts").boolean(settings.read_receipts).end_object();
  return net::HttpResponse::json(200, std::move(text));
}

Answer get_me(auth::Accounts& accounts, Call& call) {
  const auto account = co_await accounts.account(call.principal.user);
  if (!account) co_return fail(account.error());
  co_return own_user(*account);
}

Answer patch_me(auth::Accounts& accounts, Call& call) {
  const auto body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  const auto display_name = fields.string("display_name", auth::kDisplayNameLength);
  if (auto status = errors.status(); !status) co_return fail(std::move(status.error()));
  if (!display_name) co_return co_await get_me(accounts, call);
  const auto account = co_await accounts.rename(call.principal.user, std::string(*display_name));
  if (!account) co_return fail(account.error());
  co_return own_user(*account);
}

Answer delete_me(auth::Accounts& accounts, Call& call) {
  const auto body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  const auto password = fields.required_string("password", {1, accounts.limits().password_max});
  if (auto status = errors.status(); !status) co_return fail(std::move(status.error()));
  auto removed = co_await accounts.remove(call.principal, std::string(*password));
  if (!removed) co_return fail(std::move(removed.error()));
  co_return net::HttpResponse::no_content();
}

Answer get_user(auth::Profiles& profiles, Call& call) {
  const auto id = call.id<UserId>(0, ErrorCode::kUnknownUser);
  if (!id) co_return fail(id.error());
  const auto profile = co_await profiles.get(*id);
  if (!profile) co_return fail(profile.error());
  if ((*profile)->deleted) co_return fail(ErrorCode::kUnknownUser);
  std::string text;
  JsonWriter json(text);
  write_json(json, **profile);
  co_return net::HttpResponse::json(200, std::move(text));
}

Answer find_users(auth::Accounts& accounts, Call& call) {
  if (call.query_fault) co_return fail(*call.query_fault);
  const std::string* query = call.query.find("query");
  if (query == nullptr) co_return fail(Error::invalid("query", "is required"));
  if (auto fault = text_fault(*query, {1, accounts.limits().username_max})) co_return fail(Error::invalid("query", std::move(*fault)));
  const auto found = co_await accounts.find(folded(*query));
  if (!found) co_return fail(found.error());
  co_return net::HttpResponse::json(200, users_json(*found));
}

Answer list_blocks(auth::Blocks& blocks, Call& call) {
  const auto listed = co_await blocks.list(call.principal.user);
  if (!listed) co_return fail(listed.error());
  co_return net::HttpResponse::json(200, users_json(*listed));
}

Answer set_block(auth::Blocks& blocks, Call& call, bool blocked) {
  const auto other = call.id<UserId>(0, ErrorCode::kUnknownUser);
  if (!other) co_return fail(other.error());
  auto set = co_await blocks.set(call.principal.user, *other, blocked);
  if (!set) co_return fail(std::move(set.error()));
  co_return net::HttpResponse::no_content();
}

Answer get_settings(PersonalStore& personal, Call& call) {
  const auto settings = co_await personal.settings(call.principal.user);
  if (!settings) co_return fail(settings.error());
  co_return settings_response(*settings);
}

Answer patch_settings(PersonalStore& personal, Cursors& cursors, Call& call) {
  const auto body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  const auto read_receipts = fields.boolean("read_receipts");
  if (auto status = errors.status(); !status) co_return fail(std::move(status.error()));
  auto settings = co_await personal.settings(call.principal.user);
  if (!settings) co_return fail(std::move(settings.error()));
  if (!read_receipts || *read_receipts == settings->read_receipts) co_return settings_response(*settings);
  settings->read_receipts = *read_receipts;
  if (auto stored = co_await personal.put_settings(call.principal.user, *settings); !stored) co_return fail(std::move(stored.error()));
  co_await cursors.hide_reads(call.principal.user, !settings->read_receipts);
  co_return settings_response(*settings);
}

}  // namespace

void add_user_routes(Router& router, UserServices services) {
  auth::Accounts& accounts = services.accounts;
  auth::Profiles& profiles = services.profiles;
  auth::Blocks& blocks = services.blocks;
  PersonalStore& personal = services.personal;
  Cursors& cursors = services.cursors;
  const auto read = [&router](std::string_view pattern, Handler handler) {
    router.add({"GET", pattern, Access::kUser, RateBucket::kRead, std::move(handler)});
  };
  const auto write = [&router](std::string_view method, std::string_view pattern, Handler handler) {
    router.add({method, pattern, Access::kUser, RateBucket::kWrite, std::move(handler)});
  };
  read("/api/v1/users", [&accounts](Call& call) { return find_users(accounts, call); });
  read("/api/v1/users/@me", [&accounts](Call& call) { return get_me(accounts, call); });
  write("PATCH", "/api/v1/users/@me", [&accounts](Call& call) { return patch_me(accounts, call); });
  router.add(
      {"DELETE", "/api/v1/users/@me", Access::kUser, RateBucket::kPassword, [&accounts](Call& call) { return delete_me(accounts, call); }});
  read("/api/v1/users/{user}", [&profiles](Call& call) { return get_user(profiles, call); });
  read("/api/v1/users/@me/blocks", [&blocks](Call& call) { return list_blocks(blocks, call); });
  write("PUT", "/api/v1/users/@me/blocks/{user}", [&blocks](Call& call) { return set_block(blocks, call, true); });
  write("DELETE", "/api/v1/users/@me/blocks/{user}", [&blocks](Call& call) { return set_block(blocks, call, false); });
  read("/api/v1/users/@me/settings", [&personal](Call& call) { return get_settings(personal, call); });
  write("PATCH", "/api/v1/users/@me/settings", [&personal, &cursors](Call& call) { return patch_settings(personal, cursors, call); });
}

}  // namespace rookery::api
