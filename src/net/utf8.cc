#include "net/utf8.h"

#include <simdjson.h>

#include <cstdint>

namespace rookery::net {

bool is_valid_utf8(std::string_view text) noexcept {
  // Most texts are short ASCII: no call for those.
  if (text.size() < 16) {
    bool ascii = true;
    for (const char c : text) ascii = ascii && static_cast<unsigned char>(c) < 0x80;
    if (ascii) return true;
  }
  return simdjson::validate_utf8(text.data(), text.size());
}

std::size_t whole_characters(std::string_view text) noexcept {
  const std::size_t looked_at = text.size() < 3 ? text.size() : 3;
  for (std::size_t back = 1; back <= looked_at; ++back) {
    const auto byte = static_cast<std::uint8_t>(text[text.size() - back]);
    if (byte < 0x80) break;
    if (byte >= 0xC0) {
      const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
      return length > back ? text.size() - back : text.size();
    }
  }
  return text.size();
}

}  // namespace rookery::net
