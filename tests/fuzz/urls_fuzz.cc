// What stands in a URL, and who sent it: paths and the routes that they mean, queries and the values in them, cursors of
// lists, times, addresses and forwarded fields.
#include <cstdint>
#include <string>
#include <string_view>

#include "api/list_cursor.h"
#include "api/router.h"
#include "base/check.h"
#include "base/time.h"
#include "net/http.h"
#include "net/proxies.h"
#include "net/url.h"
#include "net/utf8.h"

namespace {

using namespace rookery;
using namespace rookery::net;

api::Router make_router() {
  api::Router router;
  for (const char* pattern : {"/", "/api/v1/users/@me", "/api/v1/users/{user_id}", "/api/v1/channels/{channel_id}/messages/{message_id}",
                              "/api/v1/channels/{channel_id}/messages/search", "/{a}/{b}"}) {
    for (const char* method : {"GET", "PUT"}) router.add({method, pattern, api::Access::kPublic, RateBucket::kRead, {}});
  }
  return router;
}

void check_path(std::string_view text) {
  static const api::Router router = make_router();
  if (const auto decoded = percent_decode(text)) CHECK(is_valid_utf8(*decoded) && decoded->find('\0') == std::string::npos);
  const auto segments = split_path(text);
  if (!segments) return;
  for (const char* method : {"GET", "HEAD", "DELETE"}) {
    const auto match = router.find(method, *segments);
    CHECK((match.route == nullptr || !match.allowed.empty()) && match.parameters.size() <= segments->size());
    CHECK(match.route == nullptr || match.route->method == "GET");
  }
}

void check_query(std::string_view text) {
  auto query = QueryParameters::parse(text);
  if (!query) return;
  CHECK(query->all().size() <= 100);
  for (const auto& [name, value] : query->all()) CHECK(is_valid_utf8(name) && is_valid_utf8(value) && query->find(name) != nullptr);
  api::Call call;
  call.query = *std::move(query);
  if (const auto limit = call.limit(50, 100)) CHECK(*limit >= 1 && *limit <= 100);
  if (const auto id = call.query_id<MessageId>("before"))
    CHECK(call.query.find("before") == nullptr || to_string(*id) == *call.query.find("before"));
  if (const auto number = call.query_number("after_seq")) CHECK(call.query.find("after_seq") != nullptr);
}

void check_values(std::string_view text) {
  if (const auto place = api::read_list_cursor(text)) CHECK(api::write_list_cursor(*place) == text);
  if (const auto id = parse_snowflake(text)) CHECK(std::to_string(*id) == text);
  if (const auto time = parse_rfc3339(text)) CHECK(parse_rfc3339(format_rfc3339(*time)) == time);
}

void check_peer(std::string_view text) {
  if (const auto address = parse_ip(text)) CHECK(parse_ip(format_ip(*address)) == address);
  static_cast<void>(TrustedProxies::parse(text));
  static const TrustedProxies trusted = TrustedProxies::parse("0.0.0.0/1").value();
  for (const char* name : {"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto"}) {
    HttpHeaders headers;
    headers.add(name, text);
    CHECK(parse_ip(resolve_client(*parse_ip("10.0.0.1"), false, headers, trusted).address));
    // Whom nobody trusts cannot say that he is another.
    CHECK(resolve_client(*parse_ip("192.0.2.1"), false, headers, trusted).address == "192.0.2.1");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  check_path(text);
  check_query(text);
  check_values(text);
  check_peer(text);
  return 0;
}
