#include "memory/memory_channel_log.h"

#include "tests/contract/channel_log_contract.h"

namespace rookery {
namespace {

class MemoryRig final : public ChannelLogRig {
 public:
  explicit MemoryRig(ChannelObserver& observer) : cores_(2, system_clock()), log_(cores_) {
    log_.observe(observer);
    cores_.start();
  }
  ~MemoryRig() override { cores_.stop(); }
  Cores& cores() override { return cores_; }
  ChannelLog& log() override { return log_; }
  Cursors& cursors() override { return log_; }
  Conversations& conversations() override { return log_; }
  bool restart() override { return false; }

 private:
  Cores cores_;
  memory::MemoryChannelLog log_;
};

const MakeChannelLogRig make_rig = [](ChannelObserver& observer) { return std::make_unique<MemoryRig>(observer); };
INSTANTIATE_TEST_SUITE_P(Memory, ChannelLogContract, testing::Values(make_rig));

}  // namespace
}  // namespace rookery
