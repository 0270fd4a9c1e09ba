// What is stored, against what is true: after a start, and at the end of a run.
#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/scheduler.h"
#include "tests/simulation/truth.h"

namespace rookery::simulation {

void Truth::compare_channel(ChannelId id, const ChannelView* view, const std::vector<Message>& messages,
                            const std::vector<rookery::Change>& changes, bool exact) {
  Channel& channel = channels_.at(id);
  if (view == nullptr) {
    if (!channel.ended && exact) violation(fmt::format("the channel {} is gone", id.value));
    if (!channel.ended && channel.members.size() > 1) violation(fmt::format("the channel {} is lost", id.value));
    channel.ended = true;
    channel.members.clear();
    return;
  }
  if (messages.size() < channel.last_seq())
    violation(fmt::format("{}: lost: {} messages are stored, {} were told", id.value, messages.size(), channel.last_seq()));
  if (changes.size() < channel.rev())
    violation(fmt::format("{}: lost: {} changes are stored, {} were told", id.value, changes.size(), channel.rev()));
  if (exact && (messages.size() > channel.last_seq() || changes.size() > channel.rev()))
    violation(fmt::format("{}: {} messages and {} changes are stored, {} and {} were told", id.value, messages.size(), changes.size(),
                          channel.last_seq(), channel.rev()));
  extend(id, channel, messages, changes);
  if (view->state.last_seq != channel.last_seq() || view->state.rev != channel.rev())
    violation(fmt::format("{}: its heads are {} and {}, its history ends at {} and {}", id.value, view->state.last_seq, view->state.rev,
                          channel.last_seq(), channel.rev()));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Shown stored = Shown::of(messages[i]);
    const Entry& entry = channel.entries[i];
    if (stored.seq != i + 1 || stored.id != entry.now.id || stored.face() != entry.now.face())
      violation(fmt::format("{}/{}: stored as {}, is {}", id.value, i + 1, stored.face(), entry.now.face()));
  }
  std::set<UserId> members;
  for (const Member& member : view->state.roster->members) members.insert(member.user);
  if (members != channel.members) violation(fmt::format("{}: others are members than were told", id.value));
  look_again(id);
}

void Truth::adopt(const ChannelState& state) {
  Channel& channel = channels_[state.roster->id];
  for (const Member& member : state.roster->members) channel.members.insert(member.user);
  channel.members_most = channel.members.size();
}

// What was written when the power went, and answered to nobody.
void Truth::extend(ChannelId id, Channel& channel, const std::vector<Message>& messages, const std::vector<rookery::Change>& changes) {
  for (std::size_t i = channel.last_seq(); i < messages.size(); ++i) {
    if (messages[i].type != MessageType::kSystem) channel.members.insert(messages[i].author);  // as it was then: see below
    add_message(channel, messages[i]);
  }
  for (std::size_t i = channel.rev(); i < changes.size(); ++i) {
    const rookery::Change& change = changes[i];
    if (change.rev != i + 1) violation(fmt::format("{}: its changes have a hole at rev {}", id.value, i + 1));
    channel.changes.push_back({change.kind, change.seq, change.user});
    if (change.kind == ChangeKind::kMemberAdd) channel.members.insert(change.user), channel.out.erase(change.user);
    if (change.kind == ChangeKind::kMemberRemove) {
      channel.members.erase(change.user);
      channel.out[change.user] = {channel.last_seq(), change.rev};
    }
    if (change.seq == 0) continue;
    const Message& stored = messages.at(change.seq - 1);
    Entry& entry = channel.entries.at(change.seq - 1);
    if (entry.now.content != stored.content && !stored.deleted && !edits_.contains({stored.id, stored.content}))
      violation(fmt::format("{}/{}: nobody wanted that edit", id.value, change.seq));
    entry.now = Shown::of(stored);
    entry.mentions = stored.mentions;
    if (change.kind == ChangeKind::kReactionAdd) entry.reactors[change.emoji].insert(change.actor);
    if (change.kind == ChangeKind::kReactionRemove) entry.reactors[change.emoji].erase(change.actor);
    if (change.kind == ChangeKind::kDelete) entry.reactors.clear();
    entry.faces.emplace_back(change.rev, entry.now.face());
  }
  channel.members_most = std::max(channel.members_most, channel.members.size());
}

void Truth::compare_cursor(ChannelId id, UserId user, const Cursor& told, const ReadState& read) {
  const Channel& channel = channels_.at(id);
  if (!channel.members.contains(user)) return;
  const std::string whose = fmt::format("{} in {}", user.value, id.value);
  if (read.cursor.read_seq < told.read_seq || read.cursor.delivered_seq < told.delivered_seq)
    violation(fmt::format("the cursor of {} went back: read {} → {}, delivered {} → {}", whose, told.read_seq, read.cursor.read_seq,
                          told.delivered_seq, read.cursor.delivered_seq));
  Cursor& known = cursors_[{id, user}];
  if (known == told) known = read.cursor;  // what was written when the power went, too
  if (read.cursor.read_seq > read.cursor.delivered_seq || read.cursor.delivered_seq > channel.last_seq())
    violation("the cursors are out of order: " + whose);
  if (read.unread != channel.last_seq() - read.cursor.read_seq) violation("unread is wrong: " + whose);
  std::uint64_t mentions = 0;
  for (std::uint64_t seq = read.cursor.read_seq + 1; seq <= channel.last_seq(); ++seq) {
    const Entry& entry = channel.entries[seq - 1];
    mentions += entry.now.author != user && std::ranges::find(entry.mentions, user) != entry.mentions.end();
  }
  if (mentions != read.mention_count)
    violation(fmt::format("mention_count of {} is {}, {} mention him", whose, read.mention_count, mentions));
}

}  // namespace rookery::simulation
