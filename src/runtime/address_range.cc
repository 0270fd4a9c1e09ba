#include "runtime/address_range.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace rookery {

constexpr std::size_t kAddressTextMax = INET6_ADDRSTRLEN;
constexpr unsigned kIpv4Offset = 96;  // bits before an IPv4 address in its mapped form

std::optional<AddressRange::Address> AddressRange::parse_address(std::string_view text, bool& ipv4) {
  if (text.size() >= kAddressTextMax) return std::nullopt;
  const std::string terminated(text);
  Address address{};
  ipv4 = ::inet_pton(AF_INET, terminated.c_str(), address.data() + 12) == 1;
  if (ipv4) {
    address[10] = address[11] = 0xff;
    return address;
  }
  if (::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

AddressRange::Address AddressRange::masked(Address address, unsigned prefix_bits) {
  for (unsigned i = 0; i < address.size(); ++i) {
    const unsigned kept = std::clamp(static_cast<int>(prefix_bits) - static_cast<int>(i * 8), 0, 8);
    address[i] &= static_cast<std::uint8_t>(0xff00u >> kept);
  }
  return address;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  bool ipv4 = false;
  const auto address = parse_address(text.substr(0, slash), ipv4);
  if (!address) return std::nullopt;
  const unsigned bits_max = ipv4 ? 32 : 128;
  unsigned bits = bits_max;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), bits);
    if (error != std::errc() || end != digits.end() || bits > bits_max) return std::nullopt;
  }
  AddressRange range;
  range.prefix_bits_ = ipv4 ? bits + kIpv4Offset : bits;
  range.first_ = masked(*address, range.prefix_bits_);
  range.text_ = text;
  return range;
}

bool AddressRange::contains(std::string_view address) const {
  bool ipv4 = false;
  const auto parsed = parse_address(address, ipv4);
  return parsed && masked(*parsed, prefix_bits_) == first_;
}

}  // namespace rookery
