#include "embedded/store_watch.h"

#include <rocksdb/metadata.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/mutant.h"
#include "embedded/committer.h"
#include "embedded/database_store.h"
#include "embedded/keys.h"

namespace rookery::embedded {
namespace {

// The first eight bytes of a batch, little-endian (RocksDB, write_batch.cc: "WriteBatch::rep_").
std::uint64_t sequence_of(const rocksdb::WriteBatch& batch) {
  std::uint64_t sequence = 0;
  for (std::size_t i = 0; i < sizeof sequence; ++i) {
    sequence |= std::uint64_t{static_cast<std::uint8_t>(batch.Data()[i])} << (8 * i);
  }
  return sequence;
}

const char* name_of(rocksdb::BackgroundErrorReason reason) {
  using Reason = rocksdb::BackgroundErrorReason;
  switch (reason) {
    case Reason::kFlush: return "flush";
    case Reason::kCompaction: return "compaction";
    case Reason::kWriteCallback: return "write";
    case Reason::kMemTable: return "memtable";
    default: return "manifest";
  }
}

class StopOnFailure final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override {
    if (mutant_is(Mutant::kFsyncErrorIgnored)) return;
    std::string why = error->ToString();
    if (error->IsCorruption()) why += "; `rookery repair` tells what is there";
    stop_on_storage_failure(name_of(reason), why);
  }
};

}  // namespace

rocksdb::WalFilter::WalProcessingOption GaplessReplay::LogRecordFound(unsigned long long /*number*/, const std::string& /*name*/,
                                                                      const rocksdb::WriteBatch& batch, rocksdb::WriteBatch* /*new_batch*/,
                                                                      bool* /*changed*/) {
  const std::uint64_t sequence = sequence_of(batch);
  if (expected_ != 0 && sequence > expected_) return WalProcessingOption::kCorruptedRecord;
  expected_ = std::max(expected_, sequence + static_cast<std::uint64_t>(batch.Count()));
  return WalProcessingOption::kContinueProcessing;
}

std::shared_ptr<rocksdb::EventListener> stop_on_background_failure() { return std::make_shared<StopOnFailure>(); }

Status check_log_tables(Store& store) {
  struct Rows {
    std::uint64_t first, last, count;
  };
  // How many rows a table has, the table itself knows; from where to where, RocksDB's list of them.
  rocksdb::TablePropertiesCollection properties;
  const rocksdb::Status read = store.db().GetPropertiesOfAllTables(store.family(Family::kLog), &properties);
  if (!read.ok()) return fail(error_of(read));
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [path, known] : properties) counts[path.substr(path.rfind('/'))] = known->num_entries;
  std::vector<rocksdb::LiveFileMetaData> files;
  store.db().GetLiveFilesMetaData(&files);
  std::vector<Rows> tables;
  for (const auto& file : files) {
    if (file.column_family_name != store.family(Family::kLog)->GetName()) continue;
    tables.push_back({parse_log_key(file.smallestkey).value_or(0), parse_log_key(file.largestkey).value_or(0), counts[file.name]});
  }
  std::ranges::sort(tables, {}, &Rows::first);
  std::uint64_t next = tables.empty() ? 0 : tables.front().first;
  for (const Rows& rows : tables) {
    if (rows.first != next || rows.last - rows.first + 1 != rows.count) {
      return fail(ErrorCode::kInternal, "the log has a hole: rows from " + std::to_string(std::min(next, rows.first)) +
                                            " on are missing. Files were lost. Nothing was changed; `rookery repair` tells what is there");
    }
    next = rows.last + 1;
  }
  return {};
}

}  // namespace rookery::embedded
