// Snowflakes: where new ids come from (base/ids.h has their form).
//
// An id never goes back: its time is the highest time used so far or now, whichever is later; when a millisecond's 8,192
// are spent it borrows the next. So that this also holds over a restart with a clock that was set back, the highest time
// that may be used is kept durably, one second ahead.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace rookery {

inline constexpr std::uint64_t kIdsPerMs = 1ull << kIdSequenceBits;
inline constexpr unsigned kIdNodesMax = 1u << kIdNodeBits;
inline constexpr std::chrono::milliseconds kIdReserve{1000};

// The durable side, filled by the storage.
class HighWaterMark {
 public:
  virtual ~HighWaterMark() = default;
  // Ids with times up to and including `time` are about to be used by the calling core. Does not block: it is enough that
  // whatever the calling core writes after this call does not become durable before the mark does. The mark is the
  // highest of all cores' calls. About one call a second and core, while ids are asked for.
  virtual void reserve_up_to(TimeMs time) = 0;
};

// One node's ids. One thread at a time.
class SnowflakeGenerator {
 public:
  // `node` < kIdNodesMax. No id of a time up to and including `used` is given. `mark` may be null: nothing is reserved.
  SnowflakeGenerator(unsigned node, TimeMs used, const Clock& clock, HighWaterMark* mark);

  std::uint64_t next();
  // The highest time of an id so far; at first `used`.
  TimeMs used() const;

 private:
  const Clock& clock_;
  HighWaterMark* const mark_;
  const std::uint64_t node_bits_;
  std::uint64_t time_;  // milliseconds since the epoch of ids
  std::uint64_t sequence_ = kIdsPerMs;
  std::uint64_t reserved_ = 0;  // as time_
};

// Ids for whoever makes new things. On a core; none is given twice.
class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual std::uint64_t next() = 0;
  template <class AnyId>
  AnyId make() {
    return AnyId(next());
  }
};

// One generator a core, with the core's index as node.
class CoreIds final : public IdSource {
 public:
  // `used` is what the storage kept: wait_before_ids() has been slept. `cores` ≤ kIdNodesMax.
  CoreIds(unsigned cores, TimeMs used, const Clock& clock, HighWaterMark* mark);
  ~CoreIds() override;

  std::uint64_t next() override;
  // The highest time used by any core: what a clean stop stores in place of the reserved one. Only while no core runs.
  TimeMs used() const;

 private:
  struct Slot;
  std::vector<std::unique_ptr<Slot>> slots_;
};

// How long a start waits until the clock has passed the stored mark: one second at most. A mark further ahead means that
// the clock was set back; ids then go on from the mark.
std::chrono::milliseconds wait_before_ids(TimeMs stored, TimeMs now);

}  // namespace rookery
