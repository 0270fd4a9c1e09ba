// StallMeter: how late the driver gets its turn on a busy machine. A thread that sleeps a short while again and again, and takes down when
// it woke much later than it asked for: what other threads wanted to notice meanwhile, they noticed late too.
#pragma once

#include <atomic>
#include <thread>

#include "verify/recorder.h"

namespace rookery::verify {

class StallMeter {
 public:
  static constexpr std::chrono::milliseconds kEvery{20};
  static constexpr std::chrono::milliseconds kStall{50};  // later than that is noted: a mark "stall", its seq is µs

  explicit StallMeter(Recorder& recorder);
  ~StallMeter();
  StallMeter(const StallMeter&) = delete;
  StallMeter& operator=(const StallMeter&) = delete;

 private:
  void run();

  Recorder& recorder_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace rookery::verify
