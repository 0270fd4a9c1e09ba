// settings_of_file(): alone, because the TOML library is heavy.
//
// Two things that its version 3.3 does to malformed files are mended here. Some meet an assertion instead of an error ("[&"):
// that becomes an exception, which ends in this file like the library's own. And what stands beyond ASCII outside of texts
// is undefined behaviour ("ü"): so the library gets to see ASCII only, and other bytes in a form of our own.
#include <fmt/format.h>
#include <simdjson.h>

#include <cassert>
#include <charconv>
#include <exception>
#include <iterator>
#include <optional>
#include <utility>

namespace {

struct AssertionFailed : std::exception {};

[[noreturn]] void assertion_failed() { throw AssertionFailed(); }

}  // namespace

#undef NDEBUG  // with it the library takes its assertions for granted
#define TOML_ASSERT(condition) ((condition) ? static_cast<void>(0) : assertion_failed())
#define TOML_EXCEPTIONS 1
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include "runtime/config_sources.h"

namespace rookery {
namespace {

constexpr char kMark = '~';  // begins a hidden byte: itself, or one beyond ASCII, as two hexadecimal digits

std::string with_bytes_hidden(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == kMark || static_cast<unsigned char>(c) >= 0x80) {
      fmt::format_to(std::back_inserter(out), "{}{:02x}", kMark, static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string with_bytes_shown(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == kMark && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// The text that a flag would have had; none for what has no such form.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return with_bytes_shown(text->get());
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* yes = node.as_boolean()) return yes->get() ? "true" : "false";
  const auto* list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::string joined;
  for (const toml::node& element : *list) {
    const auto* text = element.as_string();
    if (text == nullptr) return std::nullopt;
    joined += (joined.empty() ? "" : ",") + with_bytes_shown(text->get());
  }
  return joined;
}

std::expected<toml::table, std::string> parse(std::string_view text, const std::string& file_name) {
  try {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
    return toml::parse(with_bytes_hidden(text), std::string_view(file_name));
  } catch (const toml::parse_error& error) {
    return std::unexpected(fmt::format("{}, line {}: {}", file_name, error.source().begin.line, with_bytes_shown(error.description())));
  } catch (const AssertionFailed&) {
    return std::unexpected(fmt::format("{}: is no TOML", file_name));
  }
}

}  // namespace

std::expected<std::vector<Setting>, Problems> settings_of_file(std::string_view toml_text, const std::string& file_name) {
  const auto table = parse(toml_text, file_name);
  if (!table) return std::unexpected(Problems{table.error()});
  std::vector<Setting> settings;
  Problems problems;
  for (const auto& [key, node] : *table) {
    const std::string origin = fmt::format("{}, line {}", file_name, node.source().begin.line);
    const std::string name = with_bytes_shown(key.str());
    const auto text = text_of(node);
    if (text && simdjson::validate_utf8(*text) && simdjson::validate_utf8(name)) {
      settings.push_back({name, *text, origin});
    } else if (text) {
      problems.push_back(fmt::format("{}: is not UTF-8", origin));
    } else {
      problems.push_back(fmt::format("{}: {} must be a text, a whole number, true, false or a list of texts", origin, name));
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return settings;
}

}  // namespace rookery
