// Paths, queries, addresses and forwarded fields.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "net/http.h"
#include "net/proxies.h"
#include "net/url.h"
#include "net/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rookery::net;
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  if (const auto decoded = percent_decode(text)) CHECK(is_valid_utf8(*decoded) && decoded->find('\0') == std::string::npos);
  static_cast<void>(split_path(text));
  if (const auto query = QueryParameters::parse(text)) CHECK(query->all().size() <= 100);
  if (const auto address = parse_ip(text)) CHECK(parse_ip(format_ip(*address)) == address);
  static_cast<void>(TrustedProxies::parse(text));
  static const TrustedProxies trusted = TrustedProxies::parse("0.0.0.0/1").value();
  for (const char* name : {"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto"}) {
    HttpHeaders headers;
    headers.add(name, text);
    CHECK(parse_ip(resolve_client(*parse_ip("10.0.0.1"), false, headers, trusted).address));
  }
  return 0;
}
