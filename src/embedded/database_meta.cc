#include "embedded/database_meta.h"

#include <algorithm>

#include "base/check.h"
#include "base/random.h"
#include "embedded/database_store.h"
#include "embedded/keys.h"

namespace rookery::embedded {
Result<std::optional<std::string>> read_meta(Store& store, std::string_view name) {
  return *store.get(Family::kState, meta_key(name), Store::Tier::kDisk);
}

Result<std::uint64_t> read_log_end(Store& store) {
  const auto noted = read_meta(store, kMetaLogEnd);
  if (!noted) return std::unexpected(noted.error());
  std::uint64_t end = noted->has_value() ? parse_log_key(**noted).value_or(0) : 0;
  const ScanRange last{.from = {}, .to = {}, .limit = 1, .reverse = true};
  const auto scanned = *store.scan(Family::kLog, last, Store::Tier::kDisk,
                                   [&end](std::string_view key, std::string_view) { end = std::max(end, parse_log_key(key).value_or(0)); });
  if (!scanned) return std::unexpected(scanned.error());
  return end;
}

Result<std::string> write_first_meta(Store& store) {
  std::string epoch = system_random().token(kEpochBytes);
  rocksdb::WriteBatch rows;
  auto* state = store.family(Family::kState);
  CHECK(rows.Put(state, meta_key(kMetaFormat), std::to_string(kFormat)).ok());
  CHECK(rows.Put(state, meta_key(kMetaEpoch), epoch).ok());
  rocksdb::WriteOptions how;
  how.sync = true;
  const rocksdb::Status written = store.db().Write(how, &rows);
  if (!written.ok()) return fail(error_of(written));
  return epoch;
}

}  // namespace rookery::embedded
