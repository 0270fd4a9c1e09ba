// What a durable message costs: the floor (one thread, one RocksDB write of n messages' rows with one sync, again and again)
// and the Database's committer with n commits in flight from its cores. One line each: messages a second, CPU time a message
// of all threads, batch size and time of a write.
//
//   committer_bench [DIRECTORY] [SECONDS a line]
#include <fmt/core.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <latch>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "embedded/database.h"
#include "embedded/database_store.h"
#include "embedded/keys.h"
#include "runtime/core.h"

namespace rookery::embedded {
namespace {

using Seconds = std::chrono::duration<double>;
constexpr std::size_t kContentBytes = 200;
constexpr std::size_t kHeaderBytes = 60;  // of a message's row besides its content
constexpr std::size_t kLogRowBytes = 24;
constexpr std::uint64_t kChannels = 1'000;
constexpr std::uint32_t kDay = 20'000;

double cpu_seconds() {
  rusage usage{};
  CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The three rows of a message: itself, its nonce, its place in the log.
void add_message(Batch& batch, std::uint64_t number) {
  static const std::string message(kHeaderBytes + kContentBytes, 'm');
  static const std::string log_row(kLogRowBytes, 'l');
  const ChannelId channel(1 + number % kChannels);
  const std::uint64_t seq = 1 + number / kChannels;
  std::string nonce;
  ByteWriter(nonce).u64(mix(number)).u64(mix(number + 1));
  batch.put(Family::kHistory, message_key(channel, seq), message);
  batch.put(Family::kRecent, recent_key(kDay, channel, UserId(1), nonce), std::string_view(message).substr(0, 17));
  batch.log_entry(log_row);
}

void print(const char* what, std::size_t in_flight, std::uint64_t messages, double seconds, double cpu, double batch, double write_us) {
  fmt::print("{:<28} {:>9} {:>12.0f} {:>14.2f} {:>10.1f} {:>10.0f}\n", what, in_flight, static_cast<double>(messages) / seconds,
             cpu / static_cast<double>(messages) * 1e6, batch, write_us);
  std::fflush(stdout);
}

void measure_floor(const std::string& directory, std::size_t batch_size, double seconds) {
  std::filesystem::create_directories(directory);
  auto store = Store::open(directory + "/db", DatabaseOptions{}, Store::Mode::kCreate);
  CHECK(store.has_value());
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  std::uint64_t messages = 0;
  std::uint64_t batches = 0;
  double elapsed = 0;
  rocksdb::WriteOptions how;
  how.sync = true;
  while ((elapsed = Seconds(std::chrono::steady_clock::now() - start).count()) < seconds) {
    Batch batch;
    rocksdb::WriteBatch rows;
    std::uint64_t offset = messages;
    for (std::size_t i = 0; i < batch_size; ++i) add_message(batch, messages++);
    batch.for_each([&](const Batch::Operation& operation) {
      const bool log = operation.kind == Batch::Operation::Kind::kLogEntry;
      const std::string key = log ? log_key(++offset) : std::string(operation.key);
      CHECK(rows.Put((*store)->family(operation.family), key, slice(operation.value)).ok());
    });
    CHECK((*store)->db().Write(how, &rows).ok());
    ++batches;
  }
  print("floor: one thread", batch_size, messages, elapsed, cpu_seconds() - cpu, static_cast<double>(batch_size),
        elapsed / static_cast<double>(batches) * 1e6);
}

// Keeps one commit in flight until told to stop.
struct Writer final : CommitRequest {
  struct Shared {
    Database& database;
    std::atomic<std::uint64_t> messages = 0;
    std::atomic<bool> stop = false;
    std::latch ended;
  };
  void deliver() noexcept override {
    if (shared->stop.load(std::memory_order_relaxed)) {
      shared->ended.count_down();
    } else {
      submit_next();
    }
  }
  void submit_next() noexcept {
    batch.clear();
    add_message(batch, shared->messages.fetch_add(1, std::memory_order_relaxed));
    shared->database.submit(*this);
  }
  Shared* shared = nullptr;
};

void measure_committer(const std::string& directory, unsigned core_count, std::size_t in_flight, double seconds) {
  Cores cores(core_count, system_clock());
  cores.start();
  DatabaseOptions options;
  options.directory = directory;
  options.cores = core_count;
  auto database = Database::open(options);
  CHECK(database.has_value());
  Writer::Shared shared{.database = **database, .ended = std::latch(static_cast<std::ptrdiff_t>(in_flight))};
  std::vector<Writer> writers(in_flight);
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  for (std::size_t i = 0; i < in_flight; ++i) {
    writers[i].shared = &shared;
    cores.at(static_cast<unsigned>(i % core_count)).post_function([&writer = writers[i]] { writer.submit_next(); });
  }
  std::this_thread::sleep_for(Seconds(seconds));
  shared.stop = true;
  shared.ended.wait();
  const double elapsed = Seconds(std::chrono::steady_clock::now() - start).count();
  const CommitCounters counters = (*database)->counters();
  print(core_count == 1 ? "committer, 1 core" : "committer, 2 cores", in_flight, counters.requests, elapsed, cpu_seconds() - cpu,
        static_cast<double>(counters.requests) / static_cast<double>(counters.batches),
        static_cast<double>(counters.sync_us_total) / static_cast<double>(counters.batches));
  database->reset();
  cores.stop();
}

}  // namespace
}  // namespace rookery::embedded

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  const fs::path root = fs::path(argc > 1 ? argv[1] : ".") / "committer-bench";
  const double seconds = argc > 2 ? std::atof(argv[2]) : 3;
  fmt::print("{:<28} {:>9} {:>12} {:>14} {:>10} {:>10}\n", "", "in flight", "messages/s", "CPU us/message", "batch", "write us");
  for (const std::size_t in_flight : {1, 64, 256}) {
    for (const unsigned cores : {0u, 1u, 2u}) {
      fs::remove_all(root);
      fs::create_directories(root);
      const std::string directory = (root / "data").string();
      if (cores == 0) {
        rookery::embedded::measure_floor(directory, in_flight, seconds);
      } else {
        rookery::embedded::measure_committer(directory, cores, in_flight, seconds);
      }
    }
  }
  fs::remove_all(root);
  return 0;
}
