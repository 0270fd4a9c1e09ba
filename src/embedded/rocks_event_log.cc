#include "embedded/rocks_event_log.h"

#include "base/bytes.h"
#include "embedded/keys.h"
#include "embedded/row_codec.h"

namespace rookery::embedded {

Task<Result<std::vector<LoggedEvent>>> RocksEventLog::events(std::uint64_t after, std::uint32_t limit) {
  const std::uint64_t last = database_.last_offset();
  const Result<std::vector<LogRow>> rows = co_await database_.read_log(after, limit);
  if (!rows) co_return fail(rows.error());
  const std::uint64_t first = rows->empty() ? last + 1 : rows->front().offset;
  if (after < last && first != after + 1) co_return fail(ErrorCode::kUnavailable, "the log does not reach back that far");
  std::vector<LoggedEvent> events;
  for (const LogRow& row : *rows) {
    const auto entry = decode_log_entry(row.value);
    if (!entry) co_return fail(ErrorCode::kInternal, "Stored data is damaged");
    events.push_back({row.offset, entry->kind, entry->channel, entry->number});
  }
  co_return events;
}

Task<Result<std::uint64_t>> RocksEventLog::offset_of(std::string follower) {
  const auto row = co_await database_.get(Family::kState, follower_key(follower));
  if (!row) co_return fail(row.error());
  co_return *row ? ByteReader(**row).u64() : 0;
}

void RocksEventLog::store_offset(std::string follower, std::uint64_t offset) {
  std::string value;
  ByteWriter(value).u64(offset);
  Batch batch;
  batch.put(Family::kState, follower_key(follower), value);
  database_.commit_unsynced(std::move(batch));
}

}  // namespace rookery::embedded
