#include "app/gateway_adapters.h"

#include "gateway/texts.h"
#include "runtime/log.h"

namespace rookery::app {
namespace {

constexpr std::size_t kTellingMax = 10'000;

presence::ConnectionKey connection_of(const gateway::SessionKey& session) { return {session.core, session.secret}; }

}  // namespace

gateway::SessionKey session_of(const presence::ConnectionKey& connection) { return {connection.core, connection.secret}; }

Task<Result<gateway::Answer>> GatewayRequests::send_message(gateway::Principal principal, Json frame) {
  const RateAnswer rate = rates_.take(RateBucket::kMessages, principal.user);
  if (!rate.allowed) co_return fail(rate_refusal(rate));
  // Nothing may be waited for before the log is asked: that is what keeps a session's sends in their order.
  const auto body = frame.root().member("d");
  FieldErrors errors;
  JsonFields fields(*body, errors);
  const auto channel = fields.required_id<ChannelId>("channel_id");
  if (!channel) co_return fail(errors.status().error());
  const auth::Profile known = profiles_.cached(principal.user);
  const std::string name = known ? known->display_name : std::string();
  const Result<Applied> applied = co_await messages_.send(principal.user, name, *channel, *body, std::nullopt);
  if (!applied) co_return fail(applied.error());
  const Message& message = *applied->message;
  const Result<auth::Profile> author = co_await profiles_.get(message.author);
  if (!author) co_return fail(author.error());
  gateway::Answer answer{.d = {}, .channel = message.channel, .seq = message.seq};
  JsonWriter json(answer.d);
  json.begin_object();
  write_json(json.key("message"), message, **author);
  if (applied->replayed) json.key("replayed").boolean(true);
  json.end_object();
  co_return answer;
}

void GatewayPresence::connected(const gateway::SessionKey& session, const gateway::Principal& who, DeviceKind device) {
  presence_.connected(connection_of(session), who.user, device);
}

void GatewayPresence::seen(std::span<const Seen> sessions) {
  std::vector<presence::PresenceService::Seen> seen;
  seen.reserve(sessions.size());
  for (const Seen& one : sessions) seen.push_back({connection_of(one.session), one.user, one.last_frame});
  presence_.seen(seen);
}

void GatewayPresence::status(const gateway::SessionKey& session, UserId user, bool away) {
  presence_.set_away(connection_of(session), user, away);
}

void GatewayPresence::disconnected(const gateway::SessionKey& session, UserId user, TimeMs last_frame, bool at_once) {
  presence_.disconnected(connection_of(session), user, last_frame, at_once);
}

void GatewayPresence::watch(const gateway::SessionKey& session, UserId watcher, std::vector<UserId> users) {
  presence_.watch(connection_of(session), watcher, std::move(users));
}

GatewayNews::GatewayNews(Cores& cores, gateway::Gateway& gateway) : cores_(cores), gateway_(gateway) {
  for (unsigned i = 0; i < cores.size(); ++i) telling_.push_back(std::make_unique<TaskGroup>(kTellingMax));
}

// Told on every core, before the request that ended them is answered.
void GatewayNews::on_revoked(UserId user, std::span<const LoginId> logins, auth::Revocation why) noexcept {
  const bool disabled = why == auth::Revocation::kDisabled;
  const gateway::CloseReason words = disabled ? gateway::close_codes::kAccountDisabled : gateway::close_codes::kRevoked;
  for (const LoginId login : logins) gateway_.revoke_here(user, login, words);
}

void GatewayNews::on_profile(auth::Profile profile) noexcept {
  if (!telling_[Core::current().index()]->spawn(gateway_.user_changed(*profile)))
    log_warning("a changed profile was not told: too much is going on");
}

Task<void> GatewayNews::join() {
  Core& home = Core::current();
  for (unsigned i = 0; i < cores_.size(); ++i) {
    co_await hop(cores_.at(i));
    co_await telling_[i]->join();
  }
  co_await hop(home);
}

}  // namespace rookery::app
