#include "embedded/database_upkeep.h"

#include <pthread.h>
#include <sys/statvfs.h>

#include <limits>
#include <utility>

#include "runtime/log.h"

namespace rookery::embedded {
namespace {

constexpr std::int64_t kDayMs = 24 * 3600 * 1000;

}  // namespace

std::uint64_t free_bytes_of(const std::string& directory) {
  struct statvfs disk{};
  if (::statvfs(directory.c_str(), &disk) != 0) return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

Upkeep::Upkeep(Options options, Watermark& watermark, Committer& committer)
    : options_(std::move(options)), watermark_(watermark), committer_(committer) {
  look_at_disk();
  thread_ = std::thread([this] { run(); });
  ::pthread_setname_np(thread_.native_handle(), "storage-upkeep");
}

Upkeep::~Upkeep() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Upkeep::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, options_.interval, [this] { return stopping_; })) {
    lock.unlock();
    look_at_disk();
    look_at_day();
    committer_.flush();
    if (const Status synced = watermark_.sync(); !synced) stop_on_storage_failure("watermark", synced.error().sentence());
    lock.lock();
  }
}

void Upkeep::look_at_day() {
  const auto day = static_cast<std::uint32_t>(options_.clock->now().unix_ms / kDayMs);
  if (day == std::exchange(day_, day)) return;
  options_.day_began(day);
}

void Upkeep::look_at_disk() {
  if (options_.storage_reserve == 0) return;
  const std::uint64_t free = options_.disk_free ? options_.disk_free() : free_bytes_of(options_.directory);
  const bool full = free < options_.storage_reserve;
  if (full == full_.exchange(full, std::memory_order_relaxed)) return;
  if (full) {
    log_warning("the disk is nearly full: writes are refused until space is free",
                {{"free_bytes", free}, {"reserve_bytes", options_.storage_reserve}});
  } else {
    log_info("the disk has space again: writes are accepted", {{"free_bytes", free}});
  }
}

}  // namespace rookery::embedded
