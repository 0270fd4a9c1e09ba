#include "runtime/snowflake.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/random.h"
#include "runtime/core.h"

namespace rookery {
namespace {

using std::chrono::milliseconds;

class FakeClock final : public Clock {
 public:
  TimeMs now() const override { return time; }
  SteadyTime steady_now() const override { return {}; }
  TimeMs time{1'800'000'000'000};
};

struct RecordedMark final : HighWaterMark {
  void reserve_up_to(TimeMs time) override { calls.push_back(time); }
  std::vector<TimeMs> calls;
};

std::uint64_t node_of(std::uint64_t id) { return id >> kIdSequenceBits & (kIdNodesMax - 1); }

TEST(SnowflakeGenerator, IdCarriesTheTimeAndTheNode) {
  FakeClock clock;
  SnowflakeGenerator ids(1023, TimeMs(), clock, nullptr);
  const std::uint64_t id = ids.next();
  EXPECT_EQ(snowflake_time(id), clock.time);
  EXPECT_EQ(node_of(id), 1023u);
  EXPECT_EQ(ids.next(), id + 1);
}

TEST(SnowflakeGenerator, BorrowsTheNextMillisecondWhenOneIsSpent) {
  FakeClock clock;
  SnowflakeGenerator ids(0, TimeMs(), clock, nullptr);
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < kIdsPerMs; ++i) last = ids.next();
  EXPECT_EQ(snowflake_time(last), clock.time);
  EXPECT_EQ(snowflake_time(ids.next()), clock.time + milliseconds(1));
  clock.time = clock.time + milliseconds(1);
  EXPECT_EQ(snowflake_time(ids.next()), clock.time);  // goes on in the borrowed one
  clock.time = clock.time + milliseconds(1);
  EXPECT_EQ(snowflake_time(ids.next()), clock.time);
}

TEST(SnowflakeGenerator, NeverGoesBackWhateverTheClockDoes) {
  FakeClock clock;
  SeededRandom random(42);
  SnowflakeGenerator ids(3, TimeMs(), clock, nullptr);
  std::uint64_t last = 0;
  for (int i = 0; i < 100'000; ++i) {
    if (i % 100 == 0) clock.time = clock.time + milliseconds(static_cast<std::int64_t>(random.below(7'200'000)) - 3'600'000);
    const std::uint64_t id = ids.next();
    ASSERT_GT(id, last) << "seed 42, step " << i;
    last = id;
  }
}

TEST(SnowflakeGenerator, ReservesASecondAheadBeforeTheTimeIsUsed) {
  FakeClock clock;
  RecordedMark mark;
  SnowflakeGenerator ids(0, TimeMs(), clock, &mark);
  const TimeMs start = clock.time;
  for (int i = 0; i <= 2002; ++i) {
    ids.next();
    ASSERT_FALSE(mark.calls.empty());
    ASSERT_GE(mark.calls.back(), ids.used());
    clock.time = clock.time + milliseconds(1);
  }
  EXPECT_EQ(mark.calls, (std::vector{start + milliseconds(1000), start + milliseconds(2001), start + milliseconds(3002)}));
}

TEST(SnowflakeGenerator, GoesOnFromTheStoredMarkWhenTheClockWentBack) {
  FakeClock clock;
  const TimeMs stored = clock.time + std::chrono::hours(1);
  RecordedMark mark;
  SnowflakeGenerator ids(0, stored, clock, &mark);
  EXPECT_EQ(snowflake_time(ids.next()), stored + milliseconds(1));
  ASSERT_EQ(mark.calls.size(), 1u);
  EXPECT_EQ(mark.calls[0], stored + milliseconds(1001));
}

TEST(SnowflakeGenerator, AKilledServerNeverRepeatsAnId) {
  FakeClock clock;
  SeededRandom random(7);
  RecordedMark mark;
  std::uint64_t last = 0;
  TimeMs stored;
  for (int life = 0; life < 200; ++life) {
    clock.time = clock.time + wait_before_ids(stored, clock.time);
    SnowflakeGenerator ids(0, stored, clock, &mark);
    for (std::uint64_t i = random.below(30'000); i > 0; --i) {
      const std::uint64_t id = ids.next();
      ASSERT_GT(id, last) << "seed 7, life " << life;
      last = id;
    }
    if (!mark.calls.empty()) stored = mark.calls.back();  // killed: nothing newer was stored
    clock.time = clock.time + milliseconds(static_cast<std::int64_t>(random.below(10'000)) - 5'000);
  }
}

TEST(SnowflakeGenerator, AStartWaitsASecondAtMost) {
  const TimeMs now(1'800'000'000'000);
  EXPECT_EQ(wait_before_ids(TimeMs(), now), milliseconds(0));
  EXPECT_EQ(wait_before_ids(now - milliseconds(1), now), milliseconds(0));
  EXPECT_EQ(wait_before_ids(now, now), milliseconds(1));
  EXPECT_EQ(wait_before_ids(now + milliseconds(700), now), milliseconds(701));
  EXPECT_EQ(wait_before_ids(now + std::chrono::hours(1), now), milliseconds(1000));
}

Task<void> collect(Cores& cores, CoreIds& ids, std::set<std::uint64_t>& all, bool& right_node) {
  right_node = true;
  for (unsigned round = 0; round < 100; ++round) {
    for (unsigned i = 0; i < cores.size(); ++i) {
      co_await hop(cores.at(i));
      const auto id = ids.make<UserId>();
      all.insert(id.value);
      right_node = right_node && node_of(id.value) == i;
    }
  }
}

TEST(CoreIds, GivesEveryCoreIdsOfItsOwnNode) {
  Cores cores(3, system_clock());
  cores.start();
  CoreIds ids(3, TimeMs(), system_clock(), nullptr);
  std::set<std::uint64_t> all;
  bool right_node = false;
  run_blocking(cores.at(0), collect(cores, ids, all, right_node));
  cores.stop();
  EXPECT_EQ(all.size(), 300u);
  EXPECT_TRUE(right_node);
  EXPECT_EQ(ids.used(), snowflake_time(*all.rbegin()));
}

}  // namespace
}  // namespace rookery
