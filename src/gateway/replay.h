// What the log remembers, as the events it once was: for holes and for catching up. One core at a time.
#pragma once

#include <optional>

#include "auth/profiles.h"
#include "gateway/services.h"
#include "model/event.h"
#include "model/json.h"
#include "ports/channel_log.h"

namespace rookery::gateway {

Event event_of(Message message, const ChannelState& head);
// The change as an event, its message as it now is; none when that cannot be read.
Task<std::optional<Event>> event_of(ChannelLog& log, ChannelId channel, Change change, ChannelState head);
// The event of a change whose message, if it is about one, is at hand.
Event event_of(const Change& change, std::shared_ptr<const Message> message, ChannelId channel, const ChannelState& head);

bool is_about_message(ChangeKind kind) noexcept;

// Whose profiles an event's text shows.
std::vector<UserId> shown_in(const Event& event);
std::vector<UserId> members_of(const ChannelState& state);

// Those profiles; without those that cannot be had now, who are shown as deleted users.
Task<auth::ProfileSet> profiles_of(auth::Profiles& profiles, std::vector<UserId> users);
// `profiles` must outlive it.
ProfileOf profile_by(const auth::ProfileSet& profiles);

}  // namespace rookery::gateway
