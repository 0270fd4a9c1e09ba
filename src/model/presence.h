// Presence: whether somebody is there, and since when not (protocol.md §6).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/json_writer.h"
#include "model/account.h"

namespace rookery {

enum class PresenceStatus : std::uint8_t { kOnline = 0, kAway = 1, kOffline = 2, kUnknown = 3 };

struct Presence {
  UserId user;
  PresenceStatus status = PresenceStatus::kOffline;
  TimeMs last_seen;                 // 0: never, or not to be shown
  std::vector<DeviceKind> devices;  // of the connections that are alive, each once, ascending
  std::string text;                 // empty: was not asked for

  bool operator==(const Presence&) const = default;
};

void write_json(JsonWriter& json, const Presence& presence);

}  // namespace rookery
