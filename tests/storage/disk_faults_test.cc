// A disk that refuses one call and then works again, at every call of a short load; and one that stays broken, at some of them
// (docs/guarantees.md, G1 and G12).
#include "base/random.h"
#include "tests/storage/load.h"

namespace rookery {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DiskFaultsTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kBroken = 12;  // places in the load at which a disk breaks for ever

  DiskFaultsTest() { fs::create_directories(root_); }
  ~DiskFaultsTest() override { fs::remove_all(root_); }

  // How many calls of each kind the load makes when nothing fails.
  std::unique_ptr<Load> undisturbed() {
    auto load = std::make_unique<Load>("script", root_ + "/undisturbed", "volatile,fail-sync:0");
    EXPECT_EQ(load->read_to_the_end(), 0) << load->errors();
    return load;
  }

  void fail_at_every(std::string_view fault, std::uint64_t calls) {
    std::size_t stopped = 0;
    for (std::uint64_t nth = 1; nth <= calls; ++nth) fail_at(fault, nth, "", stopped);
    EXPECT_GT(stopped, calls / 2);
  }

  // From there on for ever. What happens then depends on the kind of file more than on its place in the load.
  void break_at_some(std::string_view fault, std::uint64_t calls) {
    std::size_t stopped = 0;
    std::size_t tried = 0;
    for (std::uint64_t nth = 1; nth <= calls; nth += std::max<std::uint64_t>(calls / kBroken, 1), ++tried)
      fail_at(fault, nth, "+", stopped);
    EXPECT_GT(stopped, tried / 2);
  }

  void fail_at(std::string_view fault, std::uint64_t nth, std::string_view how_long, std::size_t& stopped) {
    const std::string wanted = std::string(fault) + std::to_string(nth) + std::string(how_long);
    SCOPED_TRACE(wanted);
    const std::string directory = root_ + "/data";
    fs::remove_all(directory);
    Load load("script", directory, "volatile," + wanted);
    const int status = load.read_to_the_end();
    if (status == 1) {
      ++stopped;
      EXPECT_EQ(lines_with(load.errors(), "storage failed, the server stops"), 1u) << load.errors();
    } else if (status == 3) {
      EXPECT_EQ(lines_with(load.errors(), "refused: "), 1u) << load.errors();
    } else {
      EXPECT_EQ(status, 0) << load.errors();
    }
    // One answer may have been on its way. Of what RocksDB does to make a new database it can do without some (OPTIONS).
    const Load::Calls made = load.calls_to_create();
    const bool creating = nth <= (fault == "fail-sync:" ? made.syncs : made.writes);
    if (!creating) EXPECT_LE(load.late().size(), 1u) << load.late().front();
    Answers answers;
    load.add_to(answers);
    expect_all_there(directory, answers);
  }

  static std::size_t lines_with(const std::string& text, std::string_view words) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(words, at)) != std::string::npos; at += words.size()) ++count;
    return count;
  }

  const std::string root_ = fs::temp_directory_path().string() + "/rookery-" + system_random().token(9);
};

TEST_F(DiskFaultsTest, AfterAFailedSyncNothingIsAcknowledgedAndARestartHasEverythingAcknowledged) {
  fail_at_every("fail-sync:", undisturbed()->calls().syncs);
}

TEST_F(DiskFaultsTest, AfterAFailedWriteNothingIsAcknowledgedAndARestartHasEverythingAcknowledged) {
  fail_at_every("fail-write:", undisturbed()->calls().writes);
}

TEST_F(DiskFaultsTest, AfterAFullDiskNothingIsAcknowledgedAndARestartHasEverythingAcknowledged) {
  fail_at_every("full:", undisturbed()->calls().writes);
}

TEST_F(DiskFaultsTest, OnADiskThatStaysBrokenNothingIsAcknowledgedAndARestartHasEverythingAcknowledged) {
  const Load::Calls calls = undisturbed()->calls();
  break_at_some("fail-sync:", calls.syncs);
  break_at_some("fail-write:", calls.writes);
}

TEST_F(DiskFaultsTest, OnADiskThatStaysFullNothingIsAcknowledgedAndARestartHasEverythingAcknowledged) {
  break_at_some("full:", undisturbed()->calls().writes);
}

}  // namespace
}  // namespace rookery
