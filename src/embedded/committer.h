// Committer: the one thread that writes. Gathers what waits, writes it with one sync, answers. Internal to this folder;
// database.h tells what callers see of it.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "embedded/database.h"
#include "embedded/watermark.h"

namespace rookery::embedded {

class Store;

// For the operator: one line in the log; then the process ends with status 1, at once and without destructors, as nothing
// that runs later may be taken for stored. Any thread.
[[noreturn]] void stop_on_storage_failure(std::string_view what, std::string_view why) noexcept;

class Committer {
 public:
  // `last_offset`: of the last row in the log. All must outlive the committer.
  Committer(Store& store, Watermark& watermark, std::uint64_t last_offset, std::function<void()> before_write);
  ~Committer();  // writes, with a sync, whatever was submitted
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // Any thread. Unsynced requests are written when a synced one comes, or after flush().
  void submit(CommitRequest& request, bool synced) noexcept;
  void flush() noexcept;  // any thread

  std::uint64_t last_offset() const noexcept { return last_offset_.load(std::memory_order_acquire); }
  CommitCounters counters() const noexcept;

 private:
  friend struct CommitRequest::Inbound;
  void run();
  void sleep();
  void wake() noexcept;
  void write_batch();
  void answer_all();
  void count(std::size_t requests, std::size_t operations, std::size_t bytes, std::chrono::microseconds took);

  Store& store_;
  Watermark& watermark_;
  const std::function<void()> before_write_;

  Mailbox inbox_;
  std::mutex mutex_;  // only to sleep and to wake
  std::condition_variable changed_;
  bool woken_ = false;
  std::atomic<bool> flush_ = false;
  std::atomic<bool> stopping_ = false;

  // The committer's own.
  std::deque<CommitRequest*> waiting_;
  std::size_t synced_waiting_ = 0;
  std::vector<CommitRequest*> writing_;
  // Begins with what was marked before the opening: RocksDB's list of tables may be cut back to before it, and then says that those
  // logs are needed.
  LastWrites last_writes_;

  std::atomic<std::uint64_t> last_offset_;
  struct Counters {
    std::atomic<std::uint64_t> batches, requests, operations, bytes, sync_us_total;
    std::array<std::atomic<std::uint64_t>, std::tuple_size_v<decltype(CommitCounters::sync_us_below_power)>> sync_us_below_power;
  } counters_{};

  std::thread thread_;
};

}  // namespace rookery::embedded
