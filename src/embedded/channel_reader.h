// ChannelReader: a channel's committed rows, decoded.
//
// Any core; every task resumes on the core that awaited it. A row that cannot be decoded is damage that was acknowledged
// data: the answer is kInternal and a line in the log, never a guess.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "embedded/database.h"
#include "fold/fold.h"
#include "ports/channel_log.h"
#include "ports/conversations.h"

namespace rookery::embedded {

// A user's unread mentions in a channel: seqs, ascending.
using MentionSeqs = std::vector<std::uint64_t>;

class ChannelReader {
 public:
  // `database` must outlive it.
  explicit ChannelReader(Database& database) : database_(database) {}

  // Default constructed when there is no such channel.
  Task<Result<ChannelState>> state(ChannelId channel);
  Task<Result<std::optional<Message>>> message_at(ChannelId channel, std::uint64_t seq);
  Task<Result<std::optional<Message>>> message(ChannelId channel, MessageId id);
  // The seq of the newest message whose id is not above `id`; 0: none.
  Task<Result<std::uint64_t>> seq_at(ChannelId channel, MessageId id);
  Task<Result<std::vector<Message>>> history(ChannelId channel, HistoryQuery query);
  Task<Result<std::vector<Change>>> changes(ChannelId channel, std::uint64_t after_rev, std::uint32_t limit);
  Task<Result<std::optional<fold::NonceRecord>>> nonce(ChannelId channel, UserId author, std::string nonce, TimeMs now);
  Task<Result<bool>> reaction(ChannelId channel, std::uint64_t seq, std::string emoji, UserId user);
  Task<Result<std::optional<Cursor>>> cursor(ChannelId channel, UserId user);
  // Whether the user keeps read receipts to himself.
  Task<Result<bool>> hides_reads(UserId user);
  // Mentions of the user and of everyone by others, above `after_seq`.
  Task<Result<MentionSeqs>> mentions(ChannelId channel, UserId user, std::uint64_t after_seq);

 private:
  Database& database_;
};

// The answer to a row that is there and cannot be read.
Error damaged(std::string_view table, ChannelId channel);

}  // namespace rookery::embedded
