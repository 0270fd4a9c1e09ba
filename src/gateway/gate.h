// Gate: how far a channel's events were handed on. What comes again is dropped; what leaves a hole waits for what is
// missing. Plain value.
#pragma once

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

  // `seq` is a new message's, `rev` a change's; an event with neither has no place and passes.
  Verdict judge(const Event& event) const noexcept {
    if (event.kind == EventKind::kMessageCreate) return compare(event.seq, seq_);
    return event.rev == 0 ? Verdict::kPass : compare(event.rev, rev_);
  }
  // After kPass, and the event was handed on.
  void advance(const Event& event) noexcept {
    if (event.kind == EventKind::kMessageCreate) {
      seq_ = event.seq;
    } else if (event.rev != 0) {
      rev_ = event.rev;
    }
  }
  bool operator==(const Gate&) const = default;

 private:
  static Verdict compare(std::uint64_t comes, std::uint64_t stands) noexcept {
    if (comes <= stands) return Verdict::kOld;
    return comes == stands + 1 ? Verdict::kPass : Verdict::kHole;
  }

  std::uint64_t seq_ = 0;
  std::uint64_t rev_ = 0;
};

}  // namespace rookery::gateway
