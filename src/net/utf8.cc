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

bool can_begin_character(std::string_view bytes) noexcept {
  if (bytes.empty()) return true;
  const auto at = [bytes](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const std::uint8_t lead = at(0);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || bytes.size() >= length) return false;
  if (bytes.size() == 1) return true;
  // RFC 3629 §4: what no shorter form has, no surrogate, nothing above U+10FFFF.
  const std::uint8_t least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (at(1) < least || at(1) > most) return false;
  return bytes.size() == 2 || (at(2) >= 0x80 && at(2) <= 0xBF);
}

}  // namespace rookery::net
