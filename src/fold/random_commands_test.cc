// Thousands of random commands, and after each what must hold of every decision and of every channel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "base/random.h"
#include "fold/channel_model.h"

namespace rookery::fold {
namespace {

constexpr std::array kUsers = {kAda, kBen, kCleo, kDan, kEve};
constexpr Limits kSmall{.group_members = 4, .pins = 3, .reactions_per_message = 3};
constexpr std::uint64_t kStepsOfOneChannel = 150;

// Commands of anybody, to the point or not.
class RandomCommands {
 public:
  explicit RandomCommands(Random& random) : random_(random) {}

  CreateChannel creation(ChannelType type) {
    const UserId creator = kUsers[random_.below(2)];
    if (type == ChannelType::kDirect) return {.type = type, .creator = creator, .members = {kAda, kBen}};
    return {.type = type, .creator = creator, .members = {kAda, kBen, kCleo}, .name = word()};
  }

  Command next(const ChannelModel& channel) {
    const std::uint64_t roll = random_.below(100);
    if (roll < 26) return sending(channel);
    if (roll < 36) return EditMessage{.actor = user(), .message = target(channel), .content = word(), .mentions = mentions()};
    if (roll < 43) return DeleteMessage{user(), target(channel)};
    if (roll < 61) return React{user(), target(channel), word(), chance(85)};
    if (roll < 71) return Pin{user(), target(channel), chance(80)};
    if (roll < 75) return UpdateChannel{user(), maybe_word(), maybe_word()};
    if (roll < 81) return AddMember{user(), user()};
    if (roll < 89) return removal();
    if (roll < 93) return SetBlock{user(), chance(40)};
    if (roll < 97) return OpenDirect{user()};
    if (roll < 99) return creation(channel.state.roster->type);
    if (chance(40)) return CloseDirect{user()};
    return sending(channel);
  }

 private:
  bool chance(std::uint64_t percent) { return random_.below(100) < percent; }
  // More often one of the two whom every channel begins with.
  UserId user() { return kUsers[random_.below(chance(40) ? 2 : kUsers.size())]; }
  std::string word() { return std::string(1, static_cast<char>('a' + random_.below(5))); }
  std::optional<std::string> maybe_word() { return chance(50) ? std::optional(word()) : std::nullopt; }

  MessageId target(const ChannelModel& channel) {
    if (channel.messages.empty() || chance(4)) return MessageId(77);
    const std::uint64_t last = channel.messages.size();
    return channel.messages.at(last - random_.below(std::min<std::uint64_t>(last, 8))).id;
  }

  MentionRequest mentions() {
    MentionRequest request;
    for (const UserId user : kUsers) {
      if (chance(20)) request.users.push_back(user);
    }
    request.everyone = chance(15);
    return request;
  }

  SendMessage sending(const ChannelModel& channel) {
    SendMessage send{.author = user(), .author_name = "somebody", .content = word(), .mentions = mentions()};
    if (chance(40)) {
      send.nonce = "n-" + std::to_string(random_.below(30));
      send.body_hash = random_.below(2);
    }
    if (chance(20)) send.reply_to = target(channel);
    return send;
  }

  RemoveMember removal() {
    const UserId actor = user();
    return {actor, chance(50) ? actor : user()};
  }

  Random& random_;
};

// --- What must hold of a decision ---

bool is_bare(const Message& message) {
  return message.content.empty() && message.mentions.empty() && message.mention_roles.empty() && !message.mention_everyone &&
         message.reactions.empty() && !message.pinned;
}

EventKind event_of(ChangeKind kind) {
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

// Every rev is the next one, one row and one event.
void expect_changes_told(const ChannelState& before, const Decision& decision) {
  std::vector<Change> changes;
  for (const Row& row : decision.rows) {
    if (const auto* put = std::get_if<PutChange>(&row)) changes.push_back(put->change);
  }
  std::size_t told = 0;
  for (const Event& event : decision.events) {
    if (event.rev == 0) continue;
    ASSERT_LT(told, changes.size()) << "an event without its change";
    const Change& change = changes[told++];
    EXPECT_EQ(change.rev, before.rev + told);
    EXPECT_EQ(event.rev, change.rev);
    EXPECT_EQ(event.state.rev, change.rev);
    EXPECT_EQ(event.kind, event_of(change.kind));
    EXPECT_EQ(event.seq, change.seq);
    EXPECT_EQ(event.actor, change.actor);
    EXPECT_EQ(event.message != nullptr, change.seq != 0);
    if (event.message) {
      EXPECT_EQ(event.message->rev, change.rev);
    }
  }
  EXPECT_EQ(told, changes.size()) << "a change without its event";
  if (decision.next.exists()) {
    EXPECT_EQ(decision.next.rev, before.rev + changes.size());
  }
}

// A new message is the next seq, one row and one event; an old one is written only with a change of its own.
void expect_messages_told(const ChannelState& before, const Stamp& stamp, const Decision& decision) {
  std::uint64_t seq = before.last_seq;
  std::vector<std::shared_ptr<const Message>> written, told;
  for (const Row& row : decision.rows) {
    const auto* put = std::get_if<PutMessage>(&row);
    if (put == nullptr) continue;
    written.push_back(put->message);
    EXPECT_TRUE(!put->message->deleted || is_bare(*put->message));
    if (put->message->seq <= before.last_seq) continue;
    EXPECT_EQ(put->message->seq, ++seq);
    EXPECT_EQ(put->message->id, stamp.message);
    EXPECT_EQ(put->message->rev, 0u);
  }
  for (const Event& event : decision.events) {
    if (!event.message) continue;
    told.push_back(event.message);
    EXPECT_EQ(event.seq, event.message->seq);
    if (event.kind == EventKind::kMessageCreate) {
      EXPECT_EQ(event.state.last_seq, event.seq);
      EXPECT_EQ(event.state.last_message, event.message->id);
    }
  }
  EXPECT_EQ(written, told);
  if (decision.next.exists()) {
    EXPECT_EQ(decision.next.last_seq, seq);
  }
}

// Each event carries the channel as it is after it: the last one the channel as it remains, and none after a removal the member.
void expect_states_in_order(const Decision& decision) {
  if (decision.events.empty()) return;
  if (decision.next.exists()) {
    EXPECT_EQ(text_of(decision.events.back().state), text_of(decision.next));
  }
  UserId removed;
  for (const Event& event : decision.events) {
    if (event.kind == EventKind::kMemberRemove) removed = event.user;
    EXPECT_FALSE(removed && event.state.roster->has(removed));
  }
}

// Who comes later starts at the head, with nothing unread.
void expect_cursors_at_head(const Decision& decision) {
  for (const Row& row : decision.rows) {
    const auto* put = std::get_if<PutCursor>(&row);
    if (put == nullptr) continue;
    const std::uint64_t head = decision.next.last_seq;
    EXPECT_EQ(put->cursor, (Cursor{.read_seq = head, .delivered_seq = head, .public_read_seq = head}));
    EXPECT_EQ(decision.next.roster->find(put->user)->joined_seq, head);
  }
}

// --- What must hold of a channel ---

void expect_messages_sound(const ChannelModel& channel) {
  std::uint64_t seq = 0;
  MessageId last;
  std::set<std::pair<UserId, std::string>> nonces;
  std::set<std::uint64_t> pinned;
  std::set<std::pair<std::uint64_t, UserId>> mentions;
  std::map<std::pair<std::uint64_t, std::string>, std::uint32_t> counts;
  for (const auto& [of, emoji, user] : channel.reactions) ++counts[{of, emoji}];
  std::size_t kinds = 0;
  for (const auto& [place, message] : channel.messages) {
    EXPECT_EQ(place, ++seq);
    EXPECT_GT(message.id, last);
    last = message.id;
    EXPECT_TRUE(!message.deleted || is_bare(message));
    EXPECT_TRUE(message.nonce.empty() || nonces.emplace(message.author, message.nonce).second) << "the same nonce twice";
    if (message.pinned) pinned.insert(seq);
    EXPECT_FALSE(std::ranges::binary_search(message.mentions, message.author));
    if (message.mention_everyone) {
      mentions.emplace(seq, kEveryone);
    } else {
      for (const UserId user : message.mentions) mentions.emplace(seq, user);
    }
    EXPECT_LE(message.reactions.size(), kSmall.reactions_per_message);
    kinds += message.reactions.size();
    for (const ReactionCount& reaction : message.reactions) {
      EXPECT_GT(reaction.count, 0u);
      EXPECT_EQ(reaction.count, (counts[{seq, reaction.emoji}]));
    }
  }
  EXPECT_EQ(channel.state.last_seq, seq);
  EXPECT_EQ(channel.state.last_message, last);
  EXPECT_EQ(channel.pins, pinned);
  EXPECT_EQ(channel.state.pins, pinned.size());
  EXPECT_LE(pinned.size(), kSmall.pins);
  EXPECT_EQ(channel.mentions, mentions);
  EXPECT_EQ(counts.size(), kinds) << "a reaction's row that no message counts";
}

void expect_members_sound(const ChannelModel& channel) {
  if (!channel.state.exists()) {
    EXPECT_FALSE(channel.roster || !channel.members.empty() || !channel.mine.empty()) << "something is left of a group that ended";
    return;
  }
  Roster stored = *channel.state.roster;
  stored.members.clear();
  EXPECT_EQ(channel.roster, stored);
  std::map<UserId, Member> members;
  std::set<UserId> mine;
  for (const Member& member : channel.state.roster->members) {
    members[member.user] = member;
    if (member.visible) mine.insert(member.user);
    EXPECT_LE(member.joined_seq, channel.state.last_seq);
  }
  EXPECT_EQ(channel.members, members);
  EXPECT_EQ(channel.mine, mine);
  EXPECT_TRUE(std::ranges::is_sorted(channel.state.roster->members, {}, &Member::user));
  EXPECT_LE(members.size(), kSmall.group_members);
  EXPECT_FALSE(members.empty());
  EXPECT_EQ(channel.state.roster->has(channel.state.roster->owner), channel.state.roster->type == ChannelType::kGroup);
}

void expect_sound(const ChannelModel& channel) {
  expect_members_sound(channel);
  for (std::size_t i = 0; i < channel.changes.size(); ++i) EXPECT_EQ(channel.changes[i].rev, i + 1);
  if (!channel.state.exists()) return;
  EXPECT_EQ(channel.state.rev, channel.changes.size());
  expect_messages_sound(channel);
}

// Who acts, where being let in at all depends on it; 0: another rule.
UserId actor_of(const Command& command) {
  return std::visit(
      [](const auto& c) {
        using Type = std::decay_t<decltype(c)>;
        if constexpr (std::is_same_v<Type, SendMessage>) {
          return c.author;
        } else if constexpr (requires { c.actor; }) {
          return c.actor;
        } else {
          return UserId();
        }
      },
      command);
}

// --- The walk ---

class RandomWalk {
 public:
  explicit RandomWalk(std::uint64_t seed) : random_(seed), commands_(random_) {}

  // Until all steps are done, or something did not hold.
  void walk(std::uint64_t steps, std::uint64_t seed) {
    for (std::uint64_t i = 0; i < steps && !testing::Test::HasFailure(); ++i) {
      const bool anew = !channel_.state.exists() || channel_.step >= kStepsOfOneChannel;
      if (anew) {
        channel_ = ChannelModel(kSmall);
        type_ = type_ == ChannelType::kGroup ? ChannelType::kDirect : ChannelType::kGroup;
      }
      const Command command = anew ? Command(commands_.creation(type_)) : commands_.next(channel_);
      SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(i) + ", command " + std::to_string(command.index()));
      step(command);
    }
  }

  std::map<std::size_t, int> changed, unchanged;  // by the command's index
  std::set<int> refusals;
  int replays = 0;
  int endings = 0;
  int successions = 0;

 private:
  void step(const Command& command) {
    ++channel_.step;
    const ChannelState before = channel_.state;
    const std::string before_text = text_of(before);
    const Rows rows = channel_.load(command);
    const Stamp stamp = channel_.stamp();
    const Result<Decision> decided = decide(channel_.state, command, rows, stamp, kSmall);
    EXPECT_EQ(text_of(decide(channel_.state, command, rows, stamp, kSmall)), text_of(decided)) << "not repeatable";
    EXPECT_EQ(text_of(channel_.state), before_text) << "the state it was given was touched";
    if (const UserId actor = actor_of(command)) {
      EXPECT_EQ(refusal(decided) == 10003, !before.roster->sees(actor));
    }
    if (!decided) {
      refusals.insert(refusal(decided));
      return;
    }
    if (decided->rows.empty()) {
      ++unchanged[command.index()];
      EXPECT_THAT(decided->events, testing::IsEmpty());
      EXPECT_EQ(text_of(decided->next), before_text);
      if (decided->replayed) expect_replay(std::get<SendMessage>(command), *decided);
      return;
    }
    ++changed[command.index()];
    expect_changes_told(before, *decided);
    expect_messages_told(before, stamp, *decided);
    expect_states_in_order(*decided);
    expect_cursors_at_head(*decided);
    channel_.carry_out(*decided);
    expect_sound(channel_);
    if (!channel_.state.exists()) ++endings;
    if (before.exists() && channel_.state.exists() && before.roster->owner != channel_.state.roster->owner) ++successions;
  }

  void expect_replay(const SendMessage& command, const Decision& decided) {
    ++replays;
    ASSERT_TRUE(channel_.messages.contains(decided.replayed_seq));
    const Message& first = channel_.messages.at(decided.replayed_seq);
    EXPECT_EQ(first.author, command.author);
    EXPECT_EQ(first.nonce, command.nonce);
    EXPECT_EQ(channel_.nonces.at({command.author, command.nonce}).body_hash, command.body_hash);
  }

  SeededRandom random_;
  RandomCommands commands_;
  ChannelType type_ = ChannelType::kDirect;
  ChannelModel channel_{kSmall};
};

class RandomChannels : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomChannels, StaySoundAfterEveryStep) {
  RandomWalk walk(GetParam());
  walk.walk(10'000, GetParam());
  if (HasFailure()) return;
  // The walk has been everywhere: each command has changed something, each refusal was met.
  for (std::size_t i = 0; i < std::variant_size_v<Command>; ++i) EXPECT_GT(walk.changed[i], 0) << "command " << i;
  EXPECT_THAT(walk.refusals, testing::IsSupersetOf({10003, 10008, 30003, 30004, 30010, 40902, 50001, 50007, 50013, 50035}));
  EXPECT_GT(walk.replays, 0);
  EXPECT_GT(walk.endings, 0);
  EXPECT_GT(walk.successions, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomChannels, testing::Values(1, 2, 3));

}  // namespace
}  // namespace rookery::fold
