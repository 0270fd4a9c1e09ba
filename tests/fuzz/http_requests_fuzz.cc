// Requests in pieces of any size: the same bytes must be read, or refused, in the same way however they are cut; and what
// was read as one request must not hold another reading of its framing.
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

// What was read, written down; ends with a status when it was refused.
std::string read_in_pieces(std::string_view bytes, std::size_t step, const HttpLimits& limits) {
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
        found += request.method + " " + request.target + " " + request.body + "\n";
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
