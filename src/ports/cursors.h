// Cursors: how far each member of a channel has read and been delivered.
//
// Cursors are maxima: they never go back once anybody has seen them, and what others see of them is what is stored. The
// author of a message has its cursors moved by the message itself. Any core; tasks resume on the core that awaited them.
// Changes are told to the ChannelObserver (ports/channel_log.h) on the channel's core.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "model/channel.h"
#include "runtime/task.h"

namespace rookery {

struct CursorMove {
  ChannelId channel;
  UserId user;
  std::uint64_t read_seq = 0;       // 0: leave; beyond the head counts as the head
  std::uint64_t delivered_seq = 0;  // reading raises it too
};

class Cursors {
 public:
  virtual ~Cursors() = default;

  // Moves a member's cursors up, durable when answered. Below the cursor changes nothing; a non-member is kUnknownChannel.
  virtual Task<Status> move_cursor(CursorMove move) = 0;
  // The same without an answer: durable and shown within 200 ms; a crash before that forgets it. Any core.
  virtual void raise_cursor(CursorMove move) noexcept = 0;
  // Cursors of all members, in the order of Roster::members.
  virtual Task<Result<std::vector<Cursor>>> cursors(ChannelId channel) = 0;
  // From the answer on, what others are shown of this user's reading stands still (hidden), or follows from the next read on.
  // The setting itself was stored before (PersonalStore): channels that are loaded later find it there.
  virtual Task<void> hide_reads(UserId user, bool hidden) = 0;
};

}  // namespace rookery
