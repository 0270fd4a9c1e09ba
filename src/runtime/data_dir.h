// DataDir: the directory in which an installation keeps everything, locked against a second server.
//
// Any thread; blocking.
#pragma once

#include <string>

#include "base/result.h"

namespace rookery {

class DataDir {
 public:
  // Makes the directory (0700, and what is missing above it), and takes the lock (flock on LOCK in it), which is held as
  // long as this lives and goes with the process however it ends. Refuses in a sentence: not a directory, not ours to
  // write, open to others, held by another process (kTaken, and its process id).
  static Result<DataDir> open_data_dir(const std::string& path);

  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&& other) noexcept;
  ~DataDir();

  const std::string& path() const { return path_; }  // absolute
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  DataDir(std::string path, int lock_fd) : path_(std::move(path)), lock_fd_(lock_fd) {}

  std::string path_;
  int lock_fd_ = -1;
};

}  // namespace rookery
