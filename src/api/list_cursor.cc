#include "api/list_cursor.h"

#include "base/bytes.h"

namespace rookery::api {

std::string write_list_cursor(std::uint64_t place) {
  std::string bytes;
  ByteWriter(bytes).u64(place);
  return base64url(bytes);
}

std::optional<std::uint64_t> read_list_cursor(std::string_view text) {
  const auto bytes = decode_base64url(text);
  if (!bytes) return std::nullopt;
  ByteReader in(*bytes);
  const std::uint64_t place = in.u64();
  if (!in.at_end()) return std::nullopt;
  return place;
}

}  // namespace rookery::api
