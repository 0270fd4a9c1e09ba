// Write-ahead logs that are cut, emptied or gone while tables are ahead of them: a start finds it, whichever families had been
// flushed; and refuses nothing that is whole.
#include "embedded/store_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <semaphore>

#include "base/random.h"
#include "embedded/committer.h"
#include "embedded/database_store.h"
#include "embedded/keys.h"

namespace rookery::embedded {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr Family kAll[] = {Family::kHistory, Family::kLog, Family::kRecent, Family::kState};

struct Blocking final : CommitRequest {
  void deliver() noexcept override { done.release(); }
  std::binary_semaphore done{0};
};

// A database that is written and flushed family by family, looked at in copies of its directory, as a kill leaves it.
class StoreWatchTest : public ::testing::Test {
 protected:
  StoreWatchTest() {
    fs::create_directories(root_);
    EXPECT_TRUE(open_database(directory_).has_value());  // makes it
    open();
  }
  ~StoreWatchTest() override {
    close();
    fs::remove_all(root_);
  }

  static Result<std::unique_ptr<Database>> open_database(const std::string& directory) {
    DatabaseOptions options;
    options.directory = directory;
    return Database::open(options);
  }
  void open() {
    DatabaseOptions options;
    options.directory = directory_;
    store_ = *Store::open(directory_ + "/db", options, Store::Mode::kExisting);
    watermark_.emplace(*Watermark::open(*rocksdb::FileSystem::Default(), directory_ + "/watermark"));
    committer_.emplace(*store_, *watermark_, offset_, nullptr);
  }
  void close() {
    committer_.reset();
    watermark_.reset();
    store_.reset();
  }

  // A row each, of `bytes`; what is written to kLog is a log entry.
  void write(std::initializer_list<Family> families, std::size_t bytes = 100) { write(std::vector<Family>(families), bytes); }
  void write(const std::vector<Family>& families, std::size_t bytes) {
    Blocking request;
    ++number_;
    for (const Family family : families) {
      const std::string value = std::to_string(number_) + std::string(bytes, 'x');
      if (family == Family::kLog) {
        request.batch.log_entry(value);
        rows_[{family, log_key(++offset_)}] = value;
        continue;
      }
      const std::string key = key_of(family);
      request.batch.put(family, key, value);
      rows_[{family, key}] = value;
    }
    committer_->submit(request, /*synced=*/true);
    request.done.acquire();
  }
  std::string key_of(Family family) const {
    switch (family) {
      case Family::kHistory: return message_key(ChannelId(1), number_);
      case Family::kRecent: return recent_key(20'000, ChannelId(1), UserId(1), std::to_string(number_));
      default: return meta_key("row " + std::to_string(number_));
    }
  }
  void flush(Family family) { ASSERT_TRUE(store_->db().Flush({}, store_->family(family)).ok()); }

  // Any of what may happen to a database.
  void act(SeededRandom& random) {
    const std::uint64_t what = random.below(10);
    if (what == 0) {
      close();
      open();
    } else if (what <= 4) {
      flush(kAll[random.below(std::size(kAll))]);
    } else {
      std::vector<Family> families;
      for (const Family family : kAll) {
        if (random.below(3) == 0) families.push_back(family);
      }
      if (!families.empty()) write(families, random.below(random.below(5) == 0 ? 50'000 : 300));
    }
  }

  static std::vector<std::string> logs_of(const std::string& directory) {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(directory + "/db")) {
      if (entry.path().extension() == ".log") out.push_back(entry.path().filename().string());
    }
    std::ranges::sort(out);
    return out;
  }
  std::vector<std::string> logs() const { return logs_of(directory_); }
  std::string copy() const {
    const std::string path = root_ + "/copy";
    fs::remove_all(path);
    EXPECT_TRUE(store_->db().PauseBackgroundWork().ok());  // which makes and deletes files
    EXPECT_TRUE(store_->db().DisableFileDeletions().ok());
    fs::copy(directory_, path, fs::copy_options::recursive);
    EXPECT_TRUE(store_->db().EnableFileDeletions(/*force=*/false).ok());
    EXPECT_TRUE(store_->db().ContinueBackgroundWork().ok());
    return path;
  }

  // Tables, logs and lists of tables, with their sizes.
  static std::map<std::string, std::uint64_t> files_of(const std::string& directory) {
    std::map<std::string, std::uint64_t> out;
    for (const auto& entry : fs::directory_iterator(directory + "/db")) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".sst") || name.ends_with(".log") || name.starts_with("MANIFEST")) out[name] = entry.file_size();
    }
    return out;
  }
  // Why a start on the directory is refused; "unreadable": a read says so; else, what of the rows is not there; else empty.
  std::string look_at(const std::string& directory) const {
    const auto before = files_of(directory);
    auto opened = open_database(directory);
    if (!opened) {
      // What was found after the opening has become tables; that is no loss.
      if (opened.error().message.contains("is damaged: Corruption")) EXPECT_EQ(files_of(directory), before) << opened.error().message;
      EXPECT_FALSE(open_database(directory).has_value()) << "the second start is not refused; the first: " << opened.error().sentence();
      return "refused: " + std::string(opened.error().sentence());
    }
    for (const auto& [place, value] : rows_) {
      const auto found = (*opened)->get_now(place.first, place.second);
      if (!found) return "unreadable";
      if (*found != value) return "a row of family " + std::to_string(static_cast<int>(place.first)) + " is not there, and nothing says so";
    }
    return {};
  }
  static void flip_bit(const std::string& path, std::uint64_t at, int bit) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ (1 << bit)));
  }
  void expect_found_without(const std::string& log, std::initializer_list<std::uint64_t> kept) {
    for (const std::uint64_t bytes : kept) {
      const std::string damaged = copy();
      fs::resize_file(damaged + "/db/" + log, bytes);
      EXPECT_THAT(look_at(damaged), HasSubstr("is damaged")) << log << " cut to " << bytes;
    }
    const std::string damaged = copy();
    fs::remove(damaged + "/db/" + log);
    EXPECT_THAT(look_at(damaged), HasSubstr("is damaged")) << log << " removed";
  }

  const std::string root_ = fs::temp_directory_path().string() + "/rookery-" + system_random().token(9);
  const std::string directory_ = root_ + "/data";
  std::uint64_t number_ = 0;
  std::uint64_t offset_ = 0;
  std::map<std::pair<Family, std::string>, std::string> rows_;
  std::unique_ptr<Store> store_;
  std::optional<Watermark> watermark_;
  std::optional<Committer> committer_;
};

TEST_F(StoreWatchTest, ALogThatLostItsBeginningIsFoundThoughATableIsAheadOfIt) {
  for (const Family ahead : kAll) {
    SCOPED_TRACE(static_cast<int>(ahead));
    write({Family::kHistory, Family::kLog, Family::kRecent, Family::kState});
    const std::string needed = logs().back();
    flush(ahead);
    write({ahead});
    ASSERT_NE(logs().back(), needed);
    EXPECT_EQ(look_at(copy()), "");
    expect_found_without(needed, {0, 5, 100});
    for (const Family family : kAll) flush(family);
  }
}

TEST_F(StoreWatchTest, AFirstWriteOfManyBlocksIsFoundWhereverItWasCut) {
  write({Family::kLog, Family::kState}, 100'000);
  const std::string needed = logs().back();
  flush(Family::kLog);
  write({Family::kLog});
  expect_found_without(needed, {32'767, 32'768, 70'000, 200'000});
}

TEST_F(StoreWatchTest, ARowThatWaitsForLongKeepsItsLogNeeded) {
  write({Family::kState});
  const std::string needed = logs().back();
  for (int i = 0; i < 3; ++i) {
    write({Family::kHistory, Family::kLog});
    flush(Family::kHistory);
    flush(Family::kLog);
  }
  write({Family::kLog});
  ASSERT_EQ(logs().front(), needed);
  EXPECT_EQ(look_at(copy()), "");
  expect_found_without(needed, {0});
}

// A power cut may bring back a file that was deleted, and RocksDB deletes logs a moment after they were last needed.
TEST_F(StoreWatchTest, ALogThatIsNoLongerNeededMayBeThereOrNot) {
  write({Family::kHistory, Family::kLog, Family::kState});
  const std::string old = logs().back();
  const std::string kept = root_ + "/kept";
  fs::copy_file(directory_ + "/db/" + old, kept);
  for (const Family family : kAll) flush(family);
  write({Family::kLog});
  ASSERT_NE(logs().front(), old);
  EXPECT_EQ(look_at(copy()), "");
  for (const std::uint64_t bytes : {fs::file_size(kept), std::uintmax_t{0}, std::uintmax_t{5}}) {
    const std::string with_old = copy();
    fs::copy_file(kept, with_old + "/db/" + old);
    fs::resize_file(with_old + "/db/" + old, bytes);
    EXPECT_EQ(look_at(with_old), "") << bytes << " bytes of it";
  }
}

TEST_F(StoreWatchTest, AStartThatWasCutShortLeavesAnEmptyLogAndRefusesNothing) {
  write({Family::kHistory, Family::kLog});
  for (int i = 0; i < 3; ++i) {
    close();
    open();  // and nothing written
  }
  write({Family::kState});
  const std::string first = copy();
  for (const std::string& log : logs()) {
    if (log != logs().back()) fs::resize_file(first + "/db/" + log, 0);
  }
  fs::copy_file(first + "/db/" + logs().back(), first + "/db/000001.log");
  fs::resize_file(first + "/db/000001.log", 0);
  EXPECT_EQ(look_at(first), "");
}

// Whatever was written, flushed and started anew in whatever order: each log is cut, emptied and taken away, and that is found, or
// the log was not needed.
TEST_F(StoreWatchTest, OfAnyLogThatIsGoneNothingIsMissingWithoutAWord) {
  constexpr int kRounds = 12;
  constexpr int kSteps = 40;
  const std::uint64_t seed = system_random().next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  int found = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (std::uint64_t steps = random.below(kSteps); steps > 0; --steps) act(random);
    ASSERT_EQ(look_at(copy()), "");
    for (const std::string& log : logs()) {
      const std::uint64_t size = fs::file_size(directory_ + "/db/" + log);
      for (const std::uint64_t kept : {std::uint64_t{0}, random.below(size + 1), random.below(std::min<std::uint64_t>(size, 200) + 1)}) {
        const std::string damaged = copy();
        fs::resize_file(damaged + "/db/" + log, kept);
        const std::string seen = look_at(damaged);
        if (!seen.empty()) {
          ASSERT_THAT(seen, HasSubstr("`rookery repair`")) << "round " << round << ", " << log << " cut to " << kept << " of " << size;
          ++found;
        }
      }
      const std::string without = copy();
      fs::remove(without + "/db/" + log);
      const std::string seen = look_at(without);
      ASSERT_TRUE(seen.empty() || seen.starts_with("refused: ")) << "round " << round << ", " << log << " removed: " << seen;
      if (!seen.empty()) ++found;
    }
  }
  EXPECT_GT(found, kRounds);
}

// Of write-ahead logs, the watermark and RocksDB's list of its tables. (A bit of a table may end the process: damage_test.cc has them.)
TEST_F(StoreWatchTest, OfAnyBitThatFlipsAndAnyFileThatIsCutNothingIsMissingWithoutAWord) {
  constexpr int kRounds = 3;
  constexpr int kSteps = 25;
  constexpr int kFlipsPerFile = 4;
  constexpr int kCutsPerFile = 4;
  const std::uint64_t seed = system_random().next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  int found = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (std::uint64_t steps = random.below(kSteps); steps > 0; --steps) act(random);
    const std::string whole = root_ + "/whole";
    fs::rename(copy(), whole);
    std::vector<std::string> files = {"watermark"};
    for (const auto& entry : fs::directory_iterator(whole + "/db")) {
      if (entry.file_size() > 0 && entry.path().extension() != ".sst") files.push_back("db/" + entry.path().filename().string());
    }
    std::ranges::sort(files);
    for (const std::string& file : files) {
      for (int damage = 0; damage < kFlipsPerFile + kCutsPerFile; ++damage) {
        const std::string damaged = root_ + "/copy";
        fs::remove_all(damaged);
        fs::copy(whole, damaged, fs::copy_options::recursive);
        const std::uint64_t at = random.below(fs::file_size(whole + "/" + file));
        const int bit = static_cast<int>(random.below(8));
        if (damage < kFlipsPerFile) {
          flip_bit(damaged + "/" + file, at, bit);
        } else {
          fs::resize_file(damaged + "/" + file, at);
        }
        const std::string seen = look_at(damaged);
        ASSERT_THAT(seen, ::testing::AnyOf("", "unreadable", ::testing::StartsWith("refused: ")))
            << "round " << round << ", " << file << ", " << (damage < kFlipsPerFile ? "flipped" : "cut") << " at " << at << ", bit " << bit;
        if (!seen.empty()) ++found;
      }
    }
    fs::remove_all(whole);
  }
  EXPECT_GT(found, kRounds);
}

// An opening makes a new list, of what there was before it and of what it replayed, in this order: cut back to before it, the
// first write after the opening must not pass for the first of all.
TEST_F(StoreWatchTest, AListThatIsCutBackToBeforeTheOpeningIsFound) {
  write({Family::kHistory, Family::kLog});
  close();
  open();
  write({Family::kHistory, Family::kLog, Family::kState});
  const std::string whole = root_ + "/whole";
  fs::rename(copy(), whole);
  std::string list;
  for (const auto& entry : fs::directory_iterator(whole + "/db")) {
    if (entry.path().filename().string().starts_with("MANIFEST")) list = entry.path().filename().string();
  }
  int found = 0;
  for (std::uint64_t kept = 0; kept < fs::file_size(whole + "/db/" + list); kept += 7) {
    fs::remove_all(root_ + "/copy");
    fs::copy(whole, root_ + "/copy", fs::copy_options::recursive);
    fs::resize_file(root_ + "/copy/db/" + list, kept);
    const std::string seen = look_at(root_ + "/copy");
    ASSERT_THAT(seen, ::testing::AnyOf("", ::testing::StartsWith("refused: "))) << "cut to " << kept;
    if (!seen.empty()) ++found;
  }
  EXPECT_GT(found, 30);
}

TEST(LastLogsTest, AreReadAsTheyWereWritten) {
  const std::string bytes = encode_last_logs({{{1, 5}, {0, 0}, {300, 6}, {~0ull, 7}}});
  EXPECT_EQ(parse_last_logs(bytes), (LastLogs{1, 0, 300, ~0ull}));
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_EQ(parse_last_logs(std::string_view(bytes).substr(0, i)), std::nullopt);
  EXPECT_EQ(parse_last_logs(bytes + '\0'), std::nullopt);
  EXPECT_EQ(parse_last_logs('\2' + bytes.substr(1)), std::nullopt);
}

}  // namespace
}  // namespace rookery::embedded
