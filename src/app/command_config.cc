#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "app/command_list.h"
#include "runtime/config_text.h"

namespace rookery::app {

int misused(std::string_view sentence) {
  fmt::print(stderr, "rookery: {}\n", sentence);
  return kMisused;
}

int failed(std::string_view sentence) {
  misused(sentence);
  return kFailed;
}

std::optional<LoadedConfig> load_config_or_explain(Arguments flags) {
  auto loaded = load_config(flags, process_environment());
  if (loaded) {
    for (const std::string& variable : loaded->ignored) fmt::print(stderr, "rookery: {} is no option: ignored\n", variable);
    return *std::move(loaded);
  }
  for (const std::string& problem : loaded.error()) misused(problem);
  return std::nullopt;
}

int config_show_command(Arguments arguments) {
  std::vector<std::string_view> flags(arguments.begin(), arguments.end());
  const bool with_origins = std::erase(flags, "--origin") > 0;
  const auto loaded = load_config_or_explain(flags);
  if (!loaded) return kMisused;
  std::fputs(show_config(*loaded, with_origins).c_str(), stdout);
  return kDone;
}

int config_docs_command(Arguments arguments) {
  if (!arguments.empty()) return misused("config docs takes no arguments");
  std::fputs(options_markdown().c_str(), stdout);
  return kDone;
}

}  // namespace rookery::app
