// Message: one place in a channel, as it now is; and Change: what happened to a channel besides new messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace rookery {

enum class MessageType : std::uint8_t { kText = 0, kSystem = 1 };
enum class SystemKind : std::uint8_t { kMemberAdd = 0, kMemberRemove = 1, kMemberLeave = 2, kRename = 3 };

// What a system message says; its author is who acted.
struct SystemNote {
  SystemKind kind = SystemKind::kMemberAdd;
  UserId user;       // added, removed or left; 0 for a renaming
  std::string name;  // the new name; empty otherwise
  bool operator==(const SystemNote&) const = default;
};

struct MessageReference {
  MessageId id;
  std::uint64_t seq = 0;
  bool operator==(const MessageReference&) const = default;
};

struct ReactionCount {
  std::string emoji;
  std::uint32_t count = 0;
  bool operator==(const ReactionCount&) const = default;
};

struct Message {
  ChannelId channel;
  std::uint64_t seq = 0;  // from 1, dense
  MessageId id;           // created_at is its time
  std::uint64_t rev = 0;  // of its last change; 0: never changed
  MessageType type = MessageType::kText;
  UserId author;
  std::string author_name;  // as it was when the message was written; what is shown is the profile of today
  std::string content;
  std::string nonce;  // empty: none
  TimeMs edited_at;   // 0: never
  bool deleted = false;
  bool pinned = false;
  bool mention_everyone = false;
  std::optional<MessageReference> reply_to;
  std::vector<UserId> mentions;          // ascending, without the author
  std::vector<RoleId> mention_roles;     // ascending
  std::vector<ReactionCount> reactions;  // in the order of each emoji's first use
  std::optional<SystemNote> system;

  bool operator==(const Message&) const = default;
};

enum class ChangeKind : std::uint8_t {
  kEdit = 1,
  kDelete = 2,
  kReactionAdd = 3,
  kReactionRemove = 4,
  kPin = 5,
  kUnpin = 6,
  kChannelUpdate = 7,
  kMemberAdd = 8,
  kMemberRemove = 9,
};

// One step of a channel's `rev`. It says what changed, never what a message says: the message as it now is stands under
// its seq.
struct Change {
  std::uint64_t rev = 0;  // from 1, dense
  ChangeKind kind = ChangeKind::kEdit;
  std::uint64_t seq = 0;  // the message concerned; 0 for channel and members
  UserId actor;
  UserId user;        // the member added or removed; 0 otherwise
  std::string emoji;  // of a reaction; empty otherwise
  TimeMs time;

  bool operator==(const Change&) const = default;
};

// Records as they are stored: a version byte, then fields. Decoding answers none for bytes that are no such record.
// channel, seq and rev stand in the key and are not repeated: the caller sets them.
std::string encode(const Message& message);
std::optional<Message> decode_message(std::string_view bytes);
std::string encode(const Change& change);
std::optional<Change> decode_change(std::string_view bytes);

}  // namespace rookery
