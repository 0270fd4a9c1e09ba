#include "embedded/channel_reader.h"

#include <algorithm>

#include "base/mutant.h"
#include "embedded/keys.h"
#include "embedded/row_codec.h"
#include "model/account.h"
#include "runtime/core.h"
#include "runtime/log.h"

namespace rookery::embedded {
namespace {

constexpr std::size_t kMembersMax = 100'000;  // read for one channel; groups hold far fewer
constexpr std::chrono::milliseconds kMutantBehind{50};
constexpr std::size_t kMentionsMax = 10'000;  // counted for one user in one channel

Result<Message> decode_at(ChannelId channel, std::string_view key, std::string_view value) {
  const auto place = parse_message_key(key);
  auto message = decode_message(value);
  if (!place || !message) return fail(damaged("message", channel));
  message->channel = channel;
  message->seq = place->position;
  return *std::move(message);
}

}  // namespace

Error damaged(std::string_view table, ChannelId channel) {
  log_error("a stored row cannot be decoded", {{"table", table}, {"channel", channel.value}});
  return Error(ErrorCode::kInternal, "Stored data is damaged");
}

Task<Result<ChannelState>> ChannelReader::state(ChannelId channel) {
  ChannelState state;
  const auto row = co_await database_.get(Family::kState, channel_key(channel));
  if (!row) co_return fail(row.error());
  if (!*row || (mutant_is(Mutant::kChannelForgotten) && (channel.value >> kIdTimeShift) % 3 == 0)) co_return state;
  std::optional<Roster> roster = decode_roster(**row);
  if (!roster) co_return fail(damaged("channel", channel));

  const auto members = co_await database_.scan(Family::kState, ScanRange::of_prefix(member_prefix(channel), kMembersMax));
  if (!members) co_return fail(members.error());
  for (const auto& [key, value] : *members) {
    const auto parsed = parse_member_key(key);
    std::optional<Member> member = decode_member(value);
    if (!parsed || !member) co_return fail(damaged("member", channel));
    member->user = parsed->second;
    roster->members.push_back(*member);
  }

  // The head is the first of the messages and the last of the changes: one truth, nothing to disagree after a crash.
  const auto newest = co_await database_.scan(Family::kHistory, ScanRange::of_prefix(message_prefix(channel), 1));
  if (!newest) co_return fail(newest.error());
  if (!newest->empty()) {
    const Result<Message> message = decode_at(channel, newest->front().first, newest->front().second);
    if (!message) co_return fail(message.error());
    state.last_seq = message->seq;
    state.last_message = message->id;
  }
  const auto last_change = co_await database_.scan(Family::kHistory, ScanRange::of_prefix(change_prefix(channel), 1, true));
  if (!last_change) co_return fail(last_change.error());
  if (!last_change->empty()) {
    const auto place = parse_change_key(last_change->front().first);
    if (!place) co_return fail(damaged("change", channel));
    state.rev = place->position;
  }
  const auto pins = co_await database_.count(Family::kState, ScanRange::of_prefix(pin_prefix(channel), kMembersMax));
  if (!pins) co_return fail(pins.error());
  state.pins = static_cast<std::uint32_t>(*pins);
  state.roster = std::make_shared<const Roster>(*std::move(roster));
  co_return state;
}

Task<Result<std::optional<Message>>> ChannelReader::message_at(ChannelId channel, std::uint64_t seq) {
  const std::string key = message_key(channel, seq);
  const auto row = co_await database_.get(Family::kHistory, key);
  if (!row) co_return fail(row.error());
  if (!*row) co_return std::nullopt;
  Result<Message> message = decode_at(channel, key, **row);
  if (!message) co_return fail(message.error());
  co_return *std::move(message);
}

Task<Result<std::uint64_t>> ChannelReader::seq_at(ChannelId channel, MessageId id) {
  const auto newest = co_await database_.scan(Family::kHistory, ScanRange::of_prefix(message_prefix(channel), 1));
  if (!newest) co_return fail(newest.error());
  if (newest->empty()) co_return std::uint64_t{0};
  const Result<Message> head = decode_at(channel, newest->front().first, newest->front().second);
  if (!head) co_return fail(head.error());
  if (head->id <= id) co_return head->seq;
  // Ids grow with seq: the answer is in [low, high).
  std::uint64_t low = 0;
  std::uint64_t high = head->seq;
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    const Result<std::optional<Message>> message = co_await message_at(channel, middle);
    if (!message) co_return fail(message.error());
    if (!*message) co_return fail(damaged("message", channel));
    ((*message)->id <= id ? low : high) = middle;
  }
  co_return low;
}

Task<Result<std::optional<Message>>> ChannelReader::message(ChannelId channel, MessageId id) {
  const Result<std::uint64_t> seq = co_await seq_at(channel, id);
  if (!seq) co_return fail(seq.error());
  if (*seq == 0) co_return std::nullopt;
  Result<std::optional<Message>> message = co_await message_at(channel, *seq);
  if (message && *message && (*message)->id != id) co_return std::nullopt;
  co_return message;
}

Task<Result<std::vector<Message>>> ChannelReader::history(ChannelId channel, HistoryQuery query) {
  // In the key order the newest comes first; seq is exclusive on either side.
  ScanRange range{.from = {}, .to = {}, .limit = query.limit};
  if (query.direction == HistoryQuery::Direction::kBefore) {
    range.from = query.seq == 0 ? message_prefix(channel) : prefix_end(message_key(channel, query.seq));
    range.to = prefix_end(message_prefix(channel));
  } else {
    range.from = message_prefix(channel);
    range.to = message_key(channel, query.seq);
    range.reverse = true;
  }
  const auto rows = co_await database_.scan(Family::kHistory, std::move(range));
  if (!rows) co_return fail(rows.error());
  std::vector<Message> messages;
  messages.reserve(rows->size());
  for (const auto& [key, value] : *rows) {
    Result<Message> message = decode_at(channel, key, value);
    if (!message) co_return fail(message.error());
    messages.push_back(*std::move(message));
  }
  if (mutant_is(Mutant::kHistoryBehind)) {
    const TimeMs shown_to = Core::current().clock().now() - kMutantBehind;
    std::erase_if(messages, [shown_to](const Message& message) { return snowflake_time(message.id.value) > shown_to; });
  }
  co_return messages;
}

Task<Result<std::vector<Change>>> ChannelReader::changes(ChannelId channel, std::uint64_t after_rev, std::uint32_t limit) {
  ScanRange range{.from = change_key(channel, after_rev + 1), .to = prefix_end(change_prefix(channel)), .limit = limit};
  const auto rows = co_await database_.scan(Family::kHistory, std::move(range));
  if (!rows) co_return fail(rows.error());
  std::vector<Change> changes;
  for (const auto& [key, value] : *rows) {
    const auto place = parse_change_key(key);
    std::optional<Change> change = decode_change(value);
    if (!place || !change) co_return fail(damaged("change", channel));
    change->rev = place->position;
    changes.push_back(*std::move(change));
  }
  co_return changes;
}

Task<Result<std::optional<fold::NonceRecord>>> ChannelReader::nonce(ChannelId channel, UserId author, std::string nonce, TimeMs now) {
  const std::uint32_t today = day_of(now);
  for (const std::uint32_t day : {today, today - 1}) {
    const auto row = co_await database_.get(Family::kRecent, recent_key(day, channel, author, nonce));
    if (!row) co_return fail(row.error());
    if (!*row) continue;
    const auto record = decode_nonce_record(**row);
    if (!record) co_return fail(damaged("nonce", channel));
    co_return *record;
  }
  co_return std::nullopt;
}

Task<Result<bool>> ChannelReader::reaction(ChannelId channel, std::uint64_t seq, std::string emoji, UserId user) {
  const auto row = co_await database_.get(Family::kState, reaction_key(channel, seq, emoji, user));
  if (!row) co_return fail(row.error());
  co_return row->has_value();
}

Task<Result<std::optional<Cursor>>> ChannelReader::cursor(ChannelId channel, UserId user) {
  const auto row = co_await database_.get(Family::kState, cursor_key(user, channel));
  if (!row) co_return fail(row.error());
  if (!*row) co_return std::nullopt;
  const auto cursor = decode_cursor(**row);
  if (!cursor) co_return fail(damaged("cursor", channel));
  co_return *cursor;
}

Task<Result<bool>> ChannelReader::hides_reads(UserId user) {
  const auto row = co_await database_.get(Family::kState, settings_key(user, 0));
  if (!row) co_return fail(row.error());
  if (!*row) co_return false;
  const auto settings = decode_user_settings(**row);
  if (!settings) co_return fail(damaged("settings", ChannelId()));
  co_return !settings->read_receipts;
}

Task<Result<MentionSeqs>> ChannelReader::mentions(ChannelId channel, UserId user, std::uint64_t after_seq) {
  MentionSeqs seqs;
  for (const UserId named : {user, UserId()}) {
    ScanRange range{.from = mention_prefix(named, channel), .to = mention_key(named, channel, after_seq), .limit = kMentionsMax};
    const auto rows = co_await database_.scan(Family::kState, std::move(range));
    if (!rows) co_return fail(rows.error());
    for (const auto& [key, value] : *rows) {
      const auto place = parse_mention_key(key);
      const auto mention = decode_mention_value(value);
      if (!place || !mention) co_return fail(damaged("mention", channel));
      if (mention->author != user) seqs.push_back(place->seq);
    }
  }
  std::ranges::sort(seqs);
  co_return seqs;
}

}  // namespace rookery::embedded
