#include <gmock/gmock.h>

#include "api/auth_routes.h"
#include "api/user_routes.h"
#include "memory/memory_channel_log.h"
#include "tests/fixtures/account_fixture.h"

namespace rookery::api {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Asked {
  unsigned status = 0;
  int code = 0;
  std::string body;

  std::string text(std::string_view object, std::string_view name) const {
    const auto json = Json::parse_object(body);
    const auto inner = object.empty() ? json->root() : json->root().member(object).value();
    return std::string(inner.member(name).value().string().value());
  }
  bool faults(std::string_view field) const {
    const auto json = Json::parse_object(body);
    const auto errors = json->root().member("errors");
    return errors && errors->member(field);
  }
};

Task<void> call_handler(const Route& route, Call& call, Asked& asked) {
  const auto answered = co_await route.handler(call);
  net::HttpResponse response;
  if (answered) {
    response = *answered;
  } else {
    response = net::HttpResponse::error(answered.error(), "r");
    asked.code = error_info(answered.error().code).number;
  }
  asked.status = response.status;
  asked.body = response.content();
}

// The routes of accounts on the memory stores, without the server around them: requests come with who asks.
class AccountRoutes : public auth::AccountFixture {
 protected:
  AccountRoutes() { build(); }

  void build() {
    router_ = std::make_unique<Router>();
    add_auth_routes(*router_, services_->accounts, services_->logins, services_->keys, rates_, clock_);
    add_user_routes(*router_, {services_->accounts, services_->profiles, services_->blocks, store_, log_});
  }
  void serve_with(Registration registration) {
    serve({}, registration);
    build();
  }

  Asked ask(std::string method, const std::string& target, std::string body = {}, auth::Principal who = {}) {
    Call call;
    const std::size_t mark = target.find('?');
    const std::string path = target.substr(0, mark);
    if (mark != std::string::npos) call.query = *net::QueryParameters::parse(target.substr(mark + 1));
    call.request.method = method;
    call.request.headers.add("Content-Type", "application/json");
    call.request.body = std::move(body);
    call.principal = who;
    Router::Match match = router_->find(method, *net::split_path(path));
    Asked asked;
    EXPECT_NE(match.route, nullptr) << method << " " << path;
    if (match.route == nullptr) return asked;
    call.parameters = std::move(match.parameters);
    run_blocking(cores_.at(0), call_handler(*match.route, call, asked));
    return asked;
  }
  Asked post(const std::string& path, std::string body, auth::Principal who = {}) {
    return ask("POST", "/api/v1" + path, std::move(body), who);
  }

  auth::Principal principal_of(const Asked& signed_in) { return *who_is(signed_in.text("session", "access_token")); }
  auth::Principal person(const std::string& name) {
    return principal_of(post("/auth/register", R"({"username":")" + name + R"(","password":"correct horse"})"));
  }

  memory::MemoryChannelLog log_{cores_};
  SeededRandom rate_seed_{1};
  RateLimiter rates_{Rates(), clock_, rate_seed_};
  std::unique_ptr<Router> router_;
};

TEST_F(AccountRoutes, RegisteringAnswersTheUserAndASession) {
  const Asked made = post("/auth/register", R"({"username":"Ada","password":"correct horse","email":"Ada@Example.org","unknown":1,
                                                "device":{"id":"d1","kind":"web","name":"Firefox"}})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(made.text("user", "username"), "ada");
  EXPECT_EQ(made.text("user", "display_name"), "ada");
  EXPECT_EQ(made.text("user", "email"), "Ada@Example.org");
  EXPECT_THAT(made.body, HasSubstr(R"("expires_in":900)"));
  EXPECT_EQ(principal_of(made).login, *parse_id<LoginId>(made.text("session", "id")));
}

TEST_F(AccountRoutes, ARefusedRegistrationNamesEveryField) {
  const Asked refused =
      post("/auth/register", R"({"username":"a b","password":7,"email":"x","display_name":"","device":{"kind":"fridge"}})");
  EXPECT_EQ(refused.status, 400u);
  EXPECT_EQ(refused.code, 50035);
  for (const char* field : {"username", "password", "email", "display_name", "device.id", "device.kind"})
    EXPECT_TRUE(refused.faults(field)) << field;
  for (const char* body : {"", "[]", "null", "{", "\"x\""}) {
    EXPECT_EQ(post("/auth/register", body).code, 50035) << body;
  }
  person("ada");
  const Asked taken = post("/auth/register", R"({"username":"ADA","password":"correct horse"})");
  EXPECT_EQ(taken.status, 409u);
  EXPECT_TRUE(taken.faults("username"));
}

TEST_F(AccountRoutes, AClosedRegistrationIsForbiddenWhateverTheBody) {
  serve_with(Registration::kClosed);
  for (const char* body : {"", "{}", R"({"username":"ada","password":"correct horse"})"}) {
    const Asked refused = post("/auth/register", body);
    EXPECT_EQ(refused.status, 403u);
    EXPECT_EQ(refused.code, 50013);
  }
  serve_with(Registration::kInvite);
  for (const char* body : {"{}", R"({"username":"ada","password":"correct horse","invite":"abc"})"}) {
    const Asked refused = post("/auth/register", body);
    EXPECT_EQ(refused.code, 50013);
    EXPECT_TRUE(refused.faults("invite"));
  }
}

TEST_F(AccountRoutes, LoginRefreshAndLogoutGoThroughALife) {
  person("ada");
  EXPECT_EQ(post("/auth/login", R"({"login":"ada","password":"wrong horse"})").code, 40002);
  EXPECT_EQ(post("/auth/login", R"({"login":"eve","password":"wrong horse"})").code, 40002);
  EXPECT_EQ(post("/auth/login", R"({"login":"ada"})").code, 50035);
  const Asked in = post("/auth/login", R"({"login":"ADA","password":"correct horse","device":{"id":"d","kind":"mobile"}})");
  ASSERT_EQ(in.status, 200u);
  const Asked renewed = post("/auth/refresh", R"({"refresh_token":")" + in.text("session", "refresh_token") + "\"}");
  ASSERT_EQ(renewed.status, 200u);
  EXPECT_EQ(renewed.text("session", "id"), in.text("session", "id"));
  EXPECT_THAT(renewed.body, Not(HasSubstr("\"user\"")));
  EXPECT_EQ(post("/auth/refresh", R"({"refresh_token":"x"})").code, 40001);
  EXPECT_EQ(post("/auth/refresh", "{}").code, 50035);
  const auth::Principal who = *who_is(renewed.text("session", "access_token"));
  const Asked out = post("/auth/logout", "", who);
  EXPECT_EQ(out.status, 204u);
  EXPECT_TRUE(out.body.empty());
  EXPECT_FALSE(is_good(renewed.text("session", "access_token")));
}

TEST_F(AccountRoutes, LoginsAreListedWithoutTokensAndEnded) {
  const auth::Principal first = person("ada");
  const auth::Principal second = principal_of(
      post("/auth/login", R"({"login":"ada","password":"correct horse","device":{"id":"d","kind":"desktop","name":"Laptop"}})"));
  const Asked listed = ask("GET", "/api/v1/auth/sessions", "", first);
  EXPECT_EQ(listed.body, R"([{"id":")" + to_string(second.login) + R"(","device":{"id":"d","kind":"desktop","name":"Laptop"},)" +
                             R"("created_at":"2026-11-20T12:00:00.000Z","last_used_at":"2026-11-20T12:00:00.000Z","current":false},)" +
                             R"({"id":")" + to_string(first.login) +
                             R"(","created_at":"2026-11-20T12:00:00.000Z","last_used_at":"2026-11-20T12:00:00.000Z","current":true}])");
  const std::string path = "/api/v1/auth/sessions/" + to_string(second.login);
  EXPECT_EQ(ask("DELETE", path, "", person("bob")).code, 10020);
  EXPECT_EQ(ask("DELETE", path, "", first).status, 204u);
  EXPECT_EQ(ask("DELETE", path, "", first).code, 10020);
  EXPECT_EQ(ask("DELETE", "/api/v1/auth/sessions/x", "", first).code, 10020);
}

TEST_F(AccountRoutes, APasswordIsChangedByWhoKnowsIt) {
  const auth::Principal ada = person("ada");
  EXPECT_EQ(post("/auth/password", R"({"current":"wrong horse","new":"another horse"})", ada).code, 40002);
  const Asked refused = post("/auth/password", R"({"current":"correct horse","new":"short"})", ada);
  EXPECT_EQ(refused.code, 50035);
  EXPECT_TRUE(refused.faults("new"));
  EXPECT_EQ(post("/auth/password", R"({"current":"correct horse","new":"another horse"})", ada).status, 204u);
  EXPECT_EQ(post("/auth/login", R"({"login":"ada","password":"another horse"})").status, 200u);
}

TEST_F(AccountRoutes, TheKeysArePublished) {
  const Asked keys = ask("GET", "/.well-known/jwks.json");
  EXPECT_EQ(keys.status, 200u);
  EXPECT_THAT(keys.body, HasSubstr(services_->keys.signing().verifying().kid()));
  EXPECT_THAT(keys.body, HasSubstr(R"("alg":"EdDSA")"));
  EXPECT_THAT(keys.body, Not(HasSubstr("\"d\"")));
}

TEST_F(AccountRoutes, OneselfIsShownWithEmailAndToOthersWithout) {
  const Asked made = post("/auth/register", R"({"username":"ada","password":"correct horse","email":"ada@example.org"})");
  const auth::Principal ada = principal_of(made);
  const auth::Principal bob = person("bob");
  EXPECT_EQ(ask("GET", "/api/v1/users/@me", "", ada).text("", "email"), "ada@example.org");
  const Asked seen = ask("GET", "/api/v1/users/" + to_string(ada.user), "", bob);
  EXPECT_EQ(seen.text("", "username"), "ada");
  EXPECT_THAT(seen.body, Not(HasSubstr("email")));
  EXPECT_EQ(ask("GET", "/api/v1/users/1", "", bob).code, 10013);
  EXPECT_EQ(ask("GET", "/api/v1/users/x", "", bob).code, 10013);
}

TEST_F(AccountRoutes, TheDisplayNameIsChangedAndNothingElse) {
  const auth::Principal ada = person("ada");
  const Asked changed = ask("PATCH", "/api/v1/users/@me", R"({"display_name":"Ada L.","username":"eve","bot":true})", ada);
  EXPECT_EQ(changed.status, 200u);
  EXPECT_EQ(changed.text("", "display_name"), "Ada L.");
  EXPECT_EQ(changed.text("", "username"), "ada");
  EXPECT_EQ(ask("PATCH", "/api/v1/users/@me", "{}", ada).text("", "display_name"), "Ada L.");
  EXPECT_EQ(ask("PATCH", "/api/v1/users/@me", R"({"display_name":"\ud800"})", ada).code, 50035);
  EXPECT_EQ(ask("PATCH", "/api/v1/users/@me", R"({"display_name":""})", ada).code, 50035);
}

TEST_F(AccountRoutes, PeopleAreSearchedByPrefix) {
  const auth::Principal ada = person("ada");
  person("adam");
  person("bob");
  EXPECT_THAT(ask("GET", "/api/v1/users?query=AD", "", ada).body,
              testing::AllOf(HasSubstr("\"ada\""), HasSubstr("\"adam\""), Not(HasSubstr("bob"))));
  EXPECT_EQ(ask("GET", "/api/v1/users?query=zz", "", ada).body, "[]");
  EXPECT_EQ(ask("GET", "/api/v1/users", "", ada).code, 50035);
  EXPECT_EQ(ask("GET", "/api/v1/users?query=", "", ada).code, 50035);
  EXPECT_EQ(ask("GET", "/api/v1/users?query=" + std::string(33, 'a'), "", ada).code, 50035);
}

TEST_F(AccountRoutes, ADeletedAccountIsUnknown) {
  const auth::Principal ada = person("ada");
  const auth::Principal bob = person("bob");
  EXPECT_EQ(ask("DELETE", "/api/v1/users/@me", R"({"password":"wrong horse"})", ada).code, 40002);
  EXPECT_EQ(ask("DELETE", "/api/v1/users/@me", "{}", ada).code, 50035);
  EXPECT_EQ(ask("DELETE", "/api/v1/users/@me", R"({"password":"correct horse"})", ada).status, 204u);
  EXPECT_EQ(ask("GET", "/api/v1/users/" + to_string(ada.user), "", bob).code, 10013);
}

TEST_F(AccountRoutes, BlocksAreSetListedAndLifted) {
  const auth::Principal ada = person("ada");
  const auth::Principal bob = person("bob");
  const std::string path = "/api/v1/users/@me/blocks/" + to_string(bob.user);
  EXPECT_EQ(ask("PUT", path, "", ada).status, 204u);
  EXPECT_EQ(ask("PUT", path, "", ada).status, 204u);
  EXPECT_THAT(ask("GET", "/api/v1/users/@me/blocks", "", ada).body, HasSubstr("\"bob\""));
  EXPECT_EQ(ask("GET", "/api/v1/users/@me/blocks", "", bob).body, "[]");
  EXPECT_EQ(ask("DELETE", path, "", ada).status, 204u);
  EXPECT_EQ(ask("DELETE", path, "", ada).status, 204u);
  EXPECT_EQ(ask("GET", "/api/v1/users/@me/blocks", "", ada).body, "[]");
  EXPECT_EQ(ask("PUT", "/api/v1/users/@me/blocks/1", "", ada).code, 10013);
  EXPECT_EQ(ask("PUT", "/api/v1/users/@me/blocks/" + to_string(ada.user), "", ada).code, 50035);
}

TEST_F(AccountRoutes, SettingsBeginWithReadReceiptsOn) {
  const auth::Principal ada = person("ada");
  const std::string path = "/api/v1/users/@me/settings";
  EXPECT_EQ(ask("GET", path, "", ada).body, R"({"read_receipts":true})");
  EXPECT_EQ(ask("PATCH", path, R"({"read_receipts":false})", ada).body, R"({"read_receipts":false})");
  EXPECT_EQ(ask("PATCH", path, "{}", ada).body, R"({"read_receipts":false})");
  EXPECT_EQ(ask("GET", path, "", ada).body, R"({"read_receipts":false})");
  EXPECT_EQ(ask("PATCH", path, R"({"read_receipts":"no"})", ada).code, 50035);
}

}  // namespace
}  // namespace rookery::api
