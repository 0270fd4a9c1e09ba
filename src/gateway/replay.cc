#include "gateway/replay.h"

#include <algorithm>

#include "base/check.h"

namespace rookery::gateway {
namespace {

EventKind kind_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kEdit:
    case ChangeKind::kPin:
    case ChangeKind::kUnpin: return EventKind::kMessageUpdate;
    case ChangeKind::kDelete: return EventKind::kMessageDelete;
    case ChangeKind::kReactionAdd: return EventKind::kReactionAdd;
    case ChangeKind::kReactionRemove: return EventKind::kReactionRemove;
    case ChangeKind::kChannelUpdate: return EventKind::kChannelUpdate;
    case ChangeKind::kMemberAdd: return EventKind::kMemberAdd;
    case ChangeKind::kMemberRemove: return EventKind::kMemberRemove;
  }
  CHECK(false);
}

std::uint32_t count_of(const Message& message, std::string_view emoji) {
  const auto at = std::ranges::find(message.reactions, emoji, &ReactionCount::emoji);
  return at == message.reactions.end() ? 0 : at->count;
}

}  // namespace

bool is_about_message(ChangeKind kind) noexcept { return kind < ChangeKind::kChannelUpdate; }

Event event_of(const Change& change, std::shared_ptr<const Message> message, ChannelId channel, const ChannelState& head) {
  Event event;
  event.kind = kind_of(change.kind);
  event.channel = channel;
  event.seq = change.seq;
  event.rev = change.rev;
  event.state = head;
  event.actor = change.actor;
  event.user = is_about_message(change.kind) ? change.actor : change.user;
  event.emoji = change.emoji;
  if (message != nullptr) event.count = count_of(*message, change.emoji);
  event.message = std::move(message);
  return event;
}

std::vector<UserId> members_of(const ChannelState& state) {
  std::vector<UserId> users;
  for (const Member& member : state.roster->members) users.push_back(member.user);
  return users;
}

std::vector<UserId> shown_in(const Event& event) {
  switch (event.kind) {
    case EventKind::kMessageCreate:
    case EventKind::kMessageUpdate:
    case EventKind::kMessageDelete: return {event.message->author};
    case EventKind::kMemberAdd: return {event.user};
    case EventKind::kChannelCreate:
    case EventKind::kChannelUpdate: return members_of(event.state);
    default: return {};
  }
}

Task<auth::ProfileSet> profiles_of(auth::Profiles& profiles, std::vector<UserId> users) {
  auto found = co_await profiles.get_all(std::move(users));
  if (!found) co_return auth::ProfileSet();
  co_return *std::move(found);
}

ProfileOf profile_by(const auth::ProfileSet& profiles) {
  return [&profiles](UserId user) -> const User& { return profiles(user); };
}

}  // namespace rookery::gateway
