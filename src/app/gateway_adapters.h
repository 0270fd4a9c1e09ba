// The services as the gateway sees them, and the gateway as the services see it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "api/rendering.h"
#include "auth/authenticator.h"
#include "auth/profiles.h"
#include "chat/messages.h"
#include "gateway/gateway.h"
#include "gateway/services.h"
#include "presence/presence_service.h"
#include "runtime/rate_limit.h"
#include "runtime/task_group.h"

namespace rookery::app {

class GatewayAuthenticator final : public gateway::Authenticator {
 public:
  explicit GatewayAuthenticator(auth::Authenticator& authenticator) : authenticator_(authenticator) {}
  Task<Result<gateway::Principal>> authenticate(std::string token) override { return authenticator_.authenticate(std::move(token)); }

 private:
  auth::Authenticator& authenticator_;
};

// MESSAGE_SEND is REST's body with `channel_id`, and counts where REST's messages do.
class GatewayRequests final : public gateway::RequestHandler {
 public:
  GatewayRequests(chat::Messages& messages, auth::Profiles& profiles, RateLimiter& rates)
      : messages_(messages), profiles_(profiles), rates_(rates) {}
  Task<Result<gateway::Answer>> send_message(gateway::Principal principal, Json frame) override;

 private:
  chat::Messages& messages_;
  auth::Profiles& profiles_;
  RateLimiter& rates_;
};

// Sessions are the connections of presence.
class GatewayPresence final : public gateway::PresenceListener {
 public:
  explicit GatewayPresence(presence::PresenceService& presence) : presence_(presence) {}
  void connected(const gateway::SessionKey& session, const gateway::Principal& who, DeviceKind device) override;
  void seen(std::span<const Seen> sessions) override;
  void status(const gateway::SessionKey& session, UserId user, bool away) override;
  void disconnected(const gateway::SessionKey& session, UserId user, TimeMs last_frame, bool at_once) override;
  void watch(const gateway::SessionKey& session, UserId watcher, std::vector<UserId> users) override;

 private:
  presence::PresenceService& presence_;
};

// What the gateway is told of logins and profiles.
class GatewayNews final : public auth::RevocationObserver, public auth::ProfileObserver {
 public:
  GatewayNews(Cores& cores, gateway::Gateway& gateway);
  void on_revoked(UserId user, std::span<const LoginId> logins, auth::Revocation why) noexcept override;
  void on_profile(auth::Profile profile) noexcept override;
  // Resumes when nothing is being told any more. While cores run, before the gateway stops.
  Task<void> join();

 private:
  Cores& cores_;
  gateway::Gateway& gateway_;
  std::vector<std::unique_ptr<TaskGroup>> telling_;  // one a core
};

gateway::SessionKey session_of(const presence::ConnectionKey& connection);

}  // namespace rookery::app
