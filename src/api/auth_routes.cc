#include "api/auth_routes.h"

#include "api/account_json.h"
#include "base/json_writer.h"

namespace rookery::api {
namespace {

using Answer = Task<Result<net::HttpResponse>>;

constexpr std::size_t kLoginNameMax = 254;      // an e-mail
constexpr std::size_t kRefreshTokenMax = 1024;  // far above ours
constexpr std::size_t kInviteMax = 100;

net::HttpResponse with_tokens(unsigned status, std::string body) {
  net::HttpResponse response = net::HttpResponse::json(status, std::move(body));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

net::HttpResponse signed_in(unsigned status, const auth::SignedIn& who) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("user");
  write_own_user(json, who.account);
  json.key("session");
  write_tokens(json, who.tokens);
  json.end_object();
  return with_tokens(status, std::move(body));
}

Answer register_account(auth::Accounts& accounts, Call& call) {
  if (auto open = accounts.may_register(); !open) co_return fail(std::move(open.error()));
  const auto body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  const auto invite = fields.string("invite", {1, kInviteMax});
  std::optional<std::string> code;
  if (invite) code = std::string(*invite);
  if (auto invited = co_await accounts.may_register_with(code); !invited) co_return fail(std::move(invited.error()));
  auth::NewAccount wanted = auth::read_new_account(fields, accounts.limits());
  std::optional<Device> device = auth::read_device(fields);
  if (auto status = errors.status(); !status) co_return fail(std::move(status.error()));
  const auto made = co_await accounts.register_account(std::move(wanted), std::move(device), std::move(code).value_or(""));
  if (!made) co_return fail(made.error());
  co_return signed_in(201, *made);
}

Answer log_in(auth::Accounts& accounts, RateLimiter& rates, Call& call) {
  const auto body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  const auto login = fields.required_string("login", {1, kLoginNameMax});
  const auto password = fields.required_string("password", {1, accounts.limits().password_max});
  std::optional<Device> device = auth::read_device(fields);
  if (auto status = errors.status(); !status) co_return fail(std::move(status.error()));
  // Guesses at one account come from many addresses; whether there is such an account must not show here either.
  call.rate = tighter(call.rate, rates.take_name(RateBucket::kLoginName, folded(*login)));
  if (!call.rate.allowed) co_return fail(rate_refusal(call.rate));
  const auto made = co_await accounts.sign_in(std::string(*login), std::string(*password), std::move(device));
  if (!made) co_return fail(made.error());
  co_return signed_in(200, *made);
}

Answer refresh(auth::Logins& logins, Call& call) {
  const auto body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  const auto token = fields.required_string("refresh_token", {1, kRefreshTokenMax});
  if (auto status = errors.status(); !status) co_return fail(std::move(status.error()));
  const auto renewed = co_await logins.refresh(std::string(*token));
  if (!renewed) co_return fail(renewed.error());
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("session");
  write_tokens(json, *renewed);
  json.end_object();
  co_return with_tokens(200, std::move(text));
}

Answer end_login(auth::Logins& logins, UserId user, LoginId login) {
  auto ended = co_await logins.end(user, login);
  if (!ended) co_return fail(std::move(ended.error()));
  co_return net::HttpResponse::no_content();
}

Answer log_out(auth::Logins& logins, Call& call) {
  auto answer = co_await end_login(logins, call.principal.user, call.principal.login);
  // Ended by another request since the token was looked at.
  if (!answer && answer.error().code == ErrorCode::kUnknownSession) co_return fail(ErrorCode::kUnauthorized);
  co_return answer;
}

Answer end_session(auth::Logins& logins, Call& call) {
  const auto login = call.id<LoginId>(0, ErrorCode::kUnknownSession);
  if (!login) co_return fail(login.error());
  co_return co_await end_login(logins, call.principal.user, *login);
}

Answer list_sessions(auth::Logins& logins, Call& call) {
  const auto listed = co_await logins.list(call.principal.user);
  if (!listed) co_return fail(listed.error());
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const UsedLogin& used : *listed) write_login(json, used, call.principal.login);
  json.end_array();
  co_return net::HttpResponse::json(200, std::move(text));
}

Answer change_password(auth::Accounts& accounts, Call& call) {
  const auto body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  const Limits& limits = accounts.limits();
  const auto current = fields.required_string("current", {1, limits.password_max});
  const auto next = fields.required_string("new", {limits.password_min, limits.password_max});
  if (auto status = errors.status(); !status) co_return fail(std::move(status.error()));
  auto changed = co_await accounts.change_password(call.principal, std::string(*current), std::string(*next));
  if (!changed) co_return fail(std::move(changed.error()));
  co_return net::HttpResponse::no_content();
}

Answer jwks(const auth::KeyRing& keys, const Clock& clock) {
  net::HttpResponse response = net::HttpResponse::json(200, keys.jwks(clock.now()));
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set("Cache-Control", "public, max-age=300");
  co_return response;
}

}  // namespace

void add_auth_routes(Router& router, auth::Accounts& accounts, auth::Logins& logins, const auth::KeyRing& keys, RateLimiter& rates,
                     const Clock& clock) {
  router.add({"POST", "/api/v1/auth/register", Access::kPublic, RateBucket::kRegister,
              [&accounts](Call& call) { return register_account(accounts, call); }});
  router.add({"POST", "/api/v1/auth/login", Access::kPublic, RateBucket::kLogin,
              [&accounts, &rates](Call& call) { return log_in(accounts, rates, call); }});
  router.add(
      {"POST", "/api/v1/auth/refresh", Access::kPublic, RateBucket::kRefresh, [&logins](Call& call) { return refresh(logins, call); }});
  router.add({"POST", "/api/v1/auth/logout", Access::kUser, RateBucket::kWrite, [&logins](Call& call) { return log_out(logins, call); }});
  router.add(
      {"GET", "/api/v1/auth/sessions", Access::kUser, RateBucket::kRead, [&logins](Call& call) { return list_sessions(logins, call); }});
  router.add({"DELETE", "/api/v1/auth/sessions/{session}", Access::kUser, RateBucket::kWrite,
              [&logins](Call& call) { return end_session(logins, call); }});
  router.add({"POST", "/api/v1/auth/password", Access::kUser, RateBucket::kPassword,
              [&accounts](Call& call) { return change_password(accounts, call); }});
  router.add({"GET", "/.well-known/jwks.json", Access::kPublic, RateBucket::kPublic, [&keys, &clock](Call&) { return jwks(keys, clock); }});
}

}  // namespace rookery::api
