#include "embedded/database_ids.h"

#include <gtest/gtest.h>

#include "embedded/database_fixture.h"
#include "embedded/keys.h"

namespace rookery::embedded {
namespace {

using HighWaterMarkTest = DatabaseFixture;

TEST_F(HighWaterMarkTest, ANewInstallationHasNone) {
  open();
  EXPECT_EQ(RocksHighWaterMark(database()).stored().value(), TimeMs());
}

TEST_F(HighWaterMarkTest, TheHighestOfAllCoresCountsAfterARestart) {
  open();
  RocksHighWaterMark mark(database());
  for (const auto& [core, ms] : {std::pair(0u, 500), std::pair(1u, 700), std::pair(0u, 600)}) {
    run_blocking(cores().at(core), [](HighWaterMark& m, TimeMs time) -> Task<void> {
      m.reserve_up_to(time);
      co_return;
    }(mark, TimeMs(ms)));
  }
  reopen();
  EXPECT_EQ(RocksHighWaterMark(database()).stored().value(), TimeMs(700));
}

TEST_F(HighWaterMarkTest, AMarkIsDurableWithTheNextThingItsCoreWrites) {
  hooks_.upkeep = std::chrono::hours(1'000);
  open();
  on_core(0, [](Database& db) -> Task<void> {
    RocksHighWaterMark mark(db);
    mark.reserve_up_to(TimeMs(900));
    Batch batch;
    batch.put(Family::kState, meta_key("something"), "made");
    EXPECT_TRUE((co_await db.commit(std::move(batch))).has_value());
    EXPECT_EQ(mark.stored().value(), TimeMs(900));
    EXPECT_EQ(db.counters().batches, 1u);
  });
}

TEST_F(HighWaterMarkTest, ACleanStopStoresTheExactValue) {
  open();
  on_core(0, [](Database& db) -> Task<void> {
    RocksHighWaterMark(db).reserve_up_to(TimeMs(1'900));
    co_return;
  });
  reopen();
  EXPECT_TRUE(RocksHighWaterMark(database()).store_exactly(TimeMs(1'000)).has_value());
  reopen();
  EXPECT_EQ(RocksHighWaterMark(database()).stored().value(), TimeMs(1'000));
}

struct MovedClock final : Clock {
  TimeMs now() const override { return time; }
  SteadyTime steady_now() const override { return {}; }
  TimeMs time{1'800'000'000'000};
};

TEST_F(HighWaterMarkTest, IdsAscendOverRestartsWhileTheClockJumpsAnHourEitherWay) {
  MovedClock clock;
  std::uint64_t last = 0;
  for (const auto jump : {0, 1, -1, -1, 1, -1}) {
    clock.time = clock.time + std::chrono::hours(jump);
    open();
    RocksHighWaterMark mark(database());
    CoreIds ids(2, mark.stored().value(), clock, &mark);
    std::vector<std::uint64_t> given;
    const auto give = [](IdSource& source, MovedClock& moved, std::vector<std::uint64_t>& out) -> Task<void> {
      for (const auto hour : {0, 1, -1, 0}) {  // and while it runs
        moved.time = moved.time + std::chrono::hours(hour);
        for (int i = 0; i < 100; ++i) out.push_back(source.next());
      }
      co_return;
    };
    run_blocking(cores().at(0), give(ids, clock, given));
    for (const std::uint64_t id : given) {
      ASSERT_GT(id, last);
      last = id;
    }
    close();  // the mark alone is kept, as after a kill
  }
}

}  // namespace
}  // namespace rookery::embedded
