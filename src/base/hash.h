// A hash of bytes that is the same on every machine and in every version: for what is stored and compared later.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.h"

namespace rookery {

// FNV-1a, 64 bits (Fowler, Noll, Vo), finished with mix(). Not for secrets, not against an adversary.
constexpr std::uint64_t stable_hash(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ull;
  return mix(hash);
}

}  // namespace rookery
