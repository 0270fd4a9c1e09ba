// EmbeddedStores: the cores of one machine and the adapters that keep everything on its disk, opened and closed in order.
//
// Errors are sentences for whoever starts the program. Made, started and stopped on a thread that is no core.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "embedded/database.h"
#include "embedded/database_ids.h"
#include "embedded/rocks_account_store.h"
#include "embedded/rocks_channel_log.h"
#include "runtime/config.h"
#include "runtime/core.h"
#include "runtime/snowflake.h"
#include "runtime/work_pool.h"

namespace rookery::app {

// As configured, or as many as the machine has.
unsigned core_count(const Config& config);

class EmbeddedStores {
 public:
  // Makes the data directory and what is missing above it, locks it, opens the database, waits until ids may be given (a
  // second at most). Whoever observes the channel log does so before start().
  static Result<std::unique_ptr<EmbeddedStores>> open(const Config& config, unsigned cores);
  // Stops if stop() was not called.
  ~EmbeddedStores();
  EmbeddedStores(const EmbeddedStores&) = delete;
  EmbeddedStores& operator=(const EmbeddedStores&) = delete;

  void start() { cores_.start(), started_ = true; }
  // When nobody asks any more: writes the cursors that wait, stops the reads and the cores, stores the exact id time, so
  // that the next start need not wait.
  void stop();

  Cores& cores() { return cores_; }
  embedded::Database& database() { return *database_; }
  IdSource& ids() { return *ids_; }
  embedded::RocksAccountStore& accounts() { return *accounts_; }
  embedded::RocksChannelLog& channels() { return *channels_; }
  WorkPool& reads() { return reads_; }

 private:
  EmbeddedStores(unsigned cores, std::size_t reads_waiting_max);
  Status open_all(const Config& config);

  Cores cores_;
  WorkPool reads_;
  std::unique_ptr<embedded::Database> database_;
  std::optional<embedded::RocksHighWaterMark> mark_;
  std::optional<CoreIds> ids_;
  std::unique_ptr<embedded::RocksAccountStore> accounts_;
  std::unique_ptr<embedded::RocksChannelLog> channels_;
  bool started_ = false;
};

}  // namespace rookery::app
