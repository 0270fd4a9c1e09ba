// VolatileDisk: RocksDB's file system on a disk that loses its power whenever the process is killed. For tests.
//
// What was written is read back, and reaches the real directory when its file is synced; a file that was made, renamed or
// deleted is so in the real directory when its directory is synced, in the order in which it happened. Until then it is in
// this object alone. So the real directory is at any moment what a power cut at that moment would leave: after `kill -9`, or
// in a copy of it. RocksDB's LOG and LOCK are not held back, nor are directories themselves.
//
// Nothing that was not synced survives, unless a seed is given: then some of it does, as on real disks, chosen by the seed.
// Files are not linked, and not renamed into another directory. Any thread.
#pragma once

#include <rocksdb/file_system.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/random.h"

namespace rookery::faults {

class VolatileFile;

class VolatileDisk final : public rocksdb::FileSystemWrapper {
 public:
  explicit VolatileDisk(std::optional<std::uint64_t> seed = std::nullopt);
  ~VolatileDisk() override;
  const char* Name() const override { return "VolatileDisk"; }

  // What was written to the file and not synced is lost, whatever is synced later: what a kernel does after a failed fsync.
  void lose_unsynced(const std::string& path);

  // clang-format off
  using Options = rocksdb::IOOptions;
  using Debug = rocksdb::IODebugContext;
  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSSequentialFile>*, Debug*) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSRandomAccessFile>*, Debug*) override;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>*, Debug*) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>*, Debug*) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string&, const std::string&, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>*, Debug*) override;
  rocksdb::IOStatus NewRandomRWFile(const std::string& path, const rocksdb::FileOptions&, std::unique_ptr<rocksdb::FSRandomRWFile>*, Debug*) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const Options&, std::unique_ptr<rocksdb::FSDirectory>*, Debug*) override;
  rocksdb::IOStatus FileExists(const std::string& path, const Options&, Debug*) override;
  rocksdb::IOStatus GetChildren(const std::string& directory, const Options&, std::vector<std::string>*, Debug*) override;
  rocksdb::IOStatus GetChildrenFileAttributes(const std::string& directory, const Options&, std::vector<rocksdb::FileAttributes>*, Debug*) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const Options&, Debug*) override;
  rocksdb::IOStatus Truncate(const std::string& path, size_t size, const Options&, Debug*) override;
  rocksdb::IOStatus GetFileSize(const std::string& path, const Options&, std::uint64_t*, Debug*) override;
  rocksdb::IOStatus GetFileModificationTime(const std::string& path, const Options&, std::uint64_t*, Debug*) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const Options&, Debug*) override;
  rocksdb::IOStatus LinkFile(const std::string&, const std::string&, const Options&, Debug*) override;
  // clang-format on

 private:
  class Directory;
  class Writable;
  class RandomAccess;
  class Sequential;
  class RandomRw;
  using File = std::shared_ptr<VolatileFile>;
  struct Change {
    enum class Kind : std::uint8_t { kName, kRemove } kind;
    std::string path;
    File file;
  };

  // The file of that name as the process sees it; null: there is none. `known`: this disk has something to say about it.
  struct Found {
    bool known = false;
    File file;
  };
  Found find_locked(const std::string& path);
  File adopt_locked(const std::string& path);  // the same, and known from now on; null: there is none
  void change_locked(Change change);
  void sync_directory(const std::string& path);
  void apply_locked(const Change& change);
  bool may_survive_locked();
  void wrote(VolatileFile& file);

  std::mutex mutex_;
  std::optional<SeededRandom> random_;                 // none: nothing survives
  std::map<std::string, File> names_;                  // null: gone, though the real directory may still have it
  std::map<std::string, std::deque<Change>> changes_;  // by directory: what it was not yet synced with
};

}  // namespace rookery::faults
