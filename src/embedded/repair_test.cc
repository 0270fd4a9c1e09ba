#include "embedded/repair.h"

#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include <filesystem>
#include <fstream>
#include <semaphore>

#include "embedded/committer.h"
#include "embedded/database_fixture.h"
#include "embedded/database_store.h"
#include "embedded/keys.h"
#include "embedded/row_codec.h"
#include "model/channel.h"
#include "model/message.h"

namespace rookery::embedded {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RepairTest : public DatabaseFixture {
 protected:
  void commit(unsigned rows) {
    open();
    for (unsigned i = 0; i < rows; ++i) {
      Batch batch;
      const std::uint64_t seq = database().last_offset() + 1;
      Message message;
      message.id = MessageId(1'000 + seq);
      message.author = UserId(7);
      message.content = "a message of some length, so that a table has several blocks " + std::to_string(seq * 7'919'993);
      batch.put(Family::kHistory, message_key(ChannelId(1), seq), encode(message));
      batch.log_entry(encode(LogEntry{EventKind::kMessageCreate, ChannelId(1), seq}));
      database().commit_now(std::move(batch));
    }
    close();
  }
  void save() {
    const auto saved = save_what_is_left(directory());
    ASSERT_TRUE(saved.has_value()) << saved.error().sentence() << "\n" << inspect_data_dir(directory())->text;
    const auto report = inspect_data_dir(directory());
    ASSERT_TRUE(report.has_value());
    EXPECT_TRUE(report->whole) << *saved << report->text;
    bool kept = false;
    for (const auto& entry : fs::directory_iterator(directory())) {
      if (entry.path().filename().string().starts_with("damaged-")) kept = fs::exists(entry.path() / "db");
    }
    EXPECT_TRUE(kept);
  }
  static void damage(const std::string& path, std::uint64_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.write("\xff\xff\xff\xff", 4);
  }
  // How many of the channel's messages there are, from 1 without a hole.
  std::uint64_t seqs_there() {
    std::uint64_t seq = 0;
    while (database().get_now(Family::kHistory, message_key(ChannelId(1), seq + 1)).value()) ++seq;
    return seq;
  }
  // That is one of `history`.
  std::string largest_table() const {
    std::string largest;
    for (const auto& entry : fs::directory_iterator(directory() + "/db")) {
      if (entry.path().extension() != ".sst") continue;
      if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path().string();
    }
    return largest;
  }
  std::string file_ending(std::string_view end) const {
    for (const auto& entry : fs::directory_iterator(directory() + "/db")) {
      if (entry.path().string().ends_with(end)) return entry.path().string();
    }
    return {};
  }
};

TEST_F(RepairTest, AWholeDirectoryIsCalledWholeAndIsNotChanged) {
  commit(3);
  const auto report = inspect_data_dir(directory());
  ASSERT_TRUE(report.has_value()) << report.error().sentence();
  EXPECT_TRUE(report->whole) << report->text;
  EXPECT_THAT(report->text, HasSubstr("the log was synced up to row 3"));
  EXPECT_THAT(report->text, HasSubstr("ends at row 3"));
  EXPECT_FALSE(save_what_is_left(directory()).has_value());
  open();
  EXPECT_EQ(database().last_offset(), 3u);
}

TEST_F(RepairTest, ALostEndIsToldAndWhatStandsBeforeItIsSaved) {
  commit(20);
  open();
  const std::string epoch = database().epoch();
  close();
  commit(20);
  const std::string wal = file_ending(".log");
  fs::resize_file(wal, fs::file_size(wal) - 10);
  EXPECT_THAT(refusal(), HasSubstr("ends before what was acknowledged"));
  const auto report = inspect_data_dir(directory());
  ASSERT_TRUE(report.has_value()) << report.error().sentence();
  EXPECT_FALSE(report->whole);
  EXPECT_THAT(report->text, HasSubstr("LOST: 1 log rows"));
  EXPECT_THAT(report->text, HasSubstr("39 messages"));
  EXPECT_THAT(refusal(), HasSubstr("ends before what was acknowledged")) << "telling changes nothing";
  save();
  open();
  EXPECT_EQ(seqs_there(), 39u);
  EXPECT_EQ(database().last_offset(), 40u) << "offsets are not given again";
  EXPECT_NE(database().epoch(), epoch);
}

// The table of the log is ahead of the write-ahead log that history still needs.
TEST_F(RepairTest, ALogThatOnlySomeFamiliesNeedIsToldAndWhatIsThereIsSaved) {
  commit(3);
  open();  // tables of the three
  close();
  {
    auto store = *Store::open(directory() + "/db", {}, Store::Mode::kExisting);
    auto watermark = *Watermark::open(*rocksdb::FileSystem::Default(), directory() + "/watermark");
    Committer committer(*store, watermark, 3, nullptr);
    struct Request final : CommitRequest {
      void deliver() noexcept override { done.release(); }
      std::binary_semaphore done{0};
    } request;
    request.batch.put(Family::kHistory, message_key(ChannelId(1), 4), encode(Message()));
    request.batch.log_entry(encode(LogEntry{EventKind::kMessageCreate, ChannelId(1), 4}));
    committer.submit(request, /*synced=*/true);
    request.done.acquire();
    ASSERT_TRUE(store->db().Flush({}, store->family(Family::kLog)).ok());
    // What stands behind the loss is not given up with it.
    Request later;
    later.batch.put(Family::kHistory, message_key(ChannelId(1), 5), encode(Message()));
    later.batch.log_entry(encode(LogEntry{EventKind::kMessageCreate, ChannelId(1), 5}));
    committer.submit(later, /*synced=*/true);
    later.done.acquire();
  }
  std::vector<std::string> logs;
  for (const auto& entry : fs::directory_iterator(directory() + "/db")) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path().string());
  }
  ASSERT_EQ(logs.size(), 2u);
  std::ranges::sort(logs);
  for (const bool all : {false, true}) {
    fs::resize_file(logs[0], 0);
    if (all) {
      for (const std::string& log : logs) fs::remove(log);
    }
    for (int starts = 0; starts < 2; ++starts) EXPECT_THAT(refusal(), HasSubstr(all && starts == 0 ? "logs are gone" : "is damaged"));
    const auto report = inspect_data_dir(directory());
    ASSERT_TRUE(report.has_value()) << report.error().sentence();
    EXPECT_FALSE(report->whole);
    EXPECT_THAT(report->text, HasSubstr("LOST: writes to history"));
    EXPECT_THAT(report->text, HasSubstr(all ? "3 messages" : "4 messages"));
  }
  save();
  open();
  EXPECT_EQ(seqs_there(), 3u);
  EXPECT_EQ(database().last_offset(), 5u);
}

TEST_F(RepairTest, ADamagedMiddleOfTheWriteAheadLogIsGivenUpFromThereOn) {
  commit(20);
  const std::string wal = file_ending(".log");
  damage(wal, fs::file_size(wal) / 2);
  EXPECT_THAT(refusal(), HasSubstr("`rookery repair`"));
  save();
  open();
  EXPECT_GT(seqs_there(), 0u);
  EXPECT_LT(seqs_there(), 20u);
}

TEST_F(RepairTest, OfADamagedTableAllButTheDamagedBlockIsSavedAndPositionsStayDense) {
  commit(2'000);
  open();
  ASSERT_TRUE(database().compact_all().has_value());
  close();
  const std::string table = largest_table();
  ASSERT_FALSE(table.empty());
  damage(table, fs::file_size(table) / 2);
  const auto report = inspect_data_dir(directory());
  ASSERT_TRUE(report.has_value()) << report.error().sentence();
  EXPECT_FALSE(report->whole);
  EXPECT_THAT(report->text, HasSubstr("DAMAGED"));
  EXPECT_THAT(report->text, HasSubstr("LOST: channel 1: messages"));
  save();
  open();
  EXPECT_EQ(seqs_there(), 2'000u);
  std::size_t lost = 0;
  std::uint64_t id = 0;
  for (std::uint64_t seq = 1; seq <= 2'000; ++seq) {
    const auto row = database().get_now(Family::kHistory, message_key(ChannelId(1), seq));
    ASSERT_TRUE(row.has_value() && row->has_value()) << seq;
    const auto message = decode_message(**row);
    ASSERT_TRUE(message.has_value());
    EXPECT_GT(message->id.value, id);
    id = message->id.value;
    lost += message->deleted ? 1 : 0;
    EXPECT_EQ(message->content.empty(), message->deleted);
  }
  EXPECT_GT(lost, 0u);
  EXPECT_LT(lost, 1'000u);
}

TEST_F(RepairTest, WithoutItsListOfTablesEverythingIsSavedFromTheTables) {
  commit(50);
  open();
  ASSERT_TRUE(database().compact_all().has_value());
  close();
  commit(20);
  fs::remove(directory() + "/db/CURRENT");
  EXPECT_THAT(refusal(), HasSubstr("`rookery repair`"));
  save();
  open();
  EXPECT_EQ(seqs_there(), 70u);
}

TEST_F(RepairTest, WhatPointsAtLostMessagesIsMadeToAgree) {
  commit(20);
  open();
  const Roster roster{.id = ChannelId(1), .type = ChannelType::kGroup, .owner = UserId(7)};
  Batch batch;
  batch.put(Family::kState, channel_key(ChannelId(1)), encode(roster));
  batch.put(Family::kState, member_key(ChannelId(1), UserId(7)), encode(Member{.user = UserId(7)}));
  batch.put(Family::kState, member_key(ChannelId(1), UserId(8)), encode(Member{.user = UserId(8)}));
  batch.put(Family::kState, cursor_key(UserId(8), ChannelId(1)),
            encode(Cursor{.read_seq = 25, .delivered_seq = 30, .public_read_seq = 25}));
  batch.put(Family::kRecent, recent_key(1, ChannelId(1), UserId(7), "n"), encode(fold::NonceRecord{.seq = 25}));
  batch.put(Family::kState, pin_key(ChannelId(1), 25), "\1");
  batch.put(Family::kHistory, change_key(ChannelId(1), 2), encode(Change{.rev = 2, .kind = ChangeKind::kDelete, .seq = 3}));
  database().commit_now(std::move(batch));
  close();
  const auto report = inspect_data_dir(directory());
  ASSERT_TRUE(report.has_value());
  EXPECT_FALSE(report->whole);
  save();
  open();
  const auto cursor = decode_cursor(*database().get_now(Family::kState, cursor_key(UserId(8), ChannelId(1))).value());
  ASSERT_TRUE(cursor.has_value());
  EXPECT_EQ(*cursor, (Cursor{.read_seq = 20, .delivered_seq = 20, .public_read_seq = 20}));
  const auto own = decode_cursor(*database().get_now(Family::kState, cursor_key(UserId(7), ChannelId(1))).value());
  EXPECT_EQ(own->read_seq, 20u) << "who wrote has read";
  EXPECT_EQ(database().get_now(Family::kRecent, recent_key(1, ChannelId(1), UserId(7), "n")).value(), std::nullopt);
  EXPECT_EQ(database().get_now(Family::kState, pin_key(ChannelId(1), 25)).value(), std::nullopt);
  EXPECT_TRUE(database().get_now(Family::kState, mine_key(UserId(8), ChannelId(1))).value().has_value());
  const auto deleted = decode_message(*database().get_now(Family::kHistory, message_key(ChannelId(1), 3)).value());
  EXPECT_TRUE(deleted->deleted && deleted->content.empty());
  EXPECT_TRUE(database().get_now(Family::kHistory, change_key(ChannelId(1), 1)).value().has_value()) << "revs are dense";
}

TEST_F(RepairTest, AnEpochCanBeRenewedAfterABackupWasRestored) {
  commit(3);
  open();
  const std::string before = database().epoch();
  close();
  const auto renewed = renew_epoch(directory());
  ASSERT_TRUE(renewed.has_value()) << renewed.error().sentence();
  open();
  EXPECT_EQ(database().epoch(), *renewed);
  EXPECT_NE(*renewed, before);
  EXPECT_EQ(database().last_offset(), 3u);
}

TEST_F(RepairTest, WhatIsNoDataDirectoryIsAnError) {
  EXPECT_FALSE(inspect_data_dir(directory()).has_value());
  EXPECT_FALSE(fs::exists(directory()));
}

TEST_F(RepairTest, ADirectoryInUseIsAnError) {
  open();
  const auto report = inspect_data_dir(directory());
  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(report.error().message, HasSubstr("another server is using it"));
}

}  // namespace
}  // namespace rookery::embedded
