// PresenceStore: when users were last seen, for as long as the installation lives.
//
// Guarantees: what was answered is durable and seen by every later read. Values never go back: the caller writes maxima.
// Any core; tasks resume on the core that awaited them.
#pragma once

#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "runtime/task.h"

namespace rookery {

class PresenceStore {
 public:
  virtual ~PresenceStore() = default;
  // TimeMs() for somebody who never was.
  virtual Task<Result<TimeMs>> last_seen(UserId user) = 0;
  virtual Task<Status> put_last_seen(std::vector<std::pair<UserId, TimeMs>> seen) = 0;
};

}  // namespace rookery
