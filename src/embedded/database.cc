#include "embedded/database.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "base/check.h"
#include "embedded/committer.h"
#include "embedded/data_dir.h"
#include "embedded/database_meta.h"
#include "embedded/database_store.h"
#include "embedded/database_upkeep.h"
#include "embedded/disk.h"
#include "embedded/keys.h"
#include "embedded/store_watch.h"
#include "embedded/watermark.h"
#include "runtime/core.h"
#include "runtime/work_pool.h"

namespace rookery::embedded {
namespace {

constexpr double kDiskRetryAfterSeconds = 5;
constexpr std::uint64_t kRoomToOpen = 8ull << 20;

struct Opened {
  std::uint64_t last_offset = 0;
  std::string epoch;
};

// RocksDB makes a new database where it finds none and then removes what it does not know: never let it do so where
// something was.
Result<Store::Mode> mode_of(const DataDir& dir, bool marked) {
  namespace fs = std::filesystem;
  if (marked) return Store::Mode::kExisting;
  std::error_code error;
  if (fs::exists(dir.database_path() + "/CURRENT", error)) return Store::Mode::kCreate;
  for (const auto& entry : fs::directory_iterator(dir.database_path(), error)) {
    if (entry.path().extension() == ".sst") {
      return fail(ErrorCode::kInternal, dir.database_path() +
                                            " is damaged: it holds tables, but CURRENT is missing. Nothing was changed; "
                                            "`rookery repair` tells what is there");
    }
  }
  return Store::Mode::kCreate;
}

Status check_format(const std::string& path, const std::string& text) {
  unsigned format = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), format);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(ErrorCode::kInternal, path + " is damaged: its format cannot be read");
  if (format <= kFormat) return {};
  return fail(ErrorCode::kInternal, path + " was written by a newer version of Rookery (format " + text + ", this one reads up to " +
                                        std::to_string(kFormat) + "): start that version or a later one on it");
}

Status check_watermark(const DataDir& dir, const std::optional<Mark>& mark, Mark found) {
  if (!mark) {
    if (found.offset == 0) return {};  // the first start, or one that was cut short
    return fail(ErrorCode::kInternal, dir.watermark_path() + " is missing, so that nobody can tell whether the log is whole (it ends at " +
                                          std::to_string(found.offset) + "). Nothing was changed; `rookery repair` tells what is there");
  }
  if (found.offset >= mark->offset && found.sequence >= mark->sequence) return {};
  return fail(ErrorCode::kInternal, dir.path() + " ends before what was acknowledged: the log ends at " + std::to_string(found.offset) +
                                        " (write " + std::to_string(found.sequence) + "), but was synced up to " +
                                        std::to_string(mark->offset) + " (write " + std::to_string(mark->sequence) +
                                        "). Files were lost or cut. Nothing was changed; `rookery repair` tells what is there");
}

Result<Opened> check_store(const DataDir& dir, Store& store, const std::optional<Mark>& mark) {
  Opened out;
  const auto end = read_log_end(store);
  if (!end) return std::unexpected(end.error());
  out.last_offset = *end;
  const auto format = read_meta(store, kMetaFormat);
  if (!format) return std::unexpected(format.error());
  if (format->has_value()) {
    if (Status known = check_format(dir.path(), **format); !known) return std::unexpected(known.error());
  }
  const Mark found{.offset = out.last_offset, .sequence = store.db().GetLatestSequenceNumber()};
  if (store.lacks()) {  // where a log is left, the opening itself refused
    return fail(ErrorCode::kInternal, dir.path() +
                                          " is damaged: its write-ahead logs are gone, and with them writes that were acknowledged; "
                                          "`rookery repair` tells what is there");
  }
  if (Status dense = check_log_tables(store); !dense)
    return fail(ErrorCode::kInternal, dir.path() + " is damaged: " + std::string(dense.error().sentence()));
  if (Status whole = check_watermark(dir, mark, found); !whole) return std::unexpected(whole.error());
  if (!format->has_value()) {
    if (found.sequence != 0)
      return fail(ErrorCode::kInternal, dir.path() + " is damaged: it holds data, but no format; `rookery repair` tells what is there");
    auto epoch = write_first_meta(store);
    if (!epoch) return std::unexpected(std::move(epoch.error()));
    out.epoch = std::move(*epoch);
  } else {
    const auto epoch = read_meta(store, kMetaEpoch);
    if (!epoch) return std::unexpected(epoch.error());
    out.epoch = epoch->value_or("");
  }
  return out;
}

}  // namespace

ScanRange ScanRange::of_prefix(std::string_view prefix, std::size_t limit, bool reverse) {
  return {.from = std::string(prefix), .to = prefix_end(prefix), .limit = limit, .reverse = reverse};
}

struct Database::Parts {
  Parts(DataDir d, DatabaseOptions o, std::unique_ptr<Store> s, Watermark w, Opened opened)
      : dir(std::move(d)),
        options(std::move(o)),
        epoch(std::move(opened.epoch)),
        store(std::move(s)),
        watermark(std::move(w)),
        committer(*store, watermark, opened.last_offset, options.hooks.before_write),
        upkeep({.directory = dir.path(),
                .storage_reserve = options.storage_reserve,
                .disk_free = options.hooks.disk_free,
                .clock = options.hooks.clock != nullptr ? options.hooks.clock : &system_clock(),
                .day_began = [this](std::uint32_t day) { store->drop_recent_before(day - 1); },
                .interval = options.hooks.upkeep},
               watermark, committer) {}

  const DataDir dir;
  const DatabaseOptions options;
  const std::string epoch;
  const std::unique_ptr<Store> store;
  Watermark watermark;
  Committer committer;
  Upkeep upkeep;
};

namespace {

// A start writes RocksDB's log anew as tables, and new files of RocksDB's. On a disk that is full RocksDB 7 does not answer with an error,
// it fails an assertion: so there must be room, before it is asked.
Status check_room(const DataDir& dir) {
  std::uint64_t needed = kRoomToOpen;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(dir.database_path(), error)) {
    if (entry.path().extension() == ".log") needed += entry.file_size(error);
  }
  const std::uint64_t free = free_bytes_of(dir.path());
  if (free >= needed) return {};
  return fail(ErrorCode::kInternal, "cannot use the data directory " + dir.path() + ": the disk is full: a start writes up to " +
                                        std::to_string(needed) + " bytes, and " + std::to_string(free) +
                                        " are free. Nothing was changed; make room and start again");
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(DatabaseOptions options) {
  auto dir = DataDir::open(options.directory);
  if (!dir) return std::unexpected(dir.error());
  if (Status room = check_room(*dir); !room) return std::unexpected(room.error());
  rocksdb::FileSystem& files = *env_of(options).GetFileSystem();
  auto mark = Watermark::read(files, dir->watermark_path());
  if (!mark) return fail(ErrorCode::kInternal, std::string(mark.error().sentence()) + "; `rookery repair` tells what is there");
  const auto mode = mode_of(*dir, mark->has_value());
  if (!mode) return std::unexpected(mode.error());
  auto store = Store::open(dir->database_path(), options, *mode, mark->value_or(Mark()).families);
  if (!store) return std::unexpected(store.error());
  auto checked = check_store(*dir, **store, *mark);
  if (!checked) return std::unexpected(checked.error());
  if (!mark->has_value()) {
    const Mark first{.offset = checked->last_offset, .sequence = (*store)->db().GetLatestSequenceNumber()};
    if (Status created = Watermark::create(files, dir->watermark_path(), first); !created) return std::unexpected(created.error());
  }
  auto watermark = Watermark::open(files, dir->watermark_path());
  if (!watermark) return std::unexpected(watermark.error());
  auto parts = std::make_unique<Parts>(std::move(*dir), std::move(options), std::move(*store), std::move(*watermark), std::move(*checked));
  return std::unique_ptr<Database>(new Database(std::move(parts)));
}

Database::Database(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Database::~Database() = default;

Status Database::writable() const noexcept {
  if (!parts_->upkeep.disk_full()) return {};
  return fail(Error::retry(ErrorCode::kUnavailable, kDiskRetryAfterSeconds, "The server's disk is nearly full: try again later"));
}

namespace {

struct AwaitedCommit final : CommitRequest {
  AwaitedCommit(Committer& c, Batch b) : committer(c) { batch = std::move(b); }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) noexcept {
    waiter = self;
    committer.submit(*this, /*synced=*/true);
  }
  void await_resume() const noexcept {}
  void deliver() noexcept override { waiter.resume(); }

  Committer& committer;
  std::coroutine_handle<> waiter;
};

struct Rider final : CommitRequest {
  void deliver() noexcept override { delete this; }
};

struct BlockingCommit final : CommitRequest {
  void deliver() noexcept override {
    const std::lock_guard lock(mutex);
    done = true;
    changed.notify_one();
  }
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
};

}  // namespace

Task<Status> Database::commit(Batch batch) {
  if (Status accepted = writable(); !accepted) co_return accepted;
  CHECK(Core::current_or_null() != nullptr);
  AwaitedCommit request(parts_->committer, std::move(batch));
  co_await request;
  co_return Status();
}

void Database::submit(CommitRequest& request) noexcept {
  CHECK(Core::current_or_null() != nullptr);
  parts_->committer.submit(request, /*synced=*/true);
}

void Database::commit_unsynced(Batch batch) {
  auto rider = std::make_unique<Rider>();
  rider->batch = std::move(batch);
  parts_->committer.submit(*rider.release(), /*synced=*/false);
}

void Database::commit_now(Batch batch) {
  CHECK(Core::current_or_null() == nullptr);
  BlockingCommit request;
  request.batch = std::move(batch);
  parts_->committer.submit(request, /*synced=*/true);
  std::unique_lock lock(request.mutex);
  request.changed.wait(lock, [&request] { return request.done; });
}

std::optional<std::optional<std::string>> Database::try_get(Family family, std::string_view key) {
  auto found = parts_->store->get(family, key, Store::Tier::kMemory);
  if (!found || !*found) return std::nullopt;  // an error is the disk's to repeat
  return std::move(**found);
}

Result<std::optional<std::string>> Database::get_now(Family family, std::string_view key) {
  return *parts_->store->get(family, key, Store::Tier::kDisk);
}

Task<Result<std::optional<std::string>>> Database::get(Family family, std::string key) {
  if (auto found = try_get(family, key)) co_return std::move(*found);
  auto read = [this, family, wanted = std::move(key)] { return get_now(family, wanted); };
  co_return co_await parts_->options.reads->run(std::move(read));
}

std::optional<Rows> Database::try_scan(Family family, const ScanRange& range) {
  Rows rows;
  const auto scanned = parts_->store->scan(family, range, Store::Tier::kMemory,
                                           [&rows](std::string_view key, std::string_view value) { rows.emplace_back(key, value); });
  if (!scanned || !*scanned) return std::nullopt;
  return rows;
}

Result<Rows> Database::scan_now(Family family, const ScanRange& range) {
  Rows rows;
  const auto scanned = *parts_->store->scan(family, range, Store::Tier::kDisk,
                                            [&rows](std::string_view key, std::string_view value) { rows.emplace_back(key, value); });
  if (!scanned) return std::unexpected(scanned.error());
  return rows;
}

Task<Result<Rows>> Database::scan(Family family, ScanRange range) {
  if (auto found = try_scan(family, range)) co_return std::move(*found);
  auto read = [this, family, wanted = std::move(range)] { return scan_now(family, wanted); };
  co_return co_await parts_->options.reads->run(std::move(read));
}

Task<Result<std::size_t>> Database::count(Family family, ScanRange range) {
  std::size_t rows = 0;
  const auto scanned = parts_->store->scan(family, range, Store::Tier::kMemory, [&rows](std::string_view, std::string_view) { ++rows; });
  if (scanned && *scanned) co_return rows;
  auto read = [this, family, wanted = std::move(range)]() -> Result<std::size_t> {
    std::size_t found = 0;
    const auto done = *parts_->store->scan(family, wanted, Store::Tier::kDisk, [&found](std::string_view, std::string_view) { ++found; });
    if (!done) return std::unexpected(done.error());
    return found;
  };
  co_return co_await parts_->options.reads->run(std::move(read));
}

std::uint64_t Database::last_offset() const noexcept { return parts_->committer.last_offset(); }

namespace {

ScanRange log_range(std::uint64_t after, std::size_t limit) {
  return {.from = log_key(after + 1), .to = {}, .limit = limit, .reverse = false};
}

std::vector<LogRow> log_rows(Rows rows) {
  std::vector<LogRow> out;
  out.reserve(rows.size());
  for (auto& [key, value] : rows) out.push_back({.offset = parse_log_key(key).value_or(0), .value = std::move(value)});
  return out;
}

}  // namespace

Task<Result<std::vector<LogRow>>> Database::read_log(std::uint64_t after, std::size_t limit) {
  ScanRange range = log_range(after, limit);
  auto rows = co_await scan(Family::kLog, std::move(range));
  if (!rows) co_return std::unexpected(std::move(rows.error()));
  co_return log_rows(std::move(*rows));
}

Result<std::vector<LogRow>> Database::read_log_now(std::uint64_t after, std::size_t limit) {
  auto rows = scan_now(Family::kLog, log_range(after, limit));
  if (!rows) return std::unexpected(std::move(rows.error()));
  return log_rows(std::move(*rows));
}

const std::string& Database::epoch() const noexcept { return parts_->epoch; }
CommitCounters Database::counters() const noexcept { return parts_->committer.counters(); }

DatabaseFigures Database::figures() {
  DatabaseFigures out;
  rocksdb::DB& db = parts_->store->db();
  for (std::size_t i = 0; i < kFamilies; ++i) {
    rocksdb::ColumnFamilyHandle* const family = parts_->store->family(static_cast<Family>(i));
    FamilyFigures figures;
    figures.name = family->GetName();
    db.GetIntProperty(family, rocksdb::DB::Properties::kLiveSstFilesSize, &figures.disk_bytes);
    db.GetIntProperty(family, rocksdb::DB::Properties::kSizeAllMemTables, &figures.memory_bytes);
    out.families.push_back(std::move(figures));
  }
  std::vector<std::unique_ptr<rocksdb::LogFile>> logs;
  if (db.GetSortedWalFiles(logs).ok()) {
    for (const auto& log : logs) out.log_bytes += log->SizeFileBytes();
  }
  std::error_code error;
  const std::filesystem::space_info disk = std::filesystem::space(parts_->dir.path(), error);
  if (error) return out;
  out.disk_free_bytes = disk.available;
  out.disk_bytes = disk.capacity;
  return out;
}

std::uint64_t Database::estimate_rows(Family wanted, const ScanRange& range) {
  rocksdb::DB& db = parts_->store->db();
  rocksdb::ColumnFamilyHandle* const family = parts_->store->family(wanted);
  std::uint64_t rows = 0;
  db.GetIntProperty(family, rocksdb::DB::Properties::kEstimateNumKeys, &rows);
  const std::string end(32, '\xff');
  const rocksdb::Range ranges[] = {{slice(range.from), slice(range.to)}, {rocksdb::Slice(), slice(end)}};
  std::uint64_t sizes[2] = {};
  rocksdb::SizeApproximationOptions both;
  both.include_memtables = true;
  both.include_files = true;
  if (!db.GetApproximateSizes(both, family, ranges, 2, sizes).ok() || sizes[1] == 0) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(rows) * static_cast<double>(sizes[0]) / static_cast<double>(sizes[1]));
}

Status Database::compact_all() {
  // The log only ever drops whole files; it is flushed so that no write-ahead log has to be kept for it.
  const rocksdb::Status flushed = parts_->store->db().Flush({}, parts_->store->family(Family::kLog));
  if (!flushed.ok()) return fail(error_of(flushed));
  rocksdb::CompactRangeOptions how;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (const Family family : {Family::kHistory, Family::kRecent, Family::kState}) {
    const rocksdb::Status done = parts_->store->db().CompactRange(how, parts_->store->family(family), nullptr, nullptr);
    if (!done.ok()) return fail(error_of(done));
  }
  return {};
}

}  // namespace rookery::embedded
