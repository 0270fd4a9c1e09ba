#include "embedded/repair.h"

#include <fmt/format.h>

#include <filesystem>

#include "embedded/data_dir.h"
#include "embedded/database_meta.h"
#include "embedded/database_store.h"
#include "embedded/disk.h"
#include "embedded/keys.h"
#include "embedded/survey.h"
#include "embedded/watermark.h"

namespace rookery::embedded {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLogRowsAtOnce = 100'000;

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
  auto store = Store::open(dir->database_path(), DatabaseOptions{}, Store::Mode::kReadOnly);
  if (!store) {
    out += fmt::format("  database: does not open: {}\n", store.error().sentence());
    return report;
  }
  const auto format = read_meta(**store, kMetaFormat);
  out += fmt::format("  database: opens, format {}\n", format && *format ? **format : "unknown");
  const bool complete = describe_end(out, **store, mark);
  const bool readable = describe_tables(out, **store);
  const bool consistent = describe_rows(out, survey(**store));
  report.whole = marked && complete && readable && consistent && format && *format;
  return report;
}

Status give_up_lost_end(const std::string& directory) {
  auto report = inspect_data_dir(directory);
  if (!report) return std::unexpected(std::move(report.error()));
  if (report->whole) return fail(ErrorCode::kInternal, directory + " is whole: there is nothing to give up");
  auto dir = take(directory);
  if (!dir) return std::unexpected(std::move(dir.error()));
  auto store = Store::open(dir->database_path(), DatabaseOptions{}, Store::Mode::kSalvage);
  if (!store) {
    return fail(ErrorCode::kInternal,
                std::string(store.error().sentence()) +
                    "\nThis is not a lost end; what was damaged cannot be restored from what is here. Restore a backup");
  }
  if (const rocksdb::Status readable = (*store)->db().VerifyChecksum(); !readable.ok()) {
    return fail(ErrorCode::kInternal,
                "a table is damaged (" + readable.ToString() + "): what it held cannot be restored from what is here. Restore a backup");
  }
  const auto end = read_log_end(**store);
  if (!end) return std::unexpected(end.error());
  const auto hole = find_hole(**store);
  if (!hole) return std::unexpected(hole.error());
  if (*hole != 0)
    return fail(ErrorCode::kInternal, "the log has a hole at row " + std::to_string(*hole) + ", not a lost end. Restore a backup");
  if (auto epoch = write_first_meta(**store); !epoch) return std::unexpected(std::move(epoch.error()));
  const Mark mark{.offset = *end, .sequence = (*store)->db().GetLatestSequenceNumber()};
  return Watermark::create(*machine_env().GetFileSystem(), dir->watermark_path(), mark);
}

}  // namespace rookery::embedded
