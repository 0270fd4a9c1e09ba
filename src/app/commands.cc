#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/command_list.h"
#include "runtime/config_text.h"

namespace rookery::app {
namespace {

constexpr Command kTable[] = {
    {"serve", "[OPTION…]", "serve clients until SIGTERM; what rookery does without a command", serve_command},
    {"config show", "[--origin] [OPTION…]", "print the configuration, and where each value comes from", config_show_command},
    {"config docs", "", "print docs/configuration.md", config_docs_command},
    {"admin create", "USERNAME [OPTION…]", "make an administrator; the server must be stopped, as for all that follow",
     admin_create_command},
    {"admin reset-password", "USERNAME [OPTION…]", "set a new password and end the account's logins", admin_reset_password_command},
    {"admin new-epoch", "[OPTION…]", "after a backup was restored: clients drop what they remember", admin_new_epoch_command},
    {"admin verify-email", "USERNAME [OPTION…]", "let an account sign in with its e-mail", admin_verify_email_command},
    {"admin invite", "[USES [DAYS]] [OPTION…]",
     "print an invite for --registration invite: so many uses [1], good for so many days [7; 0: for ever]", admin_invite_command},
    {"repair", "[--write] [OPTION…]", "tell what a data directory holds and what can be saved of it; save it", repair_command},
    {"compact", "[OPTION…]", "rewrite the storage without what was deleted", compact_command},
    {"bench", "[--json FILE] […]", "measure this machine: CPU per operation, memory, latency; on a server of its own", bench_command},
    {"verify", "[--url URL] [--fault NAME] […]", "check a server's promises: many clients, faults, and a history that is checked",
     verify_command},
    {"routes", "", "print the routes of the API", routes_command},
    {"version", "", "print the version", version_command},
    {"help", "", "print this", help_command},
};

// How many of the arguments are the command's words; 0 when they are not.
std::size_t words_matched(const Command& command, Arguments arguments) {
  std::string_view words = command.words;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (words == arguments[i]) return i + 1;
    if (!words.starts_with(arguments[i]) || words[arguments[i].size()] != ' ') return 0;
    words.remove_prefix(arguments[i].size() + 1);
  }
  return 0;
}

}  // namespace

std::span<const Command> command_table() { return kTable; }

int run_command(Arguments arguments) {
  if (arguments.empty()) return serve_command(arguments);
  if (arguments[0] == "--version") return version_command(arguments.subspan(1));
  if (std::ranges::find(arguments, "--help") != arguments.end() || arguments[0] == "-h") return help_command({});
  if (arguments[0].starts_with("-")) return serve_command(arguments);
  for (const Command& command : kTable) {
    if (const std::size_t words = words_matched(command, arguments); words > 0) return command.run(arguments.subspan(words));
  }
  fmt::print(stderr, "rookery: there is no command '{}'; rookery help lists them\n", arguments[0]);
  return kMisused;
}

int help_command(Arguments arguments) {
  if (!arguments.empty()) return misused("help takes no arguments");
  std::string out = "Rookery, a chat server of your own.\n\nrookery [COMMAND] [OPTION…]\n\nCommands:\n";
  constexpr std::size_t kDescriptionColumn = 34;
  for (const Command& command : kTable) {
    const std::string usage = fmt::format("  {} {}", command.words, command.arguments);
    // The ellipsis is three bytes and one column.
    const std::size_t columns = kDescriptionColumn + (usage.find("…") == std::string::npos ? 0 : 2);
    out += usage.size() < columns ? fmt::format("{}{:{}}", usage, "", columns - usage.size())
                                  : fmt::format("{}\n{:{}}", usage, "", kDescriptionColumn);
    out += fmt::format("{}\n", command.description);
  }
  out += "\nOptions, each also as environment variable (ROOKERY_DATA_DIR) and as key in a file (--config FILE):\n" + options_help();
  std::fputs(out.c_str(), stdout);
  return kDone;
}

}  // namespace rookery::app
