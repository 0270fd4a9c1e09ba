#include "embedded/repair.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/bytes.h"
#include "base/random.h"
#include "embedded/amend.h"
#include "embedded/data_dir.h"
#include "embedded/database.h"
#include "embedded/database_meta.h"
#include "embedded/database_store.h"
#include "embedded/disk.h"
#include "embedded/keys.h"
#include "embedded/survey.h"
#include "embedded/watermark.h"
#include "model/message.h"
#include "runtime/snowflake.h"

namespace rookery::embedded {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLogRowsAtOnce = 100'000;
constexpr std::size_t kCopyBytes = 1ull << 20;  // written at once

Result<DataDir> take(const std::string& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) return fail(ErrorCode::kInternal, directory + " is not a directory");
  if (!fs::is_directory(directory + "/db", error))
    return fail(ErrorCode::kInternal, directory + " holds no database (there is no db in it)");
  return DataDir::open(directory);
}

struct Files {
  std::size_t count = 0;
  std::uintmax_t bytes = 0;
};

Files count_files(const std::string& directory, std::string_view extension) {
  Files out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() != extension) continue;
    ++out.count;
    const std::uintmax_t bytes = entry.file_size(error);
    if (!error) out.bytes += bytes;
  }
  return out;
}

// The first offset that is not there although a later one is; 0: none.
Result<std::uint64_t> find_hole(Store& store) {
  std::uint64_t expected = 0;  // 0: the oldest row, wherever it is
  std::uint64_t hole = 0;
  ScanRange range{.from = {}, .to = {}, .limit = kLogRowsAtOnce, .reverse = false};
  for (std::size_t rows = kLogRowsAtOnce; rows == kLogRowsAtOnce && hole == 0;) {
    rows = 0;
    const auto scanned = *store.scan(Family::kLog, range, Store::Tier::kDisk, [&](std::string_view key, std::string_view) {
      const std::uint64_t offset = parse_log_key(key).value_or(0);
      if (expected != 0 && offset != expected && hole == 0) hole = expected;
      expected = offset + 1;
      ++rows;
    });
    if (!scanned) return std::unexpected(scanned.error());
    range.from = log_key(expected);
  }
  return hole;
}

// Adds lines to the report; false when something is wrong.
bool describe_watermark(std::string& out, const Result<std::optional<Mark>>& mark) {
  if (!mark) {
    out += fmt::format("  watermark: {}\n", mark.error().sentence());
  } else if (!mark->has_value()) {
    out += "  watermark: missing\n";
  } else {
    out += fmt::format("  watermark: the log was synced up to row {} (write {})\n", (*mark)->offset, (*mark)->sequence);
  }
  return mark.has_value() && mark->has_value();
}

bool describe_end(std::string& out, Store& store, const Result<std::optional<Mark>>& mark) {
  const auto end = read_log_end(store);
  if (!end) {
    out += fmt::format("  log: cannot be read: {}\n", end.error().sentence());
    return false;
  }
  const std::uint64_t sequence = store.db().GetLatestSequenceNumber();
  out += fmt::format("  log: ends at row {} (write {})\n", *end, sequence);
  bool whole = true;
  if (mark && *mark && (*end < (*mark)->offset || sequence < (*mark)->sequence)) {
    out += fmt::format("  LOST: {} log rows and {} writes that were acknowledged are not there\n",
                       (*mark)->offset - std::min(*end, (*mark)->offset),
                       (*mark)->sequence - std::min<std::uint64_t>(sequence, (*mark)->sequence));
    whole = false;
  }
  if (store.lacks()) {
    out += fmt::format("  LOST: writes to {} that were acknowledged are in no table and no write-ahead log\n",
                       store.family(*store.lacks())->GetName());
    whole = false;
  }
  const auto hole = find_hole(store);
  if (!hole) {
    out += fmt::format("  DAMAGED: the log's rows cannot be read: {}\n", hole.error().sentence());
    return false;
  }
  if (*hole != 0) out += fmt::format("  LOST: the log has a hole, its first missing row is {}\n", *hole);
  return whole && *hole == 0;
}

// "7", or "7 to 9".
std::string range_of(const Gap& gap) {
  return gap.first == gap.last ? std::to_string(gap.first) : fmt::format("{} to {}", gap.first, gap.last);
}

std::string time_of(const Gap& gap) {
  if (gap.after && gap.before) return fmt::format(", of between {} and {}", format_rfc3339(gap.after), format_rfc3339(gap.before));
  if (gap.after) return fmt::format(", of after {}", format_rfc3339(gap.after));
  if (gap.before) return fmt::format(", of before {}", format_rfc3339(gap.before));
  return {};
}

bool describe_rows(std::string& out, const Survey& rows) {
  out += fmt::format("  rows: {} users, {} channels, {} messages, {} changes can be read\n", rows.users, rows.channels, rows.messages,
                     rows.changes);
  for (const std::string& sentence : rows.unreadable) out += fmt::format("  DAMAGED: {}\n", sentence);
  for (const Gap& gap : rows.messages_missing)
    out += fmt::format("  LOST: channel {}: messages {}{}\n", gap.channel.value, range_of(gap), time_of(gap));
  for (const Gap& gap : rows.changes_missing)
    out += fmt::format("  LOST: channel {}: changes {}{}\n", gap.channel.value, range_of(gap), time_of(gap));
  for (const std::string& sentence : rows.contradictions) out += fmt::format("  CONTRADICTION: {}\n", sentence);
  if (rows.contradictions_total > rows.contradictions.size())
    out += fmt::format("  … and {} more of these\n", rows.contradictions_total - rows.contradictions.size());
  return rows.whole();
}

bool describe_tables(std::string& out, Store& store) {
  const rocksdb::Status checked = store.db().VerifyChecksum();
  out += checked.ok() ? std::string("  tables: every block was read and is whole\n") : fmt::format("  DAMAGED: {}\n", checked.ToString());
  return checked.ok();
}

// The database as far as it opens, read only.
struct Source {
  std::unique_ptr<Store> store;  // null: it does not open at all
  std::string scratch;           // a copy of its files with a new list of them; empty: none was needed
  std::vector<std::string> notes;

  Source() = default;
  Source(Source&&) = default;
  ~Source() {
    store.reset();
    std::error_code error;
    if (!scratch.empty()) fs::remove_all(scratch, error);
  }
};

// The files by a second name each: what is renamed or deleted here stays in its own place.
bool link_files(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::remove_all(to, error);
  fs::create_directory(to, error);
  for (const auto& entry : fs::directory_iterator(from, error)) {
    if (entry.is_regular_file(error)) fs::create_hard_link(entry.path(), to + "/" + entry.path().filename().string(), error);
    if (error) return false;
  }
  return !error;
}

Source open_what_is_left(const DataDir& dir, const Result<std::optional<Mark>>& mark) {
  const LastWrites marked = mark && *mark ? (*mark)->families : LastWrites();
  Source source;
  auto store = Store::open(dir.database_path(), {}, Store::Mode::kReadOnly, marked);
  if (!store) {
    source.notes.push_back(fmt::format("does not open: {}", store.error().sentence()));
    store = Store::open(dir.database_path(), {}, Store::Mode::kSalvage, marked);
    if (store) source.notes.emplace_back("LOST: of the write-ahead log what stands behind its first damage");
  }
  if (!store) {
    source.scratch = dir.path() + "/repair-scratch";
    if (!link_files(dir.database_path(), source.scratch)) return source;
    if (const Status listed = Store::list_anew(source.scratch); !listed) {
      source.notes.push_back(fmt::format("its tables cannot be listed anew: {}", listed.error().sentence()));
      return source;
    }
    source.notes.emplace_back(
        "DAMAGED: RocksDB's list of its tables, or a table as a whole; the tables were listed anew, and changes of the last time may be "
        "undone");
    store = Store::open(source.scratch, {}, Store::Mode::kSalvage);
    if (!store) source.notes.push_back(fmt::format("does not open: {}", store.error().sentence()));
  }
  if (store) source.store = *std::move(store);
  return source;
}

// Every readable row but the log's: followers find a new epoch, and the log goes on where it was.
Status copy_rows(Store& from, Store& to) {
  Status copied;
  for (const Family family : {Family::kHistory, Family::kRecent, Family::kState}) {
    rocksdb::WriteBatch rows;
    const auto write = [&] {
      const rocksdb::Status written = to.db().Write({}, &rows);
      if (!written.ok() && copied) copied = fail(error_of(written));
      rows.Clear();
    };
    for_each_readable(from, family, [&](std::string_view key, std::string_view value) {
      if (!rows.Put(to.family(family), slice(key), slice(value)).ok() || rows.GetDataSize() > kCopyBytes) write();
    });
    write();
  }
  return copied;
}

// Numbers that must not be given again go on above the highest that is known.
Status write_marks(Store& store, std::uint64_t log_end, const Survey& rows) {
  rocksdb::WriteBatch marks;
  auto* const state = store.family(Family::kState);
  if (!marks.Put(state, meta_key(kMetaLogEnd), log_key(log_end)).ok()) return fail(ErrorCode::kInternal, "out of memory");
  const ScanRange covered = ScanRange::of_prefix(meta_key("cursors/"), 10'000);
  (void)*store.scan(Family::kState, covered, Store::Tier::kDisk,
                    [&](std::string_view key, std::string_view) { marks.Put(state, slice(key), log_key(log_end)).PermitUncheckedError(); });
  MessageId newest;
  for (const auto& [channel, head] : rows.heads) {
    const auto row = *store.get(Family::kHistory, message_key(channel, head.last_seq), Store::Tier::kDisk);
    const auto message = row && *row ? decode_message(**row) : std::nullopt;
    if (message) newest = std::max(newest, message->id);
  }
  std::string ids_key = meta_key(kMetaIdsUpTo);
  ByteWriter(ids_key).u32(kIdNodesMax - 1);  // no core's: the highest of all rows counts
  std::string ids_up_to;
  ByteWriter(ids_up_to).u8(1).u64(static_cast<std::uint64_t>(snowflake_time(newest.value).unix_ms));
  if (newest) marks.Put(state, ids_key, ids_up_to).PermitUncheckedError();
  rocksdb::WriteOptions how;
  how.sync = true;
  const rocksdb::Status written = store.db().Write(how, &marks);
  if (!written.ok()) return fail(error_of(written));
  return {};
}

// At every moment between, a start either has the old or the new, or refuses.
Status put_in_place(const DataDir& dir, const std::string& fresh, const std::string& aside, Mark mark) {
  rocksdb::FileSystem& files = *machine_env().GetFileSystem();
  std::error_code error;
  fs::create_directory(aside, error);
  if (!error && fs::exists(dir.watermark_path())) fs::copy_file(dir.watermark_path(), aside + "/watermark", error);
  if (error) return fail(ErrorCode::kInternal, "cannot make " + aside + ": " + error.message());
  if (!Watermark::read(files, dir.watermark_path()).value_or(std::nullopt)) {
    if (Status marked = Watermark::create(files, dir.watermark_path(), mark); !marked) return marked;
  }
  fs::rename(dir.database_path(), aside + "/db", error);
  if (!error) fs::rename(fresh, dir.database_path(), error);
  if (error) return fail(ErrorCode::kInternal, "cannot move the database: " + error.message());
  return Watermark::create(files, dir.watermark_path(), mark);  // syncs the directory too
}

}  // namespace

Result<RepairReport> inspect_data_dir(const std::string& directory) {
  auto dir = take(directory);
  if (!dir) return std::unexpected(std::move(dir.error()));
  RepairReport report;
  std::string& out = report.text;
  out = directory + "\n";
  const Files tables = count_files(dir->database_path(), ".sst");
  const Files logs = count_files(dir->database_path(), ".log");
  out += fmt::format("  files: {} tables ({} bytes), {} write-ahead logs ({} bytes)\n", tables.count, tables.bytes, logs.count, logs.bytes);
  const auto mark = Watermark::read(*machine_env().GetFileSystem(), dir->watermark_path());
  const bool marked = describe_watermark(out, mark);
  const Source source = open_what_is_left(*dir, mark);
  for (const std::string& note : source.notes) out += fmt::format("  database: {}\n", note);
  if (!source.store) return report;
  Store& store = *source.store;
  const auto format = read_meta(store, kMetaFormat);
  out += fmt::format("  database: opens, format {}\n", format && *format ? **format : "unknown");
  const bool complete = describe_end(out, store, mark);
  const bool readable = describe_tables(out, store);
  const bool consistent = describe_rows(out, survey(store));
  report.whole = source.notes.empty() && marked && complete && readable && consistent && format && *format;
  return report;
}

Result<std::string> save_what_is_left(const std::string& directory) {
  const auto report = inspect_data_dir(directory);
  if (!report) return fail(report.error());
  if (report->whole) return fail(ErrorCode::kInternal, directory + " is whole: there is nothing to repair");
  auto dir = take(directory);
  if (!dir) return fail(dir.error());
  const auto marked = Watermark::read(*machine_env().GetFileSystem(), dir->watermark_path());
  const std::string fresh = directory + "/db.saved";
  std::string told;
  Mark mark;
  {
    const Source source = open_what_is_left(*dir, marked);
    if (!source.store) return fail(ErrorCode::kInternal, "nothing of it can be read. Restore a backup");
    std::error_code error;
    fs::remove_all(fresh, error);
    auto made = Store::open(fresh, {}, Store::Mode::kCreate);
    if (!made) return fail(made.error());
    Store& saved = **made;
    if (Status copied = copy_rows(*source.store, saved); !copied) return fail(copied.error());
    const Survey rows = survey(saved);
    const auto amended = amend(saved, rows);
    if (!amended) return fail(amended.error());
    mark.offset = std::max(read_log_end(*source.store).value_or(0), read_log_end(saved).value_or(0));
    if (marked && *marked) mark.offset = std::max(mark.offset, (*marked)->offset);
    if (Status numbered = write_marks(saved, mark.offset, rows); !numbered) return fail(numbered.error());
    if (auto epoch = write_first_meta(saved); !epoch) return fail(epoch.error());
    const Survey after = survey(saved);
    told = fmt::format("saved: {} users, {} channels, {} messages\n", rows.users, rows.channels, rows.messages);
    for (const std::string& sentence : *amended) told += "  " + sentence + "\n";
    for (const std::string& sentence : after.contradictions) told += "  CONTRADICTION that stays: " + sentence + "\n";
    mark.sequence = saved.db().GetLatestSequenceNumber();
  }
  std::string time = format_rfc3339(system_clock().now());
  std::erase_if(time, [](char c) { return c == ':' || c == '-' || c == '.'; });
  const std::string aside = directory + "/damaged-" + time;
  if (Status placed = put_in_place(*dir, fresh, aside, mark); !placed) return fail(placed.error());
  return told + "the damaged files are in " + aside + "\n";
}

Result<std::string> renew_epoch(const std::string& directory) {
  if (auto there = take(directory); !there) return fail(there.error());
  DatabaseOptions options;
  options.directory = directory;
  auto database = Database::open(std::move(options));
  if (!database) return fail(database.error());
  std::string epoch = system_random().token(kEpochBytes);
  Batch batch;
  batch.put(Family::kState, meta_key(kMetaEpoch), epoch);
  (*database)->commit_now(std::move(batch));
  return epoch;
}

}  // namespace rookery::embedded
