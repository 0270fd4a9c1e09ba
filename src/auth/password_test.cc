#include "auth/password.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>

#include "runtime/core.h"
#include "runtime/work_pool.h"

namespace rookery::auth {
namespace {

constexpr PasswordCost kCheap{.memory_kib = 64, .passes = 1, .lanes = 1};

TEST(Password, IsStoredAsAPhcStringWithTheCostThatIsAskedFor) {
  SeededRandom random(1);
  const std::string phc = hash_password("correct horse", PasswordCost{}, random);
  EXPECT_THAT(phc, testing::StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(password_matches("correct horse", phc));
  EXPECT_FALSE(password_matches("correct horsf", phc));
  EXPECT_FALSE(password_matches("", phc));
}

TEST(Password, TwoHashesOfOnePasswordDiffer) {
  SeededRandom random(2);
  EXPECT_NE(hash_password("same", kCheap, random), hash_password("same", kCheap, random));
}

TEST(Password, WhatIsNoHashMatchesNothing) {
  for (const std::string phc : {"", "x", "$argon2id$", "$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo", "plain"}) {
    EXPECT_FALSE(password_matches("plain", phc)) << phc;
  }
}

Task<void> match(PasswordHasher& hasher, std::string password, std::string phc, std::optional<Result<bool>>& outcome) {
  outcome = co_await hasher.matches(std::move(password), std::move(phc));
}

class PasswordHasherTest : public testing::Test {
 protected:
  PasswordHasherTest() : cores_(1, system_clock()) { cores_.start(); }
  ~PasswordHasherTest() override {
    pool_.stop();
    cores_.stop();
  }
  Result<bool> matches(PasswordHasher& hasher, std::string password, std::string phc) {
    std::optional<Result<bool>> outcome;
    run_blocking(cores_.at(0), match(hasher, std::move(password), std::move(phc), outcome));
    return std::move(*outcome);
  }
  Cores cores_;
  WorkPool pool_{"password", 1, 4};
};

TEST_F(PasswordHasherTest, TellsRightFromWrongAndNobodyIsAlwaysWrong) {
  SeededRandom random(3);
  PasswordHasher hasher(pool_, random, kCheap);
  const std::string phc = hash_password("secret", kCheap, random);
  EXPECT_EQ(matches(hasher, "secret", phc), true);
  EXPECT_EQ(matches(hasher, "secret2", phc), false);
  EXPECT_EQ(matches(hasher, "secret", ""), false);
}

Task<void> match_in_a_full_pool(WorkPool& pool, PasswordHasher& hasher, std::optional<Result<bool>>& outcome) {
  outcome = co_await hasher.matches("x", "");
  static_cast<void>(pool);
}

TEST_F(PasswordHasherTest, AFullQueueIsUnavailableWithTheSecondsToWait) {
  SeededRandom random(4);
  WorkPool stopped("password", 1, 1);
  PasswordHasher hasher(stopped, random, kCheap);
  stopped.stop();
  std::optional<Result<bool>> outcome;
  run_blocking(cores_.at(0), match_in_a_full_pool(stopped, hasher, outcome));
  ASSERT_FALSE(outcome->has_value());
  EXPECT_EQ(outcome->error().code, ErrorCode::kUnavailable);
  EXPECT_GT(outcome->error().retry_after_s, 0);
}

TEST(MadePasswords, AreLongAndDifferent) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string password = make_password(system_random());
    EXPECT_THAT(password, testing::MatchesRegex("[a-zA-Z2-9]+"));
    EXPECT_EQ(password.size(), 20u);
    EXPECT_TRUE(seen.insert(password).second);
  }
}

}  // namespace
}  // namespace rookery::auth
