// Probe: what the API counts. On any core.
#pragma once

#include <array>
#include <chrono>
#include <optional>

#include "runtime/metrics.h"

namespace rookery::api {

class Probe {
 public:
  // `metrics` must outlive it.
  explicit Probe(Metrics& metrics);
  // Without a time: one that waited for something to happen.
  void answered(unsigned status, std::optional<std::chrono::nanoseconds> took) noexcept;

 private:
  std::array<Counter*, 5> by_class_;  // 1xx to 5xx
  Histogram& seconds_;
};

}  // namespace rookery::api
