// What the database does when the directory or the process fails (docs/guarantees.md, G1 and G12); tests/storage has the disks.
#include <fcntl.h>
#include <rocksdb/db.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "embedded/database.h"
#include "embedded/database_fixture.h"
#include "embedded/keys.h"

namespace rookery::embedded {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::KilledBySignal;

std::string number_key(std::uint64_t number) { return meta_key("number " + std::to_string(number)); }

Batch numbered(std::uint64_t number) {
  Batch batch;
  batch.put(Family::kState, number_key(number), "x");
  batch.log_entry("row");
  return batch;
}

class DatabaseFailureTest : public DatabaseFixture {
 protected:
  // Where a process that is about to end notes what was acknowledged to it.
  std::string acknowledged_path() const { return directory() + "-acknowledged"; }

  static void acknowledge(int file, std::uint64_t number) {
    ASSERT_EQ(::write(file, &number, sizeof number), static_cast<ssize_t>(sizeof number));
  }
  int open_acknowledged() const { return ::open(acknowledged_path().c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600); }
  std::vector<std::uint64_t> acknowledged() const {
    std::vector<std::uint64_t> out;
    std::ifstream file(acknowledged_path(), std::ios::binary);
    for (std::uint64_t number = 0; file.read(reinterpret_cast<char*>(&number), sizeof number);) out.push_back(number);
    return out;
  }

  // The newest file of RocksDB's whose name begins and ends so.
  std::string newest_file(std::string_view begin, std::string_view end) const {
    std::string newest;
    for (const auto& entry : fs::directory_iterator(directory() + "/db")) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(begin) && name.ends_with(end) && entry.path().string() > newest) newest = entry.path().string();
    }
    return newest;
  }
  static void flip_bit(const std::string& path, std::uint64_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 1));
  }
};

TEST_F(DatabaseFailureTest, WhatWasAcknowledgedOutlivesAKill) {
  const SharedDirectory shared(*this);
  const auto commit_until_killed = [this] {
    open();
    const int file = open_acknowledged();
    std::thread killer;
    for (std::uint64_t number = 1;; ++number) {
      database().commit_now(numbered(number));
      acknowledge(file, number);
      if (number == 200) killer = std::thread([] { ::kill(::getpid(), SIGKILL); });
    }
  };
  EXPECT_EXIT(commit_until_killed(), KilledBySignal(SIGKILL), "");
  const auto numbers = acknowledged();
  ASSERT_GE(numbers.size(), 200u);
  open();
  EXPECT_GE(database().last_offset(), numbers.size());
  for (const std::uint64_t number : numbers) ASSERT_EQ(database().get_now(Family::kState, number_key(number)).value(), "x");
  EXPECT_EQ(database().read_log_now(0, 100'000).value().size(), database().last_offset());
}

TEST_F(DatabaseFailureTest, WritesAreRefusedWhileTheDiskIsNearlyFullAndReadsGoOn) {
  std::atomic<std::uint64_t> free = 1'000;
  hooks_.disk_free = [&free] { return free.load(); };
  hooks_.upkeep = std::chrono::milliseconds(1);
  storage_reserve_ = 500;
  open();
  EXPECT_TRUE(database().writable().has_value());
  database().commit_now(numbered(1));
  free = 499;
  while (database().writable().has_value()) std::this_thread::yield();
  on_core(0, [](Database& db) -> Task<void> {
    Batch batch = numbered(2);
    const Status refused = co_await db.commit(std::move(batch));
    EXPECT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
    EXPECT_GT(refused.error().retry_after_s, 0);
    EXPECT_EQ((co_await db.get(Family::kState, number_key(1))).value(), "x");
    EXPECT_EQ((co_await db.get(Family::kState, number_key(2))).value(), std::nullopt);
  });
  free = 500;
  while (!database().writable().has_value()) std::this_thread::yield();
  on_core(0, [](Database& db) -> Task<void> {
    Batch batch = numbered(2);
    EXPECT_TRUE((co_await db.commit(std::move(batch))).has_value());
  });
}

TEST_F(DatabaseFailureTest, ADiskThatIsFullAtTheStartRefusesFromTheFirstWrite) {
  hooks_.disk_free = [] { return std::uint64_t{0}; };
  storage_reserve_ = 1;
  open();
  EXPECT_FALSE(database().writable().has_value());
}

TEST_F(DatabaseFailureTest, ASecondServerIsRefused) {
  open();
  EXPECT_THAT(refusal(), HasSubstr("another server is using it"));
}

TEST_F(DatabaseFailureTest, ADirectoryOfANewerFormatIsRefused) {
  open();
  Batch batch;
  batch.put(Family::kState, meta_key(kMetaFormat), "2");
  database().commit_now(std::move(batch));
  close();
  EXPECT_THAT(refusal(), HasSubstr("newer version of Rookery (format 2, this one reads up to 1): start that version"));
}

TEST_F(DatabaseFailureTest, ADirectoryWithAnUnknownFamilyIsRefused) {
  open();
  close();
  rocksdb::DB* db = nullptr;
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, directory() + "/db", &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  ASSERT_TRUE(rocksdb::DB::Open({}, directory() + "/db", families, &handles, &db).ok());
  rocksdb::ColumnFamilyHandle* future = nullptr;
  ASSERT_TRUE(db->CreateColumnFamily({}, "future", &future).ok());
  ASSERT_TRUE(db->DestroyColumnFamilyHandle(future).ok());
  for (auto* handle : handles) ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
  delete db;
  EXPECT_THAT(refusal(), HasSubstr("newer version of Rookery (it holds \"future\")"));
}

TEST_F(DatabaseFailureTest, ALogThatLostItsEndIsRefusedWhereverItWasCut) {
  open();
  for (std::uint64_t number = 1; number <= 20; ++number) database().commit_now(numbered(number));
  close();
  const std::string wal = newest_file("", ".log");
  ASSERT_FALSE(wal.empty());
  const std::string kept = wal + ".kept";
  fs::copy_file(wal, kept);
  const std::uint64_t whole = fs::file_size(wal);
  for (const std::uint64_t lost : {std::uint64_t{1}, std::uint64_t{10}, std::uint64_t{100}, whole / 2, whole}) {
    const std::string copy = directory() + "-cut";
    fs::copy(directory(), copy, fs::copy_options::recursive);
    fs::resize_file(copy + "/db/" + fs::path(wal).filename().string(), whole - lost);
    DatabaseOptions cut;
    cut.directory = copy;
    const auto opened = Database::open(cut);
    ASSERT_FALSE(opened.has_value()) << lost << " bytes lost";
    EXPECT_THAT(opened.error().message, HasSubstr("ends before what was acknowledged")) << lost << " bytes lost";
    EXPECT_THAT(opened.error().message, HasSubstr("`rookery repair`"));
    fs::remove_all(copy);
  }
  reopen();
  EXPECT_EQ(database().last_offset(), 20u);
}

// Every commit is one record of RocksDB's log. Of a log that was cut at every record, and a byte before and after it, the start has
// exactly the records that are whole, or refuses where the watermark says that there were more; so for every watermark that a power cut
// may have left. The records are long, so that some of them are split over RocksDB's blocks of 32 KiB.
TEST_F(DatabaseFailureTest, ALogCutAtAnyRecordOpensWithWhatIsProvenOrIsRefused) {
  constexpr std::uint64_t kRecords = 12;
  const auto row = [](std::uint64_t number) { return std::string(number % 3 == 0 ? 13'000 : 700, static_cast<char>('a' + number)); };
  open();
  const std::string watermark = directory() + "/watermark";
  const std::string wal = newest_file("", ".log");
  const std::string name = fs::path(wal).filename().string();
  std::vector<std::uint64_t> ends = {fs::file_size(wal)};  // of the log after so many records
  for (std::uint64_t number = 1; number <= kRecords; ++number) {
    fs::copy_file(watermark, directory() + "-watermark" + std::to_string(number - 1));
    Batch batch;
    batch.put(Family::kState, number_key(number), row(number));
    batch.log_entry("row");
    database().commit_now(std::move(batch));
    ends.push_back(fs::file_size(wal));
    ASSERT_GT(ends[number], ends[number - 1]);
  }
  fs::copy_file(watermark, directory() + "-watermark" + std::to_string(kRecords));
  close();
  ASSERT_GT(ends.back(), 32'768u) << "one record at least is split";
  const auto look_at = [&](std::uint64_t kept, std::uint64_t whole_records, std::uint64_t marked) {
    SCOPED_TRACE("cut to " + std::to_string(kept) + ", " + std::to_string(whole_records) + " records, " + std::to_string(marked) +
                 " marked");
    const std::string copy = directory() + "-cut";
    fs::remove_all(copy);
    fs::copy(directory(), copy, fs::copy_options::recursive);
    fs::copy_file(directory() + "-watermark" + std::to_string(marked), copy + "/watermark", fs::copy_options::overwrite_existing);
    fs::resize_file(copy + "/db/" + name, kept);
    DatabaseOptions options;
    options.directory = copy;
    const auto opened = Database::open(options);
    ASSERT_EQ(opened.has_value(), whole_records >= marked);
    if (!opened) {
      EXPECT_THAT(opened.error().message, HasSubstr("ends before what was acknowledged"));
      EXPECT_THAT(opened.error().message, HasSubstr("`rookery repair`"));
      EXPECT_THAT(opened.error().message, Not(HasSubstr("\n")));
      return;
    }
    EXPECT_EQ((*opened)->last_offset(), whole_records);
    for (std::uint64_t number = 1; number <= kRecords; ++number) {
      const auto read = (*opened)->get_now(Family::kState, number_key(number));
      ASSERT_TRUE(read.has_value());
      ASSERT_EQ(read->has_value(), number <= whole_records) << "row " << number;
      if (number <= whole_records) EXPECT_EQ(**read, row(number));
    }
  };
  for (std::uint64_t records = 0; records <= kRecords; ++records) {
    for (const std::uint64_t marked : {std::uint64_t{0}, records, std::min(records + 1, kRecords), kRecords}) {
      look_at(ends[records], records, marked);
      if (records > 0) look_at(ends[records] - 1, records - 1, marked);
      if (records < kRecords) look_at(ends[records] + 1, records, marked);
    }
  }
}

TEST_F(DatabaseFailureTest, AFlippedBitInTheWriteAheadLogIsRefused) {
  open();
  for (std::uint64_t number = 1; number <= 20; ++number) database().commit_now(numbered(number));
  close();
  const std::string wal = newest_file("", ".log");
  const std::uint64_t whole = fs::file_size(wal);
  for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{9}, whole / 2, whole - 1}) {
    const std::string copy = directory() + "-flipped";
    fs::copy(directory(), copy, fs::copy_options::recursive);
    flip_bit(copy + "/db/" + fs::path(wal).filename().string(), at);
    DatabaseOptions flipped;
    flipped.directory = copy;
    const auto opened = Database::open(flipped);
    EXPECT_FALSE(opened.has_value()) << "bit at " << at;
    if (!opened) {
      EXPECT_THAT(opened.error().message, HasSubstr("`rookery repair`"));
    }
    fs::remove_all(copy);
  }
}

TEST_F(DatabaseFailureTest, AFlippedBitInTheManifestIsRefused) {
  open();
  database().commit_now(numbered(1));
  reopen();
  close();
  const std::string manifest = newest_file("MANIFEST-", "");
  flip_bit(manifest, fs::file_size(manifest) / 2);
  EXPECT_THAT(refusal(), HasSubstr("is damaged"));
}

TEST_F(DatabaseFailureTest, AFlippedBitInATableIsFoundWhenItIsReadAndNotServed) {
  open();
  for (std::uint64_t number = 1; number <= 20; ++number) {
    Batch batch;
    batch.put(Family::kHistory, message_key(ChannelId(1), number), "message");
    database().commit_now(std::move(batch));
  }
  ASSERT_TRUE(database().compact_all().has_value());
  close();
  std::string table;
  for (const auto& entry : fs::directory_iterator(directory() + "/db")) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (entry.path().extension() == ".sst" && bytes.find("history") != std::string::npos) table = entry.path().string();
  }
  ASSERT_FALSE(table.empty());
  flip_bit(table, 20);
  open();
  const auto read = database().get_now(Family::kHistory, message_key(ChannelId(1), 7));
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().message, HasSubstr("Corruption"));
  on_core(0, [](Database& db) -> Task<void> {
    const auto row = co_await db.get(Family::kHistory, message_key(ChannelId(1), 7));
    EXPECT_FALSE(row.has_value());
    ScanRange range = ScanRange::of_prefix(message_prefix(ChannelId(1)), 100);
    const auto rows = co_await db.scan(Family::kHistory, std::move(range));
    EXPECT_FALSE(rows.has_value());
  });
}

TEST_F(DatabaseFailureTest, ALostWatermarkOrALostDatabaseIsRefusedAndNotMadeAnew) {
  open();
  database().commit_now(numbered(1));
  reopen();
  close();
  fs::rename(directory() + "/watermark", directory() + "/elsewhere");
  EXPECT_THAT(refusal(), HasSubstr("watermark is missing"));
  fs::rename(directory() + "/elsewhere", directory() + "/watermark");
  fs::rename(directory() + "/db/CURRENT", directory() + "/elsewhere");
  EXPECT_THAT(refusal(), HasSubstr("is damaged"));
  fs::rename(directory() + "/elsewhere", directory() + "/db/CURRENT");
  EXPECT_EQ(refusal(), "");
}

TEST_F(DatabaseFailureTest, AStartThatWasCutShortBeforeTheWatermarkGoesOn) {
  open();
  const std::string epoch = database().epoch();
  close();
  fs::remove(directory() + "/watermark");
  open();
  EXPECT_EQ(database().epoch(), epoch);
  EXPECT_TRUE(fs::exists(directory() + "/watermark"));
}

TEST_F(DatabaseFailureTest, TheDirectoryIsTheOwnersAlone) {
  fs::create_directory(directory());
  fs::permissions(directory(), fs::perms(0755));
  open();
  struct stat status{};
  ASSERT_EQ(::stat(directory().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700u);
}

TEST_F(DatabaseFailureTest, AFileInPlaceOfTheDirectoryIsRefused) {
  std::ofstream(directory()).close();
  EXPECT_THAT(refusal(), HasSubstr("it is not a directory"));
}

TEST_F(DatabaseFailureTest, AMissingParentIsRefusedByName) {
  DatabaseOptions nowhere;
  nowhere.directory = directory() + "/is/not/there";
  const auto opened = Database::open(nowhere);
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message, HasSubstr("No such file or directory"));
}

TEST_F(DatabaseFailureTest, TheEpochIsMadeOnceAndStays) {
  open();
  const std::string epoch = database().epoch();
  EXPECT_GE(epoch.size(), 16u);
  reopen();
  EXPECT_EQ(database().epoch(), epoch);
}

}  // namespace
}  // namespace rookery::embedded
