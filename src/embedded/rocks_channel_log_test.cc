#include "embedded/rocks_channel_log.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "base/random.h"
#include "embedded/channel_shard.h"
#include "embedded/database_fixture.h"
#include "embedded/keys.h"
#include "embedded/row_codec.h"
#include "runtime/work_pool.h"
#include "tests/contract/channel_log_contract.h"

namespace rookery {
namespace {

class RocksRig final : public ChannelLogRig {
 public:
  explicit RocksRig(ChannelObserver& observer) : observer_(observer) {
    std::filesystem::create_directories(root_);
    start();
  }
  ~RocksRig() override {
    stop();
    std::filesystem::remove_all(root_);
  }
  Cores& cores() override { return *cores_; }
  ChannelLog& log() override { return *log_; }
  Cursors& cursors() override { return *log_; }
  Conversations& conversations() override { return *log_; }
  bool restart() override {
    stop();
    start();
    return true;
  }

 private:
  void start() {
    cores_ = std::make_unique<Cores>(2, system_clock());
    reads_ = std::make_unique<WorkPool>("reads", 1, 1000);
    ids_ = std::make_unique<CoreIds>(2, TimeMs(), system_clock(), nullptr);
    embedded::DatabaseOptions options;
    options.directory = root_ + "/data";
    options.cores = 2;
    options.reads = reads_.get();
    auto database = embedded::Database::open(options);
    EXPECT_TRUE(database.has_value());
    database_ = *std::move(database);
    auto log = embedded::RocksChannelLog::open(*cores_, *database_, *ids_);
    EXPECT_TRUE(log.has_value());
    log_ = *std::move(log);
    log_->observe(observer_);
    cores_->start();
  }
  void stop() {
    run_blocking(cores_->at(0), log_->flush());
    reads_->stop();
    cores_->stop();
    log_.reset();
    database_.reset();
    cores_.reset();
  }

  ChannelObserver& observer_;
  const std::string root_ = std::filesystem::temp_directory_path().string() + "/rookery-" + system_random().token(9);
  std::unique_ptr<Cores> cores_;
  std::unique_ptr<WorkPool> reads_;
  std::unique_ptr<CoreIds> ids_;
  std::unique_ptr<embedded::Database> database_;
  std::unique_ptr<embedded::RocksChannelLog> log_;
};

const MakeChannelLogRig make_rig = [](ChannelObserver& observer) { return std::make_unique<RocksRig>(observer); };
INSTANTIATE_TEST_SUITE_P(Rocks, ChannelLogContract, testing::Values(make_rig));

// A committer that can be held up before a write.
class HeldWrites : public embedded::DatabaseFixture {
 protected:
  HeldWrites() : DatabaseFixture(1) {
    hooks_.before_write = [this] {
      std::unique_lock lock(mutex_);
      waiting_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !held_; });
      waiting_ = false;
    };
  }
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void wait_for_a_held_write() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return held_ && waiting_; });
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool waiting_ = false;
};

struct MovedTwice {
  embedded::RocksChannelLog& log;
  CursorMove move;
  std::atomic<bool> asked = false;
  std::vector<Cursor> shown;
};

Task<void> say(embedded::RocksChannelLog& log, ChannelId channel) {
  CreateChannel create{ChannelType::kGroup, UserId(1), {UserId(1), UserId(2)}, "two"};
  EXPECT_TRUE(co_await log.append(channel, std::move(create)));
  SendMessage send;
  send.author = UserId(1);
  send.content = "hi";
  EXPECT_TRUE(co_await log.append(channel, std::move(send)));
}

Task<void> begin(embedded::RocksChannelLog& log, ChannelId channel) {
  co_await say(log, channel);
  EXPECT_TRUE(co_await log.cursors(channel));  // they are in memory from here on
}

Task<void> move_and_look(MovedTwice& test) {
  test.asked = true;
  EXPECT_TRUE(co_await test.log.move_cursor(test.move));
  auto shown = co_await test.log.cursors(test.move.channel);
  EXPECT_TRUE(shown);
  if (shown) test.shown = *std::move(shown);
}

TEST_F(HeldWrites, AMoveThatAnotherAlreadyAskedForIsAnsweredWhenItIsStoredAndShown) {
  open();
  CoreIds ids(1, TimeMs(), system_clock(), nullptr);
  embedded::RocksChannelLogOptions options;
  options.cursor_delay = std::chrono::milliseconds(1);
  auto log = embedded::RocksChannelLog::open(cores(), database(), ids, options);
  ASSERT_TRUE(log.has_value());
  const ChannelId channel(7);
  run_blocking(cores().at(0), begin(**log, channel));
  hold();
  MovedTwice test{**log, {.channel = channel, .user = UserId(2), .read_seq = 1}, {}, {}};
  cores().at(0).post_function([&] { (*log)->raise_cursor(test.move); });
  wait_for_a_held_write();
  std::thread asker([&] { run_blocking(cores().at(0), move_and_look(test)); });
  while (!test.asked) std::this_thread::yield();
  on_core(0, [](embedded::Database&) -> Task<void> { co_return; });  // a turn later
  let_go();
  asker.join();
  ASSERT_EQ(test.shown.size(), 2u);
  EXPECT_EQ(test.shown[1].read_seq, 1u);
  run_blocking(cores().at(0), (*log)->flush());
}

class CursorRecovery : public embedded::DatabaseFixture {};

TEST_F(CursorRecovery, ReadsOnlyWhatTheChannelsOwnCoreHasNotStored) {
  ChannelId stored(1);
  ChannelId lost(2);
  while (&cores().of(stored) == &cores().of(lost)) ++lost.value;
  CoreIds ids(2, TimeMs(), system_clock(), nullptr);
  open();
  {
    auto log = embedded::RocksChannelLog::open(cores(), database(), ids, {});
    ASSERT_TRUE(log.has_value());
    run_blocking(cores().of(stored), say(**log, stored));
    run_blocking(cores().of(lost), say(**log, lost));
    run_blocking(cores().at(0), (*log)->flush());
    for (unsigned core = 0; core < 2; ++core) on_core(core, [](embedded::Database&) -> Task<void> { co_return; });  // a turn later
  }
  // As a crash would leave it: one core has stored everything, of which nothing needs to be read again, and the other nothing.
  embedded::Batch batch;
  batch.erase(embedded::Family::kHistory, embedded::message_key(stored, 1));
  batch.erase(embedded::Family::kState, embedded::cursor_key(UserId(1), lost));
  batch.put(embedded::Family::kState, embedded::cursors_covered_key(cores().of(lost).index()), std::string(8, '\0'));
  database().commit_now(std::move(batch));
  reopen();
  auto log = embedded::RocksChannelLog::open(cores(), database(), ids, {});
  ASSERT_TRUE(log.has_value()) << log.error().sentence();
  const auto cursor = database().get_now(embedded::Family::kState, embedded::cursor_key(UserId(1), lost));
  ASSERT_TRUE(cursor && *cursor);
  EXPECT_EQ(decode_cursor(**cursor)->read_seq, 1u);
}

}  // namespace
}  // namespace rookery
