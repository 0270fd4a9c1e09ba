// The committer as Database shows it: what is gathered, in which order it is answered, what outlives a power cut.
#include "embedded/committer.h"

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <semaphore>

#include "embedded/database_fixture.h"
#include "embedded/keys.h"
#include "faults/volatile_disk.h"

namespace rookery::embedded {
namespace {

constexpr std::chrono::hours kNever{1'000};

class CommitterTest : public DatabaseFixture {
 protected:
  CommitterTest() : DatabaseFixture(3) { hooks_.upkeep = kNever; }
};

std::string key_of(unsigned core, unsigned number) { return meta_key(std::to_string(core) + "/" + std::to_string(number)); }

// Remembers, on its core, when it was answered.
struct Recorded final : CommitRequest {
  struct Log {
    std::vector<unsigned> answered;  // of one core, touched there only
    unsigned wrong_core = 0;
    std::latch* all = nullptr;
  };
  void deliver() noexcept override {
    if (Core::current().index() != core) ++log->wrong_core;
    log->answered.push_back(number);
    log->all->count_down();
  }
  Log* log = nullptr;
  unsigned core = 0;
  unsigned number = 0;
};

TEST_F(CommitterTest, EachCoreIsAnsweredInTheOrderInWhichItSubmitted) {
  open();
  constexpr unsigned kEach = 500;
  std::latch all(static_cast<std::ptrdiff_t>(kEach * cores().size()));
  std::vector<Recorded::Log> logs(cores().size());
  std::vector<std::vector<Recorded>> requests;
  for (unsigned core = 0; core < cores().size(); ++core) requests.emplace_back(kEach);
  for (unsigned core = 0; core < cores().size(); ++core) {
    logs[core].all = &all;
    cores().at(core).post_function([&, core] {
      for (unsigned i = 0; i < kEach; ++i) {
        Recorded& request = requests[core][i];
        request.log = &logs[core];
        request.core = core;
        request.number = i;
        request.batch.put(Family::kState, meta_key("last of " + std::to_string(core)), std::to_string(i));
        request.batch.log_entry(std::to_string(i));
        database().submit(request);
      }
    });
  }
  all.wait();
  std::vector<std::uint64_t> offsets;
  for (unsigned core = 0; core < cores().size(); ++core) {
    EXPECT_EQ(logs[core].wrong_core, 0u);
    EXPECT_TRUE(std::ranges::is_sorted(logs[core].answered));
    EXPECT_EQ(database().get_now(Family::kState, meta_key("last of " + std::to_string(core))).value(), std::to_string(kEach - 1));
    for (unsigned i = 0; i < kEach; ++i) {
      if (i > 0) {
        EXPECT_GT(requests[core][i].first_offset(), requests[core][i - 1].first_offset());
      }
      offsets.push_back(requests[core][i].first_offset());
    }
  }
  std::ranges::sort(offsets);
  for (std::size_t i = 0; i < offsets.size(); ++i) ASSERT_EQ(offsets[i], i + 1);
  EXPECT_LT(database().counters().batches, database().counters().requests);
}

struct Counted final : CommitRequest {
  void deliver() noexcept override { all->count_down(); }
  std::latch* all = nullptr;
};

TEST_F(CommitterTest, WhatGathersDuringAWriteIsOneBatch) {
  std::counting_semaphore<> may_write(0);
  std::binary_semaphore writing(0);
  hooks_.before_write = [&] {
    writing.release();
    may_write.acquire();
  };
  open();
  std::latch all(11);
  std::vector<Counted> requests(11);
  for (unsigned i = 0; i < 11; ++i) {
    requests[i].all = &all;
    requests[i].batch.put(Family::kState, key_of(0, i), "x");
  }
  // The first write's rows are taken when it begins, so a batch of one is let through first.
  cores().at(0).post_function([&] { database().submit(requests[0]); });
  writing.acquire();
  may_write.release();
  while (database().counters().batches < 1) std::this_thread::yield();
  EXPECT_EQ(database().counters().requests, 1u);
  // These ten wait while the committer is held before its next write.
  run_blocking(cores().at(0), [](Database& db, std::vector<Counted>& waiting) -> Task<void> {
    for (unsigned i = 1; i < 11; ++i) db.submit(waiting[i]);
    co_return;
  }(database(), requests));
  writing.acquire();
  may_write.release();
  all.wait();
  EXPECT_EQ(database().counters().batches, 2u);
  EXPECT_EQ(database().counters().requests, 11u);
  EXPECT_EQ(database().counters().operations, 11u);
  may_write.release();  // for the close
}

TEST_F(CommitterTest, AnUnsyncedCommitRidesInTheNextBatch) {
  open();
  Batch rider;
  rider.put(Family::kState, follower_key("search"), "7");
  database().commit_unsynced(std::move(rider));
  Batch batch;
  batch.put(Family::kState, key_of(0, 0), "x");
  database().commit_now(std::move(batch));
  EXPECT_EQ(database().get_now(Family::kState, follower_key("search")).value(), "7");
  EXPECT_EQ(database().counters().batches, 1u);
}

TEST_F(CommitterTest, AnUnsyncedCommitIsWrittenByTheUpkeepWhenNothingElseComes) {
  hooks_.upkeep = std::chrono::milliseconds(1);
  open();
  Batch rider;
  rider.put(Family::kState, follower_key("search"), "7");
  database().commit_unsynced(std::move(rider));
  while (!database().get_now(Family::kState, follower_key("search")).value()) std::this_thread::yield();
  while (database().counters().batches < 1) std::this_thread::yield();  // counted after it can be read
  EXPECT_EQ(database().counters().batches, 1u);
}

TEST_F(CommitterTest, AnUnsyncedCommitIsThereAfterAClose) {
  open();
  Batch rider;
  rider.put(Family::kState, follower_key("search"), "7");
  database().commit_unsynced(std::move(rider));
  reopen();
  EXPECT_EQ(database().get_now(Family::kState, follower_key("search")).value(), "7");
}

TEST_F(CommitterTest, WhatWasAcknowledgedOutlivesAPowerCut) {
  auto files = std::make_shared<faults::VolatileDisk>();
  const auto env = rocksdb::NewCompositeEnv(files);
  hooks_.env = env.get();
  open();
  for (unsigned i = 0; i < 50; ++i) {
    Batch batch;
    batch.put(Family::kState, key_of(0, i), "x");
    batch.log_entry("row");
    database().commit_now(std::move(batch));
    if (i % 10 != 0) continue;
    const std::string copy = directory() + "-cut-" + std::to_string(i);
    std::filesystem::copy(directory(), copy, std::filesystem::copy_options::recursive);
    DatabaseOptions after;
    after.directory = copy;
    auto opened = Database::open(after);
    ASSERT_TRUE(opened.has_value()) << opened.error().sentence();
    EXPECT_EQ((*opened)->last_offset(), i + 1);
    for (unsigned k = 0; k <= i; ++k) EXPECT_EQ((*opened)->get_now(Family::kState, key_of(0, k)).value(), "x");
  }
  close();
}

TEST_F(CommitterTest, ThePowerCutOfTheseTestsLosesWhatWasNotSynced) {
  auto files = std::make_shared<faults::VolatileDisk>();
  const auto env = rocksdb::NewCompositeEnv(files);
  hooks_.env = env.get();
  hooks_.upkeep = std::chrono::milliseconds(1);
  open();
  Batch rider;
  rider.put(Family::kState, follower_key("search"), "7");
  database().commit_unsynced(std::move(rider));
  while (!database().get_now(Family::kState, follower_key("search")).value()) std::this_thread::yield();
  std::filesystem::copy(directory(), directory() + "-cut", std::filesystem::copy_options::recursive);
  DatabaseOptions after;
  after.directory = directory() + "-cut";
  auto opened = Database::open(after);
  ASSERT_TRUE(opened.has_value()) << opened.error().sentence();
  EXPECT_EQ((*opened)->get_now(Family::kState, follower_key("search")).value(), std::nullopt);
  close();
}

}  // namespace
}  // namespace rookery::embedded
