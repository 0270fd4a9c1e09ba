// How the values of options are written: text to value and back. Pure functions, any thread.
//
// A parse answers the value, or says what it must be in a phrase that goes behind "--name": "must be on or off".
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config.h"

namespace rookery {

template <class T>
using Parsed = std::expected<T, std::string>;

// Decimal digits only; bounds are inclusive.
Parsed<std::uint64_t> parse_whole_number(std::string_view text, std::uint64_t least, std::uint64_t most);
// A number of bytes, with or without KiB, MiB, GiB or TiB behind it.
Parsed<std::uint64_t> parse_byte_count(std::string_view text);
Parsed<bool> parse_switch(std::string_view text);                       // "on", "off"; "true", "false"
Parsed<Endpoint> parse_endpoint(std::string_view text);                 // "HOST:PORT", an IPv6 host in brackets
Parsed<Rate> parse_rate(std::string_view text);                         // "50/10": 50 in 10 seconds
Parsed<std::vector<std::string>> parse_origins(std::string_view text);  // "https://a.example,http://b:8080"

// "a or b", "a, b or c".
std::string join_choices(const std::vector<std::string_view>& choices);
// Parts between commas, without spaces around them; none of an empty text.
std::vector<std::string_view> split_list(std::string_view text);

}  // namespace rookery
