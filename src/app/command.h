// Commands: what `rookery` can be told to do. One table (commands.cc), one file a command.
#pragma once

#include <span>
#include <string_view>

namespace rookery::app {

using Arguments = std::span<const std::string_view>;  // what follows the command's words

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kMisused = 2;  // the command line or the configuration is wrong; nothing was done

struct Command {
  std::string_view words;      // "config show"
  std::string_view arguments;  // "[--origin] [OPTION…]"
  std::string_view description;
  int (*run)(Arguments arguments);  // the exit status
};

std::span<const Command> command_table();

// Chooses by the longest run of words at the front; without any, serves. `rookery --help` and `--version` are commands too.
int run_command(Arguments arguments);

}  // namespace rookery::app
