#include "embedded/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace rookery::embedded {
namespace {

constexpr mode_t kOwnerOnly = 0700;

std::unexpected<Error> refuse(const std::string& path, const std::string& why) {
  return fail(ErrorCode::kInternal, "cannot use the data directory " + path + ": " + why);
}

// A new directory outlives a power cut once the one above it was synced.
bool sync_parent_of(const std::string& path) {
  const int parent = ::open((path + "/..").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) return false;
  const bool synced = ::fsync(parent) == 0;
  ::close(parent);
  return synced;
}

}  // namespace

Result<DataDir> DataDir::open(std::string path) {
  const bool made = ::mkdir(path.c_str(), kOwnerOnly) == 0;
  if (!made && errno != EEXIST) return refuse(path, std::strerror(errno));
  if (made && !sync_parent_of(path)) return refuse(path, std::string("the directory above it cannot be synced: ") + std::strerror(errno));
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return refuse(path, std::strerror(errno));
  if (!S_ISDIR(status.st_mode)) return refuse(path, "it is not a directory");
  if ((status.st_mode & 077) != 0 && ::chmod(path.c_str(), kOwnerOnly) != 0) {
    return refuse(path, std::string("others may read it, and that cannot be changed: ") + std::strerror(errno));
  }
  const std::string lock_path = path + "/LOCK";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return refuse(path, std::string("cannot make LOCK in it: ") + std::strerror(errno));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(lock);
    if (error == EWOULDBLOCK) return refuse(path, "another server is using it (LOCK is held); stop that one first");
    return refuse(path, std::string("cannot lock it: ") + std::strerror(error));
  }
  return DataDir(std::move(path), lock);
}

DataDir::DataDir(DataDir&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDir& DataDir::operator=(DataDir&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

DataDir::~DataDir() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace rookery::embedded
