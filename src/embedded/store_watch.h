// What watches over a store, for damage that RocksDB itself passes over. Internal to this folder.
#pragma once

#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>
#include <rocksdb/wal_filter.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "embedded/batch.h"
#include "embedded/watermark.h"

namespace rookery::embedded {

class Store;

// What each write carries beside its rows, in the write-ahead log only (WriteBatch::PutLogData): for each family the number of
// the log in which it was last written. Stands before the rows.
using LastLogs = std::array<std::uint64_t, kFamilies>;
std::string encode_last_logs(const LastWrites& writes);
// None: other bytes than these.
std::optional<LastLogs> parse_last_logs(std::string_view bytes);

// Finds that a write is missing which a replay needs: RocksDB takes a log that ends early, begins late or is not there for one
// that was not written further.
// - Each write begins with the number after the last one of the write before: where it does not, there is a hole.
// - Before the first write that is there, and after the last, numbers tell nothing, as what is missing may be in tables: some
//   families' tables may be ahead of logs that others need. So each write, and the watermark, say in which logs the families
//   were written before. A family whose rows of a log are in no table, by RocksDB's own list, needs that log.
// One opening; must outlive it. One thread at a time.
class GaplessReplay final : public rocksdb::WalFilter {
 public:
  // `refuse`: where logs that are needed are missing; else lacks() tells, and what stands behind is replayed.
  GaplessReplay(const std::array<const char*, kFamilies>& families, const LastWrites& marked, bool refuse)
      : families_(families), marked_(marked), refuse_(refuse) {}

  const char* Name() const override { return "rookery: a write is missing before this one"; }
  void ColumnFamilyLogNumberMap(const std::map<std::uint32_t, std::uint64_t>& first_needed,
                                const std::map<std::string, std::uint32_t>& ids) override;
  WalProcessingOption LogRecordFound(unsigned long long number, const std::string& name, const rocksdb::WriteBatch& batch,
                                     rocksdb::WriteBatch* new_batch, bool* changed) override;

  // After the last record: a family of which something that is marked is neither in tables nor was replayed.
  std::optional<Family> lacks() const;
  // Whether there was any log at all. If not, this is asked of the database: up to which log all is in tables.
  bool saw_logs() const noexcept { return saw_logs_; }
  std::optional<Family> lacks_without_logs(std::uint64_t first_log_to_keep) const;

 private:
  std::optional<Family> needed_before(const rocksdb::WriteBatch& batch) const;

  const std::array<const char*, kFamilies>& families_;  // their names
  const LastWrites marked_;
  const bool refuse_;
  std::optional<Family> lacks_;  // of what was needed before a write that is there
  bool saw_logs_ = false;
  LastLogs first_needed_{};              // the first log of which rows may be in no table
  std::vector<std::uint64_t> replayed_;  // logs
  std::uint64_t expected_ = 0;           // 0: any
};

// The file system of an opening. RocksDB makes a new write-ahead log after the replay and before it notes, in a new list of tables,
// that the old ones are in tables: refused, nothing was changed but for tables that are on no list.
class GuardedFiles final : public rocksdb::FileSystemWrapper {
 public:
  // `replay` must outlive the opening; the rest is forwarded for as long as the database lives.
  GuardedFiles(std::shared_ptr<rocksdb::FileSystem> files, const GaplessReplay& replay)
      : FileSystemWrapper(std::move(files)), replay_(&replay) {}
  const char* Name() const override { return "rookery"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file, rocksdb::IODebugContext* debug) override;
  // Ends the guard. Of an opening that failed the tables are deleted that it made, unless it came so far as to list them: each
  // further try would make them again.
  void end(bool opened);

 private:
  std::atomic<const GaplessReplay*> replay_;  // null: ended
  std::mutex mutex_;
  std::vector<std::string> tables_;  // made by the opening
  bool listed_ = false;              // or about to be
};

// RocksDB's reports.
// What fails behind our back, flushing and compacting, ends the process as a failed write does: RocksDB would try again, and
// what was written before a failed sync may be gone though the next one succeeds.
class StoreListener final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* error) override;
  bool ShouldBeNotifiedOnFileIO() override { return true; }
  void OnFileWriteFinish(const rocksdb::FileOperationInfo& done) override;

  // The number of the write-ahead log that was written last; 0: none. Any thread: exact for the only one that writes.
  std::uint64_t log_written() const noexcept { return log_written_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> log_written_ = 0;
};

// The log's tables hold every row from their first to their last: none of them, and no write-ahead log, was taken away.
// Looks at what is known of the tables, not into them. After an opening that wrote what it replayed.
Status check_log_tables(Store& store);

}  // namespace rookery::embedded
