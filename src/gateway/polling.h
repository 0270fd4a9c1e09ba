// Polling: the long-polling skin (protocol.md §5), over all cores: calls of POST /api/v1/gateway/poll to the connections
// that they belong to.
//
// Made before the cores run, destroyed after. stop(), from a thread that is no core, while they run and before the gateway
// stops.
#pragma once

#include <memory>
#include <vector>

#include "gateway/gateway.h"
#include "gateway/poll_desk.h"

namespace rookery::gateway {

class Polling {
 public:
  // Both outlive it.
  Polling(Cores& cores, Gateway& gateway);
  ~Polling();
  Polling(const Polling&) = delete;
  Polling& operator=(const Polling&) = delete;

  // A call of `who`, whom its token named; on any core. `answer` is called once, when something happened or the time is up.
  void serve(const Principal& who, PollCall call, PollAnswer answer);
  void stop();

  PollDesk& desk(unsigned core) { return *desks_[core]; }

 private:
  Cores& cores_;
  const GatewayOptions& options_;
  std::vector<std::unique_ptr<PollDesk>> desks_;  // one a core
};

}  // namespace rookery::gateway
