#include "embedded/database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <span>
#include <thread>

#include "embedded/database_fixture.h"
#include "embedded/keys.h"

namespace rookery::embedded {
namespace {

const ChannelId kChannel(1);

Batch put_state(std::string_view key, std::string_view value) {
  Batch batch;
  batch.put(Family::kState, key, value);
  return batch;
}

using DatabaseTest = DatabaseFixture;

TEST_F(DatabaseTest, WhatWasCommittedIsReadableAtOnceAndAfterAReopen) {
  open();
  on_core(0, [](Database& db) -> Task<void> {
    Batch batch = put_state("zkey", "value");
    const Status done = co_await db.commit(std::move(batch));
    EXPECT_TRUE(done.has_value());
    const auto found = co_await db.get(Family::kState, "zkey");
    EXPECT_EQ(found.value(), "value");
  });
  reopen();
  EXPECT_EQ(database().get_now(Family::kState, "zkey").value(), "value");
}

TEST_F(DatabaseTest, AnErasedRowIsGone) {
  open();
  database().commit_now(put_state("zkey", "value"));
  Batch batch;
  batch.erase(Family::kState, "zkey");
  database().commit_now(std::move(batch));
  EXPECT_EQ(database().get_now(Family::kState, "zkey").value(), std::nullopt);
}

TEST_F(DatabaseTest, LogOffsetsAreDenseOverRestarts) {
  open();
  for (std::uint64_t round = 0; round < 3; ++round) {
    Batch batch;
    batch.log_entry("first of " + std::to_string(round));
    batch.log_entry("second of " + std::to_string(round));
    database().commit_now(std::move(batch));
    EXPECT_EQ(database().last_offset(), 2 * round + 2);
    reopen();
    EXPECT_EQ(database().last_offset(), 2 * round + 2);
  }
  const auto rows = database().read_log_now(2, 3).value();
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].offset, 3u);
  EXPECT_EQ(rows[0].value, "first of 1");
  EXPECT_EQ(rows[2].value, "first of 2");
  EXPECT_TRUE(database().read_log_now(6, 10).value().empty());
}

TEST_F(DatabaseTest, AScanGoesBothWaysAndStaysInItsRange) {
  open();
  Batch batch;
  for (std::uint64_t rev = 1; rev <= 5; ++rev) batch.put(Family::kHistory, change_key(kChannel, rev), std::to_string(rev));
  batch.put(Family::kHistory, change_key(ChannelId(2), 1), "another channel's");
  database().commit_now(std::move(batch));
  const auto values = [this](const ScanRange& range) {
    std::string out;
    for (const auto& [key, value] : database().scan_now(Family::kHistory, range).value()) out += value;
    return out;
  };
  EXPECT_EQ(values(ScanRange::of_prefix(change_prefix(kChannel), 100)), "12345");
  EXPECT_EQ(values(ScanRange::of_prefix(change_prefix(kChannel), 2)), "12");
  EXPECT_EQ(values(ScanRange::of_prefix(change_prefix(kChannel), 2, /*reverse=*/true)), "54");
  EXPECT_EQ(values({.from = change_key(kChannel, 2), .to = change_key(kChannel, 4), .limit = 100, .reverse = false}), "23");
  EXPECT_EQ(values({.from = change_key(kChannel, 2), .to = change_key(kChannel, 4), .limit = 100, .reverse = true}), "32");
  EXPECT_EQ(values(ScanRange::of_prefix(change_prefix(ChannelId(3)), 100)), "");
  EXPECT_EQ(values(ScanRange::of_prefix(change_prefix(kChannel), 0)), "");
}

TEST_F(DatabaseTest, WhatMemoryHasIsAnsweredWithoutThePool) {
  open();
  database().commit_now(put_state("zkey", "value"));
  const auto found = database().try_get(Family::kState, "zkey");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(*found, "value");
  EXPECT_EQ(database().try_get(Family::kState, "zother"), std::optional<std::optional<std::string>>(std::in_place));
  EXPECT_EQ(database().try_scan(Family::kState, ScanRange::of_prefix("zk", 10)).value().size(), 1u);
}

TEST_F(DatabaseTest, WhatIsOnlyOnTheDiskIsReadByThePoolAndThenKeptInMemory) {
  open();
  Batch batch;
  for (std::uint64_t seq = 1; seq <= 5; ++seq) batch.put(Family::kHistory, message_key(kChannel, seq), std::to_string(seq));
  database().commit_now(std::move(batch));
  ASSERT_TRUE(database().compact_all().has_value());
  reopen();
  EXPECT_EQ(database().try_get(Family::kHistory, message_key(kChannel, 3)), std::nullopt);
  EXPECT_EQ(database().try_scan(Family::kHistory, ScanRange::of_prefix(message_prefix(kChannel), 10)), std::nullopt);
  on_core(1, [](Database& db) -> Task<void> {
    ScanRange range = ScanRange::of_prefix(message_prefix(kChannel), 2);
    const auto rows = co_await db.scan(Family::kHistory, std::move(range));
    EXPECT_EQ(Core::current().index(), 1u);
    EXPECT_EQ(rows.value().at(0).second, "5");
    EXPECT_EQ(rows.value().at(1).second, "4");
    EXPECT_EQ((co_await db.get(Family::kHistory, message_key(kChannel, 3))).value(), "3");
    ScanRange all = ScanRange::of_prefix(message_prefix(kChannel), 100);
    EXPECT_EQ((co_await db.count(Family::kHistory, std::move(all))).value(), 5u);
  });
  EXPECT_EQ(database().try_get(Family::kHistory, message_key(kChannel, 3)).value(), "3");
  EXPECT_EQ(database().try_scan(Family::kHistory, ScanRange::of_prefix(message_prefix(kChannel), 10)).value().size(), 5u);
}

TEST_F(DatabaseTest, AScanOfOneChannelIsRightInMemoryAndOnDiskTogether) {
  open();
  for (std::uint64_t seq = 1; seq <= 10; ++seq) {
    for (std::uint64_t channel = 1; channel <= 3; ++channel) {
      Batch batch;
      batch.put(Family::kHistory, message_key(ChannelId(channel), seq), std::to_string(channel) + ":" + std::to_string(seq));
      database().commit_now(std::move(batch));
    }
    if (seq == 5) {
      ASSERT_TRUE(database().compact_all().has_value());
    }
  }
  const ScanRange middle{
      .from = message_key(ChannelId(2), 7), .to = prefix_end(message_prefix(ChannelId(2))), .limit = 4, .reverse = false};
  const auto rows = database().scan_now(Family::kHistory, middle).value();
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows.front().second, "2:7");
  EXPECT_EQ(rows.back().second, "2:4");
}

class FixedClock final : public Clock {
 public:
  TimeMs now() const override { return TimeMs(unix_ms.load()); }
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  std::atomic<std::int64_t> unix_ms = 20'000 * std::int64_t{24 * 3600 * 1000};
};

TEST_F(DatabaseTest, NoncesOfDaysBeforeYesterdayGoByThemselves) {
  FixedClock clock;
  hooks_.clock = &clock;
  hooks_.upkeep = std::chrono::milliseconds(1);
  open();
  const auto row = [](std::uint32_t day) { return recent_key(day, kChannel, UserId(1), "n"); };
  Batch batch;
  batch.put(Family::kRecent, row(20'000), "1");
  database().commit_now(std::move(batch));
  ASSERT_TRUE(database().compact_all().has_value());
  clock.unix_ms += 24 * 3600 * 1000;     // that day is yesterday now
  for (const char* tick : {"1", "2"}) {  // what is unsynced is written at the end of an upkeep; the second saw the new day from its start
    Batch rider;
    rider.put(Family::kState, meta_key("tick"), tick);
    database().commit_unsynced(std::move(rider));
    while (database().get_now(Family::kState, meta_key("tick")).value() != tick) std::this_thread::yield();
  }
  EXPECT_EQ(database().get_now(Family::kRecent, row(20'000)).value(), "1");
  clock.unix_ms += 24 * 3600 * 1000;
  while (database().get_now(Family::kRecent, row(20'000)).value()) std::this_thread::yield();
}

TEST_F(DatabaseTest, TheWriteAheadLogStaysShortEnoughToBeReplayedSoon) {
  open();
  const std::string large(4 << 20, 'x');
  for (std::uint64_t i = 1; i <= 64; ++i) {  // 256 MiB
    Batch batch;
    batch.put(Family::kHistory, message_key(kChannel, i), large);
    batch.log_entry("row");  // a little in another family, which holds on to the log for long
    database().commit_now(std::move(batch));
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (database().figures().log_bytes > 224u << 20 && std::chrono::steady_clock::now() < until) {
    database().commit_now(put_state("zkey", "with each write it is looked whether the log is too long"));
  }
  EXPECT_LE(database().figures().log_bytes, 224u << 20);
  EXPECT_EQ(database().read_log_now(0, 100).value().size(), 64u);
}

// Random bytes: no block that holds them is stored compressed.
std::string incompressible() {
  std::string bytes(4096, '\0');
  system_random().fill(std::span(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()));
  return bytes;
}

bool stands_in_a_file(const std::string& directory, const std::string& wanted) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (bytes.find(wanted.substr(wanted.size() / 2, 32)) != std::string::npos) return true;
  }
  return false;
}

TEST_F(DatabaseTest, WhatWasDeletedLeavesTheDiskWithACompaction) {
  const std::string deleted = incompressible();
  const std::string kept = incompressible();
  open();
  Batch batch;
  batch.put(Family::kHistory, message_key(kChannel, 1), deleted);
  batch.put(Family::kHistory, message_key(kChannel, 2), kept);
  batch.log_entry("row");
  database().commit_now(std::move(batch));
  ASSERT_TRUE(database().compact_all().has_value());
  close();
  for (const std::string& content : {deleted, kept})
    ASSERT_TRUE(stands_in_a_file(directory(), content)) << "what is looked for can be found";
  open();
  Batch change;
  change.put(Family::kHistory, message_key(kChannel, 1), "deleted");
  database().commit_now(std::move(change));
  ASSERT_TRUE(database().compact_all().has_value());
  close();
  EXPECT_FALSE(stands_in_a_file(directory(), deleted));
  EXPECT_TRUE(stands_in_a_file(directory(), kept));
}

}  // namespace
}  // namespace rookery::embedded
