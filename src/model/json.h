// The objects of protocol.md §2 as JSON text.
#pragma once

#include <functional>
#include <span>

#include "base/json_writer.h"
#include "model/channel.h"
#include "model/message.h"
#include "model/user.h"

namespace rookery {

// Answers the profile of a user as it is now. Called during the write, on the calling thread; never null.
using ProfileOf = std::function<const User&(UserId)>;

// Channel; with `read_state` when one is given. Recipients are the visible and invisible members alike, in direct and
// group channels.
void write_json(JsonWriter& json, const ChannelState& channel, const ProfileOf& profile_of, const ReadState* read_state = nullptr);

void write_json(JsonWriter& json, const ReadState& state);

// Message. `mine`: one for each of message.reactions, whether the reader is among them ("me", in REST answers); empty in
// events. A deleted message is written without what the protocol takes from it, whatever the record still carries.
void write_json(JsonWriter& json, const Message& message, const User& author, std::span<const bool> mine = {});

}  // namespace rookery
