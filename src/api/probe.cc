#include "api/probe.h"

#include <algorithm>
#include <string>

namespace rookery::api {

Probe::Probe(Metrics& metrics)
    : by_class_(), seconds_(metrics.histogram("rookery_http_request_seconds", "from a request to its answer", seconds_bounds())) {
  for (std::size_t i = 0; i < by_class_.size(); ++i) {
    by_class_[i] = &metrics.counter("rookery_http_requests_total", "answered requests, by class of status",
                                    {{"status", std::to_string(i + 1) + "xx"}});
  }
}

void Probe::answered(unsigned status, std::optional<std::chrono::nanoseconds> took) noexcept {
  by_class_[std::clamp(status / 100, 1u, 5u) - 1]->add();
  if (took) seconds_.observe(std::chrono::duration<double>(*took).count());
}

}  // namespace rookery::api
