// Ids: 64-bit snowflakes, one type for each kind of thing, so that a channel's id cannot be taken for a user's.
//
// milliseconds since 2025-01-01T00:00:00Z << 23 | node (10 bits) << 13 | sequence (13 bits); unsigned; decimal strings in
// JSON (protocol.md §1). 0 is no id. The 41 bits of time reach to 2094.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace rookery {

inline constexpr std::int64_t kIdEpochMs = 1'735'689'600'000;  // 2025-01-01T00:00:00Z in Unix time
inline constexpr unsigned kIdNodeBits = 10;
inline constexpr unsigned kIdSequenceBits = 13;
inline constexpr unsigned kIdTimeShift = kIdNodeBits + kIdSequenceBits;

template <class Tag>
struct Id {
  std::uint64_t value = 0;

  constexpr Id() = default;
  constexpr explicit Id(std::uint64_t v) : value(v) {}
  constexpr explicit operator bool() const { return value != 0; }
  constexpr auto operator<=>(const Id&) const = default;
};

using UserId = Id<struct UserTag>;
using ChannelId = Id<struct ChannelTag>;
using MessageId = Id<struct MessageTag>;
using GuildId = Id<struct GuildTag>;
using RoleId = Id<struct RoleTag>;
using LoginId = Id<struct LoginTag>;  // a token's `sid`

// Decimal digits without sign, without leading zeros, 1 to 2^64-1; anything else is none.
std::optional<std::uint64_t> parse_snowflake(std::string_view text) noexcept;

template <class AnyId>
std::optional<AnyId> parse_id(std::string_view text) noexcept {
  if (const auto value = parse_snowflake(text)) return AnyId(*value);
  return std::nullopt;
}

template <class Tag>
std::string to_string(Id<Tag> id) {
  return std::to_string(id.value);
}

// The moment that an id carries.
constexpr TimeMs snowflake_time(std::uint64_t id) { return TimeMs(static_cast<std::int64_t>(id >> kIdTimeShift) + kIdEpochMs); }
// The lowest id of a moment; the epoch's for moments before it.
constexpr std::uint64_t snowflake_floor(TimeMs time) {
  return time.unix_ms <= kIdEpochMs ? 0 : static_cast<std::uint64_t>(time.unix_ms - kIdEpochMs) << kIdTimeShift;
}

// A well-mixed 64-bit hash of an id: which core, which partition. Stable over versions and machines.
constexpr std::uint64_t mix(std::uint64_t x) {  // splitmix64's finalizer (Steele, Lea, Flood 2014)
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

}  // namespace rookery

template <class Tag>
struct std::hash<rookery::Id<Tag>> {
  std::size_t operator()(rookery::Id<Tag> id) const noexcept { return rookery::mix(id.value); }
};
