#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "app/command_list.h"
#include "embedded/repair.h"
#include "runtime/log.h"

namespace rookery::app {

int repair_command(Arguments arguments) {
  std::vector<std::string_view> flags(arguments.begin(), arguments.end());
  const bool write = std::erase(flags, "--write") > 0;
  const auto loaded = load_config_or_explain(flags);
  if (!loaded) return kMisused;
  const std::string& directory = loaded->config.data_dir;
  configure_log(LogLevel::kWarning, loaded->config.log_format);
  const auto report = embedded::inspect_data_dir(directory);
  if (!report) return failed(report.error().sentence());
  std::fputs(report->text.c_str(), stdout);
  if (report->whole) {
    std::fputs("Nothing is wrong.\n", stdout);
    return kDone;
  }
  if (!write) {
    std::fputs(
        "Something is wrong; nothing was changed. If there is a backup, restore it. To go on with what can be read and without what is\n"
        "lost: rookery repair --write. It keeps the damaged files, and needs as much room again as the database has.\n",
        stdout);
    return kFailed;
  }
  const auto saved = embedded::save_what_is_left(directory);
  if (!saved) return failed(saved.error().sentence());
  std::fputs(saved->c_str(), stdout);
  std::fputs("The server can be started; clients drop what they remember.\n", stdout);
  return kDone;
}

int admin_new_epoch_command(Arguments arguments) {
  const auto loaded = load_config_or_explain(arguments);
  if (!loaded) return kMisused;
  configure_log(LogLevel::kWarning, loaded->config.log_format);
  const auto epoch = embedded::renew_epoch(loaded->config.data_dir);
  if (!epoch) return failed(epoch.error().sentence());
  fmt::print("{} has the new epoch {}\n", loaded->config.data_dir, *epoch);
  return kDone;
}

}  // namespace rookery::app
