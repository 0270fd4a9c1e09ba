#include "faults/volatile_disk.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "faults/failing_disk.h"
#include "faults/test_disk.h"

namespace rookery::faults {
namespace {

namespace fs = std::filesystem;

class VolatileDiskTest : public ::testing::Test {
 protected:
  VolatileDiskTest() { fs::create_directory(directory_); }
  ~VolatileDiskTest() override { fs::remove_all(directory_); }

  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  std::unique_ptr<rocksdb::FSWritableFile> make(const std::string& name, std::string_view text) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    EXPECT_TRUE(disk_->NewWritableFile(path(name), {}, &file, nullptr).ok());
    EXPECT_TRUE(file->Append(rocksdb::Slice(text.data(), text.size()), {}, nullptr).ok());
    return file;
  }
  void make_durable(const std::string& name, std::string_view text) {
    EXPECT_TRUE(make(name, text)->Sync({}, nullptr).ok());
    sync_directory();
  }
  rocksdb::IOStatus try_sync_directory() {
    std::unique_ptr<rocksdb::FSDirectory> directory;
    EXPECT_TRUE(disk_->NewDirectory(directory_, {}, &directory, nullptr).ok());
    return directory->Fsync({}, nullptr);
  }
  void sync_directory() { EXPECT_TRUE(try_sync_directory().ok()); }

  // As the process sees it; "none": there is no such file.
  std::string seen(const std::string& name) {
    std::unique_ptr<rocksdb::FSRandomAccessFile> file;
    if (!disk_->NewRandomAccessFile(path(name), {}, &file, nullptr).ok()) return "none";
    std::string text(1000, '\0');
    rocksdb::Slice found;
    EXPECT_TRUE(file->Read(0, text.size(), {}, &found, text.data(), nullptr).ok());
    return found.ToString();
  }
  // As it would be after a power cut.
  std::string left(const std::string& name) const {
    if (!fs::exists(path(name))) return "none";
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  std::set<std::string> children() {
    std::vector<std::string> names;
    EXPECT_TRUE(disk_->GetChildren(directory_, {}, &names, nullptr).ok());
    std::set<std::string> out(names.begin(), names.end());
    out.erase(".");
    out.erase("..");
    return out;
  }

  const std::string directory_ = fs::temp_directory_path().string() + "/rookery-" + system_random().token(9);
  std::shared_ptr<rocksdb::FileSystem> disk_ = std::make_shared<VolatileDisk>();
};

TEST_F(VolatileDiskTest, WhatWasNotSyncedIsReadBackAndIsNotOnTheDisk) {
  make_durable("a", "kept ");
  std::unique_ptr<rocksdb::FSWritableFile> file;
  ASSERT_TRUE(disk_->ReopenWritableFile(path("a"), {}, &file, nullptr).ok());
  ASSERT_TRUE(file->Append("lost", {}, nullptr).ok());
  EXPECT_EQ(seen("a"), "kept lost");
  EXPECT_EQ(left("a"), "kept ");
  ASSERT_TRUE(file->Sync({}, nullptr).ok());
  EXPECT_EQ(left("a"), "kept lost");
}

TEST_F(VolatileDiskTest, ANewFileAppearsWithItsDirectorysSyncAndHoldsWhatWasSynced) {
  const auto file = make("a", "synced ");
  ASSERT_TRUE(file->Sync({}, nullptr).ok());
  ASSERT_TRUE(file->Append("not", {}, nullptr).ok());
  EXPECT_EQ(seen("a"), "synced not");
  EXPECT_EQ(left("a"), "none");
  EXPECT_EQ(children(), std::set<std::string>{"a"});
  sync_directory();
  EXPECT_EQ(left("a"), "synced ");
  EXPECT_EQ(seen("a"), "synced not");
}

TEST_F(VolatileDiskTest, ARenameAndADeletionWaitForTheDirectorysSync) {
  make_durable("old", "old");
  make_durable("gone", "gone");
  ASSERT_TRUE(make("new", "new")->Sync({}, nullptr).ok());
  ASSERT_TRUE(disk_->RenameFile(path("new"), path("old"), {}, nullptr).ok());
  ASSERT_TRUE(disk_->DeleteFile(path("gone"), {}, nullptr).ok());
  EXPECT_EQ(seen("old"), "new");
  EXPECT_EQ(seen("new"), "none");
  EXPECT_EQ(seen("gone"), "none");
  EXPECT_EQ(children(), std::set<std::string>{"old"});
  EXPECT_EQ(left("old"), "old");
  EXPECT_EQ(left("gone"), "gone");
  sync_directory();
  EXPECT_EQ(left("old"), "new");
  EXPECT_EQ(left("new"), "none");
  EXPECT_EQ(left("gone"), "none");
}

TEST_F(VolatileDiskTest, WritesInTheMiddleAndCutsAreReadInTheirOrder) {
  make_durable("a", "0123456789");
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  ASSERT_TRUE(disk_->NewRandomRWFile(path("a"), {}, &file, nullptr).ok());
  ASSERT_TRUE(file->Write(2, "ab", {}, nullptr).ok());
  EXPECT_EQ(seen("a"), "01ab456789");
  ASSERT_TRUE(disk_->Truncate(path("a"), 3, {}, nullptr).ok());
  ASSERT_TRUE(file->Write(4, "c", {}, nullptr).ok());
  EXPECT_EQ(seen("a"), std::string("01a\0c", 5));
  EXPECT_EQ(left("a"), "0123456789");
  ASSERT_TRUE(file->Sync({}, nullptr).ok());
  EXPECT_EQ(left("a"), std::string("01a\0c", 5));
}

TEST_F(VolatileDiskTest, WithASeedSomeOfItSurvivesInItsOrder) {
  bool some = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    disk_ = std::make_shared<VolatileDisk>(seed);
    make_durable("a", "");
    std::unique_ptr<rocksdb::FSWritableFile> file;
    ASSERT_TRUE(disk_->ReopenWritableFile(path("a"), {}, &file, nullptr).ok());
    for (const char* text : {"one ", "two ", "three "}) ASSERT_TRUE(file->Append(text, {}, nullptr).ok());
    EXPECT_EQ(seen("a"), "one two three ");
    EXPECT_TRUE(std::string("one two three ").starts_with(left("a"))) << "seed " << seed;
    some = some || (left("a") != "" && left("a") != "one two three ");
  }
  EXPECT_TRUE(some);
}

TEST_F(VolatileDiskTest, ASyncThatFailedLosesWhatItShouldHaveKept) {
  disk_ = make_test_disk("volatile,fail-sync:3");
  ASSERT_NE(disk_, nullptr);
  make_durable("a", "kept ");  // the first two
  std::unique_ptr<rocksdb::FSWritableFile> file;
  ASSERT_TRUE(disk_->ReopenWritableFile(path("a"), {}, &file, nullptr).ok());
  ASSERT_TRUE(file->Append("lost ", {}, nullptr).ok());
  EXPECT_TRUE(file->Sync({}, nullptr).IsIOError());
  ASSERT_TRUE(file->Append("later", {}, nullptr).ok());
  EXPECT_TRUE(file->Sync({}, nullptr).ok());
  EXPECT_EQ(left("a"), std::string("kept \0\0\0\0\0later", 15));
}

TEST_F(VolatileDiskTest, AFailingDiskRefusesOneCallAndGoesOn) {
  disk_ = make_test_disk("fail-write:3");
  const auto file = make("a", "one ");  // the first two: made, and written to
  EXPECT_TRUE(file->Append("two ", {}, nullptr).IsIOError());
  EXPECT_TRUE(file->Append("three", {}, nullptr).ok());
  EXPECT_EQ(left("a"), "one twthree") << "half of the write that failed is there";

  disk_ = make_test_disk("full:1");
  std::unique_ptr<rocksdb::FSWritableFile> other;
  EXPECT_TRUE(disk_->NewWritableFile(path("b"), {}, &other, nullptr).IsNoSpace());
  EXPECT_TRUE(disk_->NewWritableFile(path("b"), {}, &other, nullptr).ok());

  disk_ = make_test_disk("fail-sync:2");
  EXPECT_TRUE(try_sync_directory().ok());
  EXPECT_TRUE(try_sync_directory().IsIOError());
  EXPECT_TRUE(try_sync_directory().ok());
}

TEST_F(VolatileDiskTest, ABrokenDiskRefusesEveryCallFromTheOneThatItFailedAndAFullOneEveryWrite) {
  disk_ = make_test_disk("fail-write:3+");
  const auto file = make("a", "one ");
  EXPECT_TRUE(file->Sync({}, nullptr).ok());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(file->Append("two ", {}, nullptr).IsIOError());
  EXPECT_TRUE(file->Sync({}, nullptr).IsIOError());
  EXPECT_TRUE(try_sync_directory().IsIOError());

  disk_ = make_test_disk("fail-sync:1+");
  const auto other = make("b", "one ");
  EXPECT_TRUE(other->Sync({}, nullptr).IsIOError());
  EXPECT_TRUE(other->Sync({}, nullptr).IsIOError());
  EXPECT_TRUE(other->Append("two ", {}, nullptr).IsIOError());

  disk_ = make_test_disk("full:3+");
  const auto last = make("c", "one ");
  EXPECT_TRUE(last->Append("two ", {}, nullptr).IsNoSpace());
  EXPECT_TRUE(last->Append("two ", {}, nullptr).IsNoSpace());
  EXPECT_TRUE(last->Sync({}, nullptr).ok());
}

TEST_F(VolatileDiskTest, WhatIsNoDiskIsNone) {
  for (const char* wanted : {"", "fast", "fail-sync:", "fail-sync:+", "fail-sync:1++", "volatile+", "fail-sync:x", "full",
                             "volatile:", "volatile,", "volatile,volatile"}) {
    EXPECT_EQ(make_test_disk(wanted), nullptr) << wanted;
  }
}

}  // namespace
}  // namespace rookery::faults
