// settings_of_file(): alone, because the TOML library is heavy.
#include <fmt/format.h>

#include <sstream>
#include <utility>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include "runtime/config_sources.h"

namespace rookery {
namespace {

// The text that a flag would have had; none for what has no such form.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* yes = node.as_boolean()) return yes->get() ? "true" : "false";
  const auto* list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::string joined;
  for (const toml::node& element : *list) {
    const auto* text = element.as_string();
    if (text == nullptr) return std::nullopt;
    joined += (joined.empty() ? "" : ",") + text->get();
  }
  return joined;
}

}  // namespace

std::expected<std::vector<Setting>, Problems> settings_of_file(std::string_view toml_text, const std::string& file_name) {
  const toml::parse_result parsed = toml::parse(toml_text, std::string_view(file_name));
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return std::unexpected(Problems{fmt::format("{}, line {}: {}", file_name, error.source().begin.line, error.description())});
  }
  std::vector<Setting> settings;
  Problems problems;
  for (const auto& [key, node] : parsed.table()) {
    const std::string origin = fmt::format("{}, line {}", file_name, node.source().begin.line);
    if (auto text = text_of(node)) {
      settings.push_back({std::string(key.str()), *std::move(text), origin});
    } else {
      problems.push_back(fmt::format("{}: {} must be a text, a whole number, true, false or a list of texts", origin, key.str()));
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return settings;
}

}  // namespace rookery
