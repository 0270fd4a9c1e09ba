// ServerProcess: a server of one's own, in a process of its own, with a data directory that goes with it. For bench and verify.
//
// Blocks; one thread at a time; not on a core. The server ends with the thread that started it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace rookery::client {

struct ServerSetup {
  std::string program;               // empty: this one
  std::string directory;             // made for it; the data is below it
  std::vector<std::string> options;  // besides --data-dir, --listen 127.0.0.1 and --rate-limits off
  std::optional<unsigned> cpu;       // the processor that it is pinned to
  std::string log_file;              // its stderr, appended; empty: this program's own
};

class ServerProcess {
 public:
  // Returns when it listens. kInternal when it did not within kStartWithin, or ended instead.
  static Result<ServerProcess> start(ServerSetup setup);
  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&&) = delete;
  ~ServerProcess();  // ends it, and deletes its directory unless keep_directory() was called

  std::uint16_t port() const { return port_; }
  // 0 when it has ended.
  pid_t pid() const { return pid_ > 0 ? pid_ : 0; }
  // SIGKILL; returns when the process is gone.
  void kill();
  // After kill(), or when it ended by itself: starts again on the same data and the same port.
  Status restart();
  // SIGSTOP and SIGCONT.
  void pause();
  void go_on();
  // It has ended, without having been told to.
  bool has_ended();
  void keep_directory() { keep_ = true; }

  // CPU time of all its threads, kernel included.
  std::uint64_t cpu_ns() const;
  // Memory in RAM: all of it, and the anonymous part (heap and stacks).
  std::uint64_t resident_bytes() const;
  std::uint64_t anonymous_bytes() const;

  static constexpr std::chrono::seconds kStartWithin{60};

 private:
  explicit ServerProcess(ServerSetup setup) : setup_(std::move(setup)) {}
  Status spawn();
  std::uint64_t status_bytes(std::string_view field) const;

  ServerSetup setup_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  bool keep_ = false;
};

// Pins the calling thread, and those that it starts, to one processor.
void pin_to(unsigned cpu);

}  // namespace rookery::client
