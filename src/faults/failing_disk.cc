#include "faults/failing_disk.h"

#include <filesystem>

namespace rookery::faults {
namespace {

using rocksdb::IOStatus;
using rocksdb::Slice;

// What a disk that is full, or breaks, in the middle of a write has written.
Slice half(const Slice& bytes) { return {bytes.data(), bytes.size() / 2}; }

bool is_counted(const std::string& path) { return !std::filesystem::path(path).filename().string().starts_with("LO"); }

}  // namespace

class FailingDisk::Writable final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  Writable(FailingDisk& disk, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}
  IOStatus Append(const Slice& bytes, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    const IOStatus fault = disk_.next(Call::kWrite, path_);
    if (fault.ok()) return FSWritableFileOwnerWrapper::Append(bytes, options, debug);
    FSWritableFileOwnerWrapper::Append(half(bytes), options, debug).PermitUncheckedError();
    return fault;
  }
  IOStatus Append(const Slice& bytes, const rocksdb::IOOptions& options, const rocksdb::DataVerificationInfo& /*check*/,
                  rocksdb::IODebugContext* debug) override {
    return Append(bytes, options, debug);
  }
  IOStatus Truncate(std::uint64_t size, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    const bool cuts = size != FSWritableFileOwnerWrapper::GetFileSize(options, debug);  // else: room that was kept is given back
    if (IOStatus fault = cuts ? disk_.next(Call::kWrite, path_) : IOStatus::OK(); !fault.ok()) return fault;
    return FSWritableFileOwnerWrapper::Truncate(size, options, debug);
  }
  IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (IOStatus fault = disk_.next(Call::kSync, path_); !fault.ok()) return fault;
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }
  IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override { return Sync(options, debug); }

 private:
  FailingDisk& disk_;
  const std::string path_;
};

class FailingDisk::RandomRw final : public rocksdb::FSRandomRWFileOwnerWrapper {
 public:
  RandomRw(FailingDisk& disk, std::string path, std::unique_ptr<rocksdb::FSRandomRWFile> file)
      : FSRandomRWFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {}
  IOStatus Write(std::uint64_t offset, const Slice& bytes, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    const IOStatus fault = disk_.next(Call::kWrite, path_);
    if (fault.ok()) return FSRandomRWFileOwnerWrapper::Write(offset, bytes, options, debug);
    FSRandomRWFileOwnerWrapper::Write(offset, half(bytes), options, debug).PermitUncheckedError();
    return fault;
  }
  IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (IOStatus fault = disk_.next(Call::kSync, path_); !fault.ok()) return fault;
    return FSRandomRWFileOwnerWrapper::Sync(options, debug);
  }
  IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override { return Sync(options, debug); }

 private:
  FailingDisk& disk_;
  const std::string path_;
};

class FailingDisk::Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(FailingDisk& disk, std::string path, std::unique_ptr<rocksdb::FSDirectory> directory)
      : FSDirectoryWrapper(std::move(directory)), disk_(disk), path_(std::move(path)) {}
  IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (IOStatus fault = disk_.next(Call::kSync, path_); !fault.ok()) return fault;
    return FSDirectoryWrapper::Fsync(options, debug);
  }
  IOStatus FsyncWithDirOptions(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& how) override {
    if (IOStatus fault = disk_.next(Call::kSync, path_); !fault.ok()) return fault;
    return FSDirectoryWrapper::FsyncWithDirOptions(options, debug, how);
  }

 private:
  FailingDisk& disk_;
  const std::string path_;
};

FailingDisk::FailingDisk(std::shared_ptr<rocksdb::FileSystem> disk, Fault fault, std::function<void(const std::string&)> sync_failed)
    : FileSystemWrapper(disk), fault_(std::move(fault)), sync_failed_(std::move(sync_failed)) {}

IOStatus FailingDisk::next(Call call, const std::string& path) {
  const std::uint64_t number = ++counted_[static_cast<std::size_t>(call)];
  if (!refuses(call, number)) return IOStatus::OK();
  {
    const std::lock_guard lock(mutex_);
    if (failed_path_.empty()) failed_path_ = path;
  }
  if (call == Call::kSync && sync_failed_) sync_failed_(path);
  return fault_.status;
}

bool FailingDisk::refuses(Call call, std::uint64_t number) const noexcept {
  if (call == fault_.call && number == fault_.nth) return true;
  return fault_.stays && has_failed() && (call == fault_.call || !fault_.status.IsNoSpace());
}

std::string FailingDisk::failed_path() const {
  const std::lock_guard lock(mutex_);
  return failed_path_;
}

IOStatus FailingDisk::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* result, Debug* debug) {
  if (!is_counted(path)) return FileSystemWrapper::NewWritableFile(path, options, result, debug);
  if (IOStatus fault = next(Call::kWrite, path); !fault.ok()) return fault;
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus made = FileSystemWrapper::NewWritableFile(path, options, &file, debug);
  if (made.ok()) *result = std::make_unique<Writable>(*this, path, std::move(file));
  return made;
}

IOStatus FailingDisk::ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                         std::unique_ptr<rocksdb::FSWritableFile>* result, Debug* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  IOStatus opened = FileSystemWrapper::ReopenWritableFile(path, options, &file, debug);
  if (opened.ok()) *result = std::make_unique<Writable>(*this, path, std::move(file));
  return opened;
}

IOStatus FailingDisk::NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSRandomRWFile>* result, Debug* debug) {
  std::unique_ptr<rocksdb::FSRandomRWFile> file;
  IOStatus opened = FileSystemWrapper::NewRandomRWFile(path, options, &file, debug);
  if (opened.ok()) *result = std::make_unique<RandomRw>(*this, path, std::move(file));
  return opened;
}

IOStatus FailingDisk::NewDirectory(const std::string& path, const Options& options, std::unique_ptr<rocksdb::FSDirectory>* result,
                                   Debug* debug) {
  std::unique_ptr<rocksdb::FSDirectory> directory;
  IOStatus opened = FileSystemWrapper::NewDirectory(path, options, &directory, debug);
  if (opened.ok()) *result = std::make_unique<Directory>(*this, path, std::move(directory));
  return opened;
}

IOStatus FailingDisk::RenameFile(const std::string& from, const std::string& to, const Options& options, Debug* debug) {
  if (is_counted(from)) {
    if (IOStatus fault = next(Call::kWrite, to); !fault.ok()) return fault;
  }
  return FileSystemWrapper::RenameFile(from, to, options, debug);
}

}  // namespace rookery::faults
