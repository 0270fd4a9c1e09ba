// The head of an HTTP/1.1 message, read strictly (protocol.md §1; RFC 9110, 9112): what two readers could understand
// differently is refused. Pure; any thread.
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

// How the body is framed, and what the connection is.
struct Framing {
  bool http_1_1 = true;
  bool chunked = false;
  bool has_length = false;
  std::uint64_t length = 0;  // of the body, when has_length
};

// Reads a whole head, as found by HeadScanner, into all but the body.
std::expected<Framing, HttpRefusal> read_request_head(std::string_view head, const HttpLimits& limits, HttpRequest& request);
std::expected<Framing, HttpRefusal> read_response_head(std::string_view head, const HttpLimits& limits, HttpResponse& response);

}  // namespace rookery::net
