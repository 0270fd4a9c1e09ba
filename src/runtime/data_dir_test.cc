#include "runtime/data_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace rookery {
namespace {

class DataDirTest : public testing::Test {
 protected:
  DataDirTest() {
    path_ = (std::filesystem::temp_directory_path() / "rookery-data-XXXXXX").string();
    EXPECT_NE(::mkdtemp(path_.data()), nullptr);
  }
  ~DataDirTest() override { std::filesystem::remove_all(path_); }

  static ::mode_t mode_of(const std::string& path) {
    struct stat found{};
    EXPECT_EQ(::stat(path.c_str(), &found), 0);
    return found.st_mode & 0777;
  }

  std::string path_;
};

TEST_F(DataDirTest, IsMadeForItsOwnerAlone) {
  const auto directory = DataDir::open_data_dir(path_ + "/a/b/");
  ASSERT_TRUE(directory.has_value()) << directory.error().sentence();
  EXPECT_EQ(directory->path(), path_ + "/a/b");
  EXPECT_EQ(mode_of(directory->path()), 0700u);
  EXPECT_EQ(directory->file("x"), path_ + "/a/b/x");
}

TEST_F(DataDirTest, IsClosedToOthersWhenItWasOpen) {
  ASSERT_EQ(::chmod(path_.c_str(), 0755), 0);
  ASSERT_TRUE(DataDir::open_data_dir(path_).has_value());
  EXPECT_EQ(mode_of(path_), 0700u);
}

TEST_F(DataDirTest, SecondServerIsRefusedAndToldWhoHasIt) {
  auto first = DataDir::open_data_dir(path_);
  ASSERT_TRUE(first.has_value());
  const auto second = DataDir::open_data_dir(path_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kTaken);
  EXPECT_EQ(second.error().message, "the data directory " + path_ + " is in use by process " + std::to_string(::getpid()));
}

TEST_F(DataDirTest, IsFreeAgainWhenItsHolderIsGone) {
  {
    auto first = DataDir::open_data_dir(path_);
    ASSERT_TRUE(first.has_value());
    const DataDir moved = *std::move(first);
    EXPECT_FALSE(DataDir::open_data_dir(path_).has_value());
  }
  EXPECT_TRUE(DataDir::open_data_dir(path_).has_value());
}

TEST_F(DataDirTest, AFileInItsPlaceIsRefused) {
  std::ofstream(path_ + "/file") << "x";
  EXPECT_THAT(DataDir::open_data_dir(path_ + "/file").error().message, testing::HasSubstr("is not a directory"));
  EXPECT_FALSE(DataDir::open_data_dir(path_ + "/file/below").has_value());
}

}  // namespace
}  // namespace rookery
