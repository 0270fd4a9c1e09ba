// VolatileFile: one file of a volatile disk. What was written stays in memory until it is synced; what was synced is on the
// real disk, if the file has a name there yet, or waits in memory until it gets one. Internal to this folder.
//
// Any thread. An operation of the real disk that fails aborts: that is not what is tested.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace rookery::faults {

class VolatileFile {
 public:
  VolatileFile() = default;                      // empty, and nowhere on the real disk
  explicit VolatileFile(std::string real_path);  // there, whole
  ~VolatileFile();
  VolatileFile(const VolatileFile&) = delete;
  VolatileFile& operator=(const VolatileFile&) = delete;

  // As the process sees it.
  std::uint64_t size() const;
  // Copies at most `count` bytes from `offset` into `to`; how many there were.
  std::size_t read(std::uint64_t offset, std::size_t count, char* to) const;
  void write(std::uint64_t offset, std::string_view bytes);
  void append(std::string_view bytes);
  void truncate(std::uint64_t size);

  // Everything so far outlives a power cut, as far as the file's name does.
  void sync();
  // The first `bytes` of what was written and not synced reach the disk all the same, as a disk may choose.
  void keep_some(std::uint64_t bytes);
  std::uint64_t unsynced_bytes() const;
  // What was not synced never will be, although this process goes on seeing its size: a kernel after a failed fsync.
  void lose_unsynced();

  // Its name on the real disk. Where it had none, it appears there at once with all that was synced.
  void give_name(const std::string& path);
  void take_name();

 private:
  struct Change {
    std::uint64_t offset = 0;
    std::string bytes;
    bool cuts = false;  // the file ends at `offset` from here on
  };
  void add_locked(std::uint64_t offset, std::string_view bytes);
  void apply_locked(const Change& change);
  void open_locked();

  mutable std::mutex mutex_;
  std::string path_;     // empty: no name
  int file_ = -1;        // of the real file, when it was needed
  std::string nowhere_;  // what was synced of a file without a name
  std::uint64_t size_ = 0;
  std::uint64_t synced_size_ = 0;
  std::deque<Change> unsynced_;
};

}  // namespace rookery::faults
