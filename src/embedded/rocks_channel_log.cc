#include "embedded/rocks_channel_log.h"

#include <algorithm>
#include <map>

#include "base/bytes.h"
#include "base/check.h"
#include "embedded/keys.h"
#include "embedded/row_codec.h"
#include "model/account.h"
#include "runtime/log.h"

namespace rookery::embedded {
namespace {

constexpr std::size_t kChannelsMax = 100'000;  // listed for one user
constexpr std::size_t kPinsMax = 10'000;       // listed for one channel
constexpr std::size_t kRecoveryPage = 10'000;  // log rows read at once at a start
const std::string kCursorsCovered = "cursors/";

std::string encode_id(std::uint64_t id) {
  std::string bytes;
  ByteWriter(bytes).u64(id);
  return bytes;
}

// Up to where in the log the authors' cursors are stored. Every start writes a mark for each of its cores; none, as after a repair, is
// the log's beginning for all.
class CursorsCovered {
 public:
  CursorsCovered(const Rows& marks, Cores& cores) : cores_(cores) {
    for (const auto& [key, value] : marks) {
      const std::uint64_t offset = ByteReader(value).u64();
      by_key_.emplace(key, offset);
      lowest_ = std::min(lowest_.value_or(offset), offset);
    }
  }
  std::uint64_t lowest() const { return lowest_.value_or(0); }
  // Of a process with as many cores, its own core's; else which core a mark spoke for cannot be said.
  std::uint64_t of(ChannelId channel) const {
    if (by_key_.size() != cores_.size()) return lowest();
    const auto mark = by_key_.find(cursors_covered_key(cores_.of(channel).index()));
    return mark == by_key_.end() ? lowest() : mark->second;
  }

 private:
  Cores& cores_;
  std::map<std::string, std::uint64_t, std::less<>> by_key_;
  std::optional<std::uint64_t> lowest_;
};

}  // namespace

Result<std::unique_ptr<RocksChannelLog>> RocksChannelLog::open(Cores& cores, Database& database, IdSource& ids,
                                                               RocksChannelLogOptions options) {
  std::unique_ptr<RocksChannelLog> log(new RocksChannelLog(cores, database, ids, std::move(options)));
  if (const Status recovered = log->recover_cursors(); !recovered) return fail(recovered.error());
  return log;
}

RocksChannelLog::RocksChannelLog(Cores& cores, Database& database, IdSource& ids, RocksChannelLogOptions options)
    : cores_(cores), database_(database), options_(std::move(options)), reader_(database) {
  for (unsigned i = 0; i < cores.size(); ++i) {
    shards_.push_back(std::make_unique<ChannelShard>(cores.at(i), database, ids, options_));
    claims_.push_back(std::make_unique<KeyedLock<std::string>>());
  }
}

RocksChannelLog::~RocksChannelLog() = default;

// Authors' cursors have no rows of their own until a flush: what was written after the last one is read from the log.
Status RocksChannelLog::recover_cursors() {
  const auto stored = database_.scan_now(Family::kState, ScanRange::of_prefix(meta_key(kCursorsCovered), kIdNodesMax));
  if (!stored) return fail(stored.error());
  const CursorsCovered covered(*stored, cores_);
  Batch batch;
  for (const auto& [key, value] : *stored) batch.erase(Family::kState, key);
  std::map<std::pair<UserId, ChannelId>, std::pair<std::uint64_t, MessageId>> written;  // the last of each
  for (std::uint64_t offset = covered.lowest();;) {
    const auto rows = database_.read_log_now(offset, kRecoveryPage);
    if (!rows) return fail(rows.error());
    if (rows->empty()) break;
    for (const LogRow& row : *rows) {
      const auto entry = decode_log_entry(row.value);
      if (!entry || entry->kind != EventKind::kMessageCreate || row.offset <= covered.of(entry->channel)) continue;
      const auto bytes = database_.get_now(Family::kHistory, message_key(entry->channel, entry->number));
      if (!bytes) return fail(bytes.error());
      const auto message = *bytes ? decode_message(**bytes) : std::nullopt;
      if (!message) return fail(damaged("message", entry->channel));
      auto& last = written[{message->author, entry->channel}];
      last = std::max(last, {entry->number, message->id});
    }
    offset = rows->back().offset;
  }
  for (const auto& [whose, last] : written) {
    const auto& [seq, message] = last;
    const std::string key = cursor_key(whose.first, whose.second);
    const auto bytes = database_.get_now(Family::kState, key);
    if (!bytes) return fail(bytes.error());
    Cursor cursor = *bytes ? decode_cursor(**bytes).value_or(Cursor()) : Cursor();
    if (cursor.read_seq >= seq) continue;
    cursor.read_seq = seq;
    cursor.delivered_seq = std::max(cursor.delivered_seq, seq);
    cursor.last_read_at = snowflake_time(message.value);
    const auto settings = database_.get_now(Family::kState, settings_key(whose.first, 0));
    if (!settings) return fail(settings.error());
    const auto chosen = *settings ? decode_user_settings(**settings) : UserSettings();
    if (!chosen || chosen->read_receipts) cursor.public_read_seq = seq;
    batch.put(Family::kState, key, encode(cursor));
  }
  for (unsigned core = 0; core < cores_.size(); ++core)
    batch.put(Family::kState, cursors_covered_key(core), encode_id(database_.last_offset()));
  database_.commit_now(std::move(batch));
  if (!written.empty()) log_info("cursors of authors raised from the log", {{"cursors", written.size()}});
  return {};
}

Task<void> RocksChannelLog::flush() {
  Core& home = Core::current();
  for (unsigned i = 0; i < cores_.size(); ++i) {
    co_await hop(cores_.at(i));
    co_await shards_[i]->flush();
  }
  co_await hop(home);
}

void RocksChannelLog::observe(ChannelObserver& observer) {
  for (auto& shard : shards_) shard->observe(observer);
}

Task<Result<Applied>> RocksChannelLog::append(ChannelId channel, Command command) {
  if (const Status room = database_.writable(); !room) co_return fail(room.error());
  Core& home = Core::current();
  Core& core = cores_.of(channel);
  co_await hop(core);
  Result<Applied> applied = co_await shards_[core.index()]->append(channel, std::move(command));
  co_await hop(home);
  co_return applied;
}

Task<Result<ChannelView>> RocksChannelLog::view(ChannelId channel, UserId user) {
  Core& home = Core::current();
  Core& core = cores_.of(channel);
  co_await hop(core);
  if (std::optional<ChannelView> known = shards_[core.index()]->view_now(channel, user)) {
    co_await hop(home);
    co_return *std::move(known);
  }
  Result<ChannelView> view = co_await shards_[core.index()]->view(channel, user);
  co_await hop(home);
  co_return view;
}

Task<Result<std::vector<ChannelView>>> RocksChannelLog::views(std::vector<ChannelId> channels, UserId user) {
  Core& home = Core::current();
  std::vector<std::optional<ChannelView>> found(channels.size());
  std::optional<Error> failed;
  for (unsigned i = 0; i < cores_.size(); ++i) {  // one visit to each core, whatever the number of channels
    for (std::size_t at = 0; at < channels.size(); ++at) {
      if (&cores_.of(channels[at]) != &cores_.at(i)) continue;
      co_await hop(cores_.at(i));
      found[at] = shards_[i]->view_now(channels[at], user);
      if (found[at]) continue;
      Result<ChannelView> view = co_await shards_[i]->view(channels[at], user);
      if (view) {
        found[at] = *std::move(view);
      } else if (view.error().code != ErrorCode::kUnknownChannel) {
        failed = view.error();
      }
    }
  }
  co_await hop(home);
  if (failed) co_return fail(*failed);
  std::vector<ChannelView> views;
  views.reserve(found.size());
  for (auto& view : found) {
    if (view) views.push_back(*std::move(view));
  }
  co_return views;
}

Task<Result<std::vector<Message>>> RocksChannelLog::history(ChannelId channel, HistoryQuery query) {
  return reader_.history(channel, query);
}

Task<Result<std::vector<Change>>> RocksChannelLog::changes(ChannelId channel, std::uint64_t after_rev, std::uint32_t limit) {
  return reader_.changes(channel, after_rev, limit);
}

Task<Result<Message>> RocksChannelLog::message(ChannelId channel, MessageId id) {
  Result<std::optional<Message>> message = co_await reader_.message(channel, id);
  if (!message) co_return fail(message.error());
  if (!*message) co_return fail(ErrorCode::kUnknownMessage);
  co_return **std::move(message);
}

Task<Result<std::uint64_t>> RocksChannelLog::seq_at(ChannelId channel, MessageId id) { return reader_.seq_at(channel, id); }

Task<Result<std::vector<Message>>> RocksChannelLog::messages(ChannelId channel, std::vector<std::uint64_t> seqs) {
  std::vector<Message> messages;
  for (const std::uint64_t seq : seqs) {
    Result<std::optional<Message>> message = co_await reader_.message_at(channel, seq);
    if (!message) co_return fail(message.error());
    if (*message) messages.push_back(**std::move(message));
  }
  co_return messages;
}

Task<Status> RocksChannelLog::move_cursor(CursorMove move) {
  Core& home = Core::current();
  Core& core = cores_.of(move.channel);
  co_await hop(core);
  Status moved = co_await shards_[core.index()]->move_cursor(move);
  co_await hop(home);
  co_return moved;
}

void RocksChannelLog::raise_cursor(CursorMove move) noexcept {
  Core& core = cores_.of(move.channel);
  core.post_function([shard = shards_[core.index()].get(), move] { shard->raise_cursor(move); });
}

Task<Result<std::vector<Cursor>>> RocksChannelLog::cursors(ChannelId channel) {
  Core& home = Core::current();
  Core& core = cores_.of(channel);
  co_await hop(core);
  Result<std::vector<Cursor>> all = co_await shards_[core.index()]->cursors(channel);
  co_await hop(home);
  co_return all;
}

Task<void> RocksChannelLog::hide_reads(UserId user, bool hidden) {
  Core& home = Core::current();
  for (unsigned i = 0; i < cores_.size(); ++i) {
    co_await hop(cores_.at(i));
    shards_[i]->hide_reads(user, hidden);
  }
  co_await hop(home);
}

Task<Result<std::vector<ChannelId>>> RocksChannelLog::channels_of(UserId user) {
  const auto rows = co_await database_.scan(Family::kState, ScanRange::of_prefix(mine_prefix(user), kChannelsMax));
  if (!rows) co_return fail(rows.error());
  std::vector<ChannelId> channels;
  channels.reserve(rows->size());
  for (const auto& [key, value] : *rows) {
    if (const auto mine = parse_mine_key(key)) channels.push_back(mine->second);
  }
  co_return channels;
}

Task<Result<ChannelId>> RocksChannelLog::direct_of(UserId a, UserId b) {
  const auto row = co_await database_.get(Family::kState, direct_key(a, b));
  if (!row) co_return fail(row.error());
  co_return *row ? ChannelId(ByteReader(**row).u64()) : ChannelId();
}

Task<Result<ChannelId>> RocksChannelLog::claim_direct(UserId a, UserId b, ChannelId id) {
  if (const Status room = database_.writable(); !room) co_return fail(room.error());
  Core& home = Core::current();
  Core& core = cores_.of(std::min(a, b));
  co_await hop(core);
  Result<ChannelId> known;
  {
    const auto claimed = co_await claims_[core.index()]->acquire(direct_key(a, b));
    known = co_await direct_of(a, b);
    if (known && !*known) {
      Batch batch;
      batch.put(Family::kState, direct_key(a, b), encode_id(id.value));
      const Status stored = co_await database_.commit(std::move(batch));
      known = stored ? Result<ChannelId>(id) : fail(stored.error());
    }
  }
  co_await hop(home);
  co_return known;
}

Task<Result<std::vector<MentionEntry>>> RocksChannelLog::mentions_of(UserId user, MessageId before, std::uint32_t limit) {
  const Result<std::vector<ChannelId>> channels = co_await channels_of(user);
  if (!channels) co_return fail(channels.error());
  std::map<MessageId, MentionEntry, std::greater<>> newest;

  ScanRange named{.from = before ? prefix_end(mention_list_key(user, before)) : mention_list_prefix(user),
                  .to = prefix_end(mention_list_prefix(user)),
                  .limit = limit};
  for (bool more = true; more && newest.size() < limit;) {
    const auto rows = co_await database_.scan(Family::kState, named);
    if (!rows) co_return fail(rows.error());
    more = rows->size() == named.limit;
    for (const auto& [key, value] : *rows) {
      const auto id = parse_mention_list_key(key);
      const auto place = decode_mention_place(value);
      if (!id || !place) co_return fail(damaged("mention", ChannelId()));
      if (std::ranges::binary_search(*channels, place->channel)) newest[id->second] = MentionEntry{place->channel, place->seq, id->second};
    }
    if (more) named.from = prefix_end(rows->back().first);
  }
  for (const ChannelId channel : *channels) {  // everyone: one row a message, whatever the number of members
    std::uint32_t found = 0;
    ScanRange everyone = ScanRange::of_prefix(mention_prefix(UserId(), channel), limit);
    for (bool more = true; more && found < limit;) {
      const auto rows = co_await database_.scan(Family::kState, everyone);
      if (!rows) co_return fail(rows.error());
      more = rows->size() == everyone.limit;
      for (const auto& [key, value] : *rows) {
        const auto place = parse_mention_key(key);
        const auto mention = decode_mention_value(value);
        if (!place || !mention) co_return fail(damaged("mention", channel));
        if (mention->author == user || (before && mention->message >= before)) continue;
        newest[mention->message] = MentionEntry{channel, place->seq, mention->message};
        ++found;
      }
      if (more) everyone.from = prefix_end(rows->back().first);
    }
  }
  std::vector<MentionEntry> entries;
  for (const auto& [id, entry] : newest) {
    if (entries.size() == limit) break;
    entries.push_back(entry);
  }
  co_return entries;
}

Task<Result<std::vector<std::uint64_t>>> RocksChannelLog::pins(ChannelId channel) {
  const auto rows = co_await database_.scan(Family::kState, ScanRange::of_prefix(pin_prefix(channel), kPinsMax, true));
  if (!rows) co_return fail(rows.error());
  std::vector<std::uint64_t> seqs;
  for (const auto& [key, value] : *rows) {
    if (const auto pin = parse_pin_key(key)) seqs.push_back(pin->position);
  }
  co_return seqs;
}

Task<Result<std::vector<UserId>>> RocksChannelLog::reactors(ChannelId channel, std::uint64_t seq, std::string emoji, UserId after,
                                                            std::uint32_t limit) {
  ScanRange range = ScanRange::of_prefix(reaction_prefix(channel, seq, emoji), limit);
  if (after) range.from = prefix_end(reaction_key(channel, seq, emoji, after));
  const auto rows = co_await database_.scan(Family::kState, std::move(range));
  if (!rows) co_return fail(rows.error());
  std::vector<UserId> users;
  for (const auto& [key, value] : *rows) {
    if (const auto reaction = parse_reaction_key(key)) users.push_back(reaction->user);
  }
  co_return users;
}

Task<Result<std::vector<bool>>> RocksChannelLog::reacted(ChannelId channel, UserId user, const std::vector<Message>& messages) {
  std::vector<bool> mine;
  for (const Message& message : messages) {
    for (const ReactionCount& reaction : message.reactions) {
      const Result<bool> there = co_await reader_.reaction(channel, message.seq, reaction.emoji, user);
      if (!there) co_return fail(there.error());
      mine.push_back(*there);
    }
  }
  co_return mine;
}

}  // namespace rookery::embedded
