#include <gmock/gmock.h>

#include <set>

#include "tests/fixtures/account_fixture.h"

namespace rookery::auth {
namespace {

using std::chrono::seconds;

class LoginsTest : public AccountFixture {};

// Counts what each core is told.
class Told final : public RevocationObserver {
 public:
  void on_revoked(UserId user, std::span<const LoginId> logins, Revocation) noexcept override {
    const std::lock_guard lock(mutex_);
    cores.insert(Core::current().index());
    users.insert(user);
    ended.insert(logins.begin(), logins.end());
  }
  std::set<unsigned> cores;
  std::set<UserId> users;
  std::set<LoginId> ended;

 private:
  std::mutex mutex_;
};

TEST_F(LoginsTest, AnAccessTokenSaysWhoAsksUntilItExpires) {
  const SignedIn ada = registered("ada");
  const auto who = who_is(ada.tokens.access_token);
  ASSERT_TRUE(who.has_value());
  EXPECT_EQ(*who, (Principal{ada.account.id, ada.tokens.id, false}));
  EXPECT_EQ(ada.tokens.expires_in, seconds(900));
  clock_.advance(seconds(899));
  EXPECT_TRUE(is_good(ada.tokens.access_token));
  clock_.advance(seconds(1));
  for (const unsigned core : {0u, 1u}) EXPECT_EQ(who_is(ada.tokens.access_token, core).error().code, ErrorCode::kUnauthorized);
}

TEST_F(LoginsTest, TextThatIsNoTokenIsUnauthorized) {
  for (const std::string& token : {std::string(), std::string("x"), std::string("a.b.c"), std::string(100'000, 'a')}) {
    EXPECT_EQ(who_is(token).error().code, ErrorCode::kUnauthorized);
  }
}

TEST_F(LoginsTest, ARefreshKeepsTheLoginAndTheTokensGivenBefore) {
  const SignedIn ada = registered("ada");
  clock_.advance(seconds(10));
  const auto renewed = refreshed(ada.tokens.refresh_token);
  ASSERT_TRUE(renewed.has_value());
  EXPECT_EQ(renewed->id, ada.tokens.id);
  EXPECT_NE(renewed->access_token, ada.tokens.access_token);
  EXPECT_NE(renewed->refresh_token, ada.tokens.refresh_token);
  EXPECT_TRUE(is_good(ada.tokens.access_token));
  EXPECT_TRUE(is_good(renewed->access_token));
}

TEST_F(LoginsTest, ARefreshWhoseAnswerWasLostIsAnsweredAgainWithinSixtySeconds) {
  const SignedIn ada = registered("ada");
  const auto lost = refreshed(ada.tokens.refresh_token);
  clock_.advance(seconds(60));
  const auto again = refreshed(ada.tokens.refresh_token);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->refresh_token, lost->refresh_token);
  EXPECT_NE(again->access_token, lost->access_token);
  EXPECT_TRUE(refreshed(again->refresh_token).has_value());
}

TEST_F(LoginsTest, ATokenUsedTwiceEndsItsLogin) {
  const SignedIn ada = registered("ada");
  const auto second = refreshed(ada.tokens.refresh_token);
  ASSERT_TRUE(is_good(second->access_token));
  clock_.advance(seconds(61));
  EXPECT_EQ(refreshed(ada.tokens.refresh_token).error().code, ErrorCode::kUnauthorized);
  EXPECT_FALSE(who_is(second->access_token, 0).has_value());
  EXPECT_FALSE(who_is(second->access_token, 1).has_value());
  EXPECT_EQ(refreshed(second->refresh_token).error().code, ErrorCode::kUnauthorized);
  EXPECT_TRUE(wait(services_->logins.list(ada.account.id))->empty());
}

TEST_F(LoginsTest, AnOldTokenAfterTheSuccessorWasUsedEndsTheLoginToo) {
  const SignedIn ada = registered("ada");
  const auto second = refreshed(ada.tokens.refresh_token);
  const auto third = refreshed(second->refresh_token);
  ASSERT_TRUE(third.has_value());
  EXPECT_FALSE(refreshed(ada.tokens.refresh_token).has_value());
  EXPECT_FALSE(refreshed(third->refresh_token).has_value());
}

TEST_F(LoginsTest, AClockThatJumpsAnHourEitherWayRefusesTheTokensFromBeforeUntilTheyAreRefreshed) {
  const SignedIn ada = registered("ada");
  Tokens last = ada.tokens;
  for (const std::chrono::hours jump : {std::chrono::hours(-1), std::chrono::hours(1), std::chrono::hours(1), std::chrono::hours(-2)}) {
    SCOPED_TRACE("the clock jumps by " + std::to_string(jump.count()) + " h");
    ASSERT_TRUE(is_good(last.access_token)) << "each core knows it";
    clock_.advance(jump);
    for (const unsigned core : {0u, 1u})
      EXPECT_EQ(who_is(last.access_token, core).error().code, ErrorCode::kUnauthorized) << "core " << core;
    const auto renewed = refreshed(last.refresh_token);
    ASSERT_TRUE(renewed.has_value());
    EXPECT_EQ(renewed->id, ada.tokens.id);
    const auto again = refreshed(last.refresh_token);
    ASSERT_TRUE(again.has_value()) << "when the answer was lost";
    EXPECT_TRUE(is_good(renewed->access_token));
    last = *again;
  }
  clock_.advance(std::chrono::hours(1));  // where it began
  EXPECT_TRUE(is_good(ada.tokens.access_token)) << "its times are true again, and its login lives";
  EXPECT_FALSE(is_good(last.access_token));
  EXPECT_EQ(wait(services_->logins.list(ada.account.id))->size(), 1u);
}

TEST_F(LoginsTest, AClockThatIsSetBackByAMinuteRefusesNobody) {
  const SignedIn ada = registered("ada");
  clock_.advance(-kIssuedAheadMax);
  EXPECT_TRUE(is_good(ada.tokens.access_token));
  clock_.advance(-seconds(1));
  for (const unsigned core : {0u, 1u}) EXPECT_EQ(who_is(ada.tokens.access_token, core).error().code, ErrorCode::kUnauthorized);
}

TEST_F(LoginsTest, AForgedTokenEndsNothing) {
  const SignedIn ada = registered("ada");
  std::string forged = ada.tokens.refresh_token;
  forged[40] = forged[40] == 'A' ? 'B' : 'A';
  EXPECT_EQ(refreshed(forged).error().code, ErrorCode::kUnauthorized);
  EXPECT_EQ(refreshed("nonsense").error().code, ErrorCode::kUnauthorized);
  EXPECT_TRUE(is_good(ada.tokens.access_token));
  EXPECT_TRUE(refreshed(ada.tokens.refresh_token).has_value());
}

TEST_F(LoginsTest, AnEndedLoginIsRefusedOnEveryCoreFromTheAnswerOn) {
  Told told;
  services_->authenticator.observe(told);
  const SignedIn ada = registered("ada");
  const SignedIn phone = *signed_in("ada");
  ASSERT_TRUE(is_good(phone.tokens.access_token));
  ASSERT_TRUE(wait(services_->logins.end(ada.account.id, phone.tokens.id)).has_value());
  EXPECT_EQ(who_is(phone.tokens.access_token, 0).error().code, ErrorCode::kUnauthorized);
  EXPECT_EQ(who_is(phone.tokens.access_token, 1).error().code, ErrorCode::kUnauthorized);
  EXPECT_EQ(refreshed(phone.tokens.refresh_token).error().code, ErrorCode::kUnauthorized);
  EXPECT_TRUE(is_good(ada.tokens.access_token));
  EXPECT_THAT(told.cores, testing::ElementsAre(0, 1));
  EXPECT_THAT(told.users, testing::ElementsAre(ada.account.id));
  EXPECT_THAT(told.ended, testing::ElementsAre(phone.tokens.id));
}

TEST_F(LoginsTest, OnlyOnesOwnLoginsCanBeEndedAndOnlyOnce) {
  const SignedIn ada = registered("ada");
  const SignedIn bob = registered("bob");
  EXPECT_EQ(wait(services_->logins.end(bob.account.id, ada.tokens.id)).error().code, ErrorCode::kUnknownSession);
  EXPECT_TRUE(is_good(ada.tokens.access_token));
  EXPECT_TRUE(wait(services_->logins.end(ada.account.id, ada.tokens.id)).has_value());
  EXPECT_EQ(wait(services_->logins.end(ada.account.id, ada.tokens.id)).error().code, ErrorCode::kUnknownSession);
}

TEST_F(LoginsTest, AreListedNewestFirstWithTheirLastUse) {
  const SignedIn ada = registered("ada");
  clock_.advance(seconds(10));
  const SignedIn phone = *signed_in("ada");
  clock_.advance(seconds(10));
  ASSERT_TRUE(refreshed(ada.tokens.refresh_token).has_value());
  const auto listed = wait(services_->logins.list(ada.account.id)).value();
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0].login.id, phone.tokens.id);
  EXPECT_EQ(listed[1].login.id, ada.tokens.id);
  EXPECT_EQ(listed[1].last_used_at - listed[1].login.created_at, seconds(20));
}

TEST_F(LoginsTest, HaveALimitForEachUser) {
  serve({.logins_per_user = 2}, Registration::kOpen);
  const SignedIn ada = registered("ada");
  ASSERT_TRUE(signed_in("ada").has_value());
  EXPECT_EQ(signed_in("ada").error().code, ErrorCode::kTooManyLogins);
  ASSERT_TRUE(wait(services_->logins.end(ada.account.id, ada.tokens.id)).has_value());
  EXPECT_TRUE(signed_in("ada").has_value());
}

TEST_F(LoginsTest, SurviveARestartOfTheServices) {
  const SignedIn ada = registered("ada");
  serve({}, Registration::kOpen);  // with a new key: access tokens are refused, the login is not
  EXPECT_FALSE(who_is(ada.tokens.access_token).has_value());
  const auto renewed = refreshed(ada.tokens.refresh_token);
  ASSERT_TRUE(renewed.has_value());
  EXPECT_TRUE(is_good(renewed->access_token));
}

}  // namespace
}  // namespace rookery::auth
