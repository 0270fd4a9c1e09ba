// Answers, as the clients read them: no crash, no endless loop, and the limit of a body holds.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "net/http_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rookery::net;
  if (size < 1) return 0;
  constexpr std::size_t kBodyMax = 2000;
  std::string_view bytes(static_cast<const char*>(static_cast<const void*>(data)) + 1, size - 1);
  const std::size_t step = 1u + data[0] / 2;
  HttpResponseParser parser((data[0] & 1) != 0, kBodyMax);
  std::string held;
  while (!bytes.empty() && !parser.done()) {
    held.append(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    for (std::size_t taken = 1; taken > 0 && !held.empty() && !parser.done();) {
      const auto parsed = parser.parse(held);
      if (!parsed) return 0;
      taken = *parsed;
      CHECK(taken <= held.size());
      held.erase(0, taken);
    }
  }
  parser.end_of_input();
  CHECK(parser.take_response().body.size() <= kBodyMax);
  return 0;
}
