#include "api/ticket.h"

#include <fmt/format.h>

#include "api/server.h"
#include "runtime/core.h"
#include "runtime/log.h"

namespace rookery::api {
namespace {

// Decimal seconds with milliseconds, as the headers have them.
std::string seconds(std::chrono::milliseconds time) { return fmt::format("{}.{:03}", time.count() / 1000, time.count() % 1000); }

}  // namespace

void add_origin_headers(net::HttpResponse& response) {
  response.headers.set("Access-Control-Allow-Origin", "*");
  response.headers.set(
      "Access-Control-Expose-Headers",
      "X-Request-Id, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Reset-After, X-RateLimit-Bucket, "
      "Retry-After, Idempotency-Replayed");
}

void add_rate_headers(net::HttpResponse& response, const RateAnswer& rate) {
  net::HttpHeaders& headers = response.headers;
  headers.set("X-RateLimit-Limit", std::to_string(rate.limit));
  headers.set("X-RateLimit-Remaining", std::to_string(rate.remaining));
  headers.set("X-RateLimit-Reset", seconds(std::chrono::milliseconds(rate.reset.unix_ms)));
  headers.set("X-RateLimit-Reset-After", seconds(rate.reset_after));
  headers.set("X-RateLimit-Bucket", rate.bucket);
}

void add_common_headers(net::HttpResponse& response, bool api, std::string_view request_id) {
  response.headers.set("X-Request-Id", request_id);
  if (!api) return;
  add_origin_headers(response);
  if (!response.headers.has("Cache-Control")) response.headers.set("Cache-Control", "no-store");
}

Ticket::Ticket(const net::HttpRequest& request, net::HttpResponder responder, std::string request_id, Probe* probe)
    : responder_(std::move(responder)),
      request_id_(std::move(request_id)),
      method_(request.method),
      path_(request.path),
      began_(Core::current().clock().steady_now()),
      probe_(probe) {}

void Ticket::respond(net::HttpResponse response) {
  const auto took = Core::current().clock().steady_now() - began_;
  if (probe_ != nullptr) probe_->answered(response.status, held_ ? std::nullopt : std::optional<std::chrono::nanoseconds>(took));
  const bool failed = response.status >= 500 && response.status != 501 && response.status != 503;
  // Without the query, which may hold words that somebody searches for.
  log(failed ? LogLevel::kError : LogLevel::kDebug, failed ? "request failed" : "request",
      {{"request_id", request_id_},
       {"method", method_},
       {"path", path_},
       {"status", response.status},
       {"took_ms", std::chrono::duration<double, std::milli>(took).count()}});
  if (rate_) add_rate_headers(response, *rate_);
  add_common_headers(response, under_api(path_), request_id_);
  responder_.respond(std::move(response));
}

}  // namespace rookery::api
