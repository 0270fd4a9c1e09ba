// Time: wall-clock moments, and the clock as an interface so that a test can own it.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rookery {

// A moment of the wall clock, in milliseconds since 1970-01-01T00:00:00Z without leap seconds. 0 stands for "never".
struct TimeMs {
  std::int64_t unix_ms = 0;

  constexpr TimeMs() = default;
  constexpr explicit TimeMs(std::int64_t ms) : unix_ms(ms) {}
  constexpr explicit operator bool() const { return unix_ms != 0; }
  constexpr auto operator<=>(const TimeMs&) const = default;
  constexpr TimeMs operator+(std::chrono::milliseconds d) const { return TimeMs(unix_ms + d.count()); }
  constexpr TimeMs operator-(std::chrono::milliseconds d) const { return TimeMs(unix_ms - d.count()); }
  constexpr std::chrono::milliseconds operator-(TimeMs other) const { return std::chrono::milliseconds(unix_ms - other.unix_ms); }
};

// For deadlines and intervals: never goes back, means nothing outside this process.
using SteadyTime = std::chrono::steady_clock::time_point;

// Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimeMs now() const = 0;             // may jump either way
  virtual SteadyTime steady_now() const = 0;  // never goes back
};

// The machine's own. Lives for ever.
const Clock& system_clock();

// "2026-11-20T12:00:00.123Z" (RFC 3339, UTC, milliseconds). Years 0 to 9999.
std::string format_rfc3339(TimeMs time);
void append_rfc3339(std::string& out, TimeMs time);
// RFC 3339 with "Z" or a numeric offset, with or without fractional seconds; anything else is none.
std::optional<TimeMs> parse_rfc3339(std::string_view text) noexcept;

}  // namespace rookery
