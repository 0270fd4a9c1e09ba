// Requests in pieces of any size: the same bytes must be read, or refused, in the same way however they are cut; what was
// read as one request must not hold another reading of its framing; and written anew, with a length, it is the same request.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/check.h"
#include "net/http_parser.h"

namespace {

using namespace rookery::net;

constexpr std::size_t kBodyMax = 2000;

void check_request(const HttpRequest& request) {
  CHECK(!request.method.empty() && !request.path.empty());
  CHECK(request.body.size() <= kBodyMax);
  CHECK(!(request.headers.has("Content-Length") && request.headers.has("Transfer-Encoding")));
  int hosts = 0;
  for (const auto& field : request.headers.fields()) {
    hosts += equals_ignoring_case(field.name, "Host") ? 1 : 0;
    CHECK(field.value.find_first_of("\r\n\0") == std::string::npos || field.value.empty());
  }
  CHECK(hosts <= 1);
}

std::string described(const HttpRequest& request) { return request.method + " " + request.target + " " + request.body + "\n"; }

std::string read_in_pieces(std::string_view bytes, std::size_t step, const HttpLimits& limits, bool write_anew = true);

void check_written_anew(const HttpRequest& request) {
  std::string text = request.method + " " + request.target + " HTTP/1.1\r\n";
  if (!request.headers.has("Host")) return;  // HTTP/1.0
  for (const auto& field : request.headers.fields()) {
    if (equals_ignoring_case(field.name, "Content-Length") || equals_ignoring_case(field.name, "Transfer-Encoding")) continue;
    text += field.name + ": " + field.value + "\r\n";
  }
  text += "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
  CHECK(read_in_pieces(text, text.size(), HttpLimits(), false) == described(request));
}

// What was read, written down; ends with a status when it was refused.
std::string read_in_pieces(std::string_view bytes, std::size_t step, const HttpLimits& limits, bool write_anew) {
  std::string found;
  std::string held;
  auto parser = std::make_unique<HttpRequestParser>(limits);
  while (!bytes.empty()) {
    held.append(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    while (!held.empty()) {
      const bool had_head = parser->head_done();
      const auto taken = parser->parse(held);
      if (!taken) return found + std::to_string(taken.error().status);
      CHECK(*taken <= held.size());
      held.erase(0, *taken);
      if (!had_head && parser->head_done()) {
        if (const auto allowed = parser->limit_body(kBodyMax); !allowed) return found + std::to_string(allowed.error().status);
      }
      if (parser->done()) {
        const HttpRequest request = parser->take_request();
        check_request(request);
        if (write_anew) check_written_anew(request);
        found += described(request);
        parser = std::make_unique<HttpRequestParser>(limits);
      } else if (*taken == 0) {
        break;
      }
    }
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const HttpLimits limits{.head_bytes_max = 1000, .target_bytes_max = 300, .fields_max = 10};
  const std::string_view bytes(static_cast<const char*>(static_cast<const void*>(data)) + 1, size - 1);
  const std::string whole = read_in_pieces(bytes, bytes.size() + 1, limits);
  CHECK(whole == read_in_pieces(bytes, 1, limits));
  CHECK(whole == read_in_pieces(bytes, 1u + data[0], limits));
  return 0;
}
