#include "runtime/shutdown.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "runtime/log.h"

namespace rookery {

StopSignal::StopSignal() {
  ::sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  CHECK(::pthread_sigmask(SIG_BLOCK, &signals, nullptr) == 0);
  CHECK(::signal(SIGPIPE, SIG_IGN) != SIG_ERR);
  fd_ = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  CHECK(fd_ >= 0);
}

StopSignal::~StopSignal() { ::close(fd_); }

int StopSignal::wait() {
  while (true) {
    if (const int signal = wait_for(std::chrono::hours(1)); signal != 0) return signal;
  }
}

int StopSignal::wait_for(std::chrono::milliseconds timeout) {
  ::pollfd watched{.fd = fd_, .events = POLLIN, .revents = 0};
  if (::poll(&watched, 1, static_cast<int>(timeout.count())) <= 0) return 0;
  ::signalfd_siginfo info{};
  return ::read(fd_, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

struct Fuse::Watch {
  std::mutex mutex;
  std::condition_variable changed;
  bool defused = false;
  std::thread thread;
};

Fuse::Fuse(const char* what, std::chrono::milliseconds time) : watch_(std::make_unique<Watch>()) {
  watch_->thread = std::thread([watch = watch_.get(), what, time] {
    std::unique_lock lock(watch->mutex);
    if (watch->changed.wait_for(lock, time, [watch] { return watch->defused; })) return;
    log_error("took too long: the process ends at once", {{"what", what}, {"time_ms", time.count()}});
    ::_exit(EXIT_FAILURE);
  });
}

Fuse::~Fuse() {
  {
    const std::lock_guard lock(watch_->mutex);
    watch_->defused = true;
  }
  watch_->changed.notify_one();
  watch_->thread.join();
}

void notify_service_manager(const char* state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  ::sockaddr_un address{};
  if (path == nullptr || (path[0] != '/' && path[0] != '@') || std::strlen(path) >= sizeof address.sun_path) return;
  const std::size_t length = std::strlen(path);
  address.sun_family = AF_UNIX;
  std::copy_n(path, length, address.sun_path);
  if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto size = static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + length);
  [[maybe_unused]] const auto sent =
      ::sendto(fd, state, std::strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, reinterpret_cast<const ::sockaddr*>(&address), size);
  ::close(fd);
}

}  // namespace rookery
