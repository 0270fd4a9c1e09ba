// What the gateway needs of the services, as it sees them; who wires the program adapts the services to these.
//
// Every member is called on the core of the session concerned unless it says otherwise, and its tasks resume there.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/json_reader.h"
#include "base/result.h"
#include "model/account.h"
#include "runtime/task.h"

namespace rookery::gateway {

using auth::Principal;

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // kUnauthorized: the token is refused; any other error: it cannot be said now. When it resumes, no end of that login has
  // been told on this core: whoever Gateway::revoke_here() finds from that turn on misses none.
  virtual Task<Result<Principal>> authenticate(std::string token) = 0;
};

// What answers a request: the reply's `d`, and the message in it, so that a deletion finds an unsent reply.
struct Answer {
  std::string d;  // {"message":{…},"replayed"?:true}
  ChannelId channel;
  std::uint64_t seq = 0;
};

class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // MESSAGE_SEND: `frame`'s member `d`, an object, is REST's body with `channel_id`. Requests of one session are started
  // in the order of their frames; what it starts before its first suspension keeps that order.
  virtual Task<Result<Answer>> send_message(Principal principal, Json frame) = 0;
};

// A gateway session, from anywhere: the core that it lives on, and 128 random bits.
struct SessionKey {
  std::uint16_t core = 0;
  std::array<std::uint8_t, 16> secret{};
  auto operator<=>(const SessionKey&) const = default;
};

// The signs of life of a user's connections. A connection here is a session: it lives on for 60 s after its last frame
// when its socket is gone.
class PresenceListener {
 public:
  struct Seen {
    SessionKey session;
    UserId user;
    TimeMs last_frame;
  };
  virtual ~PresenceListener() = default;
  virtual void connected(const SessionKey& session, const Principal& who, DeviceKind device) = 0;
  // Those from which frames came since the last call; every few seconds.
  virtual void seen(std::span<const Seen> sessions) = 0;
  virtual void status(const SessionKey& session, UserId user, bool away) = 0;
  // The session has ended, `last_frame` being its last sign of life. `at_once`: its life ends now (revoked), else 60 s
  // after the last frame.
  virtual void disconnected(const SessionKey& session, UserId user, TimeMs last_frame, bool at_once) = 0;
  // The whole set of whom this session watches, ascending. PRESENCE_UPDATEs come back by Gateway::dispatch().
  virtual void watch(const SessionKey& session, UserId watcher, std::vector<UserId> users) = 0;
};

}  // namespace rookery::gateway
