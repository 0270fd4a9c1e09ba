// ChannelLog: the port in which deployments differ. Commands in, decided and durable; committed history out.
//
// Guarantees of every adapter (tests/contract/channel_log_contract.h):
//  - a command that was answered is durable, readable by every later read, and whole; one that failed changed nothing,
//    except kUnavailable, after which the outcome is unknown: repeat it with its nonce;
//  - one order per channel: `seq` and `rev` are dense, `id` grows with `seq`; commands of one caller core to one channel
//    are decided in the order in which append() was *started*;
//  - reads show committed rows only, and never less than an earlier answer or event;
//  - the observer is told every committed event of a channel once, in order, on that channel's core, before append()
//    answers.
// All members may be called on any core; tasks resume on the core that awaited them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/channel.h"
#include "model/command.h"
#include "model/event.h"
#include "runtime/task.h"

namespace rookery {

struct Applied {
  ChannelState state;                      // committed, after this command
  std::shared_ptr<const Message> message;  // written, changed, or found again; as it is now; null when the command has none
  bool replayed = false;                   // the nonce was known
  bool changed = true;                     // false: there was nothing to do
};

// Committed state with one user's place in it.
struct ChannelView {
  ChannelState state;
  ReadState read;  // zeros for somebody who is no member
};

// `limit` is exact: fewer answers mean that there are no more on that side.
struct HistoryQuery {
  enum class Direction : std::uint8_t { kBefore, kAfter };
  Direction direction = Direction::kBefore;
  std::uint64_t seq = 0;  // exclusive; kBefore with 0: from the newest
  std::uint32_t limit = 50;
};

// Told on the channel's core; must not block and must not call back into the log in the same turn.
class ChannelObserver {
 public:
  virtual ~ChannelObserver() = default;
  // All events of one command, in order, when they are durable and readable. Never empty.
  virtual void on_events(std::span<const Event> events) noexcept = 0;
  // After on_events() of a deletion: ends when nothing that is still to be sent carries what the message said. The delete
  // is answered afterwards. Starts and ends on the channel's core.
  virtual Task<void> withdraw(Event deletion) = 0;
  // A cursor as it is now stored and may be shown. `before` as it was shown until now. `members` is the channel's state.
  virtual void on_cursor(const ChannelState& channel, UserId user, const Cursor& before, const ReadState& now) noexcept = 0;
};

class ChannelLog {
 public:
  virtual ~ChannelLog() = default;

  // Before the first append; at most one; it must outlive the log.
  virtual void observe(ChannelObserver& observer) = 0;

  // Decides the command (fold/fold.h), makes it durable, tells the observer, answers. For CreateChannel `channel` is the new
  // channel's id, never used before.
  virtual Task<Result<Applied>> append(ChannelId channel, Command command) = 0;

  // kUnknownChannel when there is none. Rights are the caller's business: see ChannelState::roster.
  virtual Task<Result<ChannelView>> view(ChannelId channel, UserId user) = 0;
  // As view(), of many at once, in the order asked; channels that are not there are left out.
  virtual Task<Result<std::vector<ChannelView>>> views(std::vector<ChannelId> channels, UserId user) = 0;

  // Messages in the order of the direction: kBefore newest first, kAfter ascending.
  virtual Task<Result<std::vector<Message>>> history(ChannelId channel, HistoryQuery query) = 0;
  // Changes with rev > after_rev, ascending.
  virtual Task<Result<std::vector<Change>>> changes(ChannelId channel, std::uint64_t after_rev, std::uint32_t limit) = 0;
  // The message of an id; kUnknownMessage.
  virtual Task<Result<Message>> message(ChannelId channel, MessageId id) = 0;
  // The seq of the newest message whose id is not above `id` (0: none): where a snowflake falls in the history.
  virtual Task<Result<std::uint64_t>> seq_at(ChannelId channel, MessageId id) = 0;
  // The messages of these seqs, in the order asked; what is not there is left out.
  virtual Task<Result<std::vector<Message>>> messages(ChannelId channel, std::vector<std::uint64_t> seqs) = 0;
};

}  // namespace rookery
