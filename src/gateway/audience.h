// Audience: which sessions of this core are in which channel, and how far each of them stands there.
//
// The gate of each subscription: a placed delivery at or below where the session stands is dropped, one that would leave
// a hole is not handed on, and the host is asked to read what is missing. So duplicates, and what a session got by reading
// the log ahead of the channel, end here. A subscription begins as one that is catching up and gets nothing placed until
// it is made live.
//
// Walks over more than kWalkSessions sessions go on in the next turn, and later deliveries of that channel wait behind
// them. One core.
//
// Each session knows its place in each of its channels (Session::channels), so that finding, adding and removing do not
// depend on how many sessions a channel has; a removal moves the last one into the gap.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "gateway/letters.h"
#include "gateway/session.h"
#include "runtime/core.h"

namespace rookery::gateway {

inline constexpr std::size_t kWalkSessions = 512;

struct Subscription {
  Session* session = nullptr;
  std::uint64_t seq = 0;  // the last that the session was handed
  std::uint64_t rev = 0;
  std::uint64_t said_read = 0;  // the highest seq that it said to have read
  std::uint64_t told_head = 0;  // the highest last_seq that it was told by READY, CHANNEL_CREATE or CHANNEL_UNREAD
  bool live = false;
  bool subscribed = false;  // named in Subscribe
  bool announced = false;   // catching up, and a SYNCED will end it: everything waits until then
  bool leaving = false;     // catching up, and its user was removed: nothing but what came before is told any more
};

// Who acts on what an audience finds out.
class AudienceHost {
 public:
  // There is a hole before a delivery: the subscription was made a catching-up one, and is to be read on from where it stands.
  virtual void on_behind(Session& session, ChannelId channel) = 0;
  // Something without a place came for a session whose catching up is announced: to be dispatched after its SYNCED.
  virtual void on_early(Session& session, ChannelId channel, ParcelRef parcel) = 0;
  // A member was removed who is still catching up: what came before is to be read on for him, and then the subscription removed.
  virtual void on_cut_short(Session& session, ChannelId channel) = 0;
  // The channel has no session here any more.
  virtual void on_deserted(ChannelId channel) = 0;
  virtual void count_dispatches(std::size_t count) noexcept = 0;

 protected:
  ~AudienceHost() = default;
};

class Audience {
 public:
  Audience(Core& core, Parcels& parcels, AudienceHost& host) : core_(core), parcels_(parcels), host_(host), next_turn_(*this) {}
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  // A subscription that is catching up from (seq, rev). None when the session has one already.
  Subscription* add(Session& session, ChannelId channel, std::uint64_t seq, std::uint64_t rev);
  // Valid until the next add, remove or delivery; null when there is none.
  Subscription* find(const Session& session, ChannelId channel);
  void remove(Session& session, ChannelId channel);
  void remove_all(Session& session);
  bool has_sessions(ChannelId channel) const { return channels_.contains(channel); }
  std::size_t sessions_of(ChannelId channel) const;

  void deliver(std::shared_ptr<const Delivery> delivery);

 private:
  struct Pending {
    std::shared_ptr<const Delivery> delivery;
    ParcelRef parcel;
    ParcelRef mention;
  };
  // A delivery that has not reached all yet, and those behind it.
  struct Walk {
    std::deque<Pending> pending;
    std::size_t next = 0;  // of the first one: the subscription it goes on with
  };
  struct Channel {
    std::vector<Subscription> subscriptions;
    std::unique_ptr<Walk> walk;
  };
  struct NextTurn final : Mail {
    explicit NextTurn(Audience& a) : audience(a) {}
    void deliver() noexcept override { audience.go_on(); }
    Audience& audience;
  };
  using Channels = std::unordered_map<ChannelId, Channel>;

  void go_on();
  bool walk(Channel& channel, const Pending& pending, std::size_t& next);
  // Whether the subscription stays.
  bool hand(Subscription& subscription, const Pending& pending);
  bool hand_placed(Subscription& subscription, const Pending& pending);
  void fall_behind(Subscription& subscription, ChannelId channel);
  void dispatch(Session& session, const ParcelRef& parcel);
  void move_to(Channel& channel, ChannelId id, std::size_t from, std::size_t to);
  // Of the subscriptions only; those of a walk that were not reached yet stay not reached.
  void erase_at(Channel& channel, ChannelId id, std::size_t index);
  void erase_if_empty(Channels::iterator at);

  Core& core_;
  Parcels& parcels_;
  AudienceHost& host_;
  Channels channels_;
  std::vector<ChannelId> walking_;
  NextTurn next_turn_;
  bool next_turn_posted_ = false;
};

}  // namespace rookery::gateway
