// The reference for PresenceStore: gone with the process. For tests.
#pragma once

#include <map>
#include <mutex>

#include "ports/presence_store.h"

namespace rookery::memory {

class MemoryPresenceStore final : public PresenceStore {
 public:
  Task<Result<TimeMs>> last_seen(UserId user) override;
  Task<Status> put_last_seen(std::vector<std::pair<UserId, TimeMs>> seen) override;

 private:
  std::mutex mutex_;
  std::map<UserId, TimeMs> seen_;
};

}  // namespace rookery::memory
