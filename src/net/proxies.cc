#include "net/proxies.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "net/http.h"

namespace rookery::net {
namespace {

constexpr unsigned kMappedBits = 96;  // of ::ffff:0:0/96, before an IPv4 address

bool is_ipv4(const IpAddress& address) noexcept {
  static constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
}

// The elements of a comma-separated field, over all fields of that name, in their order.
std::vector<std::string_view> list_of(const HttpHeaders& headers, std::string_view name) {
  std::vector<std::string_view> elements;
  for (const auto& field : headers.fields()) {
    if (!equals_ignoring_case(field.name, name)) continue;
    std::string_view rest = field.value;
    while (true) {
      const std::size_t comma = rest.find(',');
      elements.push_back(trim_blanks(rest.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return elements;
}

// An address that may stand in brackets and bring a port, as Forwarded and some proxies write it.
std::optional<IpAddress> parse_node(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    return parse_ip(text.substr(1, close - 1));
  }
  if (std::ranges::count(text, ':') == 1) text = text.substr(0, text.find(':'));
  return parse_ip(text);
}

struct Hop {
  std::optional<IpAddress> address;
  std::string_view scheme;
};

Hop parse_forwarded(std::string_view element) {
  Hop hop;
  while (!element.empty()) {
    const std::size_t semicolon = element.find(';');
    const std::string_view pair = trim_blanks(element.substr(0, semicolon));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos) {
      const std::string_view name = pair.substr(0, equals);
      std::string_view value = pair.substr(equals + 1);
      if (equals_ignoring_case(name, "for")) hop.address = parse_node(value);
      if (equals_ignoring_case(name, "proto")) {
        if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
        hop.scheme = value;
      }
    }
    if (semicolon == std::string_view::npos) break;
    element.remove_prefix(semicolon + 1);
  }
  return hop;
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN + 1];
  if (text.empty() || text.size() >= sizeof terminated || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::memcpy(terminated, text.data(), text.size());
  terminated[text.size()] = '\0';
  IpAddress address;
  if (::inet_pton(AF_INET6, terminated, address.bytes.data()) == 1) return address;
  in_addr v4{};
  if (::inet_pton(AF_INET, terminated, &v4) != 1) return std::nullopt;
  address.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  std::memcpy(address.bytes.data() + 12, &v4, sizeof v4);
  return address;
}

std::string format_ip(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN];
  const bool v4 = is_ipv4(address);
  const void* bytes = v4 ? address.bytes.data() + 12 : address.bytes.data();
  return ::inet_ntop(v4 ? AF_INET : AF_INET6, bytes, text, sizeof text);
}

Result<TrustedProxies> TrustedProxies::parse(std::string_view list) {
  TrustedProxies proxies;
  const auto is_separator = [](char c) { return c == ',' || c == ' ' || c == '\t'; };
  while (true) {
    while (!list.empty() && is_separator(list.front())) list.remove_prefix(1);
    if (list.empty()) return proxies;
    const auto end = static_cast<std::size_t>(std::ranges::find_if(list, is_separator) - list.begin());
    const std::string_view entry = list.substr(0, end);
    list.remove_prefix(end);

    const auto wrong = [entry] { return fail(Error::invalid("trusted_proxies", std::string(entry) + " is no address or range")); };
    const std::size_t slash = entry.find('/');
    const auto address = parse_ip(entry.substr(0, slash));
    if (!address) return wrong();
    const unsigned first_bit = is_ipv4(*address) && entry.find(':') == std::string_view::npos ? kMappedBits : 0;
    unsigned bits = 128;
    if (slash != std::string_view::npos) {
      const std::string_view length = entry.substr(slash + 1);
      unsigned value = 0;
      const auto [stop, error] = std::from_chars(length.data(), length.data() + length.size(), value);
      if (error != std::errc() || stop != length.data() + length.size() || value > 128 - first_bit) return wrong();
      bits = first_bit + value;
    }
    proxies.ranges_.push_back({*address, bits});
  }
}

bool TrustedProxies::contains(const IpAddress& address) const noexcept {
  return std::ranges::any_of(ranges_, [&address](const Range& range) {
    const std::size_t whole = range.bits / 8;
    if (!std::equal(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(whole), range.address.bytes.begin())) {
      return false;
    }
    const unsigned left = range.bits % 8;
    if (left == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xFF << (8 - left));
    return (address.bytes[whole] & mask) == (range.address.bytes[whole] & mask);
  });
}

Client resolve_client(const IpAddress& peer, bool secure, const HttpHeaders& headers, const TrustedProxies& proxies) {
  Client client{.address = format_ip(peer), .secure = secure};
  if (!proxies.contains(peer)) return client;

  const bool by_list = headers.has("X-Forwarded-For");
  const auto elements = list_of(headers, by_list ? "X-Forwarded-For" : "Forwarded");
  for (auto element = elements.rbegin(); element != elements.rend(); ++element) {
    const Hop hop = by_list ? Hop{parse_node(*element), {}} : parse_forwarded(*element);
    if (!by_list && !hop.scheme.empty()) client.secure = equals_ignoring_case(hop.scheme, "https");
    if (!hop.address) break;
    client.address = format_ip(*hop.address);
    if (!proxies.contains(*hop.address)) break;
  }
  const auto schemes = list_of(headers, "X-Forwarded-Proto");
  if (!schemes.empty()) client.secure = equals_ignoring_case(schemes.back(), "https");
  return client;
}

}  // namespace rookery::net
