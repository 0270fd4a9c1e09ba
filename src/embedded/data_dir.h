// DataDir: the directory that holds everything a server keeps, held by one server at a time.
//
//   LOCK       locked (flock) while a server or a command has the directory
//   db/        RocksDB's
//   watermark  how far the log was synced (embedded/watermark.h)
//
// Blocks; start-up only. The lock goes with the object, and with the process however it ends.
#pragma once

#include <string>

#include "base/result.h"

namespace rookery::embedded {

class DataDir {
 public:
  // Makes the directory (0700) when it is not there; takes rights of group and others away when it is. Errors are kInternal
  // with a sentence for the operator.
  static Result<DataDir> open(std::string path);
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&& other) noexcept;
  ~DataDir();

  const std::string& path() const noexcept { return path_; }
  std::string database_path() const { return path_ + "/db"; }
  std::string watermark_path() const { return path_ + "/watermark"; }

 private:
  DataDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_ = -1;
};

}  // namespace rookery::embedded
