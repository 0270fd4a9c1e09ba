#include "api/admin_user_routes.h"

#include "api/account_json.h"
#include "api/admin_access.h"
#include "base/json_writer.h"

namespace rookery::api {
namespace {

using Answer = Task<Result<net::HttpResponse>>;
using admin::Actor;
using admin::Administration;

constexpr std::uint32_t kPagePreset = 50;
constexpr std::uint32_t kPageMax = 100;
constexpr std::size_t kWordsMax = 64;

// What is common to a list's user and to the one that is looked at; the object stays open.
void begin_admin_user(JsonWriter& json, const Account& account, TimeMs last_seen) {
  json.begin_object();
  json.key("id").id(account.id.value);
  json.key("username").string(account.username);
  json.key("display_name").string(account.display_name);
  if (!account.email.empty()) {
    json.key("email").string(account.email);
    json.key("email_verified").boolean(account.email_verified);
  }
  json.key("bot").boolean(account.bot);
  json.key("admin").boolean(account.admin);
  json.key("disabled").boolean(account.disabled);
  json.key("created_at").time(snowflake_time(account.id.value));
  if (last_seen != TimeMs()) json.key("last_seen").time(last_seen);
}

// "true" or "false" in the query; kInvalidBody.
Result<std::optional<bool>> query_switch(const Call& call, std::string_view name) {
  const std::string* text = call.query.find(name);
  if (text == nullptr) return std::nullopt;
  if (*text != "true" && *text != "false") return fail(Error::invalid(std::string(name), "must be true or false"));
  return *text == "true";
}

Answer list(Administration& administration, Call& call) {
  const auto limit = call.limit(kPagePreset, kPageMax);
  if (!limit) co_return fail(limit.error());
  admin::UserFilter filter;
  if (const std::string* words = call.query.find("query"); words != nullptr && !words->empty()) {
    if (auto fault = text_fault(*words, {1, kWordsMax})) co_return fail(Error::invalid("query", std::move(*fault)));
    filter.words = *words;
  }
  const auto disabled = query_switch(call, "disabled");
  if (!disabled) co_return fail(disabled.error());
  filter.disabled = *disabled;
  const auto admins = query_switch(call, "admin");
  if (!admins) co_return fail(admins.error());
  filter.admin = *admins;
  const std::string* before = call.query.find("before");
  std::string next = before == nullptr ? std::string() : *before;
  if (before != nullptr && before->empty()) co_return fail(Error::invalid("before", "is no cursor of an earlier page"));
  const auto page = co_await administration.find(std::move(filter), std::move(next), *limit);
  if (!page) co_return fail(page.error());
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("users").begin_array();
  for (const Account& account : page->users) {
    const auto seen = co_await administration.last_seen(account.id);
    if (!seen) co_return fail(seen.error());
    begin_admin_user(json, account, *seen);
    json.end_object();
  }
  json.end_array().key("cursor");
  if (page->next.empty()) {
    json.null();
  } else {
    json.string(page->next);
  }
  json.end_object();
  co_return net::HttpResponse::json(200, std::move(text));
}

Answer show(Administration& administration, UserId user) {
  const auto detail = co_await administration.detail(user);
  if (!detail) co_return fail(detail.error());
  std::string text;
  JsonWriter json(text);
  begin_admin_user(json, detail->account, detail->last_seen);
  json.key("logins").number(detail->logins);
  json.key("channels").number(detail->channels);
  json.end_object();
  co_return net::HttpResponse::json(200, std::move(text));
}

Answer done(Task<Status> work) {
  auto status = co_await std::move(work);
  if (!status) co_return fail(std::move(status.error()));
  co_return net::HttpResponse::no_content();
}

Answer reset_password(Administration& administration, Actor who, UserId user) {
  const auto password = co_await administration.reset_password(std::move(who), user);
  if (!password) co_return fail(password.error());
  std::string text;
  JsonWriter(text).begin_object().key("password").string(*password).end_object();
  net::HttpResponse response = net::HttpResponse::json(200, std::move(text));
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

Answer list_logins(Administration& administration, UserId user, LoginId current) {
  const auto logins = co_await administration.logins(user);
  if (!logins) co_return fail(logins.error());
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const UsedLogin& used : *logins) write_login(json, used, current);
  json.end_array();
  co_return net::HttpResponse::json(200, std::move(text));
}

Answer end_login(Administration& administration, Actor who, UserId user, Call& call) {
  const auto login = call.id<LoginId>(1, ErrorCode::kUnknownSession);
  if (!login) co_return fail(login.error());
  co_return co_await done(administration.end_login(std::move(who), user, *login));
}

using UserHandler = std::function<Answer(Call&, Actor, UserId)>;

Answer of_user(const UserHandler& handler, Call& call, Actor who) {
  const auto user = call.id<UserId>(0, ErrorCode::kUnknownUser);
  if (!user) co_return fail(user.error());
  co_return co_await handler(call, std::move(who), *user);
}

}  // namespace

void add_admin_user_routes(Router& router, Administration& administration) {
  AdminRouter routes(router, administration);
  Administration& a = administration;
  const auto about = [](UserHandler handler) -> AdminHandler {
    return [handler = std::move(handler)](Call& call, Actor who) { return of_user(handler, call, std::move(who)); };
  };
  routes.read("/api/v1/admin/users", [&a](Call& call, Actor) { return list(a, call); });
  routes.read("/api/v1/admin/users/{user_id}", about([&a](Call&, Actor, UserId user) { return show(a, user); }));
  routes.write("DELETE", "/api/v1/admin/users/{user_id}",
               about([&a](Call&, Actor who, UserId user) { return done(a.remove(std::move(who), user)); }));
  for (const bool on : {true, false}) {
    routes.write(on ? "PUT" : "DELETE", "/api/v1/admin/users/{user_id}/disabled",
                 about([&a, on](Call&, Actor who, UserId user) { return done(a.set_disabled(std::move(who), user, on)); }));
    routes.write(on ? "PUT" : "DELETE", "/api/v1/admin/users/{user_id}/admin",
                 about([&a, on](Call&, Actor who, UserId user) { return done(a.set_admin(std::move(who), user, on)); }));
  }
  routes.write("POST", "/api/v1/admin/users/{user_id}/password",
               about([&a](Call&, Actor who, UserId user) { return reset_password(a, std::move(who), user); }));
  routes.write("PUT", "/api/v1/admin/users/{user_id}/email-verified",
               about([&a](Call&, Actor who, UserId user) { return done(a.verify_email(std::move(who), user)); }));
  routes.read("/api/v1/admin/users/{user_id}/logins",
              about([&a](Call& call, Actor, UserId user) { return list_logins(a, user, call.principal.login); }));
  routes.write("DELETE", "/api/v1/admin/users/{user_id}/logins",
               about([&a](Call&, Actor who, UserId user) { return done(a.end_logins(std::move(who), user)); }));
  routes.write("DELETE", "/api/v1/admin/users/{user_id}/logins/{session_id}",
               about([&a](Call& call, Actor who, UserId user) { return end_login(a, std::move(who), user, call); }));
}

}  // namespace rookery::api
