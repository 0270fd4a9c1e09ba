// ServerFigures: how the server does, as administrators are shown it.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>

#include "api/admin_routes.h"
#include "app/embedded_stores.h"
#include "gateway/gateway.h"
#include "runtime/admission.h"

namespace rookery::app {

// The pace of a count that only grows, over the last minute at most. Any thread.
class Pace {
 public:
  explicit Pace(SteadyTime began) : samples_({{began, 0}}) {}
  // `count` is the count now; answers how much it grew in a second since the oldest sample kept.
  double take(SteadyTime now, std::uint64_t count);

 private:
  struct Sample {
    SteadyTime at;
    std::uint64_t count;
  };
  std::mutex mutex_;
  std::deque<Sample> samples_;  // oldest first
};

// The time, in milliseconds, within which `part` (0 to 1) of the counted writes were done: an upper bound, as they are
// counted below powers of two of a microsecond. 0 when there were none.
double commit_time_ms(const embedded::CommitCounters& counters, double part);

class ServerFigures {
 public:
  // All must outlive it.
  struct Parts {
    const Config& config;
    EmbeddedStores& stores;
    const gateway::Gateway& gateway;
    const Admission& admission;
    TimeMs started_at;
  };
  explicit ServerFigures(Parts parts);
  // Before the first request.
  void count_connections(std::function<std::size_t()> connections) { connections_ = std::move(connections); }

  // Any core.
  api::ServerHealth health();
  Task<Result<api::StorageReport>> storage();

 private:
  Task<Result<api::Count>> count(embedded::Family family, std::string prefix);

  const Parts parts_;
  std::function<std::size_t()> connections_;
  Pace events_;
};

}  // namespace rookery::app
