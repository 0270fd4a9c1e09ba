#include "faults/volatile_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "base/check.h"

namespace rookery::faults {
namespace {

void write_all(int file, std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    CHECK(written > 0);
    offset += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

VolatileFile::VolatileFile(std::string real_path) : path_(std::move(real_path)) {
  struct stat status{};
  CHECK(::stat(path_.c_str(), &status) == 0);
  size_ = synced_size_ = static_cast<std::uint64_t>(status.st_size);
}

VolatileFile::~VolatileFile() {
  if (file_ >= 0) ::close(file_);
}

std::uint64_t VolatileFile::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

std::size_t VolatileFile::read(std::uint64_t offset, std::size_t count, char* to) const {
  const std::lock_guard lock(mutex_);
  if (offset >= size_) return 0;
  count = static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - offset));
  std::memset(to, 0, count);
  const std::size_t synced = offset < synced_size_ ? static_cast<std::size_t>(std::min<std::uint64_t>(count, synced_size_ - offset)) : 0;
  if (path_.empty()) {
    std::memcpy(to, nowhere_.data() + std::min<std::uint64_t>(offset, nowhere_.size()), synced);
  } else if (synced > 0) {
    const int file = file_ >= 0 ? file_ : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    CHECK(file >= 0);
    CHECK(::pread(file, to, synced, static_cast<off_t>(offset)) == static_cast<ssize_t>(synced));
    if (file != file_) ::close(file);
  }
  const std::uint64_t end = offset + count;
  for (const Change& change : unsynced_) {
    const std::uint64_t from = std::max(offset, change.offset);
    if (change.cuts) {
      if (from < end) std::memset(to + (from - offset), 0, end - from);
      continue;
    }
    const std::uint64_t until = std::min(end, change.offset + change.bytes.size());
    if (from < until) std::memcpy(to + (from - offset), change.bytes.data() + (from - change.offset), until - from);
  }
  return count;
}

void VolatileFile::add_locked(std::uint64_t offset, std::string_view bytes) {
  if (!unsynced_.empty() && !unsynced_.back().cuts && unsynced_.back().offset + unsynced_.back().bytes.size() == offset) {
    unsynced_.back().bytes += bytes;
  } else {
    unsynced_.push_back({.offset = offset, .bytes = std::string(bytes)});
  }
  size_ = std::max(size_, offset + bytes.size());
}

void VolatileFile::write(std::uint64_t offset, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  add_locked(offset, bytes);
}

void VolatileFile::append(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  add_locked(size_, bytes);
}

void VolatileFile::truncate(std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  unsynced_.push_back({.offset = size, .cuts = true});
  size_ = size;
}

void VolatileFile::open_locked() {
  if (file_ >= 0) return;
  file_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  CHECK(file_ >= 0);
}

void VolatileFile::apply_locked(const Change& change) {
  if (path_.empty()) {
    const std::uint64_t end = change.offset + change.bytes.size();
    if (change.cuts || nowhere_.size() < end) nowhere_.resize(end);
    nowhere_.replace(change.offset, change.bytes.size(), change.bytes);
  } else {
    open_locked();
    if (change.cuts) CHECK(::ftruncate(file_, static_cast<off_t>(change.offset)) == 0);
    write_all(file_, change.offset, change.bytes);
  }
  synced_size_ = change.cuts ? change.offset : std::max(synced_size_, change.offset + change.bytes.size());
}

void VolatileFile::sync() {
  const std::lock_guard lock(mutex_);
  for (const Change& change : unsynced_) apply_locked(change);
  unsynced_.clear();
}

void VolatileFile::keep_some(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  while (!unsynced_.empty()) {
    Change& change = unsynced_.front();
    if (change.bytes.size() > bytes) {
      Change begun{.offset = change.offset, .bytes = change.bytes.substr(0, bytes)};
      apply_locked(begun);
      change.bytes.erase(0, bytes);
      change.offset += bytes;
      return;
    }
    bytes -= change.bytes.size();
    apply_locked(change);
    unsynced_.pop_front();
  }
}

std::uint64_t VolatileFile::unsynced_bytes() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (const Change& change : unsynced_) bytes += change.bytes.size();
  return bytes;
}

void VolatileFile::lose_unsynced() {
  const std::lock_guard lock(mutex_);
  unsynced_.clear();
}

void VolatileFile::give_name(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!path_.empty()) {
    CHECK(::rename(path_.c_str(), path.c_str()) == 0);
    path_ = path;
    return;
  }
  // Made beside its place, so that whoever looks never finds a part of what was synced.
  const std::string unfinished = path + ".unfinished";
  file_ = ::open(unfinished.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  CHECK(file_ >= 0);
  write_all(file_, 0, nowhere_);
  CHECK(::rename(unfinished.c_str(), path.c_str()) == 0);
  path_ = path;
  nowhere_.clear();
  nowhere_.shrink_to_fit();
}

void VolatileFile::take_name() {
  const std::lock_guard lock(mutex_);
  if (path_.empty()) return;
  open_locked();  // whoever still reads it goes on reading
  CHECK(::unlink(path_.c_str()) == 0);
}

}  // namespace rookery::faults
