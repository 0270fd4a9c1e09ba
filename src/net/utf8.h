// UTF-8 (RFC 3629), checked with simdjson. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace rookery::net {

bool is_valid_utf8(std::string_view text) noexcept;
// How many bytes at the front end at a character's border: all of them, but for a last character that is cut short.
std::size_t whole_characters(std::string_view text) noexcept;
// Whether a character can begin with these bytes, of which there are fewer than it needs; true for none.
bool can_begin_character(std::string_view bytes) noexcept;

}  // namespace rookery::net
