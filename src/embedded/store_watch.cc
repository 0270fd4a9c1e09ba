#include "embedded/store_watch.h"

#include <rocksdb/metadata.h>
#include <rocksdb/table_properties.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
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

constexpr std::uint8_t kLastLogsMark = 1;

// Reads what a write carries beside its rows; only what stands before the first row.
class LogDataReader final : public rocksdb::WriteBatch::Handler {
 public:
  void LogData(const rocksdb::Slice& bytes) override {
    if (!found) found = parse_last_logs(view(bytes));
  }
  rocksdb::Status PutCF(std::uint32_t, const rocksdb::Slice&, const rocksdb::Slice&) override { return end(); }
  rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice&) override { return end(); }
  bool Continue() override { return !ended_; }

  std::optional<LastLogs> found;

 private:
  rocksdb::Status end() {
    ended_ = true;
    return rocksdb::Status::OK();
  }
  bool ended_ = false;
};

// The number in ".../000012.log"; none for files of other kinds.
std::optional<std::uint64_t> log_number(std::string_view path) {
  constexpr std::string_view kEnd = ".log";
  if (!path.ends_with(kEnd)) return std::nullopt;
  path.remove_suffix(kEnd.size());
  path.remove_prefix(path.rfind('/') + 1);  // npos + 1 is 0
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), number);
  if (error != std::errc() || end != path.data() + path.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string encode_last_logs(const LastWrites& writes) {
  std::string out;
  ByteWriter writer(out);
  writer.u8(kLastLogsMark);
  for (const LastWrite& last : writes) writer.varint(last.log);
  return out;
}

std::optional<LastLogs> parse_last_logs(std::string_view bytes) {
  ByteReader reader(bytes);
  if (reader.u8() != kLastLogsMark) return std::nullopt;
  LastLogs out{};
  for (std::uint64_t& log : out) log = reader.varint();
  if (!reader.at_end()) return std::nullopt;
  return out;
}

void GaplessReplay::ColumnFamilyLogNumberMap(const std::map<std::uint32_t, std::uint64_t>& first_needed,
                                             const std::map<std::string, std::uint32_t>& ids) {
  saw_logs_ = true;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    const auto id = ids.find(families_[i]);
    if (id != ids.end()) first_needed_[i] = first_needed.at(id->second);
  }
}

std::optional<Family> GaplessReplay::needed_before(const rocksdb::WriteBatch& batch) const {
  LogDataReader reader;
  if (!batch.Iterate(&reader).ok() || !reader.found) return std::nullopt;  // written before writes said so
  for (std::size_t i = 0; i < kFamilies; ++i) {
    const std::uint64_t last = (*reader.found)[i];
    if (last != 0 && last >= first_needed_[i] && std::ranges::find(replayed_, last) == replayed_.end()) return static_cast<Family>(i);
  }
  return std::nullopt;
}

std::optional<Family> GaplessReplay::lacks() const {
  if (lacks_) return lacks_;
  for (std::size_t i = 0; saw_logs_ && i < kFamilies; ++i) {
    const LastWrite& last = marked_[i];
    if (last.log != 0 && last.log >= first_needed_[i] && last.sequence >= expected_) return static_cast<Family>(i);
  }
  return std::nullopt;
}

std::optional<Family> GaplessReplay::lacks_without_logs(std::uint64_t first_log_to_keep) const {
  for (std::size_t i = 0; !saw_logs_ && i < kFamilies; ++i) {
    if (marked_[i].log != 0 && marked_[i].log >= first_log_to_keep) return static_cast<Family>(i);
  }
  return std::nullopt;
}

rocksdb::WalFilter::WalProcessingOption GaplessReplay::LogRecordFound(unsigned long long number, const std::string& /*name*/,
                                                                      const rocksdb::WriteBatch& batch, rocksdb::WriteBatch* /*new_batch*/,
                                                                      bool* /*changed*/) {
  if (replayed_.empty() || replayed_.back() != number) {
    if (const auto family = needed_before(batch)) {
      if (refuse_) return WalProcessingOption::kCorruptedRecord;
      lacks_ = family;
    }
    replayed_.push_back(number);
  }
  const std::uint64_t sequence = sequence_of(batch);
  if (expected_ != 0 && sequence > expected_) return WalProcessingOption::kCorruptedRecord;
  expected_ = std::max(expected_, sequence + static_cast<std::uint64_t>(batch.Count()));
  return WalProcessingOption::kContinueProcessing;
}

rocksdb::IOStatus GuardedFiles::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                                std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* debug) {
  if (const GaplessReplay* const replay = replay_.load(); replay != nullptr) {
    if (log_number(path) && replay->lacks()) return rocksdb::IOStatus::Corruption("the write-ahead log ends before what was acknowledged");
    const std::lock_guard lock(mutex_);
    if (path.ends_with(".sst")) tables_.push_back(path);
    if (path.contains("/MANIFEST-")) listed_ = true;
  }
  return FileSystemWrapper::NewWritableFile(path, options, file, debug);
}

void GuardedFiles::end(bool opened) {
  replay_.store(nullptr);
  const std::lock_guard lock(mutex_);
  if (!opened && !listed_) {
    for (const std::string& table : tables_) DeleteFile(table, {}, nullptr).PermitUncheckedError();
  }
  tables_.clear();
}

void StoreListener::OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) {
  if (mutant_is(Mutant::kFsyncErrorIgnored)) return;
  std::string why = error->ToString();
  if (error->IsCorruption()) why += "; `rookery repair` tells what is there";
  stop_on_storage_failure(name_of(reason), why);
}

void StoreListener::OnFileWriteFinish(const rocksdb::FileOperationInfo& done) {
  if (const auto number = log_number(done.path)) log_written_.store(*number, std::memory_order_relaxed);
}

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
