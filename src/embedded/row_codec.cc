#include "embedded/row_codec.h"

#include "base/bytes.h"
#include "embedded/keys.h"

namespace rookery::embedded {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::int64_t kMsPerDay = 86'400'000;
const std::string kPresent(1, static_cast<char>(kVersion));  // the value of rows that say all in their key

// Writes one row of a decision; one call operator for each kind.
struct RowWriter {
  Batch& batch;
  const ChannelState& next;
  const fold::Stamp& stamp;

  void state(const std::string& key, std::string_view value) const { batch.put(Family::kState, key, value); }
  void gone(const std::string& key) const { batch.erase(Family::kState, key); }

  void operator()(const fold::PutMessage& row) const {
    batch.put(Family::kHistory, message_key(stamp.channel, row.message->seq), encode(*row.message));
  }
  void operator()(const fold::PutChange& row) const {
    batch.put(Family::kHistory, change_key(stamp.channel, row.change.rev), encode(row.change));
  }
  void operator()(const fold::PutNonce& row) const {
    batch.put(Family::kRecent, recent_key(day_of(stamp.time), stamp.channel, row.author, row.nonce), encode(row.record));
  }
  void operator()(const fold::PutRoster&) const { state(channel_key(stamp.channel), encode(*next.roster)); }
  void operator()(const fold::EraseRoster&) const { gone(channel_key(stamp.channel)); }
  void operator()(const fold::PutMember& row) const { state(member_key(stamp.channel, row.member.user), encode(row.member)); }
  void operator()(const fold::EraseMember& row) const { gone(member_key(stamp.channel, row.user)); }
  void operator()(const fold::PutMine& row) const { state(mine_key(row.user, stamp.channel), kPresent); }
  void operator()(const fold::EraseMine& row) const { gone(mine_key(row.user, stamp.channel)); }
  void operator()(const fold::PutReaction& row) const { state(reaction_key(stamp.channel, row.seq, row.emoji, row.user), kPresent); }
  void operator()(const fold::EraseReaction& row) const { gone(reaction_key(stamp.channel, row.seq, row.emoji, row.user)); }
  void operator()(const fold::EraseReactions&) const {}
  void operator()(const fold::PutPin& row) const { state(pin_key(stamp.channel, row.seq), kPresent); }
  void operator()(const fold::ErasePin& row) const { gone(pin_key(stamp.channel, row.seq)); }
  void operator()(const fold::PutMention& row) const {
    state(mention_key(row.user, stamp.channel, row.seq), encode(MentionValue{row.author, row.message}));
    if (row.user) state(mention_list_key(row.user, row.message), encode(MentionPlace{stamp.channel, row.seq}));
  }
  void operator()(const fold::EraseMention& row) const {
    gone(mention_key(row.user, stamp.channel, row.seq));
    if (row.user) gone(mention_list_key(row.user, row.message));
  }
  void operator()(const fold::PutCursor& row) const { state(cursor_key(row.user, stamp.channel), encode(row.cursor)); }
};

}  // namespace

void add_rows(Batch& batch, const fold::Decision& decision, const fold::Stamp& stamp) {
  const RowWriter writer{batch, decision.next, stamp};
  for (const fold::Row& row : decision.rows) std::visit(writer, row);
  for (const Event& event : decision.events) {
    const std::uint64_t number = event.kind == EventKind::kMessageCreate ? event.seq : event.rev;
    if (number != 0) batch.log_entry(encode(LogEntry{event.kind, stamp.channel, number}));
  }
}

std::string encode(const LogEntry& entry) {
  std::string bytes;
  ByteWriter(bytes).u8(kVersion).u8(static_cast<std::uint8_t>(entry.kind)).u64(entry.channel.value).u64(entry.number);
  return bytes;
}

std::optional<LogEntry> decode_log_entry(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  LogEntry entry;
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(EventKind::kMemberRemove)) return std::nullopt;
  entry.kind = static_cast<EventKind>(kind);
  entry.channel = ChannelId(in.u64());
  entry.number = in.u64();
  return in.at_end() ? std::optional(entry) : std::nullopt;
}

std::string encode(const fold::NonceRecord& record) {
  std::string bytes;
  ByteWriter(bytes).u8(kVersion).varint(record.seq).u64(record.body_hash);
  return bytes;
}

std::optional<fold::NonceRecord> decode_nonce_record(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  fold::NonceRecord record;
  record.seq = in.varint();
  record.body_hash = in.u64();
  return in.at_end() ? std::optional(record) : std::nullopt;
}

std::string encode(const MentionValue& value) {
  std::string bytes;
  ByteWriter(bytes).u8(kVersion).u64(value.author.value).u64(value.message.value);
  return bytes;
}

std::optional<MentionValue> decode_mention_value(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  MentionValue value;
  value.author = UserId(in.u64());
  value.message = MessageId(in.u64());
  return in.at_end() ? std::optional(value) : std::nullopt;
}

std::string encode(const MentionPlace& place) {
  std::string bytes;
  ByteWriter(bytes).u8(kVersion).u64(place.channel.value).varint(place.seq);
  return bytes;
}

std::optional<MentionPlace> decode_mention_place(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  MentionPlace place;
  place.channel = ChannelId(in.u64());
  place.seq = in.varint();
  return in.at_end() ? std::optional(place) : std::nullopt;
}

std::uint32_t day_of(TimeMs time) { return static_cast<std::uint32_t>(time.unix_ms / kMsPerDay); }

}  // namespace rookery::embedded
