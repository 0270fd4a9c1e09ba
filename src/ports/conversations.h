// Conversations: what is looked up besides a channel's history: whose channels there are, pins, reactions, mentions.
//
// Everything here is written by ChannelLog::append() in the same batch as what caused it, and is read as committed. Any
// core; tasks resume on the core that awaited them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/message.h"
#include "runtime/task.h"

namespace rookery {

struct MentionEntry {
  ChannelId channel;
  std::uint64_t seq = 0;
  MessageId message;
};

class Conversations {
 public:
  virtual ~Conversations() = default;

  // The direct and group channels in a user's list, in no order.
  virtual Task<Result<std::vector<ChannelId>>> channels_of(UserId user) = 0;
  // The direct channel of two users; an empty id when there is none.
  virtual Task<Result<ChannelId>> direct_of(UserId a, UserId b) = 0;
  // Takes `id` for the direct channel of the two unless there is one; answers the one that counts. One and the same answer
  // for everybody who asks at once.
  virtual Task<Result<ChannelId>> claim_direct(UserId a, UserId b, ChannelId id) = 0;
  // Messages of others that mention the user, by name or everyone, newest first, with ids below `before` (0: from the newest).
  virtual Task<Result<std::vector<MentionEntry>>> mentions_of(UserId user, MessageId before, std::uint32_t limit) = 0;

  // Seqs of the pinned messages, newest first.
  virtual Task<Result<std::vector<std::uint64_t>>> pins(ChannelId channel) = 0;
  // Users with this reaction, ascending, after `after` (0: from the start).
  virtual Task<Result<std::vector<UserId>>> reactors(ChannelId channel, std::uint64_t seq, std::string emoji, UserId after,
                                                     std::uint32_t limit) = 0;
  // For each message and each of its reactions, whether `user` is among them; flat, in their order.
  virtual Task<Result<std::vector<bool>>> reacted(ChannelId channel, UserId user, const std::vector<Message>& messages) = 0;
};

}  // namespace rookery
