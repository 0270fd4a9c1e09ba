// What becomes of channels and their members: protocol.md §2 "system messages" and §3 "Direct and group channels".
#include <algorithm>

#include "base/check.h"
#include "fold/rules.h"

namespace rookery::fold {
namespace {

Message system_message(SystemKind kind, UserId actor, UserId user, std::string name = {}) {
  Message message;
  message.type = MessageType::kSystem;
  message.author = actor;
  message.system = SystemNote{kind, user, std::move(name)};
  return message;
}

// A member of a group; direct channels have no such changes.
Status admit_to_group(const Input& in, UserId actor) {
  if (!in.state.roster->sees(actor)) return fail(ErrorCode::kUnknownChannel);
  if (in.state.roster->type != ChannelType::kGroup) return fail(ErrorCode::kMissingPermission, "Not in a direct channel");
  return {};
}

// Who has been there longest; among equals the lowest id.
UserId longest_member(const Roster& roster) {
  const auto longest = std::ranges::min_element(roster.members, {}, [](const Member& m) { return std::pair(m.joined_seq, m.user); });
  CHECK(longest != roster.members.end());
  return longest->user;
}

}  // namespace

Result<Decision> apply(const Input& in, const CreateChannel& command) {
  // Made already: the two sides of a direct channel may both have found it missing.
  if (in.state.exists()) return apply(in, OpenDirect{command.creator});
  if (command.type == ChannelType::kGroup && command.members.size() > in.limits.group_members) return fail(ErrorCode::kTooManyMembers);
  Draft draft(in.state, in.stamp);
  Roster roster;
  roster.id = in.stamp.channel;
  roster.type = command.type;
  roster.created_at = in.stamp.time;
  if (command.type == ChannelType::kGroup) {
    roster.owner = command.creator;
    roster.name = command.name;
  }
  for (const UserId user : command.members) {
    Member member{.user = user, .joined_seq = 0, .joined_at = in.stamp.time};
    member.visible = command.type == ChannelType::kGroup || user == command.creator;
    roster.members.push_back(member);
  }
  CHECK(std::ranges::is_sorted(roster.members, {}, &Member::user) && roster.has(command.creator));
  draft.roster(std::move(roster));
  draft.row(PutRoster{});
  for (const Member& member : draft.roster().members) {
    draft.row(PutMember{member});
    if (member.visible) draft.row(PutMine{member.user});
  }
  draft.tell(EventKind::kChannelCreate, command.type == ChannelType::kDirect ? command.creator : UserId());
  return draft.finish();
}

Result<Decision> apply(const Input& in, const OpenDirect& command) {
  const Member* member = in.state.roster->find(command.user);
  if (member == nullptr || in.state.roster->type != ChannelType::kDirect) return fail(ErrorCode::kUnknownChannel);
  if (member->visible) return unchanged(in);
  Draft draft(in.state, in.stamp);
  Roster roster = draft.roster();
  const auto self = std::ranges::find(roster.members, command.user, &Member::user);
  self->visible = true;
  draft.row(PutMember{*self});
  draft.row(PutMine{command.user});
  draft.roster(std::move(roster));
  draft.tell(EventKind::kChannelCreate, command.user);
  return draft.finish();
}

Result<Decision> apply(const Input& in, const UpdateChannel& command) {
  if (const Status admitted = admit_to_group(in, command.actor); !admitted) return fail(admitted.error());
  const Roster& before = *in.state.roster;
  const bool renamed = command.name && *command.name != before.name;
  const bool retitled = command.topic && *command.topic != before.topic;
  if (!renamed && !retitled) return unchanged(in);

  Draft draft(in.state, in.stamp);
  Roster roster = before;
  if (renamed) roster.name = *command.name;
  if (retitled) roster.topic = *command.topic;
  draft.roster(std::move(roster));
  draft.row(PutRoster{});
  draft.change(Change{.kind = ChangeKind::kChannelUpdate, .actor = command.actor}, EventKind::kChannelUpdate);
  if (renamed) draft.write(system_message(SystemKind::kRename, command.actor, UserId(), *command.name));
  return draft.finish();
}

Result<Decision> apply(const Input& in, const AddMember& command) {
  if (const Status admitted = admit_to_group(in, command.actor); !admitted) return fail(admitted.error());
  if (in.state.roster->has(command.user)) return unchanged(in);
  if (in.state.roster->members.size() >= in.limits.group_members) return fail(ErrorCode::kTooManyMembers);

  Draft draft(in.state, in.stamp);
  // He starts behind the system message that announces him.
  const Member member{.user = command.user, .joined_seq = in.state.last_seq + 1, .joined_at = in.stamp.time};
  Roster roster = draft.roster();
  roster.members.insert(std::ranges::upper_bound(roster.members, member.user, {}, &Member::user), member);
  draft.roster(std::move(roster));
  draft.row(PutMember{member});
  draft.row(PutMine{member.user});
  draft.row(PutCursor{member.user,
                      Cursor{.read_seq = member.joined_seq, .delivered_seq = member.joined_seq, .public_read_seq = member.joined_seq}});
  draft.change(Change{.kind = ChangeKind::kMemberAdd, .actor = command.actor, .user = command.user}, EventKind::kMemberAdd);
  draft.write(system_message(SystemKind::kMemberAdd, command.actor, command.user));
  draft.tell(EventKind::kChannelCreate, command.user);
  return draft.finish();
}

Result<Decision> apply(const Input& in, const RemoveMember& command) {
  if (const Status admitted = admit_to_group(in, command.actor); !admitted) return fail(admitted.error());
  const Roster& before = *in.state.roster;
  const bool leaving = command.actor == command.user;
  if (!leaving && before.owner != command.actor) return fail(ErrorCode::kMissingPermission, "Only the owner removes members");
  if (!before.has(command.user)) return unchanged(in);

  Draft draft(in.state, in.stamp);
  Roster roster = before;
  std::erase_if(roster.members, [&command](const Member& m) { return m.user == command.user; });
  const bool last = roster.members.empty();
  const bool owner_left = before.owner == command.user && !last;
  draft.roster(roster);
  draft.row(EraseMember{command.user});
  draft.row(EraseMine{command.user});
  draft.change(Change{.kind = ChangeKind::kMemberRemove, .actor = command.actor, .user = command.user}, EventKind::kMemberRemove);
  if (last) {
    draft.row(EraseRoster{});
    draft.gone();
    return draft.finish();
  }
  if (owner_left) {
    roster.owner = longest_member(roster);
    draft.roster(std::move(roster));
    draft.row(PutRoster{});
    draft.change(Change{.kind = ChangeKind::kChannelUpdate, .actor = command.actor}, EventKind::kChannelUpdate);
  }
  draft.write(system_message(leaving ? SystemKind::kMemberLeave : SystemKind::kMemberRemove, command.actor, command.user));
  return draft.finish();
}

Result<Decision> apply(const Input& in, const SetBlock& command) {
  if (in.state.roster->type != ChannelType::kDirect || !in.state.roster->has(command.user)) return fail(ErrorCode::kUnknownChannel);
  Roster roster = *in.state.roster;
  const auto at = std::ranges::find(roster.blockers, command.user);
  if ((at != roster.blockers.end()) == command.blocked) return unchanged(in);
  if (command.blocked) {
    roster.blockers.push_back(command.user);
  } else {
    roster.blockers.erase(at);
  }
  Draft draft(in.state, in.stamp);
  draft.roster(std::move(roster));
  draft.row(PutRoster{});
  return draft.finish();
}

Result<Decision> apply(const Input& in, const CloseDirect& command) {
  if (in.state.roster->type != ChannelType::kDirect || !in.state.roster->has(command.user)) return fail(ErrorCode::kUnknownChannel);
  if (in.state.roster->closed) return unchanged(in);
  Roster roster = *in.state.roster;
  roster.closed = true;
  Draft draft(in.state, in.stamp);
  draft.roster(std::move(roster));
  draft.row(PutRoster{});
  return draft.finish();
}

}  // namespace rookery::fold
