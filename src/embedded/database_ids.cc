#include "embedded/database_ids.h"

#include <algorithm>

#include "base/bytes.h"
#include "embedded/keys.h"
#include "runtime/core.h"

namespace rookery::embedded {
namespace {

std::string row_value(TimeMs time) {
  std::string out;
  ByteWriter(out).u8(1).u64(static_cast<std::uint64_t>(time.unix_ms));
  return out;
}

}  // namespace

Result<TimeMs> RocksHighWaterMark::stored() {
  auto rows = database_.scan_now(Family::kState, ScanRange::of_prefix(meta_key(kMetaIdsUpTo), kIdNodesMax));
  if (!rows) return std::unexpected(std::move(rows.error()));
  TimeMs highest;
  for (const auto& [key, value] : *rows) {
    ByteReader in(value);
    const bool known = in.u8() == 1;
    const TimeMs time(static_cast<std::int64_t>(in.u64()));
    if (!known || !in.at_end()) return fail(ErrorCode::kInternal, "the stored mark of used ids cannot be read");
    highest = std::max(highest, time);
  }
  return highest;
}

void RocksHighWaterMark::reserve_up_to(TimeMs time) {
  std::string key = meta_key(kMetaIdsUpTo);
  ByteWriter(key).u32(Core::current().index());
  Batch batch;
  batch.put(Family::kState, key, row_value(time));
  database_.commit_unsynced(std::move(batch));
}

Status RocksHighWaterMark::store_exactly(TimeMs used) {
  auto rows = database_.scan_now(Family::kState, ScanRange::of_prefix(meta_key(kMetaIdsUpTo), kIdNodesMax));
  if (!rows) return std::unexpected(std::move(rows.error()));
  Batch batch;
  for (const auto& [key, value] : *rows) batch.put(Family::kState, key, row_value(used));
  if (!batch.empty()) database_.commit_now(std::move(batch));
  return {};
}

}  // namespace rookery::embedded
