#include "bench/restart.h"

#include <time.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <thread>
#include <utility>

#include "base/hash.h"
#include "base/ids.h"
#include "client/server_process.h"
#include "embedded/database.h"
#include "embedded/keys.h"

namespace rookery::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeaderBytes = 60;  // of a message's row besides its content
constexpr std::size_t kLogRowBytes = 18;
constexpr std::size_t kMessagesASync = 1024;
constexpr std::uint64_t kChannels = 512;
constexpr std::uint64_t kStride = 167;  // from one message's channel to the next one's
constexpr int kCopiesMost = 60;
constexpr std::chrono::milliseconds kBetweenCopies{500};

double process_cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::uint64_t write_messages(embedded::Database& database, std::uint64_t log_bytes, std::size_t content_bytes) {
  const std::string message(kHeaderBytes + content_bytes, 'm');
  const std::string log_row(kLogRowBytes, 'l');
  std::uint64_t written = 0;
  std::uint64_t most = 0;
  for (;;) {
    embedded::Batch batch;
    for (std::size_t i = 0; i < kMessagesASync; ++i, ++written) {
      const ChannelId channel(1 + written * kStride % kChannels);
      const std::string nonce = "n" + std::to_string(mix(~written));
      batch.put(embedded::Family::kHistory, embedded::message_key(channel, 1 + written / kChannels), message);
      batch.put(embedded::Family::kRecent, embedded::recent_key(1, channel, UserId(1), nonce), std::string_view(message).substr(0, 12));
      batch.log_entry(log_row);
    }
    database.commit_now(std::move(batch));
    const std::uint64_t now = database.figures().log_bytes;
    if (now >= log_bytes || now < most) return now;
    most = now;
  }
}

using Listing = std::map<std::string, std::uintmax_t>;

Listing files_of(const fs::path& directory) {
  Listing files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file() && entry.path().filename() != "LOG") files[entry.path().string()] = entry.file_size();
  }
  return files;
}

// The files of one moment: while RocksDB makes tables in the background, they change under who copies them.
Status copy_of_one_moment(const fs::path& from, const fs::path& to) {
  for (int i = 0; i < kCopiesMost; ++i) {
    try {
      fs::remove_all(to);
      const Listing before = files_of(from);
      fs::copy(from, to, fs::copy_options::recursive);
      if (files_of(from) == before) return {};
    } catch (const fs::filesystem_error&) {
      // One of them has gone meanwhile.
    }
    std::this_thread::sleep_for(kBetweenCopies);
  }
  return fail(ErrorCode::kInternal, "the files of " + from.string() + " do not come to rest");
}

Result<Restart> measure(const fs::path& from, const fs::path& to, std::uint64_t log_bytes, std::size_t content_bytes) {
  Restart out;
  {
    auto database = embedded::Database::open({.directory = from.string()});
    if (!database) return fail(database.error());
    out.log_bytes = write_messages(**database, log_bytes, content_bytes);
    if (const Status copied = copy_of_one_moment(from, to); !copied) return fail(copied.error());
  }
  const double cpu = process_cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  const auto again = embedded::Database::open({.directory = to.string()});
  if (!again) return fail(again.error());
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  out.cpu_seconds = process_cpu_seconds() - cpu;
  return out;
}

}  // namespace

Result<Restart> restart_with_log(const std::string& directory, std::uint64_t log_bytes, std::size_t content_bytes, unsigned cpu) {
  fs::create_directories(directory);
  Result<Restart> restart = Restart();
  std::thread worker([&] {
    client::pin_to(cpu);
    restart = measure(fs::path(directory) / "data", fs::path(directory) / "copy", log_bytes, content_bytes);
  });
  worker.join();
  std::error_code error;
  fs::remove_all(directory, error);
  return restart;
}

}  // namespace rookery::bench
