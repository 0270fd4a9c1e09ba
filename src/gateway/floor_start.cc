// How a session starts: READY, its subscriptions, and what it is to catch up with.
#include <algorithm>
#include <utility>

#include "gateway/floor.h"
#include "gateway/ready.h"
#include "gateway/replay.h"

namespace rookery::gateway {

Task<bool> Floor::start_session(std::shared_ptr<Session> session, IdentifyFrame frame) {
  auto views = co_await last_active_first(parts_.services.log, parts_.services.conversations, session->user());
  if (!views) co_return false;
  const auth::ProfileSet profiles = co_await profiles_of(parts_.services.profiles, shown_in_ready(session->user(), *views));
  if (session->ended()) co_return false;

  const std::string id = session_id(parts_.options.node, session->key());
  dispatch(*session, ready_text(id, session->user(), *views, parts_.options.epoch, profile_by(profiles)));
  session->ready = true;
  session->presence_told = now();
  parts_.counters.identifies.add();
  parts_.services.presence.connected(session->key(), session->who(), session->device());
  subscribe_all(session, *views, frame);
  co_return true;
}

// From READY's heads, or from the client's positions, or from the queue.
void Floor::subscribe_all(const std::shared_ptr<Session>& session, const std::vector<ChannelView>& views, const IdentifyFrame& frame) {
  session->channels.reserve(views.size());
  for (const ChannelView& view : views) audience_.add(*session, view.state.roster->id, view.state.last_seq, view.state.rev);
  if (frame.positions.empty()) {
    queue_from(session, views);
  } else {
    catch_up_from(session, views, frame);
  }
  std::vector<ChannelId> others;
  for (const ChannelView& view : views) {
    const ChannelId id = view.state.roster->id;
    if (session->catching_up == nullptr || session->catching_up->find(id) == nullptr) others.push_back(id);
  }
  catch_up_.settle(session, std::move(others));
  const auto joins = early_joins_.extract(session.get());
  for (const auto& join : joins.mapped()) join_one(session, *join, parcel(join->text));
}

void Floor::add_job(const std::shared_ptr<Session>& session, ChannelId channel, CatchUpJob::Kind kind, std::uint64_t ready_seq) {
  auto job = std::make_unique<CatchUpJob>();
  job->channel = channel;
  job->kind = kind;
  job->ready_seq = ready_seq;
  job->synced_due = kind != CatchUpJob::Kind::kSilent;
  if (Subscription* at = audience_.find(*session, channel)) at->announced = job->synced_due;
  catch_up_.add(session, std::move(job));
}

void Floor::catch_up_from(const std::shared_ptr<Session>& session, const std::vector<ChannelView>& views, const IdentifyFrame& frame) {
  const bool same_epoch = !frame.epoch || *frame.epoch == parts_.options.epoch;
  const auto kind = same_epoch ? CatchUpJob::Kind::kPositions : CatchUpJob::Kind::kRefused;
  std::vector<bool> done(frame.positions.size());
  for (const ChannelView& view : views) {
    const ChannelId id = view.state.roster->id;
    const auto at = std::ranges::lower_bound(frame.positions, id, {}, &Position::channel);
    if (at == frame.positions.end() || at->channel != id) continue;
    done[static_cast<std::size_t>(at - frame.positions.begin())] = true;
    Subscription& subscription = *audience_.find(*session, id);
    subscription.seq = at->seq;
    subscription.rev = at->rev;
    add_job(session, id, kind, view.state.last_seq);
  }
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (!done[i]) add_job(session, frame.positions[i].channel, kind, 0);
  }
  if (session->catching_up != nullptr) session->catching_up->left = parts_.options.limits.catch_up_total;
}

// What others wrote after delivered_seq: one's own message moves that, so all after it is others'.
void Floor::queue_from(const std::shared_ptr<Session>& session, const std::vector<ChannelView>& views) {
  std::uint64_t left = parts_.options.limits.offline_queue;
  for (const ChannelView& view : views) {
    const std::uint64_t waiting = view.state.last_seq - view.read.cursor.delivered_seq;
    if (waiting == 0 || view.state.roster->members.size() >= parts_.options.limits.large_channel) continue;
    const ChannelId id = view.state.roster->id;
    if (waiting > left) {
      add_job(session, id, CatchUpJob::Kind::kRefused, view.state.last_seq);
      continue;
    }
    left -= waiting;
    audience_.find(*session, id)->seq = view.read.cursor.delivered_seq;
    add_job(session, id, CatchUpJob::Kind::kQueue, view.state.last_seq);
  }
}

void Floor::join_one(const std::shared_ptr<Session>& session, const Join& join, const ParcelRef& parcel) {
  if (audience_.add(*session, join.channel, join.seq, join.rev) == nullptr) {
    // He was removed, and is in it again before the session was told: it looks again where it stands.
    audience_.find(*session, join.channel)->leaving = false;
    return;
  }
  session->dispatch(parcel);
  parts_.counters.dispatches.add();
  add_job(session, join.channel, CatchUpJob::Kind::kSilent, join.seq);
}

}  // namespace rookery::gateway
