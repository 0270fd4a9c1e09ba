// What is told of a change, as the gateway's events and REST's changes have it (protocol.md §4, the table of events).
#pragma once

#include <string_view>

#include "model/event.h"
#include "model/json.h"

namespace rookery {

// "MESSAGE_CREATE".
std::string_view name_of(EventKind kind);

// Writes an event's `d`. Of a channel's creation: the channel with `read_state`, which must be given then.
void write_event(JsonWriter& json, const Event& event, const ProfileOf& profile_of, const ReadState* read_state = nullptr);

// A stored change as the event that tells it now: `state` is the channel as it is, `message` the one concerned as it is (null
// for changes of channel and members). A reaction's count is today's.
Event event_of(const Change& change, const ChannelState& state, std::shared_ptr<const Message> message);

// Everybody whose profile write_event() asks for.
std::vector<UserId> people_of(const Event& event);

}  // namespace rookery
