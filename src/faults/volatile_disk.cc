#include "faults/volatile_disk.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <set>

#include "base/check.h"
#include "faults/volatile_file.h"

namespace rookery::faults {
namespace {

namespace fs = std::filesystem;
using rocksdb::IOStatus;
using rocksdb::Slice;

constexpr std::uint64_t kOneIn = 4;  // so often something survives that need not

std::string normal(const std::string& path) { return fs::path(path).lexically_normal().string(); }
std::string directory_of(const std::string& path) { return fs::path(path).parent_path().string(); }
std::string_view view(const Slice& bytes) { return {bytes.data(), bytes.size()}; }

// Text for people, and a lock that goes with the process.
bool is_held_back(const std::string& path) { return !fs::path(path).filename().string().starts_with("LO"); }

IOStatus none(const std::string& path) { return IOStatus::PathNotFound(path, "No such file or directory"); }

}  // namespace

class VolatileDisk::Writable final : public rocksdb::FSWritableFile {
 public:
  Writable(VolatileDisk& disk, File file) : disk_(disk), file_(std::move(file)) {}
  IOStatus Append(const Slice& bytes, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    file_->append(view(bytes));
    disk_.wrote(*file_);
    return IOStatus::OK();
  }
  using FSWritableFile::Append;
  IOStatus Truncate(std::uint64_t size, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    if (size != file_->size()) file_->truncate(size);
    return IOStatus::OK();
  }
  IOStatus Close(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    file_->sync();
    return IOStatus::OK();
  }
  bool IsSyncThreadSafe() const override { return true; }
  std::uint64_t GetFileSize(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override { return file_->size(); }

 private:
  VolatileDisk& disk_;
  const File file_;
};

class VolatileDisk::RandomAccess final : public rocksdb::FSRandomAccessFile {
 public:
  explicit RandomAccess(File file) : file_(std::move(file)) {}
  IOStatus Read(std::uint64_t offset, std::size_t count, const rocksdb::IOOptions&, Slice* result, char* scratch,
                rocksdb::IODebugContext*) const override {
    *result = Slice(scratch, file_->read(offset, count, scratch));
    return IOStatus::OK();
  }

 private:
  const File file_;
};

class VolatileDisk::Sequential final : public rocksdb::FSSequentialFile {
 public:
  explicit Sequential(File file) : file_(std::move(file)) {}
  IOStatus Read(std::size_t count, const rocksdb::IOOptions&, Slice* result, char* scratch, rocksdb::IODebugContext*) override {
    *result = Slice(scratch, file_->read(at_, count, scratch));
    at_ += result->size();
    return IOStatus::OK();
  }
  IOStatus Skip(std::uint64_t count) override {
    at_ = std::min(at_ + count, file_->size());
    return IOStatus::OK();
  }

 private:
  const File file_;
  std::uint64_t at_ = 0;
};

class VolatileDisk::RandomRw final : public rocksdb::FSRandomRWFile {
 public:
  RandomRw(VolatileDisk& disk, File file) : disk_(disk), file_(std::move(file)) {}
  IOStatus Write(std::uint64_t offset, const Slice& bytes, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    file_->write(offset, view(bytes));
    disk_.wrote(*file_);
    return IOStatus::OK();
  }
  IOStatus Read(std::uint64_t offset, std::size_t count, const rocksdb::IOOptions&, Slice* result, char* scratch,
                rocksdb::IODebugContext*) const override {
    *result = Slice(scratch, file_->read(offset, count, scratch));
    return IOStatus::OK();
  }
  IOStatus Flush(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    file_->sync();
    return IOStatus::OK();
  }
  IOStatus Close(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override { return IOStatus::OK(); }

 private:
  VolatileDisk& disk_;
  const File file_;
};

class VolatileDisk::Directory final : public rocksdb::FSDirectory {
 public:
  Directory(VolatileDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    disk_.sync_directory(path_);
    return IOStatus::OK();
  }
  IOStatus Close(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override { return IOStatus::OK(); }

 private:
  VolatileDisk& disk_;
  const std::string path_;
};

VolatileDisk::VolatileDisk(std::optional<std::uint64_t> seed) : FileSystemWrapper(rocksdb::FileSystem::Default()) {
  if (seed) random_.emplace(*seed);
}
VolatileDisk::~VolatileDisk() = default;

VolatileDisk::Found VolatileDisk::find_locked(const std::string& path) {
  const auto known = names_.find(path);
  return known == names_.end() ? Found{} : Found{.known = true, .file = known->second};
}

VolatileDisk::File VolatileDisk::adopt_locked(const std::string& path) {
  if (const Found found = find_locked(path); found.known) return found.file;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return nullptr;
  return names_[path] = std::make_shared<VolatileFile>(path);
}

bool VolatileDisk::may_survive_locked() { return random_ && random_->below(kOneIn) == 0; }

void VolatileDisk::wrote(VolatileFile& file) {
  if (!random_) return;
  const std::lock_guard lock(mutex_);
  if (may_survive_locked()) file.keep_some(random_->below(file.unsynced_bytes() + 1));
}

void VolatileDisk::change_locked(Change change) {
  auto& waiting = changes_[directory_of(change.path)];
  waiting.push_back(std::move(change));
  if (!may_survive_locked()) return;
  apply_locked(waiting.front());
  waiting.pop_front();
}

void VolatileDisk::apply_locked(const Change& change) {
  if (change.kind == Change::Kind::kName) {
    change.file->give_name(change.path);
    return;
  }
  change.file->take_name();
}

void VolatileDisk::sync_directory(const std::string& path) {
  const std::lock_guard lock(mutex_);
  for (const Change& change : changes_[path]) apply_locked(change);
  changes_.erase(path);
}

void VolatileDisk::lose_unsynced(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (const Found found = find_locked(normal(path)); found.file) found.file->lose_unsynced();
}

IOStatus VolatileDisk::NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                         std::unique_ptr<rocksdb::FSSequentialFile>* result, Debug* debug) {
  const std::lock_guard lock(mutex_);
  const Found found = find_locked(normal(path));
  if (!found.known) return FileSystemWrapper::NewSequentialFile(path, options, result, debug);
  if (!found.file) return none(path);
  *result = std::make_unique<Sequential>(found.file);
  return IOStatus::OK();
}

IOStatus VolatileDisk::NewRandomAccessFile(const std::string& path, const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSRandomAccessFile>* result, Debug* debug) {
  const std::lock_guard lock(mutex_);
  const Found found = find_locked(normal(path));
  if (!found.known) return FileSystemWrapper::NewRandomAccessFile(path, options, result, debug);
  if (!found.file) return none(path);
  *result = std::make_unique<RandomAccess>(found.file);
  return IOStatus::OK();
}

IOStatus VolatileDisk::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result, Debug* debug) {
  if (!is_held_back(path)) return FileSystemWrapper::NewWritableFile(path, options, result, debug);
  const std::lock_guard lock(mutex_);
  File file = adopt_locked(normal(path));
  if (file) {
    file->truncate(0);
  } else {
    std::error_code error;
    if (!fs::is_directory(directory_of(normal(path)), error)) return none(path);
    file = names_[normal(path)] = std::make_shared<VolatileFile>();
    change_locked({.kind = Change::Kind::kName, .path = normal(path), .file = file});
  }
  *result = std::make_unique<Writable>(*this, std::move(file));
  return IOStatus::OK();
}

IOStatus VolatileDisk::ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* result, Debug* debug) {
  {
    const std::lock_guard lock(mutex_);
    if (File file = adopt_locked(normal(path))) {
      *result = std::make_unique<Writable>(*this, std::move(file));
      return IOStatus::OK();
    }
  }
  return NewWritableFile(path, options, result, debug);
}

IOStatus VolatileDisk::ReuseWritableFile(const std::string& /*path*/, const std::string& /*old*/, const rocksdb::FileOptions& /*options*/,
                                         std::unique_ptr<rocksdb::FSWritableFile>* /*result*/, Debug* /*debug*/) {
  return IOStatus::NotSupported("a volatile disk recycles no files");
}

IOStatus VolatileDisk::NewRandomRWFile(const std::string& path, const rocksdb::FileOptions& /*options*/,
                                       std::unique_ptr<rocksdb::FSRandomRWFile>* result, Debug* /*debug*/) {
  const std::lock_guard lock(mutex_);
  File file = adopt_locked(normal(path));
  if (!file) return none(path);
  *result = std::make_unique<RandomRw>(*this, std::move(file));
  return IOStatus::OK();
}

IOStatus VolatileDisk::NewDirectory(const std::string& path, const Options& options, std::unique_ptr<rocksdb::FSDirectory>* result,
                                    Debug* debug) {
  const IOStatus there = FileSystemWrapper::NewDirectory(path, options, result, debug);
  std::string plain = normal(path);
  if (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  if (there.ok()) *result = std::make_unique<Directory>(*this, std::move(plain));
  return there;
}

IOStatus VolatileDisk::FileExists(const std::string& path, const Options& options, Debug* debug) {
  const std::lock_guard lock(mutex_);
  const Found found = find_locked(normal(path));
  if (!found.known) return FileSystemWrapper::FileExists(path, options, debug);
  return found.file ? IOStatus::OK() : IOStatus::NotFound();
}

IOStatus VolatileDisk::GetChildren(const std::string& directory, const Options& options, std::vector<std::string>* result, Debug* debug) {
  const std::lock_guard lock(mutex_);
  if (IOStatus listed = FileSystemWrapper::GetChildren(directory, options, result, debug); !listed.ok()) return listed;
  std::set<std::string> children(result->begin(), result->end());
  std::string plain = normal(directory);
  if (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  for (const auto& [path, file] : names_) {
    if (directory_of(path) != plain) continue;
    const std::string name = fs::path(path).filename().string();
    if (file) {
      children.insert(name);
    } else {
      children.erase(name);
    }
  }
  result->assign(children.begin(), children.end());
  return IOStatus::OK();
}

IOStatus VolatileDisk::GetChildrenFileAttributes(const std::string& directory, const Options& options,
                                                 std::vector<rocksdb::FileAttributes>* result, Debug* debug) {
  std::vector<std::string> names;
  if (IOStatus listed = GetChildren(directory, options, &names, debug); !listed.ok()) return listed;
  result->clear();
  for (std::string& name : names) {
    rocksdb::FileAttributes attributes;
    if (!GetFileSize(directory + "/" + name, options, &attributes.size_bytes, debug).ok()) continue;
    attributes.name = std::move(name);
    result->push_back(std::move(attributes));
  }
  return IOStatus::OK();
}

IOStatus VolatileDisk::DeleteFile(const std::string& path, const Options& options, Debug* debug) {
  if (!is_held_back(path)) return FileSystemWrapper::DeleteFile(path, options, debug);
  const std::lock_guard lock(mutex_);
  File file = adopt_locked(normal(path));
  if (!file) return none(path);
  names_[normal(path)] = nullptr;
  change_locked({.kind = Change::Kind::kRemove, .path = normal(path), .file = std::move(file)});
  return IOStatus::OK();
}

IOStatus VolatileDisk::Truncate(const std::string& path, size_t size, const Options& /*options*/, Debug* /*debug*/) {
  const std::lock_guard lock(mutex_);
  const File file = adopt_locked(normal(path));
  if (!file) return none(path);
  file->truncate(size);
  return IOStatus::OK();
}

IOStatus VolatileDisk::GetFileSize(const std::string& path, const Options& options, std::uint64_t* size, Debug* debug) {
  const std::lock_guard lock(mutex_);
  const Found found = find_locked(normal(path));
  if (!found.known) return FileSystemWrapper::GetFileSize(path, options, size, debug);
  if (!found.file) return none(path);
  *size = found.file->size();
  return IOStatus::OK();
}

IOStatus VolatileDisk::GetFileModificationTime(const std::string& path, const Options& options, std::uint64_t* time, Debug* debug) {
  const std::lock_guard lock(mutex_);
  const Found found = find_locked(normal(path));
  if (!found.known) return FileSystemWrapper::GetFileModificationTime(path, options, time, debug);
  if (!found.file) return none(path);
  *time = static_cast<std::uint64_t>(std::time(nullptr));
  return IOStatus::OK();
}

IOStatus VolatileDisk::RenameFile(const std::string& from, const std::string& to, const Options& options, Debug* debug) {
  if (!is_held_back(from)) return FileSystemWrapper::RenameFile(from, to, options, debug);
  if (directory_of(normal(from)) != directory_of(normal(to))) return IOStatus::NotSupported("a volatile disk renames within a directory");
  const std::lock_guard lock(mutex_);
  File file = adopt_locked(normal(from));
  if (!file) return none(from);
  // Its old name goes in the same step on the real disk, so nothing has to be done about it there.
  names_[normal(from)] = nullptr;
  names_[normal(to)] = file;
  change_locked({.kind = Change::Kind::kName, .path = normal(to), .file = std::move(file)});
  return IOStatus::OK();
}

IOStatus VolatileDisk::LinkFile(const std::string& /*from*/, const std::string& /*to*/, const Options& /*options*/, Debug* /*debug*/) {
  return IOStatus::NotSupported("a volatile disk links no files");
}

}  // namespace rookery::faults
