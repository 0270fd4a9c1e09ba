#include "embedded/watermark.h"

#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include <filesystem>
#include <fstream>

#include "base/random.h"

namespace rookery::embedded {
namespace {

class WatermarkTest : public ::testing::Test {
 protected:
  WatermarkTest() { std::filesystem::create_directory(directory_); }
  ~WatermarkTest() override { std::filesystem::remove_all(directory_); }

  void flip_byte(std::streamoff at) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const int byte = file.get();
    file.seekp(at);
    file.put(static_cast<char>(byte ^ 1));
  }

  rocksdb::FileSystem& files_ = *rocksdb::FileSystem::Default();
  const std::string directory_ = std::filesystem::temp_directory_path().string() + "/rookery-" + system_random().token(9);
  const std::string path_ = directory_ + "/watermark";
};

TEST_F(WatermarkTest, AFileThatIsNotThereIsNone) { EXPECT_EQ(Watermark::read(files_, path_).value(), std::nullopt); }

TEST_F(WatermarkTest, TheLastMarkIsReadBack) {
  ASSERT_TRUE(Watermark::create(files_, path_, {.offset = 1, .sequence = 2}));
  EXPECT_EQ(Watermark::read(files_, path_).value(), (Mark{.offset = 1, .sequence = 2}));
  {
    auto watermark = Watermark::open(files_, path_).value();
    for (std::uint64_t i = 2; i <= 5; ++i) ASSERT_TRUE(watermark.advance({.offset = i, .sequence = 10 * i}));
    ASSERT_TRUE(watermark.sync());
  }
  EXPECT_EQ(Watermark::read(files_, path_).value(), (Mark{.offset = 5, .sequence = 50}));
  auto watermark = Watermark::open(files_, path_).value();
  ASSERT_TRUE(watermark.advance({.offset = 6, .sequence = 60}));
  EXPECT_EQ(Watermark::read(files_, path_).value(), (Mark{.offset = 6, .sequence = 60}));
}

TEST_F(WatermarkTest, WhereFamiliesWereWrittenIsReadBack) {
  const Mark mark{.offset = 5, .sequence = 9, .families = {{{3, 7}, {3, 9}, {}, {~0ull, 8}}}};
  ASSERT_TRUE(Watermark::create(files_, path_, mark));
  EXPECT_EQ(Watermark::read(files_, path_).value(), mark);
}

// Its records of 32 bytes know of no families: 52 4b 57 4d, number, offset, sequence, CRC-32C.
TEST_F(WatermarkTest, AFileOfTheFirstFormIsReadAndGoesOnInTheNewOne) {
  const std::string first("RKWM\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\x09", 28);
  const std::string crc = "\x8c\x26\xcf\xf1";
  std::ofstream(path_, std::ios::binary) << first << crc << std::string(4096 - 32, '\0') << std::string(32, '\0');
  EXPECT_EQ(Watermark::read(files_, path_).value(), (Mark{.offset = 5, .sequence = 9}));
  const Mark next{.offset = 6, .sequence = 10, .families = {{{3, 10}, {}, {}, {}}}};
  auto watermark = Watermark::open(files_, path_).value();
  ASSERT_TRUE(watermark.advance(next));  // number 3: the second slot
  EXPECT_EQ(Watermark::read(files_, path_).value(), next);
  ASSERT_TRUE(watermark.advance({.offset = 7, .sequence = 11}));
  EXPECT_EQ(Watermark::read(files_, path_).value(), (Mark{.offset = 7, .sequence = 11}));
}

TEST_F(WatermarkTest, ATornRecordLeavesTheOneBefore) {
  ASSERT_TRUE(Watermark::create(files_, path_, {.offset = 1, .sequence = 1}));
  auto watermark = Watermark::open(files_, path_).value();
  ASSERT_TRUE(watermark.advance({.offset = 2, .sequence = 2}));  // number 3: the second slot
  ASSERT_TRUE(watermark.advance({.offset = 3, .sequence = 3}));  // number 4: the first slot
  for (std::streamoff at = 0; at < 96; ++at) {
    flip_byte(at);
    EXPECT_EQ(Watermark::read(files_, path_).value(), (Mark{.offset = 2, .sequence = 2})) << "byte " << at;
    flip_byte(at);
  }
  EXPECT_EQ(Watermark::read(files_, path_).value(), (Mark{.offset = 3, .sequence = 3}));
}

TEST_F(WatermarkTest, TwoDamagedRecordsAreAnError) {
  ASSERT_TRUE(Watermark::create(files_, path_, {.offset = 1, .sequence = 1}));
  flip_byte(20);
  flip_byte(4096 + 20);
  const auto read = Watermark::read(files_, path_);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("damaged"), std::string::npos);
  EXPECT_FALSE(Watermark::open(files_, path_));
}

TEST_F(WatermarkTest, AnEmptyFileIsAnError) {
  std::ofstream(path_).close();
  EXPECT_FALSE(Watermark::read(files_, path_));
}

}  // namespace
}  // namespace rookery::embedded
