#include "tests/wire/echo_process.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace rookery::wire {

EchoProcess::EchoProcess(const std::string& program) {
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
  ::posix_spawn_file_actions_addclose(&actions, pipe_ends[1]);
  std::string name = program;
  std::string option = "--listen";
  std::string address = "127.0.0.1:0";
  char* arguments[] = {name.data(), option.data(), address.data(), nullptr};
  if (::posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments, environ) != 0) process_ = -1;
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  char c = 0;
  while (::read(pipe_ends[0], &c, 1) == 1 && c != '\n') first_line_ += c;
  ::close(pipe_ends[0]);
  constexpr std::string_view kBefore = "listening on http://127.0.0.1:";
  if (first_line_.starts_with(kBefore)) port_ = static_cast<std::uint16_t>(std::strtoul(first_line_.c_str() + kBefore.size(), nullptr, 10));
}

EchoProcess::~EchoProcess() {
  if (process_ > 0) stop();
}

bool EchoProcess::runs() const noexcept { return process_ > 0 && ::waitpid(process_, nullptr, WNOHANG) == 0; }

int EchoProcess::stop() {
  int status = -1;
  if (process_ <= 0) return status;
  ::kill(process_, SIGTERM);
  ::waitpid(process_, &status, 0);
  process_ = -1;
  return status;
}

}  // namespace rookery::wire
