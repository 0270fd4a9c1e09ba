// FrameWindow: whether a client sent more than so many frames in any 60 s. One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace rookery::gateway {

class FrameWindow {
 public:
  // Counts a frame; false when it is one too many. `frames_max` 0: no limit.
  bool admit(SteadyTime now, std::uint32_t frames_max) {
    if (frames_max == 0) return true;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    std::size_t old = 0;
    while (old < times_.size() && ms - times_[old] >= kWindowMs) ++old;
    times_.erase(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(old));
    if (times_.size() >= frames_max) return false;
    times_.push_back(ms);
    return true;
  }

 private:
  static constexpr std::int64_t kWindowMs = 60'000;
  std::vector<std::int64_t> times_;  // ascending, within the window
};

}  // namespace rookery::gateway
