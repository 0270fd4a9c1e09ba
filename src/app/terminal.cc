#include "app/terminal.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace rookery::app {
namespace {

// Nothing is echoed while this lives. A signal that ends the process in between leaves the terminal as it is: shells mend that.
class NoEcho {
 public:
  NoEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    ::termios silent = before_;
    silent.c_lflag &= ~static_cast<::tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~NoEcho() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  ::termios before_{};
  bool changed_ = false;
};

}  // namespace

bool somebody_is_there() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

std::optional<std::string> ask_hidden(const std::string& question) {
  fmt::print(stderr, "{}", question);
  std::fflush(stderr);
  std::string line;
  {
    const NoEcho no_echo;
    if (!std::getline(std::cin, line)) return std::nullopt;
  }
  fmt::print(stderr, "\n");
  return line;
}

}  // namespace rookery::app
