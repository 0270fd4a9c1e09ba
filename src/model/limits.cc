#include "model/limits.h"

#include <fmt/format.h>

#include <array>

#include "base/json_writer.h"

namespace rookery {
namespace {

constexpr std::uint32_t kMany = 1'000'000;
constexpr std::uint32_t kMebibyte = 1 << 20;

constexpr std::array kTable = {
    LimitInfo{"content", &Limits::content, 1, 100'000, "code points of a message"},
    LimitInfo{"nonce", &Limits::nonce, 1, 256, "characters of a nonce"},
    LimitInfo{"group_members", &Limits::group_members, 2, 10'000, "members of a group channel"},
    LimitInfo{"large_channel", &Limits::large_channel, 2, 10'000, "members from which a channel is large"},
    LimitInfo{"page", &Limits::page, 1, 1000, "rows of a list in one answer"},
    LimitInfo{"presence_query", &Limits::presence_query, 1, 1000, "users of one presence query"},
    LimitInfo{"subscribe_channels", &Limits::subscribe_channels, 1, 1000, "channels of a Subscribe"},
    LimitInfo{"subscribe_users", &Limits::subscribe_users, 1, 5000, "users of a Subscribe"},
    LimitInfo{"frame_bytes", &Limits::frame_bytes, 16'384, kMebibyte, "bytes of a gateway message"},
    LimitInfo{"frames_per_minute", &Limits::frames_per_minute, 0, kMany,
              "frames of a client in any 60 s, heartbeats and acks aside; 0 is no limit"},
    LimitInfo{"positions", &Limits::positions, 1, 5000, "positions of an Identify"},
    LimitInfo{"catch_up", &Limits::catch_up, 1, 10'000, "dispatches that catch up one channel"},
    LimitInfo{"catch_up_total", &Limits::catch_up_total, 1, 100'000, "dispatches that catch up one Identify"},
    LimitInfo{"offline_queue", &Limits::offline_queue, 1, 100'000, "messages of the offline queue"},
    LimitInfo{"resume_dispatches", &Limits::resume_dispatches, 16, 65'536, "unacknowledged dispatches that a session keeps"},
    LimitInfo{"requests_in_flight", &Limits::requests_in_flight, 1, 1024,
              "unanswered requests of a session before the server reads no further"},
    LimitInfo{"json_depth", &Limits::json_depth, 8, 64, "levels of nesting in JSON"},
    LimitInfo{"body_bytes", &Limits::body_bytes, 16'384, 16 * kMebibyte, "bytes of a JSON body"},
    LimitInfo{"attachment_bytes", &Limits::attachment_bytes, 0, 2048 * kMebibyte, "bytes of an attachment"},
    LimitInfo{"attachments", &Limits::attachments, 0, 100, "attachments of a message"},
    LimitInfo{"connections_per_user", &Limits::connections_per_user, 0, kMany, "gateway connections of a user; 0 is no limit"},
    LimitInfo{"logins_per_user", &Limits::logins_per_user, 1, 10'000, "logins of a user"},
    LimitInfo{"guilds", &Limits::guilds, 0, 10'000, "guilds that a user is in"},
    LimitInfo{"channels_per_guild", &Limits::channels_per_guild, 1, 10'000, "channels of a guild"},
    LimitInfo{"roles_per_guild", &Limits::roles_per_guild, 1, 10'000, "roles of a guild"},
    LimitInfo{"invites", &Limits::invites, 0, kMany, "invites of a guild"},
    LimitInfo{"reactions_per_message", &Limits::reactions_per_message, 0, 1000, "different reactions to a message"},
    LimitInfo{"pins", &Limits::pins, 0, 10'000, "pinned messages of a channel"},
    LimitInfo{"username_min", &Limits::username_min, 1, 64, "least characters of a username"},
    LimitInfo{"username_max", &Limits::username_max, 1, 64, "most characters of a username"},
    LimitInfo{"password_min", &Limits::password_min, 1, 1024, "least characters of a password"},
    LimitInfo{"password_max", &Limits::password_max, 1, 1024, "most characters of a password"},
};
static_assert(kTable.size() * sizeof(std::uint32_t) == sizeof(Limits), "every limit has a row");

constexpr std::string_view kPairs[] = {"username", "password"};  // shown as [least, most]

bool is_half_of_a_pair(std::string_view name) {
  for (const std::string_view pair : kPairs) {
    if (name.starts_with(pair) && name.size() == pair.size() + 4) return true;
  }
  return false;
}

}  // namespace

std::span<const LimitInfo> limit_table() { return kTable; }

std::optional<std::string> contradiction(const Limits& limits) {
  if (const std::uint64_t needed = std::uint64_t{limits.content} * kJsonBytesPerCodePoint + kFrameSlackBytes; needed > limits.frame_bytes) {
    return fmt::format("a message of {} code points may need a frame of {} bytes, and frame_bytes is {}", limits.content, needed,
                       limits.frame_bytes);
  }
  if (limits.frame_bytes > limits.body_bytes) {
    return fmt::format("body_bytes ({}) must not be below frame_bytes ({})", limits.body_bytes, limits.frame_bytes);
  }
  if (limits.catch_up > limits.catch_up_total) {
    return fmt::format("catch_up ({}) must not be above catch_up_total ({})", limits.catch_up, limits.catch_up_total);
  }
  if (limits.username_min > limits.username_max) {
    return fmt::format("username_min ({}) must not be above username_max ({})", limits.username_min, limits.username_max);
  }
  if (limits.password_min > limits.password_max) {
    return fmt::format("password_min ({}) must not be above password_max ({})", limits.password_min, limits.password_max);
  }
  return std::nullopt;
}

void write_limits(JsonWriter& json, const Limits& limits) {
  json.begin_object();
  for (const LimitInfo& info : kTable) {
    if (!is_half_of_a_pair(info.name)) json.key(info.name).number(std::uint64_t{limits.*info.value});
  }
  const auto pair = [&json](std::string_view name, std::uint32_t least, std::uint32_t most) {
    json.key(name).begin_array().number(std::uint64_t{least}).number(std::uint64_t{most}).end_array();
  };
  pair(kPairs[0], limits.username_min, limits.username_max);
  pair(kPairs[1], limits.password_min, limits.password_max);
  json.end_object();
}

}  // namespace rookery
