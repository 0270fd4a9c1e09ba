#include "embedded/database_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <limits>

#include "base/check.h"
#include "embedded/disk.h"
#include "embedded/keys.h"
#include "embedded/store_watch.h"
#include "runtime/log.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// Debian's RocksDB is not instrumented: the thread sanitizer sees what it reads and writes for us, but not how it orders that.
// Of lz4 and zstd, not instrumented either, it sees the memory that they fill and clear, but not how RocksDB hands that from thread to
// thread.
// Nor does it see that a set which RocksDB filled in a thread long joined may be destroyed as the process ends; nothing of ours is.
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:librocksdb.so\nrace:librocksdb.so\nrace:liblz4.so\nrace:libzstd.so\nrace:__run_exit_handlers\n";
}
#endif
#endif

namespace rookery::embedded {
namespace {

constexpr std::array<const char*, kFamilies> kNames = {"history", "log", "recent", "state"};
constexpr std::size_t kMiB = 1ull << 20;
constexpr std::size_t kMemtablesTotal = 256 * kMiB;
constexpr std::size_t kWalTotal = 192 * kMiB;  // a start after a crash replays it, on one thread
constexpr std::size_t kMemtable = 64 * kMiB;
constexpr std::size_t kLogMemtable = 32 * kMiB;  // a file of the log is one memtable, about an hour of a busy day
constexpr int kJobsMin = 2;
constexpr int kJobsMax = 7;
constexpr std::size_t kHistoryFile = 128 * kMiB;
constexpr int kBloomBits = 10;
constexpr std::size_t kHistoryPrefix = 9;  // table and channel
constexpr std::uint64_t kLogTtlSeconds = 7 * 24 * 3600;
constexpr std::uint64_t kFarAboveNeed = 1ull << 50;  // FIFO drops data beyond its size without a word: never let it

rocksdb::DBOptions database_options(const DatabaseOptions& options, Store::Mode mode) {
  rocksdb::DBOptions out;
  out.env = &env_of(options);
  out.create_if_missing = mode == Store::Mode::kCreate;
  out.create_missing_column_families = mode == Store::Mode::kCreate;
  out.paranoid_checks = true;
  out.wal_recovery_mode = mode == Store::Mode::kSalvage ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                                        : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  out.recycle_log_file_num = 0;
  out.wal_compression = rocksdb::kNoCompression;
  out.track_and_verify_wals_in_manifest = false;
  out.max_total_wal_size = kWalTotal;
  out.write_buffer_manager = std::make_shared<rocksdb::WriteBufferManager>(kMemtablesTotal);
  out.max_background_jobs = std::clamp(static_cast<int>(options.cores), kJobsMin, kJobsMax);
  out.max_open_files = -1;  // all: FIFO compaction asks for it
  out.bytes_per_sync = kMiB;
  out.compaction_readahead_size = 2 * kMiB;
  out.skip_stats_update_on_db_open = true;
  out.stats_dump_period_sec = 0;
  out.stats_persist_period_sec = 0;
  out.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  // RocksDB would go on after a write or a sync that failed. (When it makes a new database it leaks on this way out, and aborts
  // itself: there nothing depends on that file yet.)
  out.fail_if_options_file_error = mode != Store::Mode::kCreate;
  out.keep_log_file_num = 5;
  out.max_log_file_size = 4 * kMiB;
  return out;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBits));

  rocksdb::ColumnFamilyOptions out;
  out.write_buffer_size = kMemtable;
  out.max_write_buffer_number = 2;
  out.level_compaction_dynamic_level_bytes = true;
  out.compression = rocksdb::kLZ4Compression;
  switch (family) {
    case Family::kHistory:
      table.block_size = 16 * 1024;
      out.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kHistoryPrefix));
      out.bottommost_compression = rocksdb::kZSTD;
      out.target_file_size_base = kHistoryFile;
      break;
    case Family::kLog:
      table.filter_policy = nullptr;  // read in order only
      out.write_buffer_size = kLogMemtable;
      out.compaction_style = rocksdb::kCompactionStyleFIFO;
      out.num_levels = 1;
      out.level_compaction_dynamic_level_bytes = false;
      // Small files are not merged: the result would have the age of its oldest row, and young rows would go with it.
      out.compaction_options_fifo = rocksdb::CompactionOptionsFIFO(kFarAboveNeed, /*_allow_compaction=*/false);
      out.ttl = kLogTtlSeconds;
      out.level0_slowdown_writes_trigger = std::numeric_limits<int>::max();
      out.level0_stop_writes_trigger = std::numeric_limits<int>::max();
      break;
    case Family::kRecent:
    case Family::kState:
      out.memtable_prefix_bloom_size_ratio = 0.02;
      out.memtable_whole_key_filtering = true;
      break;
  }
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return out;
}

Result<void> check_families(const std::string& path, const rocksdb::DBOptions& options) {
  std::vector<std::string> found;
  if (!rocksdb::DB::ListColumnFamilies(options, path, &found).ok()) return {};  // open() itself says what is wrong
  for (const std::string& name : found) {
    const bool known = name == rocksdb::kDefaultColumnFamilyName || std::ranges::find(kNames, name) != kNames.end();
    if (!known) {
      return fail(ErrorCode::kInternal,
                  path + " was made by a newer version of Rookery (it holds \"" + name + "\"): start that version or a later one on it");
    }
  }
  return {};
}

Error open_error(const std::string& path, const rocksdb::Status& status) {
  const std::string words = status.ToString();
  if (status.IsIOError() && words.find("LOCK") != std::string::npos) {
    return Error(ErrorCode::kInternal, path + " is in use by another program: " + words);
  }
  if (status.IsNoSpace())
    return Error(ErrorCode::kInternal, "the disk of " + path + " is full: free some space and start again (" + words + ")");
  if (status.IsCorruption() || status.IsInvalidArgument() || status.IsPathNotFound()) {
    return Error(ErrorCode::kInternal, path + " is damaged: " + words + ". Nothing was changed; `rookery repair` tells what is there");
  }
  return Error(ErrorCode::kInternal, "cannot open " + path + ": " + words);
}

// What cannot be read is not served, and the operator is told.
Error read_failed(const rocksdb::Status& status) {
  const bool damaged = status.IsCorruption();
  log_error("storage cannot be read", {{"why", status.ToString()},
                                       {"what_to_do", damaged ? "stop the server; `rookery repair` tells what is there" : "see the disk"}});
  return error_of(status);
}

// RocksDB as Debian builds it has its assertions, and some bits of a table are looked at before their checksum: a flipped one ends the
// process with a line that says little to an operator. This stands below it. (The process ends all the same.)
void explain_abort(int /*signal*/) {
  constexpr std::string_view kWords =
      "If the line above is an assertion of RocksDB's (\"./table/…\", \"./db/…\"), a file of the data directory is damaged: "
      "`rookery repair` tells what is there\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kWords.data(), kWords.size());
}

// Prefix mode is right only where a forward scan stays within one channel's prefix.
bool within_one_prefix(Family family, const ScanRange& range) {
  if (family != Family::kHistory || range.reverse || range.from.size() < kHistoryPrefix) return false;
  const std::string_view prefix = std::string_view(range.from).substr(0, kHistoryPrefix);
  return std::string_view(range.to).substr(0, kHistoryPrefix) == prefix || range.to == prefix_end(prefix);
}

}  // namespace

Error error_of(const rocksdb::Status& status) { return Error(ErrorCode::kInternal, "storage: " + status.ToString()); }

Result<std::unique_ptr<Store>> Store::open(const std::string& path, const DatabaseOptions& options, Mode mode, const LastWrites& marked) {
  std::signal(SIGABRT, explain_abort);
  rocksdb::DBOptions database = database_options(options, mode);
  std::unique_ptr<Store> store(new Store);
  const bool read_only = mode == Mode::kReadOnly || mode == Mode::kSalvage;
  store->replay_ = std::make_unique<GaplessReplay>(kNames, marked, /*refuse=*/!read_only);
  database.wal_filter = store->replay_.get();
  const auto files = std::make_shared<GuardedFiles>(env_of(options).GetFileSystem(), *store->replay_);
  store->env_ = rocksdb::NewCompositeEnv(files);
  database.env = store->env_.get();
  store->listener_ = std::make_shared<StoreListener>();
  if (!read_only) database.listeners.push_back(store->listener_);
  if (Status known = check_families(path, database); !known) return std::unexpected(known.error());
  rocksdb::LRUCacheOptions cache_options;
  cache_options.capacity = options.block_cache_bytes;
  cache_options.high_pri_pool_ratio = 0.5;
  const auto cache = rocksdb::NewLRUCache(cache_options);

  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < kFamilies; ++i) families.emplace_back(kNames[i], family_options(static_cast<Family>(i), cache));
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = read_only ? rocksdb::DB::OpenForReadOnly(database, path, families, &handles, &db)
                                           : rocksdb::DB::Open(database, path, families, &handles, &db);
  files->end(opened.ok());
  if (!opened.ok()) return fail(open_error(path, opened));

  store->db_.reset(db);
  std::copy_n(handles.begin(), kFamilies, store->handles_.begin());
  store->default_ = handles.back();
  return store;
}

Status Store::list_anew(const std::string& path) {
  rocksdb::DBOptions database = database_options({}, Mode::kSalvage);
  const auto cache = rocksdb::NewLRUCache(DatabaseOptions().block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < kFamilies; ++i) families.emplace_back(kNames[i], family_options(static_cast<Family>(i), cache));
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  rocksdb::Status done = rocksdb::RepairDB(path, database, families);
  if (!done.ok()) return fail(error_of(done));
  // A family of which there is no table is unknown now.
  database.create_missing_column_families = true;
  for (auto& family : families) family.options.disable_auto_compactions = true;  // which would stop at what is damaged
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  done = rocksdb::DB::Open(database, path, families, &handles, &db);
  if (!done.ok()) return fail(error_of(done));
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  delete db;
  return {};
}

Store::Store() = default;

Store::~Store() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  db_->DestroyColumnFamilyHandle(default_);
  if (const rocksdb::Status closed = db_->Close(); !closed.ok()) log_error("storage was not closed well", {{"why", closed.ToString()}});
}

std::optional<Family> Store::lacks() const {
  if (replay_->saw_logs()) return replay_->lacks();
  std::uint64_t first_to_keep = 0;
  if (!db_->GetIntProperty(rocksdb::DB::Properties::kMinLogNumberToKeep, &first_to_keep)) return std::nullopt;
  return replay_->lacks_without_logs(first_to_keep);
}

std::uint64_t Store::log_written() const noexcept { return listener_->log_written(); }

std::optional<Result<std::optional<std::string>>> Store::get(Family wanted, std::string_view key, Tier tier) {
  rocksdb::ReadOptions read;
  read.read_tier = tier == Tier::kMemory ? rocksdb::kBlockCacheTier : rocksdb::kReadAllTier;
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = db_->Get(read, family(wanted), slice(key), &value);
  if (status.ok()) return std::optional(std::string(view(value)));
  if (status.IsNotFound()) return std::optional<std::string>();
  if (status.IsIncomplete()) return std::nullopt;
  return fail(read_failed(status));
}

std::optional<Status> Store::scan(Family wanted, const ScanRange& range, Tier tier,
                                  const std::function<void(std::string_view, std::string_view)>& each) {
  const rocksdb::Slice from = slice(range.from);
  const rocksdb::Slice to = slice(range.to);
  rocksdb::ReadOptions read;
  read.read_tier = tier == Tier::kMemory ? rocksdb::kBlockCacheTier : rocksdb::kReadAllTier;
  read.iterate_lower_bound = &from;
  if (!range.to.empty()) read.iterate_upper_bound = &to;
  if (within_one_prefix(wanted, range)) {
    read.prefix_same_as_start = true;
  } else {
    read.total_order_seek = true;
  }
  const std::unique_ptr<rocksdb::Iterator> row(db_->NewIterator(read, family(wanted)));
  if (range.reverse) {
    row->SeekToLast();  // the last below the upper bound
  } else {
    row->Seek(from);
  }
  for (std::size_t count = 0; count < range.limit && row->Valid(); ++count) {
    each(view(row->key()), view(row->value()));
    if (count + 1 == range.limit) break;
    if (range.reverse) {
      row->Prev();
    } else {
      row->Next();
    }
  }
  if (row->status().IsIncomplete()) return std::nullopt;
  if (!row->status().ok()) return fail(read_failed(row->status()));
  return Status();
}

void Store::drop_recent_before(std::uint32_t day) {
  const std::string from = recent_day_prefix(0);
  const std::string to = recent_day_prefix(day);
  const rocksdb::Slice begin = slice(from);
  const rocksdb::Slice end = slice(to);
  // A failure leaves files that the next day's call takes along.
  rocksdb::DeleteFilesInRange(db_.get(), family(Family::kRecent), &begin, &end, /*include_end=*/false).PermitUncheckedError();
}

}  // namespace rookery::embedded
