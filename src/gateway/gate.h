// Gate: how far a channel's events were handed on. What comes again is dropped; what leaves a hole is not handed on, and
// whoever stands before the hole reads what is missing. Plain value.
#pragma once

#include <algorithm>
#include <cstdint>

#include "model/event.h"

namespace rookery::gateway {

class Gate {
 public:
  enum class Verdict : std::uint8_t { kPass, kOld, kHole };

  Gate() = default;
  Gate(std::uint64_t seq, std::uint64_t rev) : seq_(seq), rev_(rev) {}

  std::uint64_t seq() const noexcept { return seq_; }
  std::uint64_t rev() const noexcept { return rev_; }

  // `seq` is a new message's, `rev` a change's; an event with neither has no place and passes. The channel's state after the
  // event tells of the other one of the two: a message behind a change that never came leaves a hole too.
  Verdict judge(const Event& event) const noexcept {
    if (event.kind == EventKind::kMessageCreate) return compare(event.seq, seq_, event.state.rev > rev_);
    return event.rev == 0 ? Verdict::kPass : compare(event.rev, rev_, event.state.last_seq > seq_);
  }
  // After kPass, and the event was handed on.
  void advance(const Event& event) noexcept {
    if (event.kind == EventKind::kMessageCreate) {
      seq_ = event.seq;
    } else if (event.rev != 0) {
      rev_ = event.rev;
    }
  }
  // After kHole: to where the channel is after the event.
  void pass_over(const Event& event) noexcept {
    seq_ = std::max(seq_, event.state.last_seq);
    rev_ = std::max(rev_, event.state.rev);
  }
  bool operator==(const Gate&) const = default;

 private:
  static Verdict compare(std::uint64_t comes, std::uint64_t stands, bool other_missing) noexcept {
    if (comes <= stands) return Verdict::kOld;
    return comes == stands + 1 && !other_missing ? Verdict::kPass : Verdict::kHole;
  }

  std::uint64_t seq_ = 0;
  std::uint64_t rev_ = 0;
};

}  // namespace rookery::gateway
