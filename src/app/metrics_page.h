// MetricsPage: the handler of the metrics listener. GET /metrics; everything else is 404.
#pragma once

#include "net/http.h"
#include "runtime/metrics.h"

namespace rookery::app {

// On all cores at once. `metrics` must outlive it.
class MetricsPage final : public net::HttpHandler {
 public:
  explicit MetricsPage(const Metrics& metrics) : metrics_(metrics) {}
  void on_request(net::HttpRequest request, net::HttpResponder responder) override;

 private:
  const Metrics& metrics_;
};

}  // namespace rookery::app
