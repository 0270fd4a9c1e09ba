// Where a configuration comes from: flags, then the environment, then a TOML file, then defaults.
//
// For start-up and commands; reads the file, otherwise pure. Everything that is wrong is told at once, each in a sentence
// that says where it stands; an unknown name is answered with the nearest one.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/config.h"

namespace rookery {

// One value, not yet looked at, and where it stands: "--listen", "ROOKERY_LISTEN", "/etc/rookery.toml, line 3".
struct Setting {
  std::string name;  // of an option, or of none
  std::string value;
  std::string origin;
};

struct LoadedConfig {
  Config config;
  // Option name to origin; an option at its default is not in it.
  std::unordered_map<std::string, std::string> origins;
  // Environment variables that begin with ROOKERY_ and are no option, nor near one: somebody else's. Worth a word, no error.
  std::vector<std::string> ignored;
};

using Problems = std::vector<std::string>;  // never empty as an error
using ConfigResult = std::expected<LoadedConfig, Problems>;

inline constexpr std::size_t kConfigFileBytesMax = 1 << 20;

// `arguments` are flags only (--name value or --name=value; the last of several counts). `environment` are "NAME=value"
// texts, of which those with ROOKERY_ count. --config or ROOKERY_CONFIG names the file.
ConfigResult load_config(std::span<const std::string_view> arguments, std::span<const std::string_view> environment);

// This process's environment, for load_config(). The views hold until it is changed.
std::vector<std::string_view> process_environment();

// The steps, for tests.
std::expected<std::vector<Setting>, Problems> settings_of_flags(std::span<const std::string_view> arguments);
std::expected<std::vector<Setting>, Problems> settings_of_environment(std::span<const std::string_view> environment);
// `file_name` is for origins and problems only.
std::expected<std::vector<Setting>, Problems> settings_of_file(std::string_view toml, const std::string& file_name);
// Applied in their order: a later setting of the same option replaces an earlier one.
ConfigResult apply_settings(std::span<const Setting> settings);

}  // namespace rookery
