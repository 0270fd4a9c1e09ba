// Server: the services over the stores, and the API over the services. Where the parts meet and are told of one another.
//
// Members are made in the order of the layers, and go in the reverse.
#pragma once

#include <atomic>

#include "admin/administration.h"
#include "api/channel_routes.h"
#include "api/instance_routes.h"
#include "api/message_routes.h"
#include "api/probe.h"
#include "api/read_routes.h"
#include "api/rendering.h"
#include "api/router.h"
#include "api/server.h"
#include "app/account_services.h"
#include "app/embedded_stores.h"
#include "app/gateway_adapters.h"
#include "app/server_figures.h"
#include "chat/channels.h"
#include "chat/messages.h"
#include "embedded/rocks_device_store.h"
#include "embedded/rocks_presence_store.h"
#include "gateway/gateway.h"
#include "gateway/polling.h"
#include "presence/presence_service.h"
#include "runtime/admission.h"
#include "runtime/metrics.h"
#include "runtime/rate_limit.h"

namespace rookery::app {

class Server {
 public:
  // Not on a core; before the first request. All must outlive it.
  Server(const Config& config, EmbeddedStores& stores, AccountServices& accounts, const api::StaticFiles& files, Metrics& metrics);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  net::HttpHandler& http() { return api_; }
  const api::Router& router() const { return router_; }
  Admission& admission() { return admission_; }
  ServerFigures& figures() { return figures_; }
  gateway::Gateway& gateway() { return gateway_; }

  // Before the first request, while the cores run; not on one.
  void start();
  // When no request is at work and nobody connects any more; before the stores stop.
  void stop();

  // From now on /readyz refuses. Any thread.
  void begin_stop() { stopping_ = true; }
  // Resumes when no request is at work.
  Task<void> join() { return api_.join(); }

 private:
  const api::Router& add_routes(const Config& config, AccountServices& accounts);
  Status ready() const;
  void tell(const presence::ConnectionKey& connection, const Presence& presence);
  void poll(const auth::Principal& who, const Json& body, api::Ticket ticket);
  Task<Status> show_block(UserId user, UserId other, bool blocked);

  EmbeddedStores& stores_;
  std::atomic<bool> stopping_ = false;
  chat::Channels channels_;
  chat::Messages messages_;
  Admission admission_;
  const api::Instance instance_;
  api::Rendering rendering_;
  api::ChannelRoutes channel_routes_;
  api::MessageRoutes message_routes_;
  api::ReadRoutes read_routes_;
  embedded::RocksPresenceStore presence_store_;
  presence::PresenceService presence_;
  embedded::RocksDeviceStore devices_;
  RateLimiter rates_;
  GatewayAuthenticator gateway_authenticator_;
  GatewayRequests gateway_requests_;
  GatewayPresence gateway_presence_;
  gateway::Gateway gateway_;
  GatewayNews gateway_news_;
  gateway::Polling polling_;
  admin::Administration administration_;
  ServerFigures figures_;
  api::Router router_;
  api::Probe probe_;
  api::ApiServer api_;
};

}  // namespace rookery::app
