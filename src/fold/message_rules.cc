// What becomes of messages: protocol.md §2 "Message" and §3 "Messages".
#include <algorithm>

#include "base/check.h"
#include "base/mutant.h"
#include "fold/rules.h"

namespace rookery::fold {
namespace {

// Whether `actor` may act in the channel at all; to everybody else it does not exist.
Status admit(const Input& in, UserId actor) {
  if (!in.state.roster->sees(actor)) return fail(ErrorCode::kUnknownChannel);
  return {};
}

std::unexpected<Error> closed() { return fail(ErrorCode::kMissingAccess, "This conversation is closed: the other account was deleted"); }

// Direct channels take nothing new while either side has blocked the other, or when one of the two is gone.
Status admit_new_message(const Input& in, UserId actor) {
  if (const Status seen = admit(in, actor); !seen) return seen;
  if (in.state.roster->closed) return closed();
  if (!in.state.roster->blockers.empty()) return fail(ErrorCode::kCannotMessageUser);
  return {};
}

// The message that a command names, when it still takes changes. What is said already may be changed while a block holds, but
// not where the other account is gone.
Result<Message> changeable_target(const Input& in, UserId actor) {
  if (const Status seen = admit(in, actor); !seen) return fail(seen.error());
  if (!in.rows.target || in.rows.target->deleted) return fail(ErrorCode::kUnknownMessage);
  if (in.state.roster->closed) return closed();
  return *in.rows.target;
}

// Of those named, who is a member and not the author. In groups and direct channels nobody is hidden from anybody.
std::vector<UserId> mentioned_members(const Roster& roster, const MentionRequest& request, UserId author) {
  std::vector<UserId> mentioned;
  for (const UserId user : request.users) {
    if (user != author && roster.has(user)) mentioned.push_back(user);
  }
  return mentioned;
}

// Under whose names this message stands in the mention lists: those named, or nobody's (0) for everyone, so that a message
// to all is one row whatever the size of the group.
std::vector<UserId> listed(const Message& message) {
  if (message.mention_everyone) return {UserId()};
  return message.mentions;
}

// The rows that lead from the counters of `before` to those of `after`.
void move_mentions(Draft& draft, const std::vector<UserId>& before, const std::vector<UserId>& after, const Message& message) {
  for (const UserId user : before) {
    if (!std::ranges::binary_search(after, user)) draft.row(EraseMention{user, message.seq, message.id});
  }
  for (const UserId user : after) {
    if (!std::ranges::binary_search(before, user)) draft.row(PutMention{user, message.seq, message.id, message.author});
  }
}

// The first message makes a direct channel known to the other side, who hears of the channel as it was before.
void reveal(Draft& draft) {
  Roster roster = draft.roster();
  const auto hidden = std::ranges::find(roster.members, false, &Member::visible);
  if (hidden == roster.members.end()) return;
  hidden->visible = true;
  const Member shown = *hidden;
  draft.roster(std::move(roster));
  draft.row(PutMember{shown});
  draft.row(PutMine{shown.user});
  draft.tell(EventKind::kChannelCreate, shown.user);
}

}  // namespace

Result<Decision> apply(const Input& in, const SendMessage& command) {
  if (const Status seen = admit(in, command.author); !seen) return fail(seen.error());
  if (in.rows.nonce) {
    if (in.rows.nonce->body_hash != command.body_hash) return fail(ErrorCode::kNonceReused);
    Decision repeat = unchanged(in);
    repeat.replayed = true;
    repeat.replayed_seq = in.rows.nonce->seq;
    return repeat;
  }
  if (const Status open = admit_new_message(in, command.author); !open) return fail(open.error());
  if (command.reply_to && !in.rows.reply_to) return fail(Error::invalid("reply_to", "is no message of this channel"));

  Draft draft(in.state, in.stamp);
  reveal(draft);
  Message message;
  message.author = command.author;
  message.author_name = command.author_name;
  message.content = command.content;
  message.nonce = command.nonce;
  message.mentions = mentioned_members(draft.roster(), command.mentions, command.author);
  message.mention_everyone = command.mentions.everyone;
  if (in.rows.reply_to) message.reply_to = MessageReference{in.rows.reply_to->id, in.rows.reply_to->seq};
  draft.write(std::move(message));
  const Message& written = draft.message();
  if (!command.nonce.empty()) draft.row(PutNonce{command.author, command.nonce, NonceRecord{written.seq, command.body_hash}});
  move_mentions(draft, {}, listed(written), written);
  return draft.finish();
}

Result<Decision> apply(const Input& in, const EditMessage& command) {
  Result<Message> target = changeable_target(in, command.actor);
  if (!target) return fail(target.error());
  if (target->author != command.actor) return fail(ErrorCode::kMissingPermission, "Only its author edits a message");
  if (target->type == MessageType::kSystem) return fail(ErrorCode::kMissingPermission, "A system message cannot be edited");
  if (target->content == command.content) {
    Decision same = unchanged(in);
    same.message = std::make_shared<const Message>(*std::move(target));
    return same;
  }

  Draft draft(in.state, in.stamp);
  const std::vector<UserId> before = listed(*target);
  target->content = command.content;
  target->edited_at = in.stamp.time;
  target->mentions = mentioned_members(draft.roster(), command.mentions, command.actor);
  target->mention_everyone = command.mentions.everyone;
  move_mentions(draft, before, listed(*target), *target);
  draft.change(*std::move(target), Change{.kind = ChangeKind::kEdit, .actor = command.actor}, EventKind::kMessageUpdate);
  return draft.finish();
}

Result<Decision> apply(const Input& in, const DeleteMessage& command) {
  if (const Status seen = admit(in, command.actor); !seen) return fail(seen.error());
  if (!in.rows.target) return fail(ErrorCode::kUnknownMessage);
  const Message& target = *in.rows.target;
  if (target.author != command.actor && in.state.roster->owner != command.actor) return fail(ErrorCode::kMissingPermission);
  if (target.deleted) {
    Decision same = unchanged(in);
    same.message = std::make_shared<const Message>(target);
    return same;
  }

  Draft draft(in.state, in.stamp);
  move_mentions(draft, listed(target), {}, target);
  if (!target.reactions.empty()) draft.row(EraseReactions{target.seq});
  if (target.pinned) {
    draft.row(ErasePin{target.seq});
    draft.pins(draft.state().pins - 1);
  }
  // Its place stays, for ever; what it said goes in the same write.
  Message grave;
  grave.channel = target.channel;
  grave.seq = target.seq;
  grave.id = target.id;
  grave.type = target.type;
  grave.author = target.author;
  grave.author_name = target.author_name;
  grave.nonce = target.nonce;
  grave.edited_at = target.edited_at;
  grave.reply_to = target.reply_to;
  grave.system = target.system;
  grave.deleted = true;
  if (mutant_is(Mutant::kDeleteKeepsChanges)) grave.content = target.content;
  draft.change(std::move(grave), Change{.kind = ChangeKind::kDelete, .actor = command.actor}, EventKind::kMessageDelete);
  return draft.finish();
}

Result<Decision> apply(const Input& in, const React& command) {
  Result<Message> target = changeable_target(in, command.actor);
  if (!target) return fail(target.error());
  if (command.add == in.rows.reaction) {
    Decision same = unchanged(in);
    same.message = std::make_shared<const Message>(*std::move(target));
    return same;
  }

  Draft draft(in.state, in.stamp);
  auto& reactions = target->reactions;
  auto count = std::ranges::find(reactions, command.emoji, &ReactionCount::emoji);
  std::uint32_t now = 0;
  if (command.add) {
    if (count == reactions.end()) {
      if (reactions.size() >= in.limits.reactions_per_message) return fail(ErrorCode::kTooManyReactions);
      count = reactions.insert(reactions.end(), ReactionCount{command.emoji, 0});
    }
    now = ++count->count;
    draft.row(PutReaction{target->seq, command.emoji, command.actor});
  } else {
    CHECK(count != reactions.end() && count->count > 0);  // the reaction's own row said that it is there
    now = --count->count;
    if (now == 0) reactions.erase(count);
    draft.row(EraseReaction{target->seq, command.emoji, command.actor});
  }
  Change change{
      .kind = command.add ? ChangeKind::kReactionAdd : ChangeKind::kReactionRemove, .actor = command.actor, .emoji = command.emoji};
  draft.change(*std::move(target), std::move(change), command.add ? EventKind::kReactionAdd : EventKind::kReactionRemove, now);
  return draft.finish();
}

Result<Decision> apply(const Input& in, const Pin& command) {
  Result<Message> target = changeable_target(in, command.actor);
  if (!target) return fail(target.error());
  if (target->pinned == command.pin) {
    Decision same = unchanged(in);
    same.message = std::make_shared<const Message>(*std::move(target));
    return same;
  }
  if (command.pin && in.state.pins >= in.limits.pins) return fail(ErrorCode::kTooManyPins);

  Draft draft(in.state, in.stamp);
  target->pinned = command.pin;
  if (command.pin) {
    draft.row(PutPin{target->seq});
    draft.pins(draft.state().pins + 1);
  } else {
    draft.row(ErasePin{target->seq});
    draft.pins(draft.state().pins - 1);
  }
  draft.change(*std::move(target), Change{.kind = command.pin ? ChangeKind::kPin : ChangeKind::kUnpin, .actor = command.actor},
               EventKind::kMessageUpdate);
  return draft.finish();
}

}  // namespace rookery::fold
