// The cursor that says to a client where the next page of a list begins, and that it cannot read: a place, a number that grows
// with the list's order. Plain functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rookery::api {

std::string write_list_cursor(std::uint64_t place);
// None for what write_list_cursor() cannot have written.
std::optional<std::uint64_t> read_list_cursor(std::string_view text);

}  // namespace rookery::api
