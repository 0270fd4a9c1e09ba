// HostedChannel: what a channel's core keeps of a channel while it is used; ChannelHost: all of one core, least recently
// used ones let go.
//
// One core.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "embedded/channel_reader.h"
#include "embedded/overlay.h"
#include "model/channel.h"
#include "runtime/turn.h"

namespace rookery::embedded {

// A member's place: what is stored and shown, what it shall become with the next flush, and what mentions him above it.
struct Place {
  Cursor shown;
  Cursor wanted;
  MentionSeqs mentions;  // above shown.read_seq
  bool hidden = false;   // others are not shown how far he reads from now on
  bool dirty = false;    // wanted is ahead of what is stored, and stands in the flush list
};

struct HostedChannel {
  explicit HostedChannel(ChannelId i) : id(i) {}

  const ChannelId id;
  bool loaded = false;
  ChannelState decided;    // what the next command is decided on
  ChannelState committed;  // what readers see
  Overlay overlay;
  Turn turn;                    // commands of this channel, in their order
  std::uint64_t commits = 0;    // that were delivered
  std::uint64_t in_flight = 0;  // batches submitted and not yet durable
  std::unordered_map<UserId, Place> places;
  unsigned users = 0;  // coroutines at work on it: it stays

  ReadState read_state(UserId user, const Place& place) const;
  // What a commit did to the places that are in memory.
  void apply_mentions(const fold::Decision& decision);
};

class ChannelHost {
 public:
  // `channels_max`: kept in memory; those in use count and are never let go.
  explicit ChannelHost(std::size_t channels_max) : channels_max_(channels_max) {}

  // Keeps the channel for as long as it lives.
  class Use {
   public:
    Use(ChannelHost& host, HostedChannel& channel) : host_(host), channel_(channel) { ++channel_.users; }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() {
      --channel_.users;
      host_.let_go(channel_);
    }
    HostedChannel& operator*() const { return channel_; }
    HostedChannel* operator->() const { return &channel_; }

   private:
    ChannelHost& host_;
    HostedChannel& channel_;
  };
  Use use(ChannelId id);
  // In memory, or null; not kept.
  HostedChannel* find(ChannelId id);
  template <class Each>
  void for_each(Each&& each) {
    for (auto& [id, slot] : channels_) each(*slot.channel);
  }
  std::size_t size() const { return channels_.size(); }

 private:
  struct Slot {
    std::unique_ptr<HostedChannel> channel;
    std::list<ChannelId>::iterator recency;
  };
  static bool idle(const HostedChannel& channel);
  void let_go(HostedChannel& channel);
  void evict();

  const std::size_t channels_max_;
  std::unordered_map<ChannelId, Slot> channels_;
  std::list<ChannelId> recency_;  // most recent first
};

}  // namespace rookery::embedded
