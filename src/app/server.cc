#include "app/server.h"

#include <utility>

#include "api/admin_routes.h"
#include "api/admin_user_routes.h"
#include "api/auth_routes.h"
#include "api/device_routes.h"
#include "api/poll_routes.h"
#include "api/presence_routes.h"
#include "api/user_routes.h"
#include "app/listeners.h"
#include "base/version.h"
#include "gateway/texts.h"
#include "gateway/websocket_skin.h"
#include "runtime/free_memory.h"

namespace rookery::app {
namespace {

api::Authenticate authenticate_with(auth::Authenticator& authenticator) {
  return [&authenticator](std::string token) { return authenticator.authenticate(std::move(token)); };
}

// What the allocator could give back counts only when there is plenty.
Admission::MemoryInUse memory_in_use(std::uint64_t most) {
  return [plenty = most / 20 * 19] {
    const std::uint64_t in_use = process_memory_bytes();
    if (in_use < plenty) return in_use;
    release_free_memory();
    return process_memory_bytes();
  };
}

gateway::GatewayOptions gateway_options(const Config& config, const embedded::Database& database) {
  gateway::GatewayOptions options;
  options.limits = config.limits;
  options.epoch = database.epoch();
  options.session_ttl = config.session_ttl;
  options.identify_within = config.identify_deadline;
  options.slow_for = config.slow_reader_deadline;
  options.frame_for_max = config.frame_deadline;
  options.allowed_origins = config.allowed_origins;
  return options;
}

}  // namespace

Server::Server(const Config& config, EmbeddedStores& stores, AccountServices& accounts, const api::StaticFiles& files, Metrics& metrics)
    : stores_(stores),
      channels_(stores.channels(), stores.channels(), stores.accounts(), stores.accounts(), stores.ids(), config.limits),
      messages_(stores.channels(), config.limits),
      admission_(stores.cores().size(), admission_limits(config), memory_in_use(admission_limits(config).memory_bytes_max)),
      instance_({.name = config.name,
                 .version = std::string(version()),
                 .registration = [&accounts] { return accounts.accounts().registration(); },
                 .features = {"polling"},
                 .limits = config.limits,
                 .ready = [this] { return ready(); }}),
      rendering_(accounts.profiles(), stores.channels()),
      channel_routes_({.channels = channels_,
                       .log = stores.channels(),
                       .conversations = stores.channels(),
                       .personal = stores.accounts(),
                       .rendering = rendering_,
                       .limits = config.limits,
                       .tell_typing = [this](const ChannelState& channel, UserId user) { gateway_.typing(channel.roster->id, user); }}),
      message_routes_({.channels = channels_,
                       .messages = messages_,
                       .log = stores.channels(),
                       .conversations = stores.channels(),
                       .profiles = accounts.profiles(),
                       .rendering = rendering_,
                       .limits = config.limits}),
      read_routes_({.channels = channels_,
                    .log = stores.channels(),
                    .conversations = stores.channels(),
                    .cursors = stores.channels(),
                    .rendering = rendering_,
                    .limits = config.limits}),
      presence_store_(stores.database()),
      presence_({.cores = stores.cores(),
                 .store = presence_store_,
                 .personal = stores.accounts(),
                 .conversations = stores.channels(),
                 .profiles = accounts.profiles(),
                 .visibility =
                     config.presence_visibility == PresenceVisibility::kAll ? presence::Visibility::kAll : presence::Visibility::kShared,
                 .tell = [this](const presence::ConnectionKey& connection, const Presence& presence) { tell(connection, presence); }}),
      devices_(stores.database()),
      rates_(config.rates, system_clock(), system_random()),
      gateway_authenticator_(accounts.authenticator()),
      gateway_requests_(messages_, accounts.profiles(), rates_),
      gateway_presence_(presence_),
      gateway_(stores.cores(), gateway_options(config, stores.database()),
               {.log = stores.channels(),
                .cursors = stores.channels(),
                .conversations = stores.channels(),
                .authenticator = gateway_authenticator_,
                .profiles = accounts.profiles(),
                .requests = gateway_requests_,
                .presence = gateway_presence_,
                .random = system_random(),
                .admission = &admission_}),
      gateway_news_(stores.cores(), gateway_),
      polling_(stores.cores(), gateway_),
      administration_({.accounts = accounts.accounts(),
                       .logins = accounts.logins(),
                       .store = stores.accounts(),
                       .decisions = stores.accounts(),
                       .conversations = stores.channels(),
                       .presence = presence_store_,
                       .random = system_random(),
                       .registration_fixed = config.registration.has_value()}),
      figures_({.config = config, .stores = stores, .gateway = gateway_, .admission = admission_, .started_at = system_clock().now()}),
      probe_(metrics),
      api_(stores.cores(), add_routes(config, accounts), authenticate_with(accounts.authenticator()), rates_, files,
           [this](net::HttpRequest request, net::HttpResponder responder) {
             gateway::serve_websocket(gateway_, request, std::move(responder));
           },
           {.limits = config.limits,
            .admission = &admission_,
            .requests_per_core_max = std::size_t{config.requests_max} * 2,
            .probe = &probe_}) {
  accounts.accounts().at_deletion([this](UserId user) { return channels_.leave_all(user); });
  accounts.blocks().at_change([this](UserId user, UserId other, bool blocked) { return channels_.heed_block(user, other, blocked); });
  accounts.blocks().at_change([this](UserId user, UserId other, bool blocked) { return show_block(user, other, blocked); });
  accounts.authenticator().observe(gateway_news_);
  accounts.profiles().observe(gateway_news_);
  stores.channels().observe(gateway_);
  metrics.gauge("rookery_rate_limit_keys", "accounts and addresses whose requests are being counted",
                [this] { return static_cast<double>(rates_.keys()); });
  metrics.gauge("rookery_requests_at_work", "requests that are not answered yet, REST and gateway",
                [this] { return static_cast<double>(admission_.requests_at_work()); });
  metrics.gauge("rookery_memory_short", "1 while the process has more memory than memory-max, and takes on nothing new",
                [this] { return admission_.memory_is_short() ? 1.0 : 0.0; });
  metrics.counter_of("rookery_overload_refusals_total", "connections and requests that were asked to try again later",
                     [this] { return static_cast<double>(admission_.refused()); });
}

const api::Router& Server::add_routes(const Config& config, AccountServices& accounts) {
  api::add_instance_routes(router_, instance_);
  api::add_auth_routes(router_, accounts.accounts(), accounts.logins(), accounts.keys(), rates_, system_clock());
  api::add_user_routes(router_, {.accounts = accounts.accounts(),
                                 .profiles = accounts.profiles(),
                                 .blocks = accounts.blocks(),
                                 .personal = stores_.accounts(),
                                 .cursors = stores_.channels()});
  api::add_admin_user_routes(router_, administration_);
  api::add_admin_routes(router_, {.administration = administration_,
                                  .config = config,
                                  .version = std::string(version()),
                                  .health = [this] { return figures_.health(); },
                                  .storage = [this] { return figures_.storage(); }});
  api::add_device_routes(router_, devices_);
  api::add_presence_routes(router_, presence_, instance_.limits);
  api::add_poll_routes(
      router_, [this](const auth::Principal& who, const Json& body, api::Ticket ticket) { poll(who, body, std::move(ticket)); },
      instance_.limits.json_depth + gateway::kPollNesting);
  channel_routes_.add_to(router_);
  message_routes_.add_to(router_);
  read_routes_.add_to(router_);
  return router_;
}

void Server::start() {
  presence_.start();
  gateway_.start();
}

void Server::stop() {
  run_blocking(stores_.cores().at(0), gateway_news_.join());
  polling_.stop();
  gateway_.stop();
  presence_.stop();
}

void Server::tell(const presence::ConnectionKey& connection, const Presence& presence) {
  std::string d;
  JsonWriter json(d);
  write_json(json, presence);
  gateway_.dispatch(session_of(connection), gateway::dispatch_text("PRESENCE_UPDATE", d));
}

void Server::poll(const auth::Principal& who, const Json& body, api::Ticket ticket) {
  auto call = gateway::parse_poll(body.root());
  if (!call) return ticket.respond(call.error());
  ticket.set_held();
  polling_.serve(who, *std::move(call), [ticket = std::move(ticket)](Result<std::string> answer) mutable {
    if (!answer) return ticket.respond(answer.error());
    ticket.respond(net::HttpResponse::json(200, *std::move(answer)));
  });
}

Task<Status> Server::show_block(UserId user, UserId other, bool blocked) {
  co_await presence_.block_changed(user, other, blocked);
  co_return Status();
}

Status Server::ready() const {
  if (stopping_) return fail(Error::retry(ErrorCode::kUnavailable, 1, "The server is stopping"));
  return stores_.database().writable();
}

}  // namespace rookery::app
