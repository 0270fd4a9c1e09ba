#include "runtime/snowflake.h"

#include <algorithm>

#include "base/check.h"
#include "runtime/core.h"

namespace rookery {
namespace {

std::uint64_t since_epoch(TimeMs time) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.unix_ms - kIdEpochMs)); }
TimeMs unix_time(std::uint64_t ms) { return TimeMs(static_cast<std::int64_t>(ms) + kIdEpochMs); }

}  // namespace

SnowflakeGenerator::SnowflakeGenerator(unsigned node, TimeMs used, const Clock& clock, HighWaterMark* mark)
    : clock_(clock), mark_(mark), node_bits_(std::uint64_t{node} << kIdSequenceBits), time_(since_epoch(used)) {
  CHECK(node < kIdNodesMax);
}

std::uint64_t SnowflakeGenerator::next() {
  if (const std::uint64_t now = since_epoch(clock_.now()); now > time_) {
    time_ = now;
    sequence_ = 0;
  } else if (sequence_ == kIdsPerMs) {
    ++time_;
    sequence_ = 0;
  }
  if (time_ > reserved_) {
    reserved_ = time_ + static_cast<std::uint64_t>(kIdReserve.count());
    if (mark_ != nullptr) mark_->reserve_up_to(unix_time(reserved_));
  }
  return time_ << kIdTimeShift | node_bits_ | sequence_++;
}

TimeMs SnowflakeGenerator::used() const { return unix_time(time_); }

// Cores do not share a cache line.
struct alignas(64) CoreIds::Slot {
  SnowflakeGenerator generator;
};

CoreIds::CoreIds(unsigned cores, TimeMs used, const Clock& clock, HighWaterMark* mark) {
  CHECK(cores >= 1);
  for (unsigned i = 0; i < cores; ++i) slots_.push_back(std::make_unique<Slot>(SnowflakeGenerator(i, used, clock, mark)));
}

CoreIds::~CoreIds() = default;

std::uint64_t CoreIds::next() { return slots_[Core::current().index()]->generator.next(); }

TimeMs CoreIds::used() const {
  TimeMs highest;
  for (const auto& slot : slots_) highest = std::max(highest, slot->generator.used());
  return highest;
}

std::chrono::milliseconds wait_before_ids(TimeMs stored, TimeMs now) {
  if (now > stored) return std::chrono::milliseconds(0);
  return std::min(stored - now + std::chrono::milliseconds(1), kIdReserve);
}

}  // namespace rookery
