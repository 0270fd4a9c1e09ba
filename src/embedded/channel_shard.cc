#include "embedded/channel_shard.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"
#include "base/mutant.h"
#include "embedded/keys.h"
#include "embedded/row_codec.h"
#include "runtime/log.h"

namespace rookery::embedded {
namespace {

constexpr std::size_t kReactionsErasedMax = 100'000;  // of one message
constexpr std::chrono::milliseconds kMutantDelay{50};
constexpr std::size_t kTasksMax = 100'000;  // raises that wait for the disk, and one flush

// For a mutant: of a batch the rows of one family, or all else.
Batch part_of(const Batch& whole, Family family, bool of_it) {
  Batch part;
  whole.for_each([&](const Batch::Operation& operation) {
    if ((operation.family == family) != of_it) return;
    switch (operation.kind) {
      case Batch::Operation::Kind::kPut: part.put(operation.family, operation.key, operation.value); break;
      case Batch::Operation::Kind::kErase: part.erase(operation.family, operation.key); break;
      case Batch::Operation::Kind::kLogEntry: part.log_entry(operation.value); break;
    }
  });
  return part;
}

// Whose cursors a command moves, because it writes a message.
UserId writer_of(const Command& command) {
  return std::visit(
      [](const auto& c) {
        if constexpr (requires { c.author; }) {
          return c.author;
        } else if constexpr (requires { c.actor; }) {
          return c.actor;
        } else {
          return UserId();
        }
      },
      command);
}

}  // namespace

// A batch whose end a coroutine awaits. Submitted before it is awaited, so that the turn can pass on in between.
struct ChannelShard::Commit final : CommitRequest {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) noexcept { waiting = self; }
  void await_resume() const noexcept {}
  void deliver() noexcept override { waiting.resume(); }
  std::coroutine_handle<> waiting;
};

// Awaits the end of the next flush that begins.
class ChannelShard::Flushed {
 public:
  explicit Flushed(ChannelShard& shard) : shard_(shard) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    shard_.flush_waiters_.push_back(self);
    shard_.start_flushing();
  }
  void await_resume() const noexcept {}

 private:
  ChannelShard& shard_;
};

std::string cursors_covered_key(unsigned core) { return meta_key("cursors/" + std::to_string(core)); }

ChannelShard::ChannelShard(Core& core, Database& database, IdSource& ids, const RocksChannelLogOptions& options)
    : core_(core),
      database_(database),
      ids_(ids),
      options_(options),
      reader_(database),
      host_(options.channels_per_core_max),
      flush_timer_(core),
      tasks_(kTasksMax) {}

Task<Status> ChannelShard::load(HostedChannel& channel) {
  if (channel.loaded) co_return Status();
  Result<ChannelState> state = co_await reader_.state(channel.id);
  if (!state) co_return fail(state.error());
  channel.decided = *state;
  channel.committed = *std::move(state);
  channel.loaded = true;
  co_return Status();
}

Task<Status> ChannelShard::ensure_loaded(HostedChannel& channel) {
  if (channel.loaded) co_return Status();
  co_await channel.turn.enter();
  Status loaded = co_await load(channel);
  channel.turn.leave();
  co_return loaded;
}

Task<Result<Place*>> ChannelShard::place(HostedChannel& channel, UserId user) {
  for (;;) {
    const auto known = channel.places.find(user);
    if (known != channel.places.end()) co_return &known->second;
    const std::pair before(channel.commits, hidings_);
    const Result<std::optional<Cursor>> cursor = co_await reader_.cursor(channel.id, user);
    if (!cursor) co_return fail(cursor.error());
    Place place;
    place.shown = place.wanted = cursor->value_or(Cursor());
    const Result<bool> hidden = co_await reader_.hides_reads(user);
    if (!hidden) co_return fail(hidden.error());
    place.hidden = *hidden;
    Result<MentionSeqs> mentions = co_await reader_.mentions(channel.id, user, place.shown.read_seq);
    if (!mentions) co_return fail(mentions.error());
    place.mentions = *std::move(mentions);
    // A batch that came in while the disk was asked may have written what was read: then once more.
    if (before == std::pair(channel.commits, hidings_)) channel.places.try_emplace(user, std::move(place));
  }
}

Task<Result<fold::Rows>> ChannelShard::load_rows(HostedChannel& channel, const Command& command) {
  const fold::Needs needs = fold::rows_needed(command);
  fold::Rows rows;
  for (const auto& [id, row] : {std::pair(needs.target, &rows.target), std::pair(needs.reply_to, &rows.reply_to)}) {
    if (!id) continue;
    if (const auto pending = channel.overlay.message(id)) {
      *row = *pending;
      continue;
    }
    Result<std::optional<Message>> stored = co_await reader_.message(channel.id, id);
    if (!stored) co_return fail(stored.error());
    *row = *std::move(stored);
  }
  if (needs.nonce) {
    const auto& send = std::get<SendMessage>(command);
    rows.nonce = channel.overlay.nonce(send.author, send.nonce);
    if (!rows.nonce) {
      Result<std::optional<fold::NonceRecord>> stored = co_await reader_.nonce(channel.id, send.author, send.nonce, core_.clock().now());
      if (!stored) co_return fail(stored.error());
      rows.nonce = *stored;
    }
  }
  if (needs.reaction && rows.target) {
    const auto& react = std::get<React>(command);
    if (const auto pending = channel.overlay.reaction(rows.target->seq, react.emoji, react.actor)) {
      rows.reaction = *pending;
    } else {
      const Result<bool> stored = co_await reader_.reaction(channel.id, rows.target->seq, react.emoji, react.actor);
      if (!stored) co_return fail(stored.error());
      rows.reaction = *stored;
    }
  }
  co_return rows;
}

Task<Status> ChannelShard::add_reaction_erasures(HostedChannel& channel, const fold::Decision& decision, Batch& batch) {
  for (const fold::Row& any : decision.rows) {
    const auto* erased = std::get_if<fold::EraseReactions>(&any);
    if (erased == nullptr) continue;
    const auto stored =
        co_await database_.scan(Family::kState, ScanRange::of_prefix(reactions_prefix(channel.id, erased->seq), kReactionsErasedMax));
    if (!stored) co_return fail(stored.error());
    for (const auto& [key, value] : *stored) batch.erase(Family::kState, key);
    channel.overlay.each_reaction(erased->seq, [&](const std::string& emoji, UserId user) {
      batch.erase(Family::kState, reaction_key(channel.id, erased->seq, emoji, user));
    });
  }
  co_return Status();
}

Task<Result<Applied>> ChannelShard::append(ChannelId id, Command command) {
  const ChannelHost::Use channel = host_.use(id);
  co_await channel->turn.enter();
  co_return co_await decide(*channel, std::move(command));
}

Task<Result<Applied>> ChannelShard::decide(HostedChannel& channel, Command command) {
  const auto refuse = [&channel](const Error& error) {
    channel.turn.leave();
    return fail(error);
  };
  if (const Status loaded = co_await load(channel); !loaded) co_return refuse(loaded.error());
  const Result<fold::Rows> rows = co_await load_rows(channel, command);
  if (!rows) co_return refuse(rows.error());
  if (const UserId writer = writer_of(command)) {
    const Result<Place*> known = co_await place(channel, writer);
    if (!known) co_return refuse(known.error());
  }

  last_stamp_ = std::max(last_stamp_, core_.clock().now());
  const fold::Stamp stamp{channel.id, last_stamp_, ids_.make<MessageId>()};
  Result<fold::Decision> decided = fold::decide(channel.decided, command, *rows, stamp, options_.limits);
  if (!decided) co_return refuse(decided.error());
  if (decided->rows.empty()) {
    channel.turn.leave();
    fold::Decision same = *std::move(decided);
    co_return co_await answer_unchanged(channel, std::move(same));
  }

  Commit commit;
  if (const Status erased = co_await add_reaction_erasures(channel, *decided, commit.batch); !erased) co_return refuse(erased.error());
  add_rows(commit.batch, *decided, stamp);
  if (mutant_is(Mutant::kNonceSecondBatch)) commit.batch = part_of(commit.batch, Family::kRecent, false);
  if (mutant_is(Mutant::kStateSecondBatch)) commit.batch = part_of(commit.batch, Family::kState, false);
  channel.decided = decided->next;
  channel.overlay.add(*decided);
  for (const fold::Row& any : decided->rows) {
    // A flush that is built from now on must not set a new member back.
    if (const auto* start = std::get_if<fold::PutCursor>(&any)) {
      const auto known = channel.places.find(start->user);
      if (known != channel.places.end()) known->second.wanted = start->cursor;
    }
  }
  ++channel.in_flight;
  ++in_flight_;
  const std::size_t log_entries = commit.batch.log_entries();
  database_.submit(commit);
  channel.turn.leave();
  co_await commit;

  --channel.in_flight;
  --in_flight_;
  if (log_entries > 0) delivered_offset_ = commit.first_offset() + log_entries - 1;
  if (mutant_is(Mutant::kStateSecondBatch)) co_await sleep_on(core_, kMutantDelay);  // so that a kill comes in between
  if (mutant_is(Mutant::kNonceSecondBatch) || mutant_is(Mutant::kStateSecondBatch)) {
    commit.batch.clear();
    add_rows(commit.batch, *decided, stamp);
    commit.batch = part_of(commit.batch, mutant_is(Mutant::kNonceSecondBatch) ? Family::kRecent : Family::kState, true);
    database_.submit(commit);
    co_await commit;
  }
  committed(channel, *decided);
  const std::vector<Event>& events = decided->events;
  if (observer_ != nullptr && !events.empty() && events.front().kind == EventKind::kMessageDelete)
    co_await observer_->withdraw(events.front());
  co_return Applied{decided->next, decided->message, false, true};
}

Task<Result<Applied>> ChannelShard::answer_unchanged(HostedChannel& channel, fold::Decision decision) {
  // What the answer rests on may not be durable yet: an empty batch comes back behind it.
  if (channel.in_flight > 0) {
    Commit after;
    database_.submit(after);
    co_await after;
  }
  Applied applied{channel.committed, decision.message, decision.replayed, false};
  if (decision.replayed) {
    Result<std::optional<Message>> original = co_await reader_.message_at(channel.id, decision.replayed_seq);
    if (!original) co_return fail(original.error());
    if (!*original) co_return fail(damaged("message", channel.id));
    applied.message = std::make_shared<const Message>(**std::move(original));
  }
  co_return applied;
}

void ChannelShard::committed(HostedChannel& channel, const fold::Decision& decision) {
  channel.committed = decision.next;
  channel.overlay.remove(decision);
  ++channel.commits;
  for (const fold::Row& any : decision.rows) {
    const auto* start = std::get_if<fold::PutCursor>(&any);
    if (start == nullptr) continue;
    Place fresh;
    fresh.shown = fresh.wanted = start->cursor;
    const auto known = channel.places.find(start->user);
    if (known == channel.places.end()) continue;
    fresh.dirty = known->second.dirty;
    fresh.hidden = known->second.hidden;
    known->second = std::move(fresh);
  }
  channel.apply_mentions(decision);
  if (observer_ != nullptr && !decision.events.empty()) observer_->on_events(decision.events);
  for (const Event& event : decision.events) {
    if (event.kind != EventKind::kMessageCreate || !channel.committed.exists() || !channel.committed.roster->has(event.actor)) continue;
    // One's own message moves one's own cursors; the message itself is their record until the next flush.
    Place& own = channel.places.at(event.actor);
    const Cursor before = own.shown;
    raise(channel, own, event.actor, CursorMove{channel.id, event.actor, event.seq, event.seq}, snowflake_time(event.message->id.value));
    own.shown.read_seq = std::max(own.shown.read_seq, event.seq);
    own.shown.delivered_seq = std::max(own.shown.delivered_seq, event.seq);
    own.shown.last_read_at = std::max(own.shown.last_read_at, own.wanted.last_read_at);
    if (!own.hidden) own.shown.public_read_seq = std::max(own.shown.public_read_seq, event.seq);
    own.mentions.erase(own.mentions.begin(), std::ranges::upper_bound(own.mentions, own.shown.read_seq));
    if (observer_ != nullptr) observer_->on_cursor(channel.committed, event.actor, before, channel.read_state(event.actor, own));
  }
}

std::optional<ChannelView> ChannelShard::view_now(ChannelId id, UserId user) {
  const HostedChannel* const channel = host_.find(id);
  if (channel == nullptr || !channel->loaded || !channel->committed.exists()) return std::nullopt;
  const auto known = channel->places.find(user);
  if (known == channel->places.end()) return std::nullopt;
  return ChannelView{channel->committed, channel->read_state(user, known->second)};
}

Task<Result<ChannelView>> ChannelShard::view(ChannelId id, UserId user) {
  const ChannelHost::Use channel = host_.use(id);
  if (const Status loaded = co_await ensure_loaded(*channel); !loaded) co_return fail(loaded.error());
  if (!channel->committed.exists()) co_return fail(ErrorCode::kUnknownChannel);
  if (!channel->committed.roster->has(user)) co_return ChannelView{channel->committed, channel->read_state(user, {})};
  const Result<Place*> known = co_await place(*channel, user);
  if (!known) co_return fail(known.error());
  if (!channel->committed.exists()) co_return fail(ErrorCode::kUnknownChannel);
  co_return ChannelView{channel->committed, channel->read_state(user, **known)};
}

void ChannelShard::raise(HostedChannel& channel, Place& place, UserId user, const CursorMove& move, TimeMs time) {
  const std::uint64_t head = channel.committed.last_seq;
  const std::uint64_t read = std::min(move.read_seq, head);
  const std::uint64_t delivered = std::max(read, std::min(move.delivered_seq, head));
  const Cursor before = place.wanted;
  if (read > place.wanted.read_seq || (mutant_is(Mutant::kCursorWithoutMax) && move.read_seq != 0)) {
    place.wanted.read_seq = read;
    if (!place.hidden) place.wanted.public_read_seq = read;
    place.wanted.last_read_at = std::max(place.wanted.last_read_at, time);
  }
  place.wanted.delivered_seq = std::max({place.wanted.delivered_seq, delivered, place.wanted.read_seq});
  if (place.wanted != before) mark_dirty(channel, place, user);
}

void ChannelShard::mark_dirty(HostedChannel& channel, Place& place, UserId user) {
  if (!place.dirty) {
    place.dirty = true;
    dirty_.emplace_back(channel.id, user);
  }
  if (flush_timer_set_ || flushing_) return;
  flush_timer_set_ = true;
  flush_timer_.expires_after(options_.cursor_delay, [this] {
    flush_timer_set_ = false;
    start_flushing();
  });
}

Task<Status> ChannelShard::move_cursor(CursorMove move) {
  const ChannelHost::Use channel = host_.use(move.channel);
  if (const Status loaded = co_await ensure_loaded(*channel); !loaded) co_return fail(loaded.error());
  if (!channel->committed.exists() || !channel->committed.roster->sees(move.user)) co_return fail(ErrorCode::kUnknownChannel);
  const Result<Place*> known = co_await place(*channel, move.user);
  if (!known) co_return fail(known.error());
  raise(*channel, **known, move.user, move, core_.clock().now());
  // Said before and not stored yet: then it is no answer either.
  const Place& at = **known;
  if (!at.dirty && at.shown.read_seq >= at.wanted.read_seq && at.shown.delivered_seq >= at.wanted.delivered_seq) co_return Status();
  if (const Status room = database_.writable(); !room) co_return fail(room.error());
  co_await Flushed(*this);
  co_return Status();
}

void ChannelShard::raise_cursor(CursorMove move) {
  HostedChannel* const channel = host_.find(move.channel);
  if (channel != nullptr && channel->loaded) {
    if (!channel->committed.exists() || !channel->committed.roster->sees(move.user)) return;
    const auto known = channel->places.find(move.user);
    if (known != channel->places.end()) return raise(*channel, known->second, move.user, move, core_.clock().now());
  }
  // With the disk that far behind, the client's next word will do.
  if (!tasks_.spawn(load_and_raise(move)))
    log_warning("a cursor was not raised: too many wait for the disk", {{"channel", move.channel.value}});
}

Task<void> ChannelShard::load_and_raise(CursorMove move) {
  const ChannelHost::Use channel = host_.use(move.channel);
  if (const Status loaded = co_await ensure_loaded(*channel); !loaded) co_return;
  if (!channel->committed.exists() || !channel->committed.roster->sees(move.user)) co_return;
  const Result<Place*> known = co_await place(*channel, move.user);
  if (known) raise(*channel, **known, move.user, move, core_.clock().now());
}

Task<Result<std::vector<Cursor>>> ChannelShard::cursors(ChannelId id) {
  const ChannelHost::Use channel = host_.use(id);
  if (const Status loaded = co_await ensure_loaded(*channel); !loaded) co_return fail(loaded.error());
  if (!channel->committed.exists()) co_return fail(ErrorCode::kUnknownChannel);
  const std::shared_ptr<const Roster> roster = channel->committed.roster;
  std::vector<Cursor> all;
  for (const Member& member : roster->members) {
    const Result<Place*> known = co_await place(*channel, member.user);
    if (!known) co_return fail(known.error());
    all.push_back((*known)->shown);
  }
  co_return all;
}

void ChannelShard::hide_reads(UserId user, bool hidden) {
  ++hidings_;
  host_.for_each([user, hidden](HostedChannel& channel) {
    const auto known = channel.places.find(user);
    if (known != channel.places.end()) known->second.hidden = hidden;
  });
}

Task<void> ChannelShard::flush() {
  if (!dirty_.empty() || flushing_) co_await Flushed(*this);
}

void ChannelShard::start_flushing() {
  if (flushing_) return;
  flushing_ = true;
  CHECK(tasks_.spawn(flush_all()));
}

Task<void> ChannelShard::flush_all() {
  while (!dirty_.empty() || !flush_waiters_.empty()) {
    const std::vector<std::coroutine_handle<>> waiters = std::exchange(flush_waiters_, {});
    co_await flush_once();
    for (const auto waiter : waiters) waiter.resume();
  }
  flushing_ = false;
}

Task<void> ChannelShard::flush_once() {
  struct Flushing {
    HostedChannel* channel;
    UserId user;
    Cursor cursor;
  };
  std::vector<Flushing> flushed;
  Commit commit;
  for (const auto& [id, user] : std::exchange(dirty_, {})) {
    HostedChannel* const channel = host_.find(id);  // there: dirty places hold it
    CHECK(channel != nullptr);
    Place& place = channel->places.at(user);
    place.dirty = false;
    ++channel->in_flight;  // holds it from here on
    flushed.push_back({channel, user, place.wanted});
    commit.batch.put(Family::kState, cursor_key(user, id), encode(place.wanted));
  }
  if (flushed.empty()) co_return;
  // Authors' cursors are stored up to here: with nothing under way, up to the end of the log.
  std::string covered;
  ByteWriter(covered).u64(in_flight_ == 0 ? database_.last_offset() : delivered_offset_);
  commit.batch.put(Family::kState, cursors_covered_key(core_.index()), covered);
  database_.submit(commit);
  co_await commit;

  for (const Flushing& done : flushed) {
    --done.channel->in_flight;
    Place& place = done.channel->places.at(done.user);
    const Cursor before = place.shown;
    place.shown.read_seq =
        mutant_is(Mutant::kCursorWithoutMax) ? done.cursor.read_seq : std::max(place.shown.read_seq, done.cursor.read_seq);
    place.shown.delivered_seq = std::max(place.shown.delivered_seq, done.cursor.delivered_seq);
    place.shown.last_read_at = std::max(place.shown.last_read_at, done.cursor.last_read_at);
    place.shown.public_read_seq = std::max(place.shown.public_read_seq, done.cursor.public_read_seq);
    if (place.shown == before || observer_ == nullptr || !done.channel->committed.exists()) continue;
    place.mentions.erase(place.mentions.begin(), std::ranges::upper_bound(place.mentions, place.shown.read_seq));
    observer_->on_cursor(done.channel->committed, done.user, before, done.channel->read_state(done.user, place));
  }
}

}  // namespace rookery::embedded
