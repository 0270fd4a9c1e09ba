#include "gateway/audience.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/mutant.h"

namespace rookery::gateway {
namespace {

bool names(const std::vector<UserId>& users, UserId user) { return std::ranges::binary_search(users, user); }

// Whether a delivery is due to a subscription of a live session, its place aside.
bool due(const Delivery& delivery, const Subscription& subscription) {
  const UserId user = subscription.session->user();
  const bool near = !delivery.large || subscription.subscribed;
  switch (delivery.reach) {
    case Reach::kEveryone: return true;
    case Reach::kNear: return near || delivery.removed == user;
    case Reach::kFar: return !near;
    case Reach::kUsers: return names(delivery.users, user);
    case Reach::kNearButUsers: return near && !names(delivery.users, user);
  }
  CHECK(false);
}

}  // namespace

Subscription* Audience::add(Session& session, ChannelId channel, std::uint64_t seq, std::uint64_t rev) {
  const auto at = std::ranges::lower_bound(session.channels, channel, {}, &SeatedIn::channel);
  if (at != session.channels.end() && at->channel == channel) return nullptr;
  auto& subscriptions = channels_[channel].subscriptions;
  session.channels.insert(at, SeatedIn{channel, subscriptions.size()});
  subscriptions.push_back(Subscription{.session = &session, .seq = seq, .rev = rev, .told_head = seq});
  return &subscriptions.back();
}

Subscription* Audience::find(const Session& session, ChannelId channel) {
  const auto seat = std::ranges::lower_bound(session.channels, channel, {}, &SeatedIn::channel);
  if (seat == session.channels.end() || seat->channel != channel) return nullptr;
  const auto at = channels_.find(channel);
  CHECK(at != channels_.end());
  Subscription& found = at->second.subscriptions.at(seat->index);
  CHECK(found.session == &session);
  return &found;
}

std::size_t Audience::sessions_of(ChannelId channel) const {
  const auto at = channels_.find(channel);
  return at == channels_.end() ? 0 : at->second.subscriptions.size();
}

void Audience::remove(Session& session, ChannelId channel) {
  const auto seat = std::ranges::lower_bound(session.channels, channel, {}, &SeatedIn::channel);
  if (seat == session.channels.end() || seat->channel != channel) return;
  const std::size_t index = seat->index;
  session.channels.erase(seat);
  const auto at = channels_.find(channel);
  erase_at(at->second, channel, index);
  erase_if_empty(at);
}

void Audience::remove_all(Session& session) {
  while (!session.channels.empty()) remove(session, session.channels.back().channel);
}

void Audience::move_to(Channel& channel, ChannelId id, std::size_t from, std::size_t to) {
  if (from == to) return;
  channel.subscriptions[to] = channel.subscriptions[from];
  auto& seats = channel.subscriptions[to].session->channels;
  std::ranges::lower_bound(seats, id, {}, &SeatedIn::channel)->index = to;
}

void Audience::erase_at(Channel& channel, ChannelId id, std::size_t index) {
  if (channel.walk != nullptr && index < channel.walk->next) {
    move_to(channel, id, --channel.walk->next, index);
    index = channel.walk->next;
  }
  move_to(channel, id, channel.subscriptions.size() - 1, index);
  channel.subscriptions.pop_back();
}

void Audience::erase_if_empty(Channels::iterator at) {
  if (!at->second.subscriptions.empty()) return;
  const ChannelId channel = at->first;
  channels_.erase(at);
  host_.on_deserted(channel);
}

void Audience::deliver(std::shared_ptr<const Delivery> delivery) {
  const ChannelId id = delivery->channel;
  const auto at = channels_.find(id);
  if (at == channels_.end()) return;
  Channel& channel = at->second;
  Pending pending{std::move(delivery), {}, {}};
  pending.parcel = parcels_.make(pending.delivery->text, pending.delivery->label);
  if (!pending.delivery->mention_text.empty())
    pending.mention = parcels_.make(pending.delivery->mention_text, {.form = Form::kMention, .place = pending.delivery->label.place});
  if (channel.walk != nullptr) {
    channel.walk->pending.push_back(std::move(pending));
    return;
  }
  std::size_t next = 0;
  if (!walk(channel, pending, next)) {
    channel.walk = std::make_unique<Walk>();
    channel.walk->pending.push_back(std::move(pending));
    channel.walk->next = next;
    walking_.push_back(id);
    if (!std::exchange(next_turn_posted_, true)) core_.post(next_turn_);
    return;
  }
  erase_if_empty(at);
}

void Audience::go_on() {
  next_turn_posted_ = false;
  const std::vector<ChannelId> channels = std::exchange(walking_, {});
  for (const ChannelId id : channels) {
    const auto at = channels_.find(id);
    if (at == channels_.end() || at->second.walk == nullptr) continue;
    Channel& channel = at->second;
    const Pending first = channel.walk->pending.front();
    if (walk(channel, first, channel.walk->next)) {
      channel.walk->pending.pop_front();
      channel.walk->next = 0;
    }
    if (channel.walk->pending.empty()) {
      channel.walk.reset();
      erase_if_empty(at);
    } else {
      walking_.push_back(id);
    }
  }
  if (!walking_.empty() && !std::exchange(next_turn_posted_, true)) core_.post(next_turn_);
}

// Whether it reached the end.
bool Audience::walk(Channel& channel, const Pending& pending, std::size_t& next) {
  for (std::size_t steps = 0; next < channel.subscriptions.size(); ++steps) {
    if (steps == kWalkSessions) return false;
    Subscription& subscription = channel.subscriptions[next];
    if (hand(subscription, pending)) {
      ++next;
      continue;
    }
    const ChannelId id = pending.delivery->channel;
    std::erase_if(subscription.session->channels, [id](const SeatedIn& seat) { return seat.channel == id; });
    erase_at(channel, id, next);
  }
  return true;
}

bool Audience::hand(Subscription& subscription, const Pending& pending) {
  const Delivery& delivery = *pending.delivery;
  if (delivery.hole) {
    if (subscription.live && (subscription.seq < delivery.seq || subscription.rev < delivery.rev))
      fall_behind(subscription, delivery.channel);
    return true;
  }
  if (delivery.placed()) return hand_placed(subscription, pending);
  if (subscription.leaving || !due(delivery, subscription)) return true;
  if (delivery.read_seq != 0 && subscription.said_read >= delivery.read_seq) return true;
  if (delivery.unread_seq != 0) {
    if (subscription.told_head >= delivery.unread_seq) return true;
    subscription.told_head = delivery.unread_seq;
  }
  if (!subscription.live && subscription.announced) {
    host_.on_early(*subscription.session, delivery.channel, pending.parcel);
  } else {
    dispatch(*subscription.session, pending.parcel);
  }
  return true;
}

bool Audience::hand_placed(Subscription& subscription, const Pending& pending) {
  const Delivery& delivery = *pending.delivery;
  Session& session = *subscription.session;
  const bool removed = delivery.removed && delivery.removed == session.user();
  if (!subscription.live) {
    if (removed && !std::exchange(subscription.leaving, true)) host_.on_cut_short(session, delivery.channel);
    return true;
  }
  std::uint64_t& stands = delivery.seq != 0 ? subscription.seq : subscription.rev;
  const std::uint64_t comes = delivery.seq != 0 ? delivery.seq : delivery.rev;
  if (comes <= stands) {
    if (mutant_is(Mutant::kGateLetsRepeat) && due(delivery, subscription)) dispatch(session, pending.parcel);
    return true;
  }
  if (comes != stands + 1) {
    fall_behind(subscription, delivery.channel);
    return true;
  }
  stands = comes;
  if (due(delivery, subscription)) dispatch(session, pending.parcel);
  if (pending.mention && names(delivery.mentioned, session.user())) dispatch(session, pending.mention);
  return !removed || mutant_is(Mutant::kRemovalKeepsSocket);
}

void Audience::fall_behind(Subscription& subscription, ChannelId channel) {
  subscription.live = false;
  host_.on_behind(*subscription.session, channel);
}

void Audience::dispatch(Session& session, const ParcelRef& parcel) {
  session.dispatch(parcel);
  host_.count_dispatches(1);
}

}  // namespace rookery::gateway
