// Presence in words, in a time zone (protocol.md §3, "Users and presence").
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/presence.h"

namespace rookery::presence {

// Whether `tz` is a zone of the IANA database, by one of its names. Any thread.
bool is_time_zone(const std::string& tz);

// "Online", "Away", "Last seen 5 minutes ago", …; "Offline" for somebody who never was (or does not show it). `tz` is a zone.
std::string presence_text(const Presence& presence, TimeMs now, const std::string& tz);

}  // namespace rookery::presence
