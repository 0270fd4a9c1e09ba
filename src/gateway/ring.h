// Ring: the dispatches of a session that are not acknowledged yet, numbered without a hole, so that a dropped connection
// can resume.
//
// Holds references, not copies. Bounded by count and bytes; what was dropped unacknowledged leaves a note per channel, so
// that a later acknowledgement still counts as delivery. One core.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gateway/parcel.h"

namespace rookery::gateway {

struct RingLimits {
  std::size_t dispatches = 512;
  std::size_t bytes = std::size_t{256} * 1024;
};

// The highest message of a channel whose delivery was confirmed.
struct Confirmed {
  ChannelId channel;
  std::uint64_t seq = 0;
  bool operator==(const Confirmed&) const = default;
};

class Ring {
 public:
  // The oldest one kept; last_s() + 1 when none is.
  std::uint64_t first_s() const noexcept { return last_s_ + 1 - size(); }
  // The newest one pushed; 0 before the first.
  std::uint64_t last_s() const noexcept { return last_s_; }
  std::size_t size() const noexcept { return slots_.size() - head_; }
  std::size_t bytes() const noexcept { return bytes_; }
  const Parcel& at(std::uint64_t s) const;

  void push(ParcelRef parcel);
  // Drops the oldest ones while there are more than `limits`, but none above `keep_after_s`, and only as long as what
  // stays has at least `keep_bytes`: what is still in an outbox is found in the ring.
  void trim(const RingLimits& limits, std::uint64_t keep_after_s, std::size_t keep_bytes);
  // Drops everything up to `s` and adds the messages in it to `confirmed`, once a channel with the highest seq.
  void acknowledge(std::uint64_t s, std::vector<Confirmed>& confirmed);

 private:
  struct Note {
    std::uint64_t s;
    Confirmed message;
  };
  ParcelRef pop();
  void note(std::uint64_t s, const Parcel& parcel);

  std::vector<ParcelRef> slots_;  // from head_ on
  std::uint32_t head_ = 0;
  std::uint32_t bytes_ = 0;
  std::uint64_t last_s_ = 0;
  std::vector<Note> notes_;  // one a channel
};

}  // namespace rookery::gateway
