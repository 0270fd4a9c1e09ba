// Watermark: a file that says how far the log was synced, independent of the log itself, so that a log that lost its end
// (a cut file, a disk that lied) is noticed at the next start instead of being served.
//
// Two slots of one sector each, written in turn, each with a number that grows and a CRC-32C: a write torn by a power cut
// spoils one slot and leaves the other. A mark is written after what it stands for was synced, and may itself be lost by a
// power cut: what it says is true, and at most as old as the last sync().
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "embedded/batch.h"

namespace rocksdb {
class FileSystem;
class FSRandomRWFile;
}  // namespace rocksdb

namespace rookery::embedded {

// The last write to a family.
struct LastWrite {
  std::uint64_t log = 0;       // the number of the write-ahead log that took it; 0: nothing was written yet
  std::uint64_t sequence = 0;  // RocksDB's number of it
  bool operator==(const LastWrite&) const = default;
};
using LastWrites = std::array<LastWrite, kFamilies>;

struct Mark {
  std::uint64_t offset = 0;    // of the last row in the log
  std::uint64_t sequence = 0;  // RocksDB's number of the last write
  LastWrites families{};
  bool operator==(const Mark&) const = default;
};

class Watermark {
 public:
  // Through `files`, so that it lies on the same disk as the log, also where that disk is a test's. All block.
  // None: there is no file. kInternal: unreadable, or neither slot holds.
  static Result<std::optional<Mark>> read(rocksdb::FileSystem& files, const std::string& path);
  // Replaces the file by one that says `mark`; durable when it returns.
  static Status create(rocksdb::FileSystem& files, const std::string& path, Mark mark);
  // For advancing. The file must be there and whole.
  static Result<Watermark> open(rocksdb::FileSystem& files, const std::string& path);

  // As it was read by open().
  const Mark& first() const noexcept { return first_; }

  Watermark(Watermark&& other) noexcept;
  Watermark& operator=(Watermark&&) = delete;
  ~Watermark();

  // One thread.
  Status advance(Mark mark) noexcept;
  // Any one thread, also while advance() runs. Does nothing when nothing was written since.
  Status sync() noexcept;

 private:
  Watermark(std::unique_ptr<rocksdb::FSRandomRWFile> file, std::uint64_t number, const Mark& first);
  std::unique_ptr<rocksdb::FSRandomRWFile> file_;
  const Mark first_;
  std::uint64_t number_;  // of the last record written
  std::atomic<bool> unsynced_ = false;
};

}  // namespace rookery::embedded
