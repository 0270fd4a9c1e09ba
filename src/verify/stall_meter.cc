#include "verify/stall_meter.h"

namespace rookery::verify {

StallMeter::StallMeter(Recorder& recorder) : recorder_(recorder), thread_([this] { run(); }) {}

StallMeter::~StallMeter() {
  over_ = true;
  thread_.join();
}

void StallMeter::run() {
  while (!over_) {
    const auto due = std::chrono::steady_clock::now() + kEvery;
    std::this_thread::sleep_until(due);
    recorder_.mark_late(due, kStall);
  }
}

}  // namespace rookery::verify
