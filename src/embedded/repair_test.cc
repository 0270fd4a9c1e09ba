#include "embedded/repair.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "embedded/database_fixture.h"
#include "embedded/keys.h"
#include "embedded/row_codec.h"
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
      message.content = "message";
      batch.put(Family::kHistory, message_key(ChannelId(1), seq), encode(message));
      batch.log_entry(encode(LogEntry{EventKind::kMessageCreate, ChannelId(1), seq}));
      database().commit_now(std::move(batch));
    }
    close();
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
  EXPECT_FALSE(give_up_lost_end(directory()).has_value());
  open();
  EXPECT_EQ(database().last_offset(), 3u);
}

TEST_F(RepairTest, ALostEndIsToldAndCanBeGivenUp) {
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
  const Status given_up = give_up_lost_end(directory());
  ASSERT_TRUE(given_up.has_value()) << given_up.error().sentence();
  open();
  EXPECT_EQ(database().last_offset(), 39u);
  EXPECT_EQ(database().read_log_now(0, 100).value().size(), 39u);
  EXPECT_NE(database().epoch(), epoch);
}

TEST_F(RepairTest, ADamagedMiddleOfTheWriteAheadLogIsGivenUpFromThereOn) {
  commit(20);
  const std::string wal = file_ending(".log");
  {
    std::fstream file(wal, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(wal) / 2));
    file.write("\xff\xff\xff\xff", 4);
  }
  EXPECT_THAT(refusal(), HasSubstr("`rookery repair`"));
  ASSERT_TRUE(give_up_lost_end(directory()).has_value());
  open();
  const std::uint64_t end = database().last_offset();
  EXPECT_GT(end, 0u);
  EXPECT_LT(end, 20u);
  for (std::uint64_t seq = 1; seq <= 20; ++seq) {
    EXPECT_EQ(database().get_now(Family::kHistory, message_key(ChannelId(1), seq)).value().has_value(), seq <= end);
  }
}

TEST_F(RepairTest, ADamagedTableIsToldAndNotGivenUp) {
  commit(20);
  open();
  ASSERT_TRUE(database().compact_all().has_value());
  close();
  {
    std::fstream file(file_ending(".sst"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(10);
    file.write("\xff\xff\xff\xff", 4);
  }
  const auto report = inspect_data_dir(directory());
  ASSERT_TRUE(report.has_value()) << report.error().sentence();
  EXPECT_FALSE(report->whole);
  EXPECT_THAT(report->text, HasSubstr("DAMAGED"));
  EXPECT_FALSE(give_up_lost_end(directory()).has_value());
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
