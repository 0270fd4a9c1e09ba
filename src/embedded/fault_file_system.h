// FaultFileSystem: RocksDB's file system with a disk that fails on demand, and that knows what was synced. For tests.
//
// Any thread. What a real disk does after a failed write is worse than here: the tests ask only that nothing is acknowledged.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace rookery::embedded {

class FaultFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  enum class Call : std::uint8_t { kAppend, kSync };

  FaultFileSystem() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultFileSystem"; }

  // From now on the n-th (from 1) such call on a write-ahead log, and every later one, fails with `status`.
  void fail_wal(Call call, unsigned nth, rocksdb::IOStatus status) {
    const std::lock_guard lock(mutex_);
    fault_ = {.call = call, .calls_left = nth, .status = std::move(status), .armed = true};
  }

  // Copies a directory as a power cut would leave it: files that were written through here end where they were last synced.
  void copy_as_after_a_power_cut(const std::string& from, const std::string& to) {
    namespace fs = std::filesystem;
    const std::lock_guard lock(mutex_);
    fs::copy(from, to, fs::copy_options::recursive);
    for (const auto& [path, bytes] : synced_bytes_) {
      const fs::path copy = fs::path(to) / fs::path(path).lexically_relative(from);
      if (fs::exists(copy) && fs::file_size(copy) > bytes) fs::resize_file(copy, bytes);
    }
  }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result, rocksdb::IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(path, options, &file, debug);
    if (!status.ok()) return status;
    {
      const std::lock_guard lock(mutex_);
      synced_bytes_[path] = 0;
    }
    *result = std::make_unique<File>(*this, path, std::move(file));
    return status;
  }

  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    const std::lock_guard lock(mutex_);
    if (auto node = synced_bytes_.extract(from)) {
      node.key() = to;
      synced_bytes_.erase(to);
      synced_bytes_.insert(std::move(node));
    }
    return FileSystemWrapper::RenameFile(from, to, options, debug);
  }

 private:
  struct Fault {
    Call call = Call::kAppend;
    unsigned calls_left = 0;
    rocksdb::IOStatus status;
    bool armed = false;
  };

  class File final : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(FaultFileSystem& files, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileOwnerWrapper(std::move(file)), files_(files), path_(std::move(path)) {}

    rocksdb::IOStatus Append(const rocksdb::Slice& bytes, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      if (rocksdb::IOStatus fault = files_.next_fault(Call::kAppend, path_); !fault.ok()) return fault;
      written_ += bytes.size();
      return FSWritableFileOwnerWrapper::Append(bytes, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& bytes, const rocksdb::IOOptions& options, const rocksdb::DataVerificationInfo& /*check*/,
                             rocksdb::IODebugContext* debug) override {
      return Append(bytes, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      if (rocksdb::IOStatus fault = files_.next_fault(Call::kSync, path_); !fault.ok()) return fault;
      const std::uint64_t reached = written_;
      rocksdb::IOStatus status = FSWritableFileOwnerWrapper::Sync(options, debug);
      if (status.ok()) files_.synced(path_, reached);
      return status;
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override { return Sync(options, debug); }

   private:
    FaultFileSystem& files_;
    const std::string path_;
    std::atomic<std::uint64_t> written_ = 0;
  };

  rocksdb::IOStatus next_fault(Call call, const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (!fault_.armed || fault_.call != call || !path.ends_with(".log")) return rocksdb::IOStatus::OK();
    if (fault_.calls_left > 0) --fault_.calls_left;
    return fault_.calls_left == 0 ? fault_.status : rocksdb::IOStatus::OK();
  }
  void synced(const std::string& path, std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (const auto file = synced_bytes_.find(path); file != synced_bytes_.end() && file->second < bytes) file->second = bytes;
  }

  std::mutex mutex_;
  Fault fault_;
  std::map<std::string, std::uint64_t> synced_bytes_;
};

}  // namespace rookery::embedded
