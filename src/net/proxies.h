// Who the client is, when trusted proxies stand between. Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rookery::net {

class HttpHeaders;

// An IPv4 or IPv6 address; IPv4 (and what IPv6 maps of it) is held as ::ffff:a.b.c.d.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool operator==(const IpAddress&) const = default;
};
// "192.0.2.7" or "2001:db8::7", nothing around it.
std::optional<IpAddress> parse_ip(std::string_view text);
std::string format_ip(const IpAddress& address);

// A set of address ranges.
class TrustedProxies {
 public:
  TrustedProxies() = default;  // trusts nobody
  // "10.0.0.0/8, ::1, 192.0.2.7": commas or spaces between; without a length, one address. kInvalidBody names what is wrong.
  static Result<TrustedProxies> parse(std::string_view list);
  bool contains(const IpAddress& address) const noexcept;
  bool empty() const noexcept { return ranges_.empty(); }

 private:
  struct Range {
    IpAddress address;
    unsigned bits;
  };
  std::vector<Range> ranges_;
};

struct Client {
  std::string address;
  bool secure = false;
};

// `peer` connected, by TLS when `secure`. When it is trusted, X-Forwarded-For (or, without it, Forwarded: RFC 7239) is read from
// its end, and the first address that is not trusted is the client; what stands before it is the client's own claim. An
// entry that is no address ends the walk at the last good one. The scheme is X-Forwarded-Proto's last value, or the proto of
// the Forwarded element that was used. A trusted proxy must set, not pass on, what it speaks of.
Client resolve_client(const IpAddress& peer, bool secure, const HttpHeaders& headers, const TrustedProxies& proxies);

}  // namespace rookery::net
