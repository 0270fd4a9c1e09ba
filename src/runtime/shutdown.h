// Shutdown: hearing that the process is to stop, and not hanging when it does.
#pragma once

#include <chrono>
#include <memory>

namespace rookery {

// Hears SIGTERM and SIGINT in place of their default, which ends the process at once. SIGPIPE is ignored from then on.
class StopSignal {
 public:
  // Blocks the signals in the calling thread, and in every thread that it starts later: make it before the first.
  StopSignal();
  ~StopSignal();  // the signals stay blocked
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Blocks until one of the signals has come, or `timeout` has passed; the signal, or 0. One thread at a time.
  int wait();
  int wait_for(std::chrono::milliseconds timeout);

 private:
  int fd_;
};

// Ends the process with a message and status 1 unless it is destroyed within its time: stopping must not hang.
class Fuse {
 public:
  // `what` is a constant: "stopping".
  Fuse(const char* what, std::chrono::milliseconds time);
  ~Fuse();
  Fuse(const Fuse&) = delete;
  Fuse& operator=(const Fuse&) = delete;

 private:
  struct Watch;
  std::unique_ptr<Watch> watch_;
};

// Tells systemd "READY=1", "STOPPING=1" (sd_notify(3)): one datagram to $NOTIFY_SOCKET. Without it, or when systemd does
// not take it, nothing happens. Any thread.
void notify_service_manager(const char* state);

}  // namespace rookery
