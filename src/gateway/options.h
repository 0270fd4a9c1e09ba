// What a gateway is made with.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "auth/profiles.h"
#include "base/random.h"
#include "gateway/services.h"
#include "model/limits.h"
#include "ports/channel_log.h"
#include "ports/conversations.h"
#include "ports/cursors.h"
#include "runtime/admission.h"

namespace rookery::gateway {

struct GatewayOptions {
  Limits limits;
  std::uint16_t node = 0;
  std::string epoch;  // changes when the installation was restored from a backup
  std::chrono::seconds session_ttl{300};
  std::chrono::milliseconds heartbeat_interval{30'000};
  std::chrono::milliseconds silent_for{60'000};
  std::chrono::milliseconds identify_within{10'000};
  std::chrono::milliseconds slow_for{10'000};       // with 256 KiB unsent
  std::chrono::milliseconds frame_for_max{20'000};  // from a frame's first byte to its last
  std::chrono::milliseconds sweep_interval{1'000};
  std::chrono::milliseconds presence_interval{2'000};  // how often sessions are swept, and presence told of signs of life
  std::vector<std::string> allowed_origins;            // empty: any
};

// All of them outlive the gateway.
struct GatewayServices {
  ChannelLog& log;
  Cursors& cursors;
  Conversations& conversations;
  Authenticator& authenticator;
  auth::Profiles& profiles;
  RequestHandler& requests;
  PresenceListener& presence;
  Random& random;                  // for session ids; any core
  Admission* admission = nullptr;  // asked before a request or a session is begun; null: everything is
};

}  // namespace rookery::gateway
