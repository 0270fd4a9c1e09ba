#include "runtime/option_values.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace rookery {
namespace {

constexpr std::uint32_t kRateMost = 1'000'000;
constexpr std::uint32_t kRateSecondsMost = 86'400;
constexpr std::size_t kHostCharactersMax = 253;  // RFC 1035 §2.3.4

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::string_view without_spaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool is_host(std::string_view text) {
  if (text.empty() || text.size() > kHostCharactersMax) return false;
  for (const char c : text) {
    if (!is_host_character(c)) return false;
  }
  return true;
}

bool is_ipv6(std::string_view text) {
  ::in6_addr address;
  return text.size() < INET6_ADDRSTRLEN && ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

// scheme://host[:port], as browsers send it: no path, no slash at the end.
bool is_origin(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return false;
  const std::string_view scheme = text.substr(0, scheme_end);
  std::string_view host = text.substr(scheme_end + 3);
  if (scheme != "http" && scheme != "https") return false;
  const bool ipv6 = host.starts_with('[');
  const std::size_t colon = ipv6 ? host.find(':', host.find(']')) : host.find(':');
  if (colon != std::string_view::npos) {
    if (!parse_whole_number(host.substr(colon + 1), 1, 65'535)) return false;
    host = host.substr(0, colon);
  }
  if (!ipv6) return is_host(host);
  return host.size() > 2 && host.ends_with(']') && is_ipv6(host.substr(1, host.size() - 2));
}

}  // namespace

Parsed<std::uint64_t> parse_whole_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto value = digits(text);
  if (!value || *value < least || *value > most) return std::unexpected(fmt::format("must be a whole number from {} to {}", least, most));
  return *value;
}

Parsed<std::uint64_t> parse_byte_count(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, unsigned>, 4> kUnits = {{{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}}};
  unsigned shift = 0;
  for (const auto& [unit, unit_shift] : kUnits) {
    if (!text.ends_with(unit)) continue;
    shift = unit_shift;
    text = without_spaces(text.substr(0, text.size() - unit.size()));
  }
  const auto value = digits(text);
  if (!value || *value > std::numeric_limits<std::int64_t>::max() >> shift) {
    return std::unexpected("must be a number of bytes, with or without KiB, MiB, GiB or TiB behind it");
  }
  return *value << shift;
}

Parsed<bool> parse_switch(std::string_view text) {
  if (text == "on" || text == "true") return true;
  if (text == "off" || text == "false") return false;
  return std::unexpected("must be on or off");
}

Parsed<Endpoint> parse_endpoint(std::string_view text) {
  constexpr std::string_view kExpected = "must be HOST:PORT, as 127.0.0.1:8080 or [::1]:8080; port 0 takes any that is free";
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::unexpected(std::string(kExpected));
  const auto port = parse_whole_number(text.substr(colon + 1), 0, 65'535);
  std::string_view host = text.substr(0, colon);
  bool good = is_host(host);
  if (host.size() > 2 && host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    good = is_ipv6(host);
  }
  if (!port || !good) return std::unexpected(std::string(kExpected));
  return Endpoint{std::string(host), static_cast<std::uint16_t>(*port)};
}

Parsed<Rate> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto count = parse_whole_number(text.substr(0, slash), 1, kRateMost);
    const auto seconds = parse_whole_number(text.substr(slash + 1), 1, kRateSecondsMost);
    if (count && seconds) return Rate{static_cast<std::uint32_t>(*count), static_cast<std::uint32_t>(*seconds)};
  }
  return std::unexpected(
      fmt::format("must be COUNT/SECONDS, as 50/10 for 50 in 10 seconds; count up to {}, seconds up to {}", kRateMost, kRateSecondsMost));
}

Parsed<std::vector<std::string>> parse_origins(std::string_view text) {
  std::vector<std::string> origins;
  for (const std::string_view part : split_list(text)) {
    if (!is_origin(part)) return std::unexpected("must be origins as https://chat.example, with commas between them");
    origins.emplace_back(part);
  }
  return origins;
}

std::string join_choices(const std::vector<std::string_view>& choices) {
  std::string out;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) out += i + 1 == choices.size() ? " or " : ", ";
    out += choices[i];
  }
  return out;
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  if (without_spaces(text).empty()) return parts;
  while (true) {
    const std::size_t comma = text.find(',');
    parts.push_back(without_spaces(text.substr(0, comma)));
    if (comma == std::string_view::npos) return parts;
    text = text.substr(comma + 1);
  }
}

}  // namespace rookery
