// Command: what somebody wants of a channel, checked for form, not yet decided. The fold (fold/fold.h) decides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "model/channel.h"

namespace rookery {

// Whom a content names, before anybody looked who sees the channel.
struct MentionRequest {
  std::vector<UserId> users;  // ascending, each once
  std::vector<RoleId> roles;
  bool everyone = false;
  bool operator==(const MentionRequest&) const = default;
};

struct CreateChannel {
  ChannelType type = ChannelType::kGroup;
  UserId creator;
  std::vector<UserId> members;  // all of them, the creator too; ascending
  std::string name;             // groups; may be empty
};

// The other side of a direct channel opens it himself, before its first message. Nothing when he sees it already.
struct OpenDirect {
  UserId user;
};

struct SendMessage {
  UserId author;
  std::string author_name;
  std::string content;
  std::string nonce;            // empty: none
  std::uint64_t body_hash = 0;  // of the body after defaults: what a repeat of the nonce is compared by
  MessageId reply_to;           // 0: none
  MentionRequest mentions;
};

struct EditMessage {
  UserId actor;
  MessageId message;
  std::string content;
  MentionRequest mentions;
};

struct DeleteMessage {
  UserId actor;
  MessageId message;
};

struct React {
  UserId actor;
  MessageId message;
  std::string emoji;
  bool add = true;
};

struct Pin {
  UserId actor;
  MessageId message;
  bool pin = true;
};

struct UpdateChannel {
  UserId actor;
  std::optional<std::string> name;
  std::optional<std::string> topic;
};

struct AddMember {
  UserId actor;
  UserId user;
};

// `actor` == `user`: leaving.
struct RemoveMember {
  UserId actor;
  UserId user;
};

// Direct channels: `user` blocks the other one, or does so no more. Part of the log, so that it is ordered with messages.
struct SetBlock {
  UserId user;
  bool blocked = true;
};

// Direct channels: a member's account is gone.
struct CloseDirect {
  UserId user;
};

using Command = std::variant<CreateChannel, OpenDirect, SendMessage, EditMessage, DeleteMessage, React, Pin, UpdateChannel, AddMember,
                             RemoveMember, SetBlock, CloseDirect>;

}  // namespace rookery
