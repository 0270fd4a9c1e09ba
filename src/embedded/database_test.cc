#include "embedded/database.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace rookery::embedded
