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

}  // namespace
}  // namespace rookery::embedded
