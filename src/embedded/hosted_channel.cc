#include "embedded/hosted_channel.h"

#include <algorithm>

#include "base/mutant.h"

namespace rookery::embedded {

ReadState HostedChannel::read_state(UserId user, const Place& place) const {
  ReadState state;
  state.channel = id;
  if (!committed.exists() || !committed.roster->has(user)) return state;
  state.cursor = place.shown;
  state.unread = committed.last_seq - place.shown.read_seq;
  if (mutant_is(Mutant::kUnreadTwice)) state.unread += committed.last_seq / 8 - place.shown.read_seq / 8;
  const auto unread = std::ranges::upper_bound(place.mentions, place.shown.read_seq);
  state.mention_count = static_cast<std::uint64_t>(place.mentions.end() - unread);
  return state;
}

void HostedChannel::apply_mentions(const fold::Decision& decision) {
  const auto each = [this](UserId named, UserId author, auto&& change) {
    if (named) {
      const auto at = places.find(named);
      if (at != places.end()) change(at->second.mentions);
      return;
    }
    for (auto& [user, place] : places) {
      if (user != author) change(place.mentions);
    }
  };
  for (const fold::Row& any : decision.rows) {
    if (const auto* put = std::get_if<fold::PutMention>(&any)) {
      each(put->user, put->author, [put](MentionSeqs& seqs) {
        const auto at = std::ranges::lower_bound(seqs, put->seq);
        if (at == seqs.end() || *at != put->seq) seqs.insert(at, put->seq);
      });
    } else if (const auto* erased = std::get_if<fold::EraseMention>(&any)) {
      each(erased->user, UserId(), [erased](MentionSeqs& seqs) { std::erase(seqs, erased->seq); });
    }
  }
}

ChannelHost::Use ChannelHost::use(ChannelId id) {
  const auto at = channels_.find(id);
  if (at != channels_.end()) {
    recency_.splice(recency_.begin(), recency_, at->second.recency);
    return Use(*this, *at->second.channel);
  }
  recency_.push_front(id);
  Slot& slot = channels_[id];
  slot.channel = std::make_unique<HostedChannel>(id);
  slot.recency = recency_.begin();
  HostedChannel& channel = *slot.channel;
  ++channel.users;  // not to be evicted by its own coming
  evict();
  --channel.users;
  return Use(*this, channel);
}

HostedChannel* ChannelHost::find(ChannelId id) {
  const auto at = channels_.find(id);
  return at == channels_.end() ? nullptr : at->second.channel.get();
}

bool ChannelHost::idle(const HostedChannel& channel) {
  return channel.users == 0 && channel.in_flight == 0 && channel.turn.idle() &&
         std::ranges::none_of(channel.places, [](const auto& place) { return place.second.dirty; });
}

// What does not exist is not remembered: asking for ids at random must not fill the memory.
void ChannelHost::let_go(HostedChannel& channel) {
  if ((channel.loaded && channel.decided.exists()) || !idle(channel)) return;
  const auto at = channels_.find(channel.id);
  recency_.erase(at->second.recency);
  channels_.erase(at);
}

void ChannelHost::evict() {
  auto oldest = recency_.end();
  while (channels_.size() > channels_max_ && oldest != recency_.begin()) {
    --oldest;
    const auto at = channels_.find(*oldest);
    if (!idle(*at->second.channel)) continue;
    channels_.erase(at);
    oldest = recency_.erase(oldest);
  }
}

}  // namespace rookery::embedded
