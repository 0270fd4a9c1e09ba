#include "verify/target.h"

#include <charconv>

#include "net/tls.h"

namespace rookery::verify {

Result<net::Endpoint> endpoint_of(std::string_view url, const std::string& authorities_file) {
  const bool secure = url.starts_with("https://");
  if (!secure && !url.starts_with("http://")) return fail(ErrorCode::kBadRequest, "a URL begins with http:// or https://");
  std::string_view rest = url.substr(secure ? 8 : 7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  net::Endpoint endpoint;
  endpoint.port = secure ? 443 : 80;
  const std::size_t bracket = rest.find(']');  // an IPv6 address stands in brackets
  const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  endpoint.host = bracket == std::string_view::npos ? rest.substr(0, colon) : rest.substr(1, bracket - 1);
  if (colon != std::string_view::npos) {
    const std::string_view port = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (error != std::errc{} || end != port.data() + port.size() || endpoint.port == 0) {
      return fail(ErrorCode::kBadRequest, "a URL is http://HOST:PORT, without a path");
    }
  }
  if (endpoint.host.empty() || endpoint.host.find('/') != std::string::npos) {
    return fail(ErrorCode::kBadRequest, "a URL is http://HOST:PORT, without a path");
  }
  if (secure) {
    auto tls = net::TlsContext::open_client(authorities_file);
    if (!tls) return fail(tls.error());
    endpoint.tls = *std::move(tls);
  }
  return endpoint;
}

}  // namespace rookery::verify
