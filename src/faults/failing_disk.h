// FailingDisk: RocksDB's file system on a disk that refuses one call and then works again, or stays broken: real ones do both. For tests.
//
// Calls are counted from 1 over all files and threads: a sync is one of a file or of a directory; a write is one to a file, or
// making, renaming or cutting one. A write that fails may have been done in part. RocksDB's LOG and LOCK are not counted.
// Any thread.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace rookery::faults {

class FailingDisk final : public rocksdb::FileSystemWrapper {
 public:
  enum class Call : std::uint8_t { kWrite, kSync };
  struct Fault {
    Call call = Call::kWrite;
    std::uint64_t nth = 0;  // 0: never
    rocksdb::IOStatus status;
    bool stays = false;  // all calls after it are refused too, of both kinds; on a disk that is full (NoSpace) the writes alone
  };

  // `sync_failed`: called with the file's path whenever its sync is refused; may be empty.
  FailingDisk(std::shared_ptr<rocksdb::FileSystem> disk, Fault fault, std::function<void(const std::string& path)> sync_failed = {});
  const char* Name() const override { return "FailingDisk"; }

  std::uint64_t calls(Call call) const noexcept { return counted_[static_cast<std::size_t>(call)].load(); }
  bool has_failed() const noexcept { return fault_.nth != 0 && calls(fault_.call) >= fault_.nth; }
  std::string failed_path() const;  // of what was refused first; empty: nothing was yet

  // clang-format off
  using Options = rocksdb::IOOptions;
  using Debug = rocksdb::IODebugContext;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>*, Debug*) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>*, Debug*) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSRandomRWFile>*, Debug*) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const Options&, std::unique_ptr<rocksdb::FSDirectory>*, Debug*) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const Options&, Debug*) override;
  // clang-format on

 private:
  class Writable;
  class RandomRw;
  class Directory;
  // Counts a call; not ok: it is one to refuse.
  rocksdb::IOStatus next(Call call, const std::string& path);
  bool refuses(Call call, std::uint64_t number) const noexcept;

  const Fault fault_;
  const std::function<void(const std::string&)> sync_failed_;
  std::atomic<std::uint64_t> counted_[2] = {};
  mutable std::mutex mutex_;
  std::string failed_path_;
};

}  // namespace rookery::faults
