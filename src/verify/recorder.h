// Recorder: takes the history down as it happens, in one order for all threads. Any thread; blocks on the file, which is buffered.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "verify/history.h"

namespace rookery::verify {

class Recorder {
 public:
  // An empty name: no file.
  static Result<std::unique_ptr<Recorder>> open(const std::string& file);

  // Gives the event its line and time.
  void record(Event event);
  // An invoke: gives it its op besides, and answers that.
  std::uint64_t begin(Event event);
  // The end of an operation: the same event with what came of it.
  void end(std::uint64_t op, Event event, Step step);
  void mark(std::string type, std::string why = {}, std::uint64_t number = 0);

  // Marks a stall when it is much later than `due`. Of those marks: how long they were, all together.
  void mark_late(std::chrono::steady_clock::time_point due, std::chrono::milliseconds at_least);
  std::chrono::microseconds stalled() const { return std::chrono::microseconds(stalled_us_); }

  // What was recorded since the last call; writes the file out.
  std::vector<Event> take();
  // What was recorded until the last take() is in the file, if there is one: no disk was full.
  bool is_written() const;
  // Operations under way that change something.
  std::size_t writes_under_way() const;
  std::uint64_t operations() const;

 private:
  Recorder() = default;
  void put(Event event);

  mutable std::mutex mutex_;
  std::ofstream file_;
  bool to_file_ = false;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::vector<Event> events_;
  std::unordered_set<std::uint64_t> writing_;
  std::atomic<std::int64_t> stalled_us_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t ops_ = 0;
};

}  // namespace rookery::verify
