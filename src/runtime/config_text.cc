#include "runtime/config_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/json_writer.h"
#include "runtime/options.h"

namespace rookery {
namespace {

constexpr std::string_view kDocsHead =
    "# Configuration\n"
    "\n"
    "<!-- Written by `rookery config docs` from the option table (src/runtime/options.cc). Not by hand. -->\n"
    "\n"
    "Each option can be given in three ways. A flag counts before an environment variable, that before the file, that before\n"
    "the default:\n"
    "\n"
    "| | the option `data-dir` |\n"
    "|---|---|\n"
    "| flag | `--data-dir DIR` or `--data-dir=DIR` |\n"
    "| environment | `ROOKERY_DATA_DIR=DIR` |\n"
    "| file | `data-dir = \"DIR\"` in the TOML file that `--config FILE` or `ROOKERY_CONFIG` names |\n"
    "\n"
    "An option that does not exist is an error, which names the nearest one; only a variable ROOKERY_… that resembles no option is\n"
    "somebody else's, and ignored with a word. `rookery config show --origin` prints every value and where it comes from, in the form\n"
    "of a file. No option holds a secret: keys are files.\n";

std::string default_of(const Option& option) {
  static const Config defaults;
  const std::string value = option.get(defaults);
  return value.empty() ? option.unset_means : value;
}

// A TOML basic string escapes as a JSON string does, but for U+007F, which no option takes.
std::string toml_value(const Option& option, const std::string& value) {
  if (option.numeric) return value;
  std::string quoted;
  JsonWriter(quoted).string(value);
  return quoted;
}

}  // namespace

std::string options_help() {
  constexpr std::size_t kDescriptionColumn = 34;
  std::string out;
  std::string_view section;
  for (const Option& option : option_table()) {
    if (option.section != section) out += fmt::format("\n{}:\n", section = option.section);
    const std::string usage = fmt::format("  {} {}", flag_name(option), option.value);
    out += usage.size() < kDescriptionColumn ? fmt::format("{:<{}}", usage, kDescriptionColumn)
                                             : fmt::format("{}\n{:<{}}", usage, "", kDescriptionColumn);
    out += fmt::format("{} [{}]\n", option.description, default_of(option));
  }
  return out;
}

std::string options_markdown() {
  std::string out(kDocsHead);
  std::string_view section;
  for (const Option& option : option_table()) {
    if (option.section != section) {
      section = option.section;
      out += fmt::format("\n## {}\n\n| option | value | default | |\n|---|---|---|---|\n", section);
    }
    std::string value = option.value;
    for (std::size_t bar = 0; (bar = value.find('|', bar)) != std::string::npos; bar += 2) value.insert(bar, 1, '\\');
    out += fmt::format("| `{}` | {} | {} | {} |\n", option.name, value, default_of(option), option.description);
  }
  return out;
}

std::string show_config(const LoadedConfig& loaded, bool with_origins) {
  constexpr std::size_t kOriginColumn = 40;
  std::string out;
  std::string_view section;
  for (const Option& option : option_table()) {
    if (option.section != section) out += fmt::format("{}# {}\n", section.empty() ? "" : "\n", option.section);
    section = option.section;
    const std::string value = option.get(loaded.config);
    std::string line = value.empty() ? fmt::format("# {}: {}", option.name, option.unset_means)
                                     : fmt::format("{} = {}", option.name, toml_value(option, value));
    if (with_origins) {
      const auto origin = loaded.origins.find(option.name);
      line = fmt::format("{:<{}} # {}", line, kOriginColumn, origin == loaded.origins.end() ? "default" : origin->second);
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace rookery
