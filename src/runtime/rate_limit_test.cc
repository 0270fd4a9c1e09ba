#include "runtime/rate_limit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace rookery {
namespace {

using namespace std::chrono_literals;

class FakeClock final : public Clock {
 public:
  TimeMs now() const override { return TimeMs(1'800'000'000'000) + std::chrono::duration_cast<std::chrono::milliseconds>(passed); }
  SteadyTime steady_now() const override { return SteadyTime(1h + passed); }
  std::chrono::nanoseconds passed{0};
};

class RateLimiterTest : public testing::Test {
 protected:
  RateLimiter limiter_with(Rate rate) {
    Rates rates;
    rates.of(RateBucket::kRead) = rate;
    return RateLimiter(rates, clock_, random_);
  }

  FakeClock clock_;
  SeededRandom random_{1};
  const UserId ada_{1};
  const UserId bob_{2};
};

TEST_F(RateLimiterTest, TakesTheWholeBucketAtOnceAndThenRefuses) {
  auto limiter = limiter_with({3, 10});
  for (std::uint32_t i = 0; i < 3; ++i) {
    const RateAnswer answer = limiter.take(RateBucket::kRead, ada_);
    EXPECT_TRUE(answer.allowed);
    EXPECT_EQ(answer.bucket, "read");
    EXPECT_EQ(answer.limit, 3u);
    EXPECT_EQ(answer.remaining, 2 - i);
    EXPECT_EQ(answer.retry_after, 0ms);
  }
  const RateAnswer refused = limiter.take(RateBucket::kRead, ada_);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining, 0u);
  EXPECT_EQ(refused.retry_after, 3334ms);  // a third of 10 s, rounded up
  EXPECT_EQ(refused.reset_after, 10'000ms);
  EXPECT_EQ(refused.reset, clock_.now() + 10'000ms);
  EXPECT_EQ(rate_refusal(refused).code, ErrorCode::kRateLimited);
  EXPECT_DOUBLE_EQ(rate_refusal(refused).retry_after_s, 3.334);
}

TEST_F(RateLimiterTest, WaitingRetryAfterIsEnoughForOne) {
  auto limiter = limiter_with({3, 10});
  while (limiter.take(RateBucket::kRead, ada_).allowed) {
  }
  clock_.passed += limiter.take(RateBucket::kRead, ada_).retry_after;
  EXPECT_TRUE(limiter.take(RateBucket::kRead, ada_).allowed);
  EXPECT_FALSE(limiter.take(RateBucket::kRead, ada_).allowed);
}

TEST_F(RateLimiterTest, AClientThatObeysTheHeadersIsNeverRefused) {
  for (const Rate rate : {Rate{1, 1}, Rate{3, 10}, Rate{7, 3}, Rate{50, 10}, Rate{1'000'000, 1}}) {
    auto limiter = limiter_with(rate);
    SeededRandom random(9);
    for (int i = 0; i < 5000; ++i) {
      const RateAnswer answer = limiter.take(RateBucket::kRead, ada_);
      ASSERT_TRUE(answer.allowed) << rate.count << "/" << rate.seconds << ", request " << i;
      if (answer.remaining == 0) clock_.passed += answer.reset_after;
      clock_.passed += std::chrono::nanoseconds(random.below(1'000'000));
    }
  }
}

TEST_F(RateLimiterTest, NamesCountEachByItself) {
  auto limiter = limiter_with({1, 10});
  EXPECT_TRUE(limiter.take_name(RateBucket::kRead, "ada").allowed);
  EXPECT_FALSE(limiter.take_name(RateBucket::kRead, "ada").allowed);
  EXPECT_TRUE(limiter.take_name(RateBucket::kRead, "bob").allowed);
}

TEST_F(RateLimiterTest, TheTighterOfTwoIsTheOneThatRefusesOrWillSooner) {
  const RateAnswer wide{.remaining = 5, .reset_after = 1s};
  const RateAnswer narrow{.remaining = 4, .reset_after = 1s};
  const RateAnswer slow{.remaining = 4, .reset_after = 9s};
  const RateAnswer refused{.allowed = false, .remaining = 9, .reset_after = 1s, .retry_after = 1s};
  for (const auto& [a, b] : {std::pair(narrow, wide), std::pair(slow, narrow), std::pair(refused, slow)}) {
    EXPECT_EQ(tighter(a, b).reset_after, a.reset_after);
    EXPECT_EQ(tighter(a, b).remaining, a.remaining);
    EXPECT_EQ(tighter(b, a).remaining, a.remaining);
    EXPECT_EQ(tighter(b, a).allowed, a.allowed);
  }
}

TEST_F(RateLimiterTest, OnAverageTheRateIsKept) {
  auto limiter = limiter_with({5, 1});
  int taken = 0;
  for (int i = 0; i < 100'000; ++i) {
    if (limiter.take(RateBucket::kRead, ada_).allowed) ++taken;
    clock_.passed += 1ms;
  }
  EXPECT_EQ(taken, 5 + 100 * 5 - 1);  // the full bucket, and what was filled in 100 s, but for the last moment
}

TEST_F(RateLimiterTest, AccountsAddressesAndBucketsCountApart) {
  Rates rates;
  rates.of(RateBucket::kRead) = rates.of(RateBucket::kWrite) = rates.of(RateBucket::kPublic) = {1, 60};
  RateLimiter limiter(rates, clock_, random_);
  EXPECT_TRUE(limiter.take(RateBucket::kRead, ada_).allowed);
  EXPECT_TRUE(limiter.take(RateBucket::kRead, bob_).allowed);
  EXPECT_TRUE(limiter.take(RateBucket::kWrite, ada_).allowed);
  EXPECT_FALSE(limiter.take(RateBucket::kRead, ada_).allowed);
  EXPECT_TRUE(limiter.take(RateBucket::kPublic, "192.0.2.1").allowed);
  EXPECT_TRUE(limiter.take(RateBucket::kPublic, "192.0.2.2").allowed);
  EXPECT_FALSE(limiter.take(RateBucket::kPublic, "::ffff:192.0.2.1").allowed);
  EXPECT_TRUE(limiter.take(RateBucket::kPublic, "2001:db8::1").allowed);
  EXPECT_FALSE(limiter.take(RateBucket::kPublic, "2001:db8::2").allowed);  // the same /64
  EXPECT_TRUE(limiter.take(RateBucket::kPublic, "2001:db8:0:1::1").allowed);
  EXPECT_TRUE(limiter.take(RateBucket::kPublic, "unix").allowed);
  EXPECT_FALSE(limiter.take(RateBucket::kPublic, "unix").allowed);
}

TEST_F(RateLimiterTest, OffTakesEverythingAndSaysAMillion) {
  Rates rates;
  rates.on = false;
  RateLimiter limiter(rates, clock_, random_);
  for (int i = 0; i < 1000; ++i) {
    const RateAnswer answer = limiter.take(RateBucket::kPassword, ada_);
    ASSERT_TRUE(answer.allowed);
    ASSERT_EQ(answer.limit, 1'000'000u);
    ASSERT_EQ(answer.reset_after, 0ms);
  }
  EXPECT_EQ(limiter.keys(), 0u);
}

TEST_F(RateLimiterTest, MemoryIsBoundedWhateverComes) {
  auto limiter = limiter_with({10, 600});
  constexpr std::size_t kMost = kRateShards * kRateKeysPerShardMax;
  for (std::uint64_t i = 1; i <= kMost + kMost / 2; ++i) limiter.take(RateBucket::kRead, UserId(i));
  EXPECT_LE(limiter.keys(), kMost);
  EXPECT_GT(limiter.keys(), kMost / 2);
}

TEST_F(RateLimiterTest, FullBucketsAreForgottenBeforeThoseThatCount) {
  auto limiter = limiter_with({10, 600});
  constexpr std::size_t kMost = kRateShards * kRateKeysPerShardMax;
  for (std::uint64_t i = 1; i <= kMost; ++i) limiter.take(RateBucket::kRead, UserId(i));
  clock_.passed += 59s;
  while (limiter.take(RateBucket::kRead, ada_).allowed) {
  }
  clock_.passed += 2s;  // the others' buckets are full again
  for (std::uint64_t i = kMost; i <= kMost + kMost / 2; ++i) limiter.take(RateBucket::kRead, UserId(i));
  int taken = 0;
  while (limiter.take(RateBucket::kRead, ada_).allowed) ++taken;
  EXPECT_LE(taken, 1);  // of 10: what came back in 2 s
}

TEST_F(RateLimiterTest, ManyThreadsTakeNoMoreThanThereIs) {
  auto limiter = limiter_with({1000, 3600});
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        if (limiter.take(RateBucket::kRead, ada_).allowed) ++taken;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(taken, 1000);
}

}  // namespace
}  // namespace rookery
