#include "auth/refresh_token.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace rookery::auth {
namespace {

using std::chrono::milliseconds;

const TimeMs kStart(1'795'176'000'000);

class RefreshTokens : public testing::Test {
 protected:
  RefreshTokens() {
    NewRefreshFamily made = make_refresh_family(UserId(11), LoginId(22), kStart, random_);
    family_ = std::move(made.family);
    first_ = std::move(made.token);
  }
  // The next token, or nothing when it is not accepted.
  std::string use(const std::string& text, TimeMs now) {
    const auto token = parse_refresh_token(text);
    if (!token) return {};
    verdict_ = use_refresh_token(family_, *token, fresh_salt(random_), now);
    return verdict_ == RefreshVerdict::kAccepted ? successor(family_, *token) : std::string();
  }
  SeededRandom random_{7};
  RefreshFamily family_;
  std::string first_;
  RefreshVerdict verdict_ = RefreshVerdict::kForged;
};

TEST_F(RefreshTokens, NameTheirLoginAndAreNotInTheStore) {
  const auto token = parse_refresh_token(first_);
  ASSERT_TRUE(token);
  EXPECT_EQ(token->user, UserId(11));
  EXPECT_EQ(token->login, LoginId(22));
  EXPECT_EQ(encode(family_).find(token->secret), std::string::npos);
  const auto second = parse_refresh_token(use(first_, kStart));
  ASSERT_TRUE(second);
  EXPECT_EQ(encode(family_).find(second->secret), std::string::npos);
}

TEST_F(RefreshTokens, EachGivesTheNext) {
  std::string token = first_;
  for (int i = 0; i < 20; ++i) {
    const std::string next = use(token, kStart + std::chrono::hours(i));
    ASSERT_FALSE(next.empty());
    EXPECT_NE(next, token);
    token = next;
  }
  EXPECT_EQ(family_.last_used_at, kStart + std::chrono::hours(19));
}

TEST_F(RefreshTokens, TheOneBeforeGivesTheSameOneAgainForSixtySecondsFromItsFirstUse) {
  const std::string second = use(first_, kStart);
  EXPECT_EQ(use(first_, kStart + milliseconds(30'000)), second);
  EXPECT_EQ(use(first_, kStart + milliseconds(60'000)), second);
  EXPECT_EQ(use(first_, kStart + milliseconds(60'001)), "");
  EXPECT_EQ(verdict_, RefreshVerdict::kReused);
  EXPECT_TRUE(is_spent(family_));
  EXPECT_EQ(use(second, kStart + milliseconds(60'002)), "");
}

TEST_F(RefreshTokens, TheOneBeforeIsNotAcceptedOnceItsSuccessorWasUsed) {
  const std::string second = use(first_, kStart);
  const std::string third = use(second, kStart + milliseconds(10));
  EXPECT_EQ(use(first_, kStart + milliseconds(20)), "");
  EXPECT_EQ(verdict_, RefreshVerdict::kReused);
  EXPECT_EQ(use(third, kStart + milliseconds(30)), "");
}

TEST_F(RefreshTokens, ASuccessorGivenTwiceIsOneToken) {
  const std::string second = use(first_, kStart);
  ASSERT_EQ(use(first_, kStart + milliseconds(10)), second);
  const std::string third = use(second, kStart + milliseconds(20));
  ASSERT_FALSE(third.empty());
  EXPECT_EQ(use(second, kStart + milliseconds(30)), third);
}

TEST_F(RefreshTokens, OneThatWasNeverGivenOutEndsNothing) {
  std::string bytes;
  ByteWriter(bytes).u64(11).u64(22).bytes(std::string(32, 's')).bytes(std::string(16, 'm'));
  EXPECT_EQ(use(base64url(bytes), kStart), "");
  EXPECT_EQ(verdict_, RefreshVerdict::kForged);
  EXPECT_FALSE(is_spent(family_));
  EXPECT_FALSE(use(first_, kStart).empty());
}

TEST_F(RefreshTokens, WhatHasNotTheirFormIsNone) {
  for (const std::string& text : {std::string(), std::string("x"), first_ + "A", first_.substr(1), first_ + "=", std::string(1000, 'A'),
                                  std::string("not base64url!"), first_.substr(0, first_.size() - 2)}) {
    EXPECT_FALSE(parse_refresh_token(text)) << text;
  }
  EXPECT_FALSE(parse_refresh_token(base64url(std::string(64, '\0')))) << "of nobody";
}

}  // namespace
}  // namespace rookery::auth
