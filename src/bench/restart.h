// Restart: what opening a database takes that was not closed.
//
// Blocks; not on a core.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace rookery::bench {

struct Restart {
  std::uint64_t log_bytes = 0;  // of the write-ahead log that was replayed
  double seconds = 0;           // by the clock
  double cpu_seconds = 0;       // of all threads
};

// Rows as those of messages are written until the write-ahead log has `log_bytes`, or begins to be cut by the
// database itself; then the files, as they are, are opened elsewhere, as they would be after the power had gone. In
// `directory`, which is made and deleted.
Result<Restart> restart_with_log(const std::string& directory, std::uint64_t log_bytes, std::size_t content_bytes, unsigned cpu);

}  // namespace rookery::bench
