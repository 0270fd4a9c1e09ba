// A bit that flips, or an end that is cut off, in every file of a data directory: a start refuses and says what to do, or a read
// says that it cannot, or everything is there. Never a part of it without a word (docs/guarantees.md, G12).
#include <fstream>

#include "base/random.h"
#include "tests/storage/load.h"

namespace rookery {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::size_t kAnswers = 400;
constexpr int kLoadsMax = 20;
constexpr std::uint64_t kLogBytesMin = 4096;  // several writes, more than were under way
constexpr int kFlipsPerFile = 10;
constexpr int kCutsPerFile = 25;

class DamageTest : public ::testing::Test {
 protected:
  DamageTest() {
    fs::create_directories(root_);
    for (int loads = 0; loads < kLoadsMax && newest_log_bytes() < kLogBytesMin; ++loads) {
      Load load("run", whole_, "fail-sync:0");
      EXPECT_TRUE(load.read_until(kAnswers) && load.read_until_compacted()) << load.errors();
      load.kill_in_mid_write();
      load.add_to(answers_);
    }
    expect_all_there(copy_of_whole(), answers_);
  }
  ~DamageTest() override { fs::remove_all(root_); }

  std::string copy_of_whole() const {
    const std::string copy = root_ + "/copy";
    fs::remove_all(copy);
    fs::copy(whole_, copy, fs::copy_options::recursive);
    return copy;
  }
  // Of the write-ahead log that was written to last; 0 when there is none.
  std::uint64_t newest_log_bytes() const {
    std::string newest;
    if (!fs::exists(whole_)) return 0;
    for (const std::string& name : files()) {
      if (kind_of(name) == Kind::kLog) newest = std::max(newest, name);  // numbered, in six digits
    }
    return newest.empty() ? 0 : fs::file_size(whole_ + "/" + newest);
  }
  // What a restart depends on; not what is for people.
  std::vector<std::string> files() const {
    std::vector<std::string> names = {"watermark"};
    for (const auto& entry : fs::directory_iterator(whole_ + "/db")) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with("LO")) names.push_back("db/" + name);
    }
    std::ranges::sort(names);
    return names;
  }
  static void flip(const std::string& path, std::uint64_t at, int bit) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ (1 << bit)));
  }

  enum class End : std::uint8_t { kRefused, kUnreadable, kWhole };
  End look_at(const std::string& directory) const {
    Load load("check", directory, "fail-sync:0");
    const int status = load.read_to_the_end();
    if (status == 3 || status == 1 || (status == -SIGABRT && load.errors().contains("Assertion"))) {  // RocksDB's
      EXPECT_THAT(load.errors(), HasSubstr("`rookery repair`"));
      return End::kRefused;
    }
    if (status == 4) {
      EXPECT_THAT(load.errors(), HasSubstr("storage cannot be read"));
      return End::kUnreadable;
    }
    EXPECT_EQ(status, 0) << load.errors();
    if (status != 0) return End::kRefused;
    for (const auto& [place, sent] : answers_.sent) {
      const auto found = load.rows().find(place);
      const bool there = found != load.rows().end();
      EXPECT_TRUE(there) << "message " << place.second << " of channel " << place.first << " is not there, and nothing says so";
      if (!there) break;
      const bool as_answered = answers_.allow(place, found->second);
      EXPECT_TRUE(as_answered) << "message " << place.second << " of channel " << place.first << " is another one, and nothing says so: \""
                               << found->second.content << "\"" << (found->second.deleted ? ", deleted" : "");
      if (!as_answered) break;
    }
    return End::kWhole;
  }

  enum class Kind : std::uint8_t { kLog, kTable, kManifest, kOther };
  static Kind kind_of(const std::string& name) {
    if (name.ends_with(".log")) return Kind::kLog;
    if (name.ends_with(".sst")) return Kind::kTable;
    return name.starts_with("db/MANIFEST") ? Kind::kManifest : Kind::kOther;
  }
  const std::string root_ = fs::temp_directory_path().string() + "/rookery-" + system_random().token(9);
  const std::string whole_ = root_ + "/whole";
  Answers answers_;
};

TEST_F(DamageTest, AFlippedBitIsFoundOrDoesNoHarm) {
  const std::uint64_t seed = system_random().next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  std::map<Kind, int> found;
  for (const std::string& name : files()) {
    const std::uint64_t size = fs::file_size(whole_ + "/" + name);
    for (int i = 0; i < kFlipsPerFile && size > 0; ++i) {
      // Both ends, where headers and footers are, and anywhere.
      const std::uint64_t at = i == 0 ? 0 : i == 1 ? size - 1 : i == 2 ? size / 2 : random.below(size);
      const int bit = static_cast<int>(random.below(8));
      SCOPED_TRACE(name + ", bit " + std::to_string(bit) + " of byte " + std::to_string(at) + " of " + std::to_string(size));
      const std::string copy = copy_of_whole();
      flip(copy + "/" + name, at, bit);
      if (look_at(copy) != End::kWhole) ++found[kind_of(name)];
    }
  }
  // In each kind there is what any flip breaks: the footer of a table, the first record of a log.
  EXPECT_GT(found[Kind::kLog], 0) << "of a write-ahead log";
  EXPECT_GT(found[Kind::kTable], 0) << "of a table";
  EXPECT_GT(found[Kind::kManifest], 0) << "of the list of files";
}

TEST_F(DamageTest, AWriteAheadLogThatWasCutAnywhereIsFoundOrOnlyLacksWhatWasNotAcknowledged) {
  const std::uint64_t seed = system_random().next();
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  std::size_t found = 0;
  for (const std::string& name : files()) {
    if (kind_of(name) != Kind::kLog) continue;
    const std::uint64_t size = fs::file_size(whole_ + "/" + name);
    for (int i = 0; i < kCutsPerFile && size > 0; ++i) {
      const std::uint64_t kept = i == 0 ? 0 : random.below(size);
      SCOPED_TRACE(name + " cut to " + std::to_string(kept) + " of " + std::to_string(size));
      const std::string copy = copy_of_whole();
      fs::resize_file(copy + "/" + name, kept);
      if (look_at(copy) == End::kRefused) ++found;
    }
  }
  EXPECT_GT(found, 0u);
}

}  // namespace
}  // namespace rookery
