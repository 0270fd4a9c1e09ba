// Upkeep: what storage needs once a second, off the path of any message: the watermark is synced, unsynced commits are
// written, and the disk is looked at; and once a day, what the new day allows. Internal to this folder.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "base/time.h"
#include "embedded/committer.h"
#include "embedded/watermark.h"

namespace rookery::embedded {

// On the disk that the directory is on; when that cannot be known, all there can be: a write will tell. Blocks.
std::uint64_t free_bytes_of(const std::string& directory);

class Upkeep {
 public:
  struct Options {
    std::string directory;
    std::uint64_t storage_reserve = 0;  // 0: the disk is not looked at
    std::function<std::uint64_t()> disk_free;
    const Clock* clock = nullptr;
    // On this object's thread, after the start and whenever the day (since 1970-01-01 UTC) is another one.
    std::function<void(std::uint32_t day)> day_began;
    std::chrono::milliseconds interval{1'000};
  };
  // Looks at the disk once before it returns.
  Upkeep(Options options, Watermark& watermark, Committer& committer);
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

  bool disk_full() const noexcept { return full_.load(std::memory_order_relaxed); }  // any thread

 private:
  void run();
  void look_at_disk();
  void look_at_day();

  const Options options_;
  Watermark& watermark_;
  Committer& committer_;
  std::atomic<bool> full_ = false;
  std::uint32_t day_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace rookery::embedded
