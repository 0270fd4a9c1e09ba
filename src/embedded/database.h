// Database: the rows of embedded mode, on RocksDB, behind one committer.
//
// A commit is durable (written and synced) and readable when it is answered. One thread, the committer, gathers what all
// cores have waiting into one write with one sync; what arrives while a sync runs is the next batch, so that no commit waits
// for a timer. Commits of one core are applied, and answered, in the order in which it submitted them.
//
// A write or sync that fails ends the process with status 1 and one line in the log: nothing is acknowledged after it
// (guarantees.md, G12). The next start reads from the disk what is there.
//
// Threads: everything may be called on any core, and unless a member says otherwise on any other thread too. Nothing here
// blocks a core, except what is named …_now and the maintenance at the end.
// Lifetime: opened before the cores serve, destroyed after every commit and read was answered.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "embedded/batch.h"
#include "runtime/mailbox.h"
#include "runtime/task.h"

namespace rocksdb {
class Env;
}

namespace rookery {
class Clock;
class Core;
class WorkPool;
}  // namespace rookery

namespace rookery::embedded {

class Committer;

// For tests only.
struct DatabaseHooks {
  rocksdb::Env* env = nullptr;               // null: the machine's own
  std::function<void()> before_write;        // on the committer, before each write
  std::function<std::uint64_t()> disk_free;  // null: statvfs on the data directory
  std::chrono::milliseconds upkeep{1'000};   // how often the watermark is synced and the disk looked at
  const Clock* clock = nullptr;              // null: system_clock(); what day it is
};

struct DatabaseOptions {
  std::string directory;              // made (0700) when it is not there; its parent must be
  unsigned cores = 1;                 // how many cores serve: bounds RocksDB's own threads
  std::uint64_t storage_reserve = 0;  // bytes; writable() refuses while less is free. 0: never
  std::uint64_t block_cache_bytes = 256ull << 20;
  WorkPool* reads = nullptr;  // for reads that memory cannot answer; null: only the …_now forms may be used
  DatabaseHooks hooks;
};

// A commit without a coroutine, for the message path. The owner derives from it, fills `batch`, and keeps it alive and
// untouched from submit() until deliver() is called: on the core that submitted it, when the batch is durable and readable.
// It may then be used again.
class CommitRequest : public Mail {
 public:
  CommitRequest() : inbound_(*this) {}

  Batch batch;
  // When delivered: the offset of the batch's first log entry; 0 when it has none.
  std::uint64_t first_offset() const noexcept { return first_offset_; }

 private:
  friend class Committer;
  struct Inbound final : Mail {
    explicit Inbound(CommitRequest& r) : request(r) {}
    void deliver() noexcept override;  // on the committer
    CommitRequest& request;
  };
  Inbound inbound_;
  Committer* committer_ = nullptr;
  Core* core_ = nullptr;  // null: deliver() is called on the committer itself
  std::uint64_t first_offset_ = 0;
  bool synced_ = true;
};

// Keys in [from, to). `to` empty: to the end of the family. `limit` 0: none asked for, none given.
struct ScanRange {
  std::string from;
  std::string to;
  std::size_t limit = 100;
  bool reverse = false;  // from the highest key downwards

  static ScanRange of_prefix(std::string_view prefix, std::size_t limit, bool reverse = false);
};
using Rows = std::vector<std::pair<std::string, std::string>>;

struct LogRow {
  std::uint64_t offset = 0;
  std::string value;
};

// Written by the committer, read by anybody; each number is right, together they may be a batch apart.
struct CommitCounters {
  std::uint64_t batches = 0;
  std::uint64_t requests = 0;
  std::uint64_t operations = 0;
  std::uint64_t bytes = 0;
  std::uint64_t sync_us_total = 0;
  // Writes with their sync that took less than 2^i microseconds (and not less than the one before); the last: all longer.
  std::array<std::uint64_t, 24> sync_us_below_power{};
};

// How much there is, as RocksDB knows it without looking at rows.
struct FamilyFigures {
  std::string name;
  std::uint64_t disk_bytes = 0;    // of its tables
  std::uint64_t memory_bytes = 0;  // of what is not yet in tables
};
struct DatabaseFigures {
  std::vector<FamilyFigures> families;
  std::uint64_t log_bytes = 0;  // of the write-ahead logs
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_bytes = 0;
};

class Database {
 public:
  // Blocks. Not being able to open is kInternal with one sentence that says what is wrong and what to do: in use by another
  // server, made by a newer version, no permission, damaged, shorter than what was acknowledged.
  static Result<std::unique_ptr<Database>> open(DatabaseOptions options);
  ~Database();  // commits what is waiting
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // kUnavailable (50300, with retry_after) while less than the storage reserve is free. One atomic read. Passes by itself.
  Status writable() const noexcept;

  // Durable and readable when it resumes, on the core that called. The only failure is writable()'s.
  Task<Status> commit(Batch batch);
  // Never refused: whoever must be asks writable() before he decides. From a core.
  void submit(CommitRequest& request) noexcept;
  // Rides in the next batch, or is written without a sync of its own within a second: for what may be lost or repeated.
  // Holds no log entries. Never refused.
  void commit_unsynced(Batch batch);
  // Blocks until it is durable. Not on a core. Never refused.
  void commit_now(Batch batch);

  // Answered on the core at once when memory has it, else by the read pool (kUnavailable when that is full). None: no row.
  Task<Result<std::optional<std::string>>> get(Family family, std::string key);
  Task<Result<Rows>> scan(Family family, ScanRange range);
  // The number of keys that scan() would answer.
  Task<Result<std::size_t>> count(Family family, ScanRange range);

  // Only from memory. Outer none: the disk would have to be asked.
  std::optional<std::optional<std::string>> try_get(Family family, std::string_view key);
  std::optional<Rows> try_scan(Family family, const ScanRange& range);

  // Block: for start-up and commands.
  Result<std::optional<std::string>> get_now(Family family, std::string_view key);
  Result<Rows> scan_now(Family family, const ScanRange& range);

  // The log. Offsets begin at 1, are dense, and go on over restarts. last_offset() is the last committed one, 0 before the first.
  std::uint64_t last_offset() const noexcept;
  // Rows after `after`, ascending, at most `limit`. Rows older than seven days are gone: when the first row's offset is not
  // after + 1, or there is none although last_offset() > after, something was missed.
  Task<Result<std::vector<LogRow>>> read_log(std::uint64_t after, std::size_t limit);
  Result<std::vector<LogRow>> read_log_now(std::uint64_t after, std::size_t limit);

  // A random string made when the installation was; another one after a repair that gave something up.
  const std::string& epoch() const noexcept;
  CommitCounters counters() const noexcept;
  // Blocks for as long as RocksDB needs for its own lists; not on a core.
  DatabaseFigures figures();
  // Rows of a range, by the sizes of tables; blocks likewise. May be far off where there are few.
  std::uint64_t estimate_rows(Family family, const ScanRange& range);

  // Maintenance; blocks, for minutes perhaps. Afterwards the bytes of what was deleted are gone from the disk. (Of `recent`,
  // files that hold only days before yesterday go by themselves.)
  Status compact_all();

 private:
  struct Parts;
  explicit Database(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace rookery::embedded
