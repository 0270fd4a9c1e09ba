// Counters: what one core's share of the gateway did, for the metrics.
//
// Written by one core without a lock; read from any thread, each number for itself.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace rookery::gateway {

class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.store(get() + n, std::memory_order_relaxed); }
  void take(std::uint64_t n = 1) noexcept { value_.store(get() - n, std::memory_order_relaxed); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct Counters {
  Counter connections;        // open now
  Counter sessions;           // alive now, detached ones too
  Counter identifies;         // answered with READY
  Counter resumes;            // answered with RESUMED
  Counter resumes_refused;    // op 9
  Counter frames;             // of clients
  Counter dispatches;         // entered into a session
  Counter events;             // handed on by this core's channels
  Counter requests;           // op 64
  Counter requests_refused;   // answered with an error
  Counter catch_ups;          // channels read for a session
  Counter catch_ups_refused;  // recovered: false
  Counter holes;              // sessions that read what did not come to them
  Counter withdrawals;        // deletions
  Counter profiles_awaited;   // events that waited for a profile
  // By close code: 4001 to 4009 at 1 to 9, 4100 to 4104 at 10 to 14, every other at 0.
  static constexpr std::size_t kCloseCodes = 15;
  std::array<Counter, kCloseCodes> closes;

  static std::size_t close_slot(std::uint16_t code) noexcept {
    if (code >= 4001 && code <= 4009) return static_cast<std::size_t>(code - 4000);
    if (code >= 4100 && code <= 4104) return static_cast<std::size_t>(code - 4100 + 10);
    return 0;
  }
};

}  // namespace rookery::gateway
