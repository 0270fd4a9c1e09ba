// /api/v1/admin: registration, invites, what is configured, how the server does, and what administrators did.
#pragma once

#include <functional>
#include <vector>

#include "admin/administration.h"
#include "api/router.h"
#include "runtime/config.h"

namespace rookery::api {

// How long the storage's writes with their sync take; milliseconds, upper bounds of what was counted.
struct CommitTimes {
  std::uint64_t count = 0;  // since the start
  double p50_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
};

struct ServerHealth {
  TimeMs started_at;
  std::uint64_t connections = 0;
  std::uint64_t connections_max = 0;
  std::uint64_t gateway_connections = 0;
  std::uint64_t sessions = 0;
  double events_per_second = 0;  // messages and changes to them, over a minute at most
  std::uint64_t requests_at_work = 0;
  std::uint64_t refused = 0;  // for overload, since the start
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_bytes_max = 0;
  bool memory_is_short = false;
  bool writable = true;
  CommitTimes commits;
};

struct Count {
  std::uint64_t value = 0;
  bool exact = true;
};

struct FamilySize {
  std::string name;
  std::uint64_t bytes = 0;         // on the disk
  std::uint64_t memory_bytes = 0;  // not yet written to tables
};

struct StorageReport {
  std::vector<FamilySize> families;
  std::uint64_t log_bytes = 0;  // write-ahead log
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_bytes = 0;
  std::uint64_t reserve_bytes = 0;
  bool writable = true;
  Count users, channels, messages;
};

struct AdminParts {
  admin::Administration& administration;
  const Config& config;
  std::string version;
  std::function<ServerHealth()> health;  // any core
  std::function<Task<Result<StorageReport>>()> storage;
};

// What `parts` names must outlive the router.
void add_admin_routes(Router& router, AdminParts parts);

}  // namespace rookery::api
