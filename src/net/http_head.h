// The strict reading of a request's head (protocol.md §1; RFC 9112): what any two readers could understand differently is
// refused, before the parser behind it sees a byte. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "net/http.h"

namespace rookery::net {

// Why a message is refused, as the answer to give before the connection is closed.
struct HttpRefusal {
  unsigned status = 400;
  std::string message = "Malformed HTTP request";

  HttpResponse response() const;
};

// Looks for the end of a head in bytes that arrive piece by piece, and refuses at once what no further byte can mend: a
// bare CR or LF, a control character, too much of it.
class HeadScanner {
 public:
  explicit HeadScanner(const HttpLimits& limits) : limits_(&limits) {}
  // `in` begins with the head and with all that was given before. The head's length, its empty line included, or 0 when
  // its end is not there yet.
  std::expected<std::size_t, HttpRefusal> find_end(std::string_view in);

 private:
  std::expected<std::size_t, HttpRefusal> too_long(std::string_view in) const;

  const HttpLimits* limits_;
  std::size_t scanned_ = 0;
};

// What the checks found out on the way.
struct HeadFacts {
  bool http_1_1 = true;
  bool chunked = false;
  bool has_length = false;
  std::uint64_t length = 0;  // of the body, when has_length
};

// Checks a whole head, as found by HeadScanner, line by line.
std::expected<HeadFacts, HttpRefusal> check_head(std::string_view head, const HttpLimits& limits);

// Splits a checked target into path and query; an absolute target ("http://host/path") loses its beginning.
void split_target(HttpRequest& request);

}  // namespace rookery::net
