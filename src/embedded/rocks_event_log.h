// EventLog as the `log` family, with followers' offsets in `state`.
#pragma once

#include "embedded/database.h"
#include "ports/event_log.h"

namespace rookery::embedded {

class RocksEventLog final : public EventLog {
 public:
  // `database` must outlive it.
  explicit RocksEventLog(Database& database) : database_(database) {}
  std::uint64_t last_offset() const override { return database_.last_offset(); }
  Task<Result<std::vector<LoggedEvent>>> events(std::uint64_t after, std::uint32_t limit) override;
  Task<Result<std::uint64_t>> offset_of(std::string follower) override;
  void store_offset(std::string follower, std::uint64_t offset) override;

 private:
  Database& database_;
};

}  // namespace rookery::embedded
