#include "embedded/rocks_channel_log.h"

#include <filesystem>

#include "base/random.h"
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

}  // namespace
}  // namespace rookery
