// A channel's state: what the fold decides on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace rookery {

enum class ChannelType : std::uint8_t { kDirect = 0, kGroup = 1, kGuild = 2 };
std::string_view name_of(ChannelType type);

struct Member {
  UserId user;
  std::uint64_t joined_seq = 0;  // the head when the member came: cursors start there. 0: from the start
  TimeMs joined_at;
  bool visible = true;  // false: the other side of a direct channel, who does not know of it before its first message

  bool operator==(const Member&) const = default;
};

// What changes seldom. Shared by all copies of a state and never changed in place.
struct Roster {
  ChannelId id;
  ChannelType type = ChannelType::kDirect;
  GuildId guild;  // 0 in direct and group channels
  UserId owner;   // 0 in direct channels
  std::string name;
  std::string topic;
  TimeMs created_at;
  std::vector<Member> members;  // by user id, ascending; direct and group channels
  // Direct channels: members who have blocked the other one.
  std::vector<UserId> blockers;
  bool closed = false;  // a member's account is gone: readable, takes nothing more

  const Member* find(UserId user) const noexcept;
  bool has(UserId user) const noexcept { return find(user) != nullptr; }
  // A member to whom the channel shows itself.
  bool sees(UserId user) const noexcept {
    const Member* member = find(user);
    return member != nullptr && member->visible;
  }
  bool operator==(const Roster&) const = default;
};

struct ChannelState {
  std::shared_ptr<const Roster> roster;  // null: there is no such channel (or it has ended)
  std::uint64_t last_seq = 0;
  std::uint64_t rev = 0;
  MessageId last_message;  // 0: none yet
  std::uint32_t pins = 0;

  bool exists() const noexcept { return roster != nullptr; }
  // Orders channels by activity: the id of the last message, of the channel before the first, both of which carry their time.
  std::uint64_t last_activity() const noexcept { return last_message ? last_message.value : roster->id.value; }
};

// One user's place in a channel. 0 <= read_seq <= delivered_seq <= last_seq; both only grow.
struct Cursor {
  std::uint64_t read_seq = 0;
  std::uint64_t delivered_seq = 0;
  TimeMs last_read_at;                // when read_seq last grew; 0: never
  std::uint64_t public_read_seq = 0;  // what others are shown: read_seq, unless its owner keeps read receipts to himself

  bool operator==(const Cursor&) const = default;
};

struct ReadState {
  ChannelId channel;
  Cursor cursor;
  std::uint64_t unread = 0;
  std::uint64_t mention_count = 0;

  bool operator==(const ReadState&) const = default;
};

// Stored records; see model/message.h for the rules. The roster without its members, which have rows of their own.
std::string encode(const Roster& roster);
std::optional<Roster> decode_roster(std::string_view bytes);
std::string encode(const Member& member);
std::optional<Member> decode_member(std::string_view bytes);
std::string encode(const Cursor& cursor);
std::optional<Cursor> decode_cursor(std::string_view bytes);

}  // namespace rookery
