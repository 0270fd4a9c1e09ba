#include "memory/memory_presence_store.h"

namespace rookery::memory {

Task<Result<TimeMs>> MemoryPresenceStore::last_seen(UserId user) {
  const std::lock_guard lock(mutex_);
  const auto at = seen_.find(user);
  co_return at == seen_.end() ? TimeMs() : at->second;
}

Task<Status> MemoryPresenceStore::put_last_seen(std::vector<std::pair<UserId, TimeMs>> seen) {
  const std::lock_guard lock(mutex_);
  for (const auto& [user, time] : seen) seen_[user] = time;
  co_return Status();
}

}  // namespace rookery::memory
