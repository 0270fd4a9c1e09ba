// Event: what a decided command did to a channel, in the order in which everybody is told.
//
// It is what the fan-out delivers and what followers read. Values; shared between cores as pointers to const.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/channel.h"
#include "model/message.h"

namespace rookery {

enum class EventKind : std::uint8_t {
  kChannelCreate,  // `user` set: only to that user (added later, or the other side of a direct channel); else to all members
  kMessageCreate,
  kMessageUpdate,  // edit, pin, unpin
  kMessageDelete,
  kReactionAdd,
  kReactionRemove,
  kChannelUpdate,
  kMemberAdd,
  kMemberRemove,  // for `user` the last event of this channel
};

struct Event {
  EventKind kind = EventKind::kMessageCreate;
  ChannelId channel;
  std::uint64_t seq = 0;  // kMessageCreate: its place; message changes: the message's; else 0
  std::uint64_t rev = 0;  // changes: their place; else 0
  // The channel as it is after this event, not after the whole command.
  ChannelState state;
  std::shared_ptr<const Message> message;  // as it is after the event, for all kinds about a message; else null
  UserId actor;
  UserId user;              // the member, the reactor
  std::string emoji;        // reactions
  std::uint32_t count = 0;  // reactions: how many of this emoji now
};

}  // namespace rookery
