// EventLog: everything that happened in channels, in one order for each channel, for those who follow: notifier, search,
// webhooks, archive. What is in it is durable and readable; nothing that reacts to it can hold a message up.
//
// A follower reads from its own stored offset, acts, and stores how far it came. Its acts must be repeatable: after a crash it
// begins again where it stored last, which may be a second ago. Rows are kept for seven days.
// Any core; tasks resume on the core that awaited them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/event.h"
#include "runtime/task.h"

namespace rookery {

// What happened, never what was said: the message as it is now stands in the channel's history.
struct LoggedEvent {
  std::uint64_t offset = 0;  // from 1, ascending
  EventKind kind = EventKind::kMessageCreate;
  ChannelId channel;
  std::uint64_t number = 0;  // seq of a new message, else rev
  bool operator==(const LoggedEvent&) const = default;
};

class EventLog {
 public:
  virtual ~EventLog() = default;
  // The last one's; 0 before the first.
  virtual std::uint64_t last_offset() const = 0;
  // Those after `after`, ascending, at most `limit`; fewer mean that there are no more now. kUnavailable, for good, when rows
  // between have gone with their age: the follower must start over from what is there.
  virtual Task<Result<std::vector<LoggedEvent>>> events(std::uint64_t after, std::uint32_t limit) = 0;

  // 0 for a follower that never stored one.
  virtual Task<Result<std::uint64_t>> offset_of(std::string follower) = 0;
  // Durable within a second; a crash before that forgets it.
  virtual void store_offset(std::string follower, std::uint64_t offset) = 0;
};

}  // namespace rookery
