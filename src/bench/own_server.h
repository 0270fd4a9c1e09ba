// OwnServer: a server of the bench's own, in a process of its own on a processor of its own, with a data directory that goes
// with it.
//
// Blocks; not on a core.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace rookery::bench {

class OwnServer {
 public:
  // Runs this program with `serve` and the options that a bench needs, pinned to `cpu`. `directory` is made for it.
  static Result<OwnServer> start(std::string directory, unsigned cpu, std::vector<std::string> options);
  OwnServer(OwnServer&& other) noexcept;
  OwnServer& operator=(OwnServer&&) = delete;
  ~OwnServer();  // ends it, and deletes its directory

  std::uint16_t port() const { return port_; }
  // CPU time of all its threads, kernel included.
  std::uint64_t cpu_ns() const;
  // Memory in RAM: all of it, and the anonymous part (heap and stacks).
  std::uint64_t resident_bytes() const;
  std::uint64_t anonymous_bytes() const;

 private:
  OwnServer(pid_t pid, std::uint16_t port, std::string directory) : pid_(pid), port_(port), directory_(std::move(directory)) {}
  std::uint64_t status_bytes(std::string_view field) const;

  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  std::string directory_;
};

// Pins the calling thread, and those that it starts, to one processor.
void pin_to(unsigned cpu);

}  // namespace rookery::bench
