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
  const bool give_up = std::erase(flags, "--give-up-lost-end") > 0;
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
  if (!give_up) {
    std::fputs(
        "Something is wrong; nothing was changed. If there is a backup, restore it. To go on without what is lost at the end, copy\n"
        "the directory to a safe place, then: rookery repair --give-up-lost-end\n",
        stdout);
    return kFailed;
  }
  if (const Status done = embedded::give_up_lost_end(directory); !done) return failed(done.error().sentence());
  std::fputs("What was lost is given up; the server can be started.\n", stdout);
  return kDone;
}

}  // namespace rookery::app
