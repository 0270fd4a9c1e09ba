#include "base/ids.h"

#include <charconv>

namespace rookery {

std::optional<std::uint64_t> parse_snowflake(std::string_view text) noexcept {
  if (text.empty() || text.front() == '0' || text.size() > 20) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace rookery
