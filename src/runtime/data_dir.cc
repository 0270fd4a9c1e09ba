#include "runtime/data_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace rookery {
namespace {

constexpr ::mode_t kOwnerOnly = 0700;

std::string reason(int error) { return std::generic_category().message(error); }

Status make_directory(const std::string& path) {
  std::error_code error;
  if (const auto parent = std::filesystem::path(path).parent_path(); !parent.empty()) std::filesystem::create_directories(parent, error);
  if (error) return fail(ErrorCode::kInternal, fmt::format("cannot make the directory above {}: {}", path, error.message()));
  if (::mkdir(path.c_str(), kOwnerOnly) != 0 && errno != EEXIST) {
    return fail(ErrorCode::kInternal, fmt::format("cannot make the data directory {}: {}", path, reason(errno)));
  }
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    return fail(ErrorCode::kInternal, fmt::format("the data directory {} is not a directory", path));
  }
  if ((found.st_mode & 0077) != 0 && ::chmod(path.c_str(), kOwnerOnly) != 0) {
    return fail(
        ErrorCode::kInternal,
        fmt::format("the data directory {} is open to others, and that could not be changed: {}; use chmod 700", path, reason(errno)));
  }
  return {};
}

// Who holds the lock, as it wrote down itself.
std::string holder(int lock_fd) {
  char text[32] = {};
  const ::ssize_t size = ::pread(lock_fd, text, sizeof text - 1, 0);
  std::string process(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  process.erase(process.find_last_not_of('\n') + 1);
  return process.empty() ? "another process" : "process " + process;
}

}  // namespace

Result<DataDir> DataDir::open_data_dir(const std::string& path) {
  std::error_code error;
  std::string absolute = std::filesystem::absolute(path, error).lexically_normal().string();
  if (error) return fail(ErrorCode::kInternal, fmt::format("the data directory {} has no absolute path: {}", path, error.message()));
  while (absolute.size() > 1 && absolute.ends_with('/')) absolute.pop_back();
  if (const Status made = make_directory(absolute); !made) return fail(made.error());

  const std::string lock_file = absolute + "/LOCK";
  const int fd = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(ErrorCode::kInternal, fmt::format("cannot open {}: {}", lock_file, reason(errno)));
  DataDir directory(std::move(absolute), fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(ErrorCode::kInternal, fmt::format("cannot lock {}: {}", lock_file, reason(errno)));
    return fail(ErrorCode::kTaken, fmt::format("the data directory {} is in use by {}", directory.path(), holder(fd)));
  }
  // For the message above only: the lock itself is the kernel's.
  const std::string process = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, process.data(), process.size(), 0) < 0) {
    return fail(ErrorCode::kInternal, fmt::format("cannot write {}: {}", lock_file, reason(errno)));
  }
  return directory;
}

DataDir::DataDir(DataDir&& other) noexcept : path_(std::move(other.path_)), lock_fd_(std::exchange(other.lock_fd_, -1)) {}

DataDir& DataDir::operator=(DataDir&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_fd_, other.lock_fd_);
  return *this;
}

DataDir::~DataDir() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

}  // namespace rookery
