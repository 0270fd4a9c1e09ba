// EchoProcess: ws_echo in a process of its own, on a port of the kernel's choice.
//
// One thread. The process ends with this object, at the latest.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace rookery::wire {

class EchoProcess {
 public:
  // `program`: the path of ws_echo. When it does not start, first_line() says what came instead of its first line.
  explicit EchoProcess(const std::string& program);
  ~EchoProcess();
  EchoProcess(const EchoProcess&) = delete;
  EchoProcess& operator=(const EchoProcess&) = delete;

  const std::string& first_line() const noexcept { return first_line_; }
  std::uint16_t port() const noexcept { return port_; }  // on 127.0.0.1; 0 when it did not start
  bool runs() const noexcept;
  // Ends it with SIGTERM; its status as waitpid() gives it.
  int stop();

 private:
  pid_t process_ = -1;
  std::string first_line_;
  std::uint16_t port_ = 0;
};

}  // namespace rookery::wire
