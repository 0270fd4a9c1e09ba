#include "memory/memory_channel_log.h"

#include <algorithm>

#include "base/check.h"

namespace rookery::memory {

struct MemoryChannelLog::Channel {
  ChannelId id;
  ChannelState state;
  std::map<std::uint64_t, Message> messages;  // by seq
  std::map<MessageId, std::uint64_t> seqs;
  std::map<std::uint64_t, Change> changes;  // by rev
  std::map<std::pair<UserId, std::string>, fold::NonceRecord> nonces;
  std::set<std::uint64_t> pins;
  std::set<std::tuple<std::uint64_t, std::string, UserId>> reactions;
  std::map<UserId, Cursor> cursors;
  std::map<UserId, std::map<std::uint64_t, UserId>> mentions;  // named user (0: everyone) → seq → author
};

struct MemoryChannelLog::Shard {
  std::unordered_map<ChannelId, Channel> channels;
  std::uint64_t last_id = 0;
};

struct MemoryChannelLog::Lists {
  std::mutex mutex;
  std::map<UserId, std::set<ChannelId>> mine;
  std::set<UserId> hidden;  // keep their read receipts to themselves
  std::map<std::pair<UserId, UserId>, ChannelId> directs;
  std::map<UserId, std::map<MessageId, MentionEntry>> mentions;
  std::map<ChannelId, std::map<MessageId, std::pair<MentionEntry, UserId>>> everyone;  // with the author
};

MemoryChannelLog::MemoryChannelLog(Cores& cores, fold::Limits limits) : cores_(cores), limits_(limits), lists_(std::make_unique<Lists>()) {
  for (unsigned i = 0; i < cores.size(); ++i) shards_.push_back(std::make_unique<Shard>());
}

MemoryChannelLog::~MemoryChannelLog() = default;

void MemoryChannelLog::observe(ChannelObserver& observer) {
  CHECK(observer_ == nullptr);
  observer_ = &observer;
}

MemoryChannelLog::Channel* MemoryChannelLog::find(ChannelId id) {
  auto& channels = shards_[Core::current().index()]->channels;
  const auto at = channels.find(id);
  return at == channels.end() || !at->second.state.exists() ? nullptr : &at->second;
}

fold::Rows MemoryChannelLog::load(const Channel& channel, const Command& command) const {
  const fold::Needs needs = fold::rows_needed(command);
  fold::Rows rows;
  const auto by_id = [&channel](MessageId id) -> std::optional<Message> {
    const auto at = channel.seqs.find(id);
    if (at == channel.seqs.end()) return std::nullopt;
    return channel.messages.at(at->second);
  };
  if (needs.target) rows.target = by_id(needs.target);
  if (needs.reply_to) rows.reply_to = by_id(needs.reply_to);
  if (needs.nonce) {
    const auto& send = std::get<SendMessage>(command);
    const auto at = channel.nonces.find({send.author, send.nonce});
    if (at != channel.nonces.end()) rows.nonce = at->second;
  }
  if (needs.reaction && rows.target) {
    const auto& react = std::get<React>(command);
    rows.reaction = channel.reactions.contains({rows.target->seq, react.emoji, react.actor});
  }
  return rows;
}

namespace {

template <class... Cases>
struct Match : Cases... {
  using Cases::operator()...;
};

}  // namespace

void MemoryChannelLog::write(Channel& channel, const fold::Decision& decision) {
  const std::lock_guard lock(lists_->mutex);
  channel.state = decision.next;
  for (const fold::Row& any : decision.rows) {
    std::visit(
        Match{
            [&](const fold::PutMessage& row) {
              channel.messages[row.message->seq] = *row.message;
              channel.seqs[row.message->id] = row.message->seq;
            },
            [&](const fold::PutChange& row) { channel.changes[row.change.rev] = row.change; },
            [&](const fold::PutNonce& row) { channel.nonces[{row.author, row.nonce}] = row.record; },
            [&](const fold::PutMine& row) { lists_->mine[row.user].insert(channel.id); },
            [&](const fold::EraseMine& row) { lists_->mine[row.user].erase(channel.id); },
            [&](const fold::PutReaction& row) { channel.reactions.insert({row.seq, row.emoji, row.user}); },
            [&](const fold::EraseReaction& row) { channel.reactions.erase({row.seq, row.emoji, row.user}); },
            [&](const fold::EraseReactions& row) {
              std::erase_if(channel.reactions, [&row](const auto& r) { return std::get<0>(r) == row.seq; });
            },
            [&](const fold::PutPin& row) { channel.pins.insert(row.seq); }, [&](const fold::ErasePin& row) { channel.pins.erase(row.seq); },
            [&](const fold::PutMention& row) {
              channel.mentions[row.user][row.seq] = row.author;
              const MentionEntry entry{channel.id, row.seq, row.message};
              if (row.user) {
                lists_->mentions[row.user][row.message] = entry;
              } else {
                lists_->everyone[channel.id][row.message] = {entry, row.author};
              }
            },
            [&](const fold::EraseMention& row) {
              channel.mentions[row.user].erase(row.seq);
              if (row.user) {
                lists_->mentions[row.user].erase(row.message);
              } else {
                lists_->everyone[channel.id].erase(row.message);
              }
            },
            [&](const fold::PutCursor& row) { channel.cursors[row.user] = row.cursor; },
            [](const auto&) {},  // roster and members are in the state
        },
        any);
  }
}

ReadState MemoryChannelLog::read_state(const Channel& channel, UserId user) const {
  ReadState state;
  state.channel = channel.id;
  if (!channel.state.roster->has(user)) return state;
  const auto cursor = channel.cursors.find(user);
  if (cursor != channel.cursors.end()) state.cursor = cursor->second;
  state.unread = channel.state.last_seq - state.cursor.read_seq;
  for (const UserId name : {user, UserId()}) {
    const auto seqs = channel.mentions.find(name);
    if (seqs == channel.mentions.end()) continue;
    for (auto at = seqs->second.upper_bound(state.cursor.read_seq); at != seqs->second.end(); ++at)
      state.mention_count += at->second != user;
  }
  return state;
}

void MemoryChannelLog::move(Channel& channel, UserId user, Cursor up) {
  Cursor& cursor = channel.cursors[user];
  const Cursor before = cursor;
  up.read_seq = std::min(up.read_seq, channel.state.last_seq);
  up.delivered_seq = std::min(std::max(up.delivered_seq, up.read_seq), channel.state.last_seq);
  if (up.read_seq > cursor.read_seq) {
    cursor.read_seq = up.read_seq;
    cursor.last_read_at = Core::current().clock().now();
    const std::lock_guard lock(lists_->mutex);
    if (!lists_->hidden.contains(user)) cursor.public_read_seq = up.read_seq;
  }
  cursor.delivered_seq = std::max(cursor.delivered_seq, up.delivered_seq);
  if (cursor != before && observer_ != nullptr) observer_->on_cursor(channel.state, user, before, read_state(channel, user));
}

Task<Result<Applied>> MemoryChannelLog::append(ChannelId id, Command command) {
  Core& home = Core::current();
  co_await hop(cores_.of(id));
  Shard& shard = *shards_[Core::current().index()];
  Channel& channel = shard.channels[id];
  channel.id = id;
  const fold::Rows rows = load(channel, command);
  fold::Stamp stamp{id, Core::current().clock().now(), {}};
  shard.last_id = std::max(shard.last_id + 1, snowflake_floor(stamp.time) | std::uint64_t{Core::current().index()} << kIdSequenceBits);
  stamp.message = MessageId(shard.last_id);

  Result<fold::Decision> decision = fold::decide(channel.state, command, rows, stamp, limits_);
  Result<Applied> answer = fail(ErrorCode::kInternal);
  if (!decision) {
    answer = fail(decision.error());
  } else {
    write(channel, *decision);
    Applied applied{channel.state, decision->message, decision->replayed, !decision->rows.empty()};
    if (decision->replayed) applied.message = std::make_shared<const Message>(channel.messages.at(decision->replayed_seq));
    for (const Event& event : decision->events) {
      // One's own message moves one's own cursors.
      if (event.kind == EventKind::kMessageCreate && channel.state.exists())
        move(channel, event.actor, Cursor{.read_seq = event.seq, .delivered_seq = event.seq});
    }
    if (observer_ != nullptr && !decision->events.empty()) {
      observer_->on_events(decision->events);
      if (decision->events.front().kind == EventKind::kMessageDelete) co_await observer_->withdraw(decision->events.front());
    }
    answer = std::move(applied);
  }
  co_await hop(home);
  co_return answer;
}

Task<Result<ChannelView>> MemoryChannelLog::view(ChannelId id, UserId user) {
  Core& home = Core::current();
  co_await hop(cores_.of(id));
  Result<ChannelView> view = fail(ErrorCode::kUnknownChannel);
  if (const Channel* channel = find(id)) view = ChannelView{channel->state, read_state(*channel, user)};
  co_await hop(home);
  co_return view;
}

Task<Result<std::vector<ChannelView>>> MemoryChannelLog::views(std::vector<ChannelId> channels, UserId user) {
  std::vector<ChannelView> found;
  for (const ChannelId id : channels) {
    if (Result<ChannelView> one = co_await view(id, user)) found.push_back(*std::move(one));
  }
  co_return found;
}

Task<Result<std::vector<Message>>> MemoryChannelLog::history(ChannelId id, HistoryQuery query) {
  Core& home = Core::current();
  co_await hop(cores_.of(id));
  std::vector<Message> found;
  if (const Channel* channel = find(id)) {
    const auto& all = channel->messages;
    if (query.direction == HistoryQuery::Direction::kAfter) {
      for (auto at = all.upper_bound(query.seq); at != all.end() && found.size() < query.limit; ++at) found.push_back(at->second);
    } else {
      auto at = query.seq == 0 ? all.end() : all.lower_bound(query.seq);
      while (at != all.begin() && found.size() < query.limit) found.push_back((--at)->second);
    }
  }
  co_await hop(home);
  co_return found;
}

Task<Result<std::vector<Change>>> MemoryChannelLog::changes(ChannelId id, std::uint64_t after_rev, std::uint32_t limit) {
  Core& home = Core::current();
  co_await hop(cores_.of(id));
  std::vector<Change> found;
  if (const Channel* channel = find(id)) {
    for (auto at = channel->changes.upper_bound(after_rev); at != channel->changes.end() && found.size() < limit; ++at)
      found.push_back(at->second);
  }
  co_await hop(home);
  co_return found;
}

Task<Result<Message>> MemoryChannelLog::message(ChannelId id, MessageId message) {
  Core& home = Core::current();
  co_await hop(cores_.of(id));
  Result<Message> found = fail(ErrorCode::kUnknownMessage);
  if (const Channel* channel = find(id)) {
    const auto at = channel->seqs.find(message);
    if (at != channel->seqs.end()) found = channel->messages.at(at->second);
  }
  co_await hop(home);
  co_return found;
}

Task<Result<std::uint64_t>> MemoryChannelLog::seq_at(ChannelId id, MessageId message) {
  Core& home = Core::current();
  co_await hop(cores_.of(id));
  std::uint64_t seq = 0;
  if (const Channel* channel = find(id)) {
    const auto above = channel->seqs.upper_bound(message);
    if (above != channel->seqs.begin()) seq = std::prev(above)->second;
  }
  co_await hop(home);
  co_return seq;
}

Task<Result<std::vector<Message>>> MemoryChannelLog::messages(ChannelId id, std::vector<std::uint64_t> seqs) {
  Core& home = Core::current();
  co_await hop(cores_.of(id));
  std::vector<Message> found;
  if (const Channel* channel = find(id)) {
    for (const std::uint64_t seq : seqs) {
      const auto at = channel->messages.find(seq);
      if (at != channel->messages.end()) found.push_back(at->second);
    }
  }
  co_await hop(home);
  co_return found;
}

Task<Status> MemoryChannelLog::move_cursor(CursorMove wanted) {
  Core& home = Core::current();
  co_await hop(cores_.of(wanted.channel));
  Status done = fail(ErrorCode::kUnknownChannel);
  Channel* channel = find(wanted.channel);
  if (channel != nullptr && channel->state.roster->sees(wanted.user)) {
    move(*channel, wanted.user, Cursor{.read_seq = wanted.read_seq, .delivered_seq = wanted.delivered_seq});
    done = {};
  }
  co_await hop(home);
  co_return done;
}

void MemoryChannelLog::raise_cursor(CursorMove wanted) noexcept {
  cores_.of(wanted.channel).post_function([this, wanted] {
    Channel* channel = find(wanted.channel);
    if (channel != nullptr && channel->state.roster->sees(wanted.user))
      move(*channel, wanted.user, Cursor{.read_seq = wanted.read_seq, .delivered_seq = wanted.delivered_seq});
  });
}

Task<Result<std::vector<Cursor>>> MemoryChannelLog::cursors(ChannelId id) {
  Core& home = Core::current();
  co_await hop(cores_.of(id));
  Result<std::vector<Cursor>> all = fail(ErrorCode::kUnknownChannel);
  if (const Channel* channel = find(id)) {
    all.emplace();
    for (const Member& member : channel->state.roster->members) all->push_back(read_state(*channel, member.user).cursor);
  }
  co_await hop(home);
  co_return all;
}

Task<void> MemoryChannelLog::hide_reads(UserId user, bool hidden) {
  const std::lock_guard lock(lists_->mutex);
  if (hidden) {
    lists_->hidden.insert(user);
  } else {
    lists_->hidden.erase(user);
  }
  co_return;
}

Task<Result<std::vector<ChannelId>>> MemoryChannelLog::channels_of(UserId user) {
  const std::lock_guard lock(lists_->mutex);
  const auto& mine = lists_->mine[user];
  co_return std::vector<ChannelId>(mine.begin(), mine.end());
}

Task<Result<ChannelId>> MemoryChannelLog::direct_of(UserId a, UserId b) {
  const std::lock_guard lock(lists_->mutex);
  const auto at = lists_->directs.find(std::minmax(a, b));
  co_return at == lists_->directs.end() ? ChannelId() : at->second;
}

Task<Result<ChannelId>> MemoryChannelLog::claim_direct(UserId a, UserId b, ChannelId id) {
  const std::lock_guard lock(lists_->mutex);
  co_return lists_->directs.try_emplace(std::minmax(a, b), id).first->second;
}

Task<Result<std::vector<MentionEntry>>> MemoryChannelLog::mentions_of(UserId user, MessageId before, std::uint32_t limit) {
  const std::lock_guard lock(lists_->mutex);
  std::map<MessageId, MentionEntry> all = lists_->mentions[user];
  for (const ChannelId channel : lists_->mine[user]) {
    for (const auto& [id, entry] : lists_->everyone[channel]) {
      if (entry.second != user) all[id] = entry.first;
    }
  }
  std::vector<MentionEntry> newest;
  for (auto at = before ? all.lower_bound(before) : all.end(); at != all.begin() && newest.size() < limit;) {
    const MentionEntry& entry = (--at)->second;
    if (lists_->mine[user].contains(entry.channel)) newest.push_back(entry);
  }
  co_return newest;
}

Task<Result<std::vector<std::uint64_t>>> MemoryChannelLog::pins(ChannelId id) {
  Core& home = Core::current();
  co_await hop(cores_.of(id));
  std::vector<std::uint64_t> found;
  if (const Channel* channel = find(id)) found.assign(channel->pins.rbegin(), channel->pins.rend());
  co_await hop(home);
  co_return found;
}

Task<Result<std::vector<UserId>>> MemoryChannelLog::reactors(ChannelId id, std::uint64_t seq, std::string emoji, UserId after,
                                                             std::uint32_t limit) {
  Core& home = Core::current();
  co_await hop(cores_.of(id));
  std::vector<UserId> found;
  if (const Channel* channel = find(id)) {
    for (auto at = channel->reactions.upper_bound({seq, emoji, after}); at != channel->reactions.end() && found.size() < limit; ++at) {
      if (std::get<0>(*at) != seq || std::get<1>(*at) != emoji) break;
      found.push_back(std::get<2>(*at));
    }
  }
  co_await hop(home);
  co_return found;
}

Task<Result<std::vector<bool>>> MemoryChannelLog::reacted(ChannelId id, UserId user, const std::vector<Message>& messages) {
  Core& home = Core::current();
  co_await hop(cores_.of(id));
  std::vector<bool> mine;
  const Channel* channel = find(id);
  for (const Message& message : messages) {
    for (const ReactionCount& reaction : message.reactions) {
      mine.push_back(channel != nullptr && channel->reactions.contains({message.seq, reaction.emoji, user}));
    }
  }
  co_await hop(home);
  co_return mine;
}

}  // namespace rookery::memory
