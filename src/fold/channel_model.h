// ChannelModel: one channel as a deployment keeps it, in plain sight, for the tests of the fold; and decisions as text.
//
// Loads what rows_needed() asks for, decides, and carries out the rows. Time and ids come from a counter. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/check.h"
#include "fold/fold.h"
#include "model/event_json.h"

namespace rookery::fold {

inline constexpr ChannelId kChannel(1000);
inline constexpr UserId kAda(1), kBen(2), kCleo(3), kDan(4), kEve(5);
inline constexpr UserId kEveryone(0);
inline const std::string kFire = "\xf0\x9f\x94\xa5";

struct ChannelModel {
  explicit ChannelModel(Limits limits_of_channel = {}) : limits(limits_of_channel) {}

  Limits limits;
  std::uint64_t step = 0;

  ChannelState state;
  std::optional<Roster> roster;  // as its row has it: without members
  std::map<std::uint64_t, Message> messages;
  std::vector<Change> changes;
  std::map<std::pair<UserId, std::string>, NonceRecord> nonces;
  std::map<UserId, Member> members;
  std::set<UserId> mine;
  std::set<std::tuple<std::uint64_t, std::string, UserId>> reactions;
  std::set<std::uint64_t> pins;
  std::set<std::pair<std::uint64_t, UserId>> mentions;
  std::map<UserId, Cursor> cursors;

  // Of the command that is next, and of the one that ran last.
  Stamp stamp() const {
    const TimeMs time = TimeMs(kIdEpochMs) + std::chrono::milliseconds(1'000'000 + step);
    return Stamp{.channel = kChannel, .time = time, .message = MessageId(snowflake_floor(time))};
  }

  Rows load(const Command& command) const {
    const Needs needs = rows_needed(command);
    Rows rows;
    for (const auto& [seq, message] : messages) {
      if (needs.target && message.id == needs.target) rows.target = message;
      if (needs.reply_to && message.id == needs.reply_to) rows.reply_to = message;
    }
    if (const auto* send = std::get_if<SendMessage>(&command); send != nullptr && needs.nonce) {
      if (const auto known = nonces.find({send->author, send->nonce}); known != nonces.end()) rows.nonce = known->second;
    }
    if (const auto* react = std::get_if<React>(&command); react != nullptr && needs.reaction && rows.target) {
      rows.reaction = reactions.contains({rows.target->seq, react->emoji, react->actor});
    }
    return rows;
  }

  Result<Decision> run(const Command& command) {
    ++step;
    Result<Decision> decided = decide(state, command, load(command), stamp(), limits);
    if (decided) carry_out(*decided);
    return decided;
  }

  void carry_out(const Decision& decision) {
    state = decision.next;
    for (const Row& row : decision.rows) std::visit([this](const auto& r) { put(r); }, row);
  }

  void put(const PutMessage& r) { messages[r.message->seq] = *r.message; }
  void put(const PutChange& r) { changes.push_back(r.change); }
  void put(const PutNonce& r) { nonces[{r.author, r.nonce}] = r.record; }
  void put(const PutRoster&) {
    roster = *state.roster;
    roster->members.clear();
  }
  void put(const EraseRoster&) { roster.reset(); }
  void put(const PutMember& r) { members[r.member.user] = r.member; }
  void put(const EraseMember& r) { members.erase(r.user); }
  void put(const PutMine& r) { mine.insert(r.user); }
  void put(const EraseMine& r) { mine.erase(r.user); }
  void put(const PutReaction& r) { reactions.emplace(r.seq, r.emoji, r.user); }
  void put(const EraseReaction& r) { reactions.erase({r.seq, r.emoji, r.user}); }
  void put(const EraseReactions& r) {
    std::erase_if(reactions, [&r](const auto& row) { return std::get<0>(row) == r.seq; });
  }
  void put(const PutPin& r) { pins.insert(r.seq); }
  void put(const ErasePin& r) { pins.erase(r.seq); }
  void put(const PutMention& r) { mentions.emplace(r.seq, r.user); }
  void put(const EraseMention& r) { mentions.erase({r.seq, r.user}); }
  void put(const PutCursor& r) { cursors[r.user] = r.cursor; }
};

inline ChannelModel group_of(std::vector<UserId> members, UserId owner, Limits limits = {}) {
  ChannelModel channel(limits);
  CHECK(channel.run(CreateChannel{.type = ChannelType::kGroup, .creator = owner, .members = std::move(members), .name = "crew"}));
  return channel;
}

inline ChannelModel direct_of(UserId creator, UserId other) {
  ChannelModel channel;
  std::vector<UserId> members = {std::min(creator, other), std::max(creator, other)};
  CHECK(channel.run(CreateChannel{.type = ChannelType::kDirect, .creator = creator, .members = std::move(members)}));
  return channel;
}

inline Result<Decision> send(ChannelModel& channel, UserId author, std::string content = "hello") {
  return channel.run(SendMessage{.author = author, .content = std::move(content)});
}

// What was said; the test ends if it was refused.
inline Message say(ChannelModel& channel, UserId author, std::string content, MentionRequest mentions = {}) {
  const Result<Decision> said = channel.run(SendMessage{.author = author, .content = std::move(content), .mentions = std::move(mentions)});
  CHECK(said.has_value());
  return *said->message;
}

inline Result<Decision> react(ChannelModel& channel, UserId actor, MessageId message, std::string emoji, bool add = true) {
  return channel.run(React{actor, message, std::move(emoji), add});
}

// --- What came of a command. ---

// The number that the client sees; 0: taken.
inline int refusal(const Result<Decision>& result) { return result ? 0 : error_info(result.error().code).number; }

inline bool changes_nothing(const Result<Decision>& result) { return result && result->rows.empty() && result->events.empty(); }

// --- As text: everything that is in it, so that equal text is an equal decision. ---

inline std::string text_of(const Message& m) {
  return to_string(m.channel) + " seq " + std::to_string(m.seq) + " rev " + std::to_string(m.rev) + " " + encode(m);
}

inline std::string text_of(const ChannelState& state) {
  if (!state.exists()) return "no channel";
  std::string text = to_string(state.roster->id) + " seq " + std::to_string(state.last_seq) + " rev " + std::to_string(state.rev) +
                     " last " + to_string(state.last_message) + " pins " + std::to_string(state.pins) + " " + encode(*state.roster);
  for (const Member& member : state.roster->members) text += " " + to_string(member.user) + " " + encode(member);
  return text;
}

struct RowText {
  static std::string place(std::uint64_t seq, UserId user) { return std::to_string(seq) + " " + to_string(user); }

  std::string operator()(const PutMessage& r) const { return "PutMessage " + text_of(*r.message); }
  std::string operator()(const PutChange& r) const { return "PutChange " + std::to_string(r.change.rev) + " " + encode(r.change); }
  std::string operator()(const PutNonce& r) const {
    return "PutNonce " + place(r.record.seq, r.author) + " " + r.nonce + " " + std::to_string(r.record.body_hash);
  }
  std::string operator()(const PutRoster&) const { return "PutRoster"; }
  std::string operator()(const EraseRoster&) const { return "EraseRoster"; }
  std::string operator()(const PutMember& r) const { return "PutMember " + to_string(r.member.user) + " " + encode(r.member); }
  std::string operator()(const EraseMember& r) const { return "EraseMember " + to_string(r.user); }
  std::string operator()(const PutMine& r) const { return "PutMine " + to_string(r.user); }
  std::string operator()(const EraseMine& r) const { return "EraseMine " + to_string(r.user); }
  std::string operator()(const PutReaction& r) const { return "PutReaction " + place(r.seq, r.user) + " " + r.emoji; }
  std::string operator()(const EraseReaction& r) const { return "EraseReaction " + place(r.seq, r.user) + " " + r.emoji; }
  std::string operator()(const EraseReactions& r) const { return "EraseReactions " + std::to_string(r.seq); }
  std::string operator()(const PutPin& r) const { return "PutPin " + std::to_string(r.seq); }
  std::string operator()(const ErasePin& r) const { return "ErasePin " + std::to_string(r.seq); }
  std::string operator()(const PutMention& r) const {
    return "PutMention " + place(r.seq, r.user) + " " + to_string(r.message) + " by " + to_string(r.author);
  }
  std::string operator()(const EraseMention& r) const { return "EraseMention " + place(r.seq, r.user) + " " + to_string(r.message); }
  std::string operator()(const PutCursor& r) const { return "PutCursor " + to_string(r.user) + " " + encode(r.cursor); }
};

inline std::string text_of(const Row& row) { return std::visit(RowText{}, row); }

inline std::string text_of(const Event& event) {
  std::string text = std::string(name_of(event.kind)) + " " + to_string(event.channel) + " seq " + std::to_string(event.seq) + " rev " +
                     std::to_string(event.rev) + " actor " + to_string(event.actor) + " user " + to_string(event.user) + " " + event.emoji +
                     " " + std::to_string(event.count) + " in " + text_of(event.state);
  if (event.message) text += " of " + text_of(*event.message);
  return text;
}

inline std::string text_of(const Result<Decision>& result) {
  if (!result) return error_json(result.error(), "");
  std::string text = text_of(result->next);
  for (const Row& row : result->rows) text += "\n" + text_of(row);
  for (const Event& event : result->events) text += "\n" + text_of(event);
  if (result->message) text += "\n" + text_of(*result->message);
  if (result->replayed) text += "\nreplayed " + std::to_string(result->replayed_seq);
  return text;
}

// --- In short: "PutMention", "MESSAGE_CREATE", in their order. ---

inline std::vector<std::string> row_names(const Result<Decision>& result) {
  std::vector<std::string> names;
  for (const Row& row : result->rows) {
    const std::string text = text_of(row);
    names.push_back(text.substr(0, text.find(' ')));
  }
  return names;
}

inline std::vector<std::string> event_names(const Result<Decision>& result) {
  std::vector<std::string> names;
  for (const Event& event : result->events) names.emplace_back(name_of(event.kind));
  return names;
}

}  // namespace rookery::fold
