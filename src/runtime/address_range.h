// AddressRange: IP addresses with a common prefix ("10.0.0.0/8", "2001:db8::/32", or one address). Plain values, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rookery {

class AddressRange {
 public:
  // None when it is no address, or the prefix is longer than the address.
  static std::optional<AddressRange> parse(std::string_view text);

  // False for what is no address. IPv4 addresses and their IPv6-mapped forms are the same ones.
  bool contains(std::string_view address) const;

  const std::string& text() const { return text_; }
  bool operator==(const AddressRange& other) const { return first_ == other.first_ && prefix_bits_ == other.prefix_bits_; }

 private:
  using Address = std::array<std::uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d
  static std::optional<Address> parse_address(std::string_view text, bool& ipv4);
  static Address masked(Address address, unsigned prefix_bits);

  Address first_{};
  unsigned prefix_bits_ = 0;
  std::string text_;
};

}  // namespace rookery
