// Limits: how much of everything this installation allows (protocol.md §1, the instance page).
//
// Plain values with the protocol's defaults; bounds are inclusive. One table names them all: the instance page shows them
// under these names, and each is an option (`group_members` is --limit-group-members). Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rookery {

class JsonWriter;

struct Limits {
  std::uint32_t content = 4000;  // Unicode code points of a message
  std::uint32_t nonce = 64;      // characters
  std::uint32_t group_members = 256;
  std::uint32_t large_channel = 50;  // members from which a channel is large
  std::uint32_t page = 100;          // rows of a list in one answer
  std::uint32_t presence_query = 100;
  std::uint32_t subscribe_channels = 100;
  std::uint32_t subscribe_users = 500;
  std::uint32_t frame_bytes = 65'536;     // of a whole gateway message
  std::uint32_t frames_per_minute = 120;  // in any 60 s, heartbeats and acks aside; 0: no limit
  std::uint32_t positions = 500;
  std::uint32_t catch_up = 300;         // dispatches for one channel
  std::uint32_t catch_up_total = 2000;  // dispatches for one Identify
  std::uint32_t offline_queue = 1000;
  std::uint32_t resume_dispatches = 512;
  std::uint32_t requests_in_flight = 32;
  std::uint32_t json_depth = 32;
  std::uint32_t body_bytes = 131'072;           // of a JSON body
  std::uint32_t attachment_bytes = 26'214'400;  // of one file
  std::uint32_t attachments = 10;               // of one message
  std::uint32_t connections_per_user = 20;      // 0: no limit
  std::uint32_t logins_per_user = 100;
  std::uint32_t guilds = 200;  // a user is in
  std::uint32_t channels_per_guild = 500;
  std::uint32_t roles_per_guild = 250;
  std::uint32_t invites = 1000;              // of one guild
  std::uint32_t reactions_per_message = 20;  // different ones
  std::uint32_t pins = 250;                  // of one channel
  std::uint32_t username_min = 3;            // characters
  std::uint32_t username_max = 32;
  std::uint32_t password_min = 8;  // characters
  std::uint32_t password_max = 128;

  bool operator==(const Limits&) const = default;
};

struct LimitInfo {
  std::string_view name;  // "group_members"
  std::uint32_t Limits::* value;
  std::uint32_t least;
  std::uint32_t most;
  std::string_view description;  // a phrase with the unit: "code points of a message"
};

// Every member of Limits once, in the order of the instance page.
std::span<const LimitInfo> limit_table();

// A sentence when two limits contradict one another (a frame too small for a message, a minimum above its maximum).
std::optional<std::string> contradiction(const Limits& limits);

// The value of the instance page's `limits`: {"content":4000,…,"username":[3,32],"password":[8,128]}.
void write_limits(JsonWriter& json, const Limits& limits);

// A code point is at most two escapes of six bytes in JSON; the rest of a MESSAGE_SEND fits into the slack.
inline constexpr std::uint32_t kJsonBytesPerCodePoint = 12;
inline constexpr std::uint32_t kFrameSlackBytes = 8192;
static_assert(Limits{}.content * kJsonBytesPerCodePoint + kFrameSlackBytes <= Limits{}.frame_bytes);
static_assert(Limits{}.frame_bytes <= Limits{}.body_bytes);
static_assert(Limits{}.catch_up <= Limits{}.catch_up_total);

}  // namespace rookery
