// What the log remembers, as the events it once was: for catching up. One core at a time.
#pragma once

#include "auth/profiles.h"
#include "gateway/services.h"
#include "model/event.h"
#include "model/json.h"

namespace rookery::gateway {

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
