#include "gateway/floor.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/mutant.h"
#include "gateway/close_codes.h"
#include "gateway/texts.h"
#include "runtime/log.h"

namespace rookery::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kTasksMax = 1'000'000;
constexpr std::size_t kEarlyMax = 256;  // what may wait for one SYNCED
constexpr milliseconds kDrainStep{50};

CatchUp::Parts catch_up_parts(const Floor::Parts& parts, Audience& audience, Parcels& parcels,
                              std::function<void(const std::shared_ptr<Session>&)> give_up) {
  return {.core = parts.core,
          .cores = parts.cores,
          .log = parts.services.log,
          .profiles = parts.services.profiles,
          .limits = parts.options.limits,
          .audience = audience,
          .parcels = parcels,
          .desks = parts.desks,
          .counters = parts.counters,
          .give_up = std::move(give_up)};
}

net::SharedBuffer hello_of(const GatewayOptions& options) {
  return net::SharedBuffer::copy_of(hello_frame(static_cast<std::uint32_t>(options.heartbeat_interval.count()),
                                                static_cast<std::uint32_t>(options.session_ttl.count()), options.limits));
}

}  // namespace

std::size_t Floor::KeyHash::operator()(const SessionKey& key) const noexcept {
  std::uint64_t head = 0;
  std::memcpy(&head, key.secret.data(), sizeof head);
  return head;
}

Floor::Floor(const Parts& parts)
    : parts_(parts),
      hello_(hello_of(parts.options)),
      heartbeat_ack_(net::SharedBuffer::copy_of(heartbeat_ack_frame())),
      audience_(parts.core, parcels_, *this),
      sweep_timer_(parts.core),
      drain_timer_(parts.core),
      catch_up_(catch_up_parts(parts, audience_, parcels_, [this](const std::shared_ptr<Session>& session) { give_up(session); })),
      tasks_(kTasksMax) {}

Floor::~Floor() { CHECK(sessions_.empty()); }

void Floor::start() { arm_sweep(); }

void Floor::spawn(Task<void> task) {
  if (!tasks_.spawn(std::move(task))) log_error("gateway: too many tasks of a core's sessions", {{"running", tasks_.running()}});
}

// --- connections ---

void Floor::add(Connection& connection) {
  connections_.push_back(&connection);
  parts_.counters.connections.add();
}

void Floor::remove(Connection& connection) {
  const auto at = std::ranges::find(connections_, &connection);
  if (at == connections_.end()) return;
  *at = connections_.back();
  connections_.pop_back();
  parts_.counters.connections.take();
}

Task<bool> Floor::admit_user(UserId user) {
  Core& home = parts_.cores.of(user);
  co_await hop(home);
  std::uint32_t& count = floor_of(static_cast<std::uint16_t>(home.index())).connections_of_[user];
  const std::uint32_t limit = parts_.options.limits.connections_per_user;
  const bool admitted = limit == 0 || count < limit;
  if (admitted) ++count;
  co_await hop(parts_.core);
  co_return admitted;
}

void Floor::enter_user(UserId user) {
  Core& home = parts_.cores.of(user);
  home.post_function([&floor = floor_of(static_cast<std::uint16_t>(home.index())), user] { ++floor.connections_of_[user]; });
}

void Floor::leave_user(UserId user) {
  Core& home = parts_.cores.of(user);
  home.post_function([&floor = floor_of(static_cast<std::uint16_t>(home.index())), user] {
    const auto at = floor.connections_of_.find(user);
    if (at != floor.connections_of_.end() && --at->second == 0) floor.connections_of_.erase(at);
  });
}

// --- sessions ---

std::shared_ptr<Session> Floor::open_session(const Principal& who, DeviceKind device) {
  SessionKey key;
  key.core = static_cast<std::uint16_t>(parts_.core.index());
  parts_.services.random.fill(key.secret);
  const RingLimits limits{.dispatches = parts_.options.limits.resume_dispatches};
  auto session = std::make_shared<Session>(key, who, device, limits, now());
  sessions_.emplace(key, session);
  by_user_[who.user].push_back(session.get());
  early_joins_.emplace(session.get(), std::vector<std::shared_ptr<const Join>>());
  parts_.counters.sessions.add();
  return session;
}

std::shared_ptr<Session> Floor::find(const SessionKey& key) const {
  const auto at = sessions_.find(key);
  return at == sessions_.end() ? nullptr : at->second;
}

void Floor::end(const std::shared_ptr<Session>& session, bool at_once) {
  if (session->ended()) return;
  const std::shared_ptr<Session> keep = session;
  if (keep->ready) {
    parts_.services.presence.disconnected(keep->key(), keep->user(), wall_time_of(keep->last_frame()), at_once);
  }
  sessions_.erase(keep->key());
  auto& mine = by_user_[keep->user()];
  std::erase(mine, keep.get());
  if (mine.empty()) by_user_.erase(keep->user());
  early_joins_.erase(keep.get());
  audience_.remove_all(*keep);
  keep->end();
  parts_.counters.sessions.take();
}

void Floor::give_up(const std::shared_ptr<Session>& session) {
  if (Connection* connection = session->connection()) connection->close(close_codes::kTryAgainLater);
  end(session, false);
}

TimeMs Floor::wall_time_of(SteadyTime then) const {
  return parts_.core.clock().now() - std::chrono::duration_cast<milliseconds>(now() - then);
}

void Floor::detach(const std::shared_ptr<Session>& session, SteadyTime last_frame) {
  session->detach(last_frame);
  if (session->ready && last_frame > session->presence_told) {
    session->presence_told = last_frame;
    const PresenceListener::Seen seen{session->key(), session->user(), wall_time_of(last_frame)};
    parts_.services.presence.seen(std::span(&seen, 1));
  }
  if (session->lost() || !session->ready) end(session, false);
}

void Floor::confirm(const Session& session, std::span<const Confirmed> confirmed) {
  for (const Confirmed& message : confirmed)
    parts_.services.cursors.raise_cursor({.channel = message.channel, .user = session.user(), .delivered_seq = message.seq});
}

void Floor::dispatch(Session& session, net::SharedBuffer text) {
  session.dispatch(parcel(std::move(text)));
  parts_.counters.dispatches.add();
}

// --- what clients say ---

void Floor::subscribe(const std::shared_ptr<Session>& session, const std::vector<ChannelId>& channels) {
  for (const SeatedIn& seat : session->channels) {
    const ChannelId channel = seat.channel;
    Subscription& at = *audience_.find(*session, channel);
    const bool named = std::ranges::binary_search(channels, channel);
    if (!std::exchange(at.subscribed, named) && named) {
      CatchUpJob* job = session->catching_up == nullptr ? nullptr : session->catching_up->find(channel);
      if (at.live) {
        dispatch(*session, synced_text(channel, at.seq, at.rev, true));
      } else if (job != nullptr) {
        job->synced_due = true;
        at.announced = true;
      } else {
        at.announced = true;  // it is being settled: live then, or a job
      }
    }
  }
}

void Floor::read(Session& session, ChannelId channel, std::uint64_t seq) {
  Subscription* at = audience_.find(session, channel);
  if (at == nullptr || seq == 0) return;
  at->said_read = std::max(at->said_read, std::min(seq, at->seq));
  parts_.services.cursors.raise_cursor({.channel = channel, .user = session.user(), .read_seq = seq});
}

void Floor::type(const Session& session, ChannelId channel) {
  if (audience_.find(session, channel) == nullptr) return;
  Core& home = parts_.cores.of(channel);
  home.post_function([desk = parts_.desks[home.index()], channel, user = session.user()] { desk->typing(channel, user); });
}

// --- what others say ---

void Floor::revoke(UserId user, LoginId login, CloseReason why) {
  const auto at = by_user_.find(user);
  if (at == by_user_.end()) return;
  const std::vector<Session*> mine = at->second;
  for (const Session* one : mine) {
    if (login && one->who().login != login) continue;
    const std::shared_ptr<Session> session = find(one->key());
    if (Connection* connection = session->connection()) connection->revoke(why);
    end(session, true);
  }
}

void Floor::dispatch_to(const SessionKey& key, net::SharedBuffer text) {
  if (const auto session = find(key)) dispatch(*session, std::move(text));
}

void Floor::dispatch_to_users(std::span<const UserId> users, const net::SharedBuffer& text) {
  ParcelRef shared;
  for (const UserId user : users) {
    const auto at = by_user_.find(user);
    if (at == by_user_.end()) continue;
    if (!shared) shared = parcel(text);
    for (Session* session : at->second) {
      if (!session->ready) continue;
      session->dispatch(shared);
      parts_.counters.dispatches.add();
    }
  }
}

void Floor::deliver(std::shared_ptr<const Delivery> delivery) {
  if (delivery->unread_seq != 0) {
    const ChannelId channel = delivery->channel;
    Core& home = parts_.cores.of(channel);
    home.post_function([desk = parts_.desks[home.index()], core = parts_.core.index(), channel, count = audience_.sessions_of(channel)] {
      desk->note_sessions(core, channel, count);
    });
  }
  audience_.deliver(std::move(delivery));
}

void Floor::join(std::shared_ptr<const Join> join) {
  ParcelRef shared;
  for (const UserId user : join->users) {
    const auto at = by_user_.find(user);
    if (at == by_user_.end()) continue;
    if (!shared) shared = parcel(join->text);
    for (Session* session : at->second) {
      if (session->ready) {
        join_one(find(session->key()), *join, shared);
      } else {
        early_joins_[session].push_back(join);
      }
    }
  }
}

void Floor::withdraw(Place place, const std::string& deleted_message) {
  if (!mutant_is(Mutant::kRingKeepsDeleted))
    parcels_.withdraw(place, deleted_message, [this](const net::SharedBuffer& old, const net::SharedBuffer& fresh) {
      for (Connection* connection : connections_) connection->replace(old, fresh);
    });
  catch_up_.withdraw(place);
}

void Floor::on_behind(Session& session, ChannelId channel) {
  parts_.counters.holes.add();
  read_on_silently(session, channel);
}

void Floor::read_on_silently(Session& session, ChannelId channel) {
  const std::shared_ptr<Session> shared = find(session.key());
  auto job = std::make_unique<CatchUpJob>();
  job->channel = channel;
  job->ready_seq = audience_.find(session, channel)->seq;
  catch_up_.add(shared, std::move(job));
}

void Floor::on_early(Session& session, ChannelId channel, ParcelRef parcel) {
  CatchUpJob* job = session.catching_up == nullptr ? nullptr : session.catching_up->find(channel);
  if (job == nullptr) {
    session.dispatch(std::move(parcel));
    return;
  }
  if (job->early.size() == kEarlyMax) job->early.erase(job->early.begin());
  job->early.push_back(std::move(parcel));
}

void Floor::on_cut_short(Session& session, ChannelId channel) {
  if (session.catching_up != nullptr && session.catching_up->find(channel) != nullptr) return;  // the job sees it
  read_on_silently(session, channel);
}

void Floor::on_deserted(ChannelId channel) {
  Core& home = parts_.cores.of(channel);
  home.post_function([desk = parts_.desks[home.index()], core = parts_.core.index(), channel] { desk->leave(core, channel); });
}

// --- time ---

void Floor::arm_sweep() {
  if (stopped_) return;
  sweep_timer_.expires_after(parts_.options.sweep_interval, [this] {
    sweep(now());
    arm_sweep();
  });
}

void Floor::sweep(SteadyTime now) {
  // Backwards: a connection that closes at once takes the place of a later one.
  for (std::size_t i = connections_.size(); i-- > 0;) {
    if (i < connections_.size()) connections_[i]->sweep(now);
  }
  if (now - sessions_swept_ < parts_.options.presence_interval) return;
  sessions_swept_ = now;
  sweep_sessions(now);
}

void Floor::sweep_sessions(SteadyTime now) {
  std::vector<std::shared_ptr<Session>> over;
  std::vector<PresenceListener::Seen> seen;
  for (const auto& [key, session] : sessions_) {
    session->rest();
    if (!session->attached()) {
      if (session->lost() || now - session->last_frame() >= parts_.options.session_ttl) over.push_back(session);
      continue;
    }
    const SteadyTime last = session->last_frame();
    if (!session->ready || last <= session->presence_told) continue;
    session->presence_told = last;
    seen.push_back({key, session->user(), wall_time_of(last)});
  }
  for (const auto& session : over) end(session, false);
  if (!seen.empty()) parts_.services.presence.seen(seen);
}

void Floor::drain(milliseconds over) {
  drained_ = 0;
  const auto steps = static_cast<std::size_t>(std::max<std::int64_t>(1, over / kDrainStep));
  drain_step(steps, kDrainStep);
}

void Floor::drain_step(std::size_t steps_left, milliseconds step) {
  if (stopped_) return;
  if (steps_left == 0) {
    const std::vector<Connection*> all = connections_;
    for (Connection* connection : all) connection->close(close_codes::kGoingAway);
    return;
  }
  // An equal share of those who were not asked yet; who came or left meanwhile shifts the shares, no more.
  const std::size_t waiting = connections_.size() - std::min(drained_, connections_.size());
  const std::size_t share = (waiting + steps_left - 1) / steps_left;
  const auto rest = static_cast<std::uint32_t>(steps_left * static_cast<std::size_t>(step.count()));
  for (std::size_t i = 0; i < share; ++i) {
    const auto after_ms = rest + static_cast<std::uint32_t>(parts_.services.random.below(1'000));
    connections_[drained_++]->reconnect(after_ms);
  }
  drain_timer_.expires_after(step, [this, steps_left, step] { drain_step(steps_left - 1, step); });
}

Task<void> Floor::stop() {
  stopped_ = true;
  sweep_timer_.cancel();
  drain_timer_.cancel();
  while (!sessions_.empty()) {
    const std::shared_ptr<Session> session = sessions_.begin()->second;
    end(session, false);
  }
  co_await catch_up_.stop();
  co_await tasks_.join();
}

}  // namespace rookery::gateway
