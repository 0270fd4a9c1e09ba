#include "app/server.h"

#include <utility>

#include "api/auth_routes.h"
#include "api/user_routes.h"
#include "base/version.h"
#include "runtime/options.h"

namespace rookery::app {
namespace {

api::Authenticate authenticate_with(auth::Authenticator& authenticator) {
  return [&authenticator](std::string token) { return authenticator.authenticate(std::move(token)); };
}

void no_gateway(net::HttpRequest, net::HttpResponder responder) { responder.respond(Error(ErrorCode::kUnknownRoute)); }

}  // namespace

Server::Server(const Config& config, EmbeddedStores& stores, AccountServices& accounts, const api::StaticFiles& files)
    : stores_(stores),
      channels_(stores.channels(), stores.channels(), stores.accounts(), stores.accounts(), stores.ids(), config.limits),
      messages_(stores.channels(), config.limits),
      instance_({.name = config.name,
                 .version = std::string(version()),
                 .registration = find_option("registration")->get(config),
                 .features = {},
                 .limits = config.limits,
                 .ready = [this] { return ready(); }}),
      rendering_(accounts.profiles(), stores.channels()),
      channel_routes_({.channels = channels_,
                       .log = stores.channels(),
                       .conversations = stores.channels(),
                       .personal = stores.accounts(),
                       .rendering = rendering_,
                       .limits = config.limits,
                       .tell_typing = [](const ChannelState&, UserId) {}}),
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
      rates_(config.rates, system_clock(), system_random()),
      api_(stores.cores(), add_routes(accounts), authenticate_with(accounts.authenticator()), rates_, files, no_gateway,
           {.limits = config.limits}) {
  accounts.accounts().at_deletion([this](UserId user) { return channels_.leave_all(user); });
  accounts.blocks().at_change([this](UserId user, UserId other, bool blocked) { return channels_.heed_block(user, other, blocked); });
}

const api::Router& Server::add_routes(AccountServices& accounts) {
  api::add_instance_routes(router_, instance_);
  api::add_auth_routes(router_, accounts.accounts(), accounts.logins(), accounts.keys(), system_clock());
  api::add_user_routes(router_, {.accounts = accounts.accounts(),
                                 .profiles = accounts.profiles(),
                                 .blocks = accounts.blocks(),
                                 .personal = stores_.accounts(),
                                 .cursors = stores_.channels()});
  channel_routes_.add_to(router_);
  message_routes_.add_to(router_);
  read_routes_.add_to(router_);
  return router_;
}

Status Server::ready() const {
  if (stopping_) return fail(Error::retry(ErrorCode::kUnavailable, 1, "The server is stopping"));
  return stores_.database().writable();
}

void Server::add_metrics(Metrics& metrics) {
  metrics.gauge("rookery_rate_limit_keys", "accounts and addresses whose requests are being counted",
                [this] { return static_cast<double>(rates_.keys()); });
}

}  // namespace rookery::app
