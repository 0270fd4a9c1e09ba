#include "runtime/config_sources.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "runtime/options.h"

namespace rookery {
namespace {

constexpr std::string_view kConfigName = "config";  // not in the table: it says where the table's values are
constexpr std::string_view kPrefix = "ROOKERY_";

using Settings = std::vector<Setting>;
using SettingsResult = std::expected<Settings, Problems>;

std::string name_of_variable(std::string_view variable) {
  std::string name(variable.substr(kPrefix.size()));
  for (char& c : name) c = c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

// What a test build reads itself (base/mutant.h, faults/test_disk.h); in every other it is somebody else's.
bool is_for_tests([[maybe_unused]] std::string_view variable) {
#if defined(ROOKERY_TEST_BUILD)
  return variable == "ROOKERY_MUTANT" || variable == "ROOKERY_TEST_DISK";
#else
  return false;
#endif
}

// Others name variables so too: Kubernetes for a service that is called "rookery" (ROOKERY_PORT_8080_TCP), scripts for
// themselves. What resembles an option is taken for a mistake.
bool is_somebody_elses(const Setting& setting) {
  return setting.name != kConfigName && find_option(setting.name) == nullptr && !resembles_an_option(setting.name);
}

// The nearest option, written the way the unknown one was.
std::string spelled_like(const Setting& setting, const Option& option) {
  if (setting.origin.starts_with("--")) return flag_name(option);
  if (setting.origin.starts_with(kPrefix)) return environment_name(option);
  return option.name;
}

std::string unknown(const Setting& setting) {
  const Option& nearest = *find_option(nearest_option(setting.name));
  const bool in_file = spelled_like(setting, nearest) == nearest.name;
  const std::string where =
      in_file ? fmt::format("{}: unknown option {}", setting.origin, setting.name) : fmt::format("unknown option {}", setting.origin);
  return fmt::format("{}; the nearest one is {}", where, spelled_like(setting, nearest));
}

std::string refused(const Setting& setting, const std::string& reason) {
  const bool in_file = !setting.origin.starts_with("--") && !setting.origin.starts_with(kPrefix);
  return in_file ? fmt::format("{}: {} {}, not '{}'", setting.origin, setting.name, reason, setting.value)
                 : fmt::format("{} {}, not '{}'", setting.origin, reason, setting.value);
}

// What no option can see alone.
void check_together(LoadedConfig& loaded, Problems& problems) {
  Config& config = loaded.config;
  if (config.tls_cert.empty() != config.tls_key.empty()) problems.emplace_back("tls-cert and tls-key go together: one of them is missing");
  if (config.name.empty()) problems.emplace_back("name must not be empty");
  if (config.data_dir.empty()) problems.emplace_back("data-dir must not be empty");
  if (auto sentence = contradiction(config.limits)) problems.push_back(fmt::format("limits: {}", *sentence));
  if (config.rates.on) return;
  for (const char* const lifted : {"limit-frames-per-minute", "limit-connections-per-user"}) loaded.origins[lifted] = "rate-limits off";
  config.limits.frames_per_minute = 0;
  config.limits.connections_per_user = 0;
}

std::expected<std::string, Problems> read_config_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(Problems{fmt::format("cannot read the configuration file {}", path)});
  std::string text(kConfigFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return std::unexpected(Problems{fmt::format("cannot read the configuration file {}", path)});
  if (text.size() > kConfigFileBytesMax) {
    return std::unexpected(Problems{fmt::format("the configuration file {} is larger than {} bytes", path, kConfigFileBytesMax)});
  }
  return text;
}

// Takes the settings of --config out; the last of them counts.
std::optional<std::string> take_config_path(Settings& settings) {
  std::optional<std::string> path;
  for (const Setting& setting : settings) {
    if (setting.name == kConfigName) path = setting.value;
  }
  std::erase_if(settings, [](const Setting& setting) { return setting.name == kConfigName; });
  return path;
}

void append(Settings& to, Settings from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

SettingsResult settings_of_flags(std::span<const std::string_view> arguments) {
  Settings settings;
  Problems problems;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (!argument.starts_with("--") || argument.size() == 2) {
      problems.push_back(fmt::format("'{}' is no option: options are written --name value", argument));
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string_view flag = argument.substr(0, equals);
    Setting setting{std::string(flag.substr(2)), {}, std::string(flag)};
    if (equals != std::string_view::npos) {
      setting.value = argument.substr(equals + 1);
    } else if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) {
      setting.value = arguments[++i];
    } else if (setting.name == kConfigName || find_option(setting.name) != nullptr) {
      problems.push_back(fmt::format("{} needs a value", flag));
      continue;
    }
    settings.push_back(std::move(setting));
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return settings;
}

SettingsResult settings_of_environment(std::span<const std::string_view> environment) {
  Settings settings;
  for (const std::string_view variable : environment) {
    const std::size_t equals = variable.find('=');
    const std::string_view name = variable.substr(0, equals);
    if (equals == std::string_view::npos || !name.starts_with(kPrefix) || is_for_tests(name)) continue;
    settings.push_back({name_of_variable(name), std::string(variable.substr(equals + 1)), std::string(name)});
  }
  return settings;
}

ConfigResult apply_settings(std::span<const Setting> settings) {
  LoadedConfig loaded;
  Problems problems;
  for (const Setting& setting : settings) {
    const Option* const option = find_option(setting.name);
    if (option == nullptr) {
      problems.push_back(unknown(setting));
    } else if (const auto set = option->set(loaded.config, setting.value); !set) {
      problems.push_back(refused(setting, set.error()));
    } else {
      loaded.origins[option->name] = setting.origin;
    }
  }
  if (problems.empty()) check_together(loaded, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return loaded;
}

ConfigResult load_config(std::span<const std::string_view> arguments, std::span<const std::string_view> environment) {
  auto flags = settings_of_flags(arguments);
  if (!flags) return std::unexpected(std::move(flags.error()));
  auto variables = settings_of_environment(environment);
  if (!variables) return std::unexpected(std::move(variables.error()));
  const auto path_of_variable = take_config_path(*variables);
  const auto path_of_flag = take_config_path(*flags);

  std::vector<std::string> ignored;
  for (const Setting& setting : *variables) {
    if (is_somebody_elses(setting)) ignored.push_back(setting.origin);
  }
  std::erase_if(*variables, is_somebody_elses);

  Settings all;
  if (const auto& path = path_of_flag ? path_of_flag : path_of_variable) {
    const auto text = read_config_file(*path);
    if (!text) return std::unexpected(text.error());
    auto file = settings_of_file(*text, *path);
    if (!file) return std::unexpected(std::move(file.error()));
    all = *std::move(file);
  }
  append(all, *std::move(variables));
  append(all, *std::move(flags));
  auto loaded = apply_settings(all);
  if (loaded) loaded->ignored = std::move(ignored);
  return loaded;
}

std::vector<std::string_view> process_environment() {
  std::vector<std::string_view> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  return variables;
}

}  // namespace rookery
