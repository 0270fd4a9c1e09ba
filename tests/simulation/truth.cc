#include "tests/simulation/truth.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/scheduler.h"

namespace rookery::simulation {
namespace {

std::string name_of_place(ChannelId channel, std::uint64_t seq) { return fmt::format("{}/{}", channel.value, seq); }

ChangeKind kind_of(EventKind kind) {
  switch (kind) {
    case EventKind::kMessageDelete: return ChangeKind::kDelete;
    case EventKind::kReactionAdd: return ChangeKind::kReactionAdd;
    case EventKind::kReactionRemove: return ChangeKind::kReactionRemove;
    case EventKind::kChannelUpdate: return ChangeKind::kChannelUpdate;
    case EventKind::kMemberAdd: return ChangeKind::kMemberAdd;
    case EventKind::kMemberRemove: return ChangeKind::kMemberRemove;
    default: return ChangeKind::kEdit;
  }
}

std::string between(const std::string& text, std::size_t from, std::string_view before, char end) {
  const std::size_t at = text.rfind(before, from);
  if (at == std::string::npos) return {};
  const std::size_t start = at + before.size();
  return text.substr(start, text.find(end, start) - start);
}

std::uint64_t to_number(const std::string& digits) { return digits.empty() ? 0 : std::stoull(digits); }

}  // namespace

std::string text_of(JsonValue object, std::string_view name) {
  const auto value = object.member(name);
  return value ? std::string(value->string().value_or("")) : std::string();
}

std::uint64_t number_of(JsonValue object, std::string_view name) {
  const auto value = object.member(name);
  return value ? value->whole_number().value_or(0) : 0;
}

Shown Shown::of(const Message& message) {
  Shown shown{message.channel, message.seq,    message.id, message.author, message.nonce, message.content,
              message.deleted, message.pinned, {}};
  for (const ReactionCount& reaction : message.reactions) shown.reactions[reaction.emoji] = reaction.count;
  return shown;
}

Shown Shown::of(JsonValue message) {
  Shown shown;
  shown.channel = id_of<ChannelId>(message, "channel_id");
  shown.seq = number_of(message, "seq");
  shown.id = id_of<MessageId>(message, "id");
  if (const auto author = message.member("author")) shown.author = id_of<UserId>(*author, "id");
  shown.nonce = text_of(message, "nonce");
  shown.content = text_of(message, "content");
  shown.deleted = message.member("deleted") && message.member("deleted")->boolean().value_or(false);
  shown.pinned = message.member("pinned") && message.member("pinned")->boolean().value_or(false);
  if (const auto reactions = message.member("reactions")) {
    reactions->each_element([&shown](std::size_t, JsonValue one) {
      shown.reactions[text_of(one, "emoji")] = number_of(one, "count");
      return true;
    });
  }
  return shown;
}

std::string Shown::face() const {
  std::string text = fmt::format("{}|{}{}", content, deleted ? "deleted" : "", pinned ? "pinned" : "");
  for (const auto& [emoji, count] : reactions) text += fmt::format("|{}{}", emoji, count);
  return text;
}

const Truth::Channel* Truth::find(ChannelId id) const {
  const auto at = channels_.find(id);
  return at == channels_.end() ? nullptr : &at->second;
}

void Truth::intend_send(ChannelId channel, UserId author, const std::string& nonce, const std::string& content) {
  intents_[{author, nonce}] = {channel, content};
}

// --- what the log tells ---

void Truth::on_event(const Event& event) {
  trace(fmt::format("log: {} {} seq {} rev {}", event.channel.value, static_cast<int>(event.kind), event.seq, event.rev));
  if (event.kind == EventKind::kChannelCreate) {
    Channel& channel = channels_[event.channel];
    for (const Member& member : event.state.roster->members) channel.members.insert(member.user), channel.out.erase(member.user);
    channel.members_most = std::max(channel.members_most, channel.members.size());
    return;
  }
  const auto at = channels_.find(event.channel);
  if (at == channels_.end()) violation(fmt::format("the log tells of a channel {} that was never made", event.channel.value));
  Channel& channel = at->second;
  if (event.kind == EventKind::kMessageCreate) {
    add_message(channel, *event.message);
  } else {
    add_change(channel, event);
  }
  look_again(event.channel);
}

void Truth::add_message(Channel& channel, const Message& message) {
  const std::string place = name_of_place(message.channel, message.seq);
  if (message.seq != channel.last_seq() + 1) violation(fmt::format("{} follows seq {}", place, channel.last_seq()));
  if (!channel.entries.empty() && message.id <= channel.entries.back().now.id) violation(place + ": its id does not grow with seq");
  Entry entry;
  entry.now = Shown::of(message);
  entry.mentions = message.mentions;
  entry.system = message.type == MessageType::kSystem;
  entry.faces.emplace_back(message.rev, entry.now.face());
  if (!entry.system) {
    if (!channel.members.contains(message.author)) violation(place + ": its author is no member");
    const auto intent = intents_.find({message.author, message.nonce});
    if (intent == intents_.end() || intent->second.channel != message.channel) violation(place + ": nobody wanted to send that");
    const bool later = message.rev != 0;  // found after a crash, changed already
    if (!later && intent->second.content != message.content) violation(place + ": it does not say what was sent");
    if (!channel.nonces.emplace(std::pair(message.author, message.nonce), message.seq).second)
      violation(
          fmt::format("{}: nonce {} was used before, at seq {}", place, message.nonce, channel.nonces[{message.author, message.nonce}]));
  }
  channel.entries.push_back(std::move(entry));
  // Who is added begins behind the message that says so.
  if (message.system && message.system->kind == SystemKind::kMemberAdd && message.rev == 0) {
    Cursor& cursor = cursors_[{message.channel, message.system->user}];
    cursor.read_seq = cursor.delivered_seq = message.seq;
  }
}

void Truth::add_change(Channel& channel, const Event& event) {
  if (event.rev == 0) return;
  if (event.rev != channel.rev() + 1) violation(fmt::format("{}: rev {} follows rev {}", event.channel.value, event.rev, channel.rev()));
  channel.changes.push_back({kind_of(event.kind), event.seq, event.user, channel.last_seq()});
  if (event.kind == EventKind::kMemberAdd) {
    channel.members.insert(event.user);
    channel.out.erase(event.user);
    channel.members_most = std::max(channel.members_most, channel.members.size());
  } else if (event.kind == EventKind::kMemberRemove) {
    channel.members.erase(event.user);
    channel.out[event.user] = {channel.last_seq(), event.rev};
    channel.ended = channel.members.empty();
  } else if (event.message != nullptr) {
    if (event.seq == 0 || event.seq > channel.last_seq()) violation(name_of_place(event.channel, event.seq) + " changes and is not there");
    change_message(channel, channel.entries[event.seq - 1], event);
  }
}

void Truth::change_message(Channel& channel, Entry& entry, const Event& event) {
  const std::string place = name_of_place(event.channel, event.seq);
  if (entry.now.deleted) violation(place + ": a deleted message changes");
  Shown& now = entry.now;
  if (event.kind == EventKind::kMessageDelete) {
    now.deleted = true;
    now.pinned = false;
    now.content.clear();
    now.reactions.clear();
    entry.reactors.clear();
    entry.mentions.clear();
  } else if (event.kind == EventKind::kReactionAdd || event.kind == EventKind::kReactionRemove) {
    std::set<UserId>& users = entry.reactors[event.emoji];
    const bool changed = event.kind == EventKind::kReactionAdd ? users.insert(event.user).second : users.erase(event.user) > 0;
    if (!changed) violation(place + ": a reaction that changes nothing has a rev");
    if (event.count != users.size()) violation(place + ": the count of a reaction is wrong");
    now.reactions[event.emoji] = users.size();
    if (users.empty()) now.reactions.erase(event.emoji);
  } else {
    if (event.message->content != now.content && !edits_.contains({now.id, event.message->content}))
      violation(place + ": nobody wanted that edit");
    now.content = event.message->content;
    now.pinned = event.message->pinned;
    entry.mentions = event.message->mentions;
  }
  entry.faces.emplace_back(event.rev, now.face());
  static_cast<void>(channel);
  if (Shown::of(*event.message).face() != now.face() && event.kind != EventKind::kMessageDelete)
    violation(fmt::format("{}: is {}, should be {}", place, Shown::of(*event.message).face(), now.face()));
}

void Truth::on_cursor(UserId user, const Cursor& before, const ReadState& now) {
  if (!channels_[now.channel].members.contains(user)) return;  // he has no place there any more
  Cursor& known = cursors_[{now.channel, user}];
  trace(fmt::format("cursor: {} of {} read {} delivered {}", now.channel.value, user.value, now.cursor.read_seq, now.cursor.delivered_seq));
  if (now.cursor.read_seq < known.read_seq || now.cursor.delivered_seq < known.delivered_seq)
    violation(fmt::format("a cursor of {} in {} went back: read {} → {}, delivered {} → {}", user.value, now.channel.value, known.read_seq,
                          now.cursor.read_seq, known.delivered_seq, now.cursor.delivered_seq));
  if (before.read_seq > now.cursor.read_seq || before.delivered_seq > now.cursor.delivered_seq) violation("a cursor is told backwards");
  if (now.cursor.read_seq > now.cursor.delivered_seq) violation("a cursor has read more than was delivered");
  known.read_seq = now.cursor.read_seq;
  known.delivered_seq = now.cursor.delivered_seq;
}

// --- what the server answers ---

void Truth::on_deleted(ChannelId id, MessageId message) {
  Channel& channel = channels_.at(id);
  const auto at = std::ranges::find(channel.entries, message, [](const Entry& entry) { return entry.now.id; });
  if (at == channel.entries.end() || !at->now.deleted) violation("a deletion is answered that did not happen");
  channel.dead.insert(at->now.seq);
}

void Truth::on_read(ChannelId channel, UserId user, std::uint64_t seq) {
  Cursor& known = cursors_[{channel, user}];
  const Channel& there = channels_.at(channel);
  if (!there.members.contains(user)) return;
  if (known.read_seq < std::min(seq, there.last_seq()))
    violation(fmt::format("a read of {} up to {} was answered before it was stored", user.value, seq));
}

void Truth::on_written(UserId user, const std::string& frame) {
  for (std::size_t at = frame.find("\"content\":\""); at != std::string::npos; at = frame.find("\"content\":\"", at + 1)) {
    if (frame[at + 11] == '"') continue;
    const ChannelId channel(to_number(between(frame, at, "\"channel_id\":\"", '"')));
    const std::uint64_t seq = to_number(between(frame, at, "\"seq\":", ','));
    const Channel* known = find(channel);
    if (known != nullptr && known->dead.contains(seq))
      violation(fmt::format("{} is shown to {} after its deletion was answered: {}", name_of_place(channel, seq), user.value, frame));
  }
  if (!frame.starts_with("{\"op\":0")) return;
  const std::size_t type = frame.find("\"t\":\"");
  const bool message = frame.compare(type + 5, 15, "MESSAGE_CREATE\"") == 0 || frame.compare(type + 5, 15, "MENTION_CREATE\"") == 0;
  const std::size_t rev_at = frame.find("\"rev\":");
  if (frame.compare(type + 5, 6, "READY\"") == 0 || frame.compare(type + 5, 7, "SYNCED\"") == 0) return;
  if (frame.compare(type + 5, 15, "CHANNEL_CREATE\"") == 0 || frame.compare(type + 5, 12, "READ_UPDATE\"") == 0) return;
  const std::size_t channel_at = frame.find("\"channel_id\":\"");
  if (channel_at == std::string::npos) return;
  const ChannelId channel(to_number(between(frame, channel_at, "\"channel_id\":\"", '"')));
  const std::size_t seq_at = frame.find("\"seq\":");
  const std::uint64_t seq = message ? to_number(between(frame, seq_at, "\"seq\":", ',')) : 0;
  const std::uint64_t rev = !message && rev_at != std::string::npos ? to_number(between(frame, rev_at, "\"rev\":", ',')) : 0;
  check_membership(user, channel, seq, rev, frame);
}

void Truth::check_membership(UserId user, ChannelId id, std::uint64_t seq, std::uint64_t rev, const std::string& frame) const {
  const Channel* channel = find(id);
  if (channel == nullptr || channel->members.contains(user) || (seq == 0 && rev == 0)) return;
  const auto out = channel->out.find(user);
  if (out == channel->out.end()) {
    if (seq > channel->last_seq() || rev > channel->rev()) return;  // his joining is on the disk, and will be told
    violation(fmt::format("{} is told of {}, in which he never was: {}", user.value, id.value, frame));
  }
  if (seq <= channel->last_seq() && rev <= channel->rev() && (seq > out->second.seq || rev > out->second.rev))
    violation(fmt::format("{} is told of {} after he was removed (seq {}, rev {}): {}", user.value, id.value, out->second.seq,
                          out->second.rev, frame));
}

// --- what clients are shown ---

std::optional<std::string> Truth::fault_of(const Claim& claim) const {
  const Shown& shown = claim.message;
  const Channel* channel = find(shown.channel);
  if (channel == nullptr || shown.seq > channel->last_seq() || claim.rev > channel->rev()) return std::nullopt;
  const Entry& entry = channel->entries[shown.seq - 1];
  if (shown.id != entry.now.id) return fmt::format("has the id {}, and another one, {}", shown.id.value, entry.now.id.value);
  if (shown.author != entry.now.author) return "has two authors";
  if (shown.nonce != entry.now.nonce) return "has two nonces";
  const std::string face = shown.face();
  for (std::size_t i = 0; i < entry.faces.size(); ++i) {
    if (entry.faces[i].second != face) continue;
    const bool last = i + 1 == entry.faces.size();
    if (last || entry.faces[i + 1].first > claim.rev) return "";
  }
  return std::nullopt;  // as it will be: also one that it had before, as by a pin that is taken off again
}

void Truth::on_shown(const Shown& message, std::uint64_t rev) {
  Claim claim{message, rev};
  if (message.seq == 0) violation("a message without a seq is shown");
  const auto fault = fault_of(claim);
  if (!fault) {
    open_[message.channel].push_back(std::move(claim));
  } else if (!fault->empty()) {
    violation(name_of_place(message.channel, message.seq) + " " + *fault);
  }
}

void Truth::look_again(ChannelId channel) {
  const auto at = open_.find(channel);
  if (at == open_.end()) return;
  std::erase_if(at->second, [this](const Claim& claim) {
    const auto fault = fault_of(claim);
    if (fault && !fault->empty()) violation(name_of_place(claim.message.channel, claim.message.seq) + " " + *fault);
    return fault.has_value();
  });
  if (at->second.empty()) open_.erase(at);
}

void Truth::expect_nothing_open() const {
  for (const auto& [channel, claims] : open_) {
    const Claim& claim = claims.front();
    violation(fmt::format("{} was shown as {} (rev {}), which it was never, or only before that", name_of_place(channel, claim.message.seq),
                          claim.message.face(), claim.rev));
  }
}

bool Truth::covers(ChannelId id, std::uint64_t rev, const Shown* copy) const {
  const Channel* channel = find(id);
  if (channel == nullptr || rev > channel->rev()) return true;  // not told yet: it cannot be said
  const Change& change = channel->changes[rev - 1];
  if (change.seq == 0) return false;
  const Entry& entry = channel->entries[change.seq - 1];
  if (entry.faces.back().first > rev) return true;  // a later one tells it
  if (copy == nullptr) return false;
  return copy->face() == entry.faces.back().second;
}

}  // namespace rookery::simulation
