// The fold's rows as rows of the database, and log entries for its events.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "embedded/batch.h"
#include "fold/fold.h"
#include "model/event.h"

namespace rookery::embedded {

// Adds what `decision` writes to `batch`, for the channel of `stamp`. EraseReactions is left out: its rows must be looked
// up by the caller.
void add_rows(Batch& batch, const fold::Decision& decision, const fold::Stamp& stamp);

// A row of the log: what happened, never what was said.
struct LogEntry {
  EventKind kind = EventKind::kMessageCreate;
  ChannelId channel;
  std::uint64_t number = 0;  // seq of a new message, else rev
  bool operator==(const LogEntry&) const = default;
};
std::string encode(const LogEntry& entry);
std::optional<LogEntry> decode_log_entry(std::string_view bytes);

std::string encode(const fold::NonceRecord& record);
std::optional<fold::NonceRecord> decode_nonce_record(std::string_view bytes);

// The value of a counting mention: who wrote the message, and its id.
struct MentionValue {
  UserId author;
  MessageId message;
};
std::string encode(const MentionValue& value);
std::optional<MentionValue> decode_mention_value(std::string_view bytes);

// The value of a listed mention: where the message stands.
struct MentionPlace {
  ChannelId channel;
  std::uint64_t seq = 0;
};
std::string encode(const MentionPlace& place);
std::optional<MentionPlace> decode_mention_place(std::string_view bytes);

// Days since 1970-01-01 UTC: the unit by which nonces are forgotten.
std::uint32_t day_of(TimeMs time);

}  // namespace rookery::embedded
