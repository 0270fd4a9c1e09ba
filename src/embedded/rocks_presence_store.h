// PresenceStore as rows of the `state` family.
#pragma once

#include "embedded/database.h"
#include "ports/presence_store.h"

namespace rookery::embedded {

class RocksPresenceStore final : public PresenceStore {
 public:
  // `database` must outlive it.
  explicit RocksPresenceStore(Database& database) : database_(database) {}
  Task<Result<TimeMs>> last_seen(UserId user) override;
  Task<Status> put_last_seen(std::vector<std::pair<UserId, TimeMs>> seen) override;

 private:
  Database& database_;
};

}  // namespace rookery::embedded
