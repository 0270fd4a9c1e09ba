#include "model/event_json.h"

#include <algorithm>

#include "base/check.h"

namespace rookery {

std::string_view name_of(EventKind kind) {
  switch (kind) {
    case EventKind::kChannelCreate: return "CHANNEL_CREATE";
    case EventKind::kMessageCreate: return "MESSAGE_CREATE";
    case EventKind::kMessageUpdate: return "MESSAGE_UPDATE";
    case EventKind::kMessageDelete: return "MESSAGE_DELETE";
    case EventKind::kReactionAdd: return "MESSAGE_REACTION_ADD";
    case EventKind::kReactionRemove: return "MESSAGE_REACTION_REMOVE";
    case EventKind::kChannelUpdate: return "CHANNEL_UPDATE";
    case EventKind::kMemberAdd: return "CHANNEL_MEMBER_ADD";
    case EventKind::kMemberRemove: return "CHANNEL_MEMBER_REMOVE";
  }
  CHECK(false);
}

void write_event(JsonWriter& json, const Event& event, const ProfileOf& profile_of, const ReadState* read_state) {
  if (event.kind == EventKind::kChannelCreate) {
    CHECK(read_state != nullptr);
    write_json(json, event.state, profile_of, read_state);
    return;
  }
  if (event.kind == EventKind::kMessageCreate) {
    write_json(json, *event.message, profile_of(event.message->author));
    return;
  }
  json.begin_object();
  json.key("channel_id").id(event.channel.value);
  json.key("rev").number(event.rev);
  switch (event.kind) {
    case EventKind::kMessageUpdate:
    case EventKind::kMessageDelete: write_json(json.key("message"), *event.message, profile_of(event.message->author)); break;
    case EventKind::kReactionAdd:
    case EventKind::kReactionRemove:
      json.key("user_id").id(event.user.value);
      json.key("emoji").string(event.emoji);
      json.key("message_id").id(event.message->id.value);
      json.key("count").number(event.count);
      break;
    case EventKind::kChannelUpdate: write_json(json.key("channel"), event.state, profile_of); break;
    case EventKind::kMemberAdd: write_json(json.key("user"), profile_of(event.user)); break;
    case EventKind::kMemberRemove: json.key("user_id").id(event.user.value); break;
    case EventKind::kChannelCreate:
    case EventKind::kMessageCreate: break;  // above
  }
  json.end_object();
}

Event event_of(const Change& change, const ChannelState& state, std::shared_ptr<const Message> message) {
  Event event;
  event.channel = state.roster->id;
  event.state = state;
  event.seq = change.seq;
  event.rev = change.rev;
  event.actor = change.actor;
  event.user = change.user ? change.user : change.actor;
  event.emoji = change.emoji;
  event.message = std::move(message);
  switch (change.kind) {
    case ChangeKind::kEdit:
    case ChangeKind::kPin:
    case ChangeKind::kUnpin: event.kind = EventKind::kMessageUpdate; break;
    case ChangeKind::kDelete: event.kind = EventKind::kMessageDelete; break;
    case ChangeKind::kReactionAdd: event.kind = EventKind::kReactionAdd; break;
    case ChangeKind::kReactionRemove: event.kind = EventKind::kReactionRemove; break;
    case ChangeKind::kChannelUpdate: event.kind = EventKind::kChannelUpdate; break;
    case ChangeKind::kMemberAdd: event.kind = EventKind::kMemberAdd; break;
    case ChangeKind::kMemberRemove: event.kind = EventKind::kMemberRemove; break;
  }
  if (event.message) {
    const auto count = std::ranges::find(event.message->reactions, event.emoji, &ReactionCount::emoji);
    if (count != event.message->reactions.end()) event.count = count->count;
  }
  return event;
}

std::vector<UserId> people_of(const Event& event) {
  std::vector<UserId> people;
  if (event.message) people.push_back(event.message->author);
  if (event.user) people.push_back(event.user);
  if ((event.kind == EventKind::kChannelCreate || event.kind == EventKind::kChannelUpdate) && event.state.exists()) {
    for (const Member& member : event.state.roster->members) people.push_back(member.user);
  }
  return people;
}

}  // namespace rookery
