// RocksHighWaterMark: the durable side of ids (runtime/snowflake.h) in the database's `meta` rows.
//
// One row a core, so that no core's mark can lower another's; what counts is the highest. A mark rides in the batch of
// whatever its core writes next, or within a second.
#pragma once

#include "embedded/database.h"
#include "runtime/snowflake.h"

namespace rookery::embedded {

class RocksHighWaterMark final : public HighWaterMark {
 public:
  // The database must outlive it.
  explicit RocksHighWaterMark(Database& database) : database_(database) {}

  // Blocks; for the start. TimeMs() when there never was one.
  Result<TimeMs> stored();
  void reserve_up_to(TimeMs time) override;
  // Blocks; for a clean stop, when no core runs: the next start need not wait. `used`: see CoreIds::used().
  Status store_exactly(TimeMs used);

 private:
  Database& database_;
};

}  // namespace rookery::embedded
