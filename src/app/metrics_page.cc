#include "app/metrics_page.h"

#include <utility>

namespace rookery::app {

void MetricsPage::on_request(net::HttpRequest request, net::HttpResponder responder) {
  if (request.path != "/metrics") return responder.respond(Error(ErrorCode::kUnknownRoute, "Metrics are at /metrics"));
  if (request.method != "GET" && request.method != "HEAD") {
    auto refusal = net::HttpResponse::error(Error(ErrorCode::kMethodNotAllowed));
    refusal.headers.set("Allow", "GET, HEAD");
    return responder.respond(std::move(refusal));
  }
  auto response = net::HttpResponse::text(200, metrics_.expose());
  response.headers.set("Content-Type", Metrics::kContentType);
  responder.respond(std::move(response));
}

}  // namespace rookery::app
