// What watches over a store, for damage that RocksDB itself passes over. Internal to this folder.
#pragma once

#include <rocksdb/listener.h>
#include <rocksdb/wal_filter.h>

#include <cstdint>
#include <memory>

#include "base/result.h"

namespace rookery::embedded {

class Store;

// Each write of a write-ahead log begins with the number after the last one of the write before. A damaged length at the end of
// a file looks to RocksDB like a write that was cut short, also when later files go on: to us it is a hole.
// One replay; must outlive the opening.
class GaplessReplay final : public rocksdb::WalFilter {
 public:
  const char* Name() const override { return "rookery: a write is missing before this one"; }
  WalProcessingOption LogRecordFound(unsigned long long number, const std::string& name, const rocksdb::WriteBatch& batch,
                                     rocksdb::WriteBatch* new_batch, bool* changed) override;

 private:
  std::uint64_t expected_ = 0;  // 0: any
};

// What fails behind our back, flushing and compacting, ends the process as a failed write does: RocksDB would try again, and
// what was written before a failed sync may be gone though the next one succeeds.
std::shared_ptr<rocksdb::EventListener> stop_on_background_failure();

// The log's tables hold every row from their first to their last: none of them, and no write-ahead log, was taken away.
// Looks at what is known of the tables, not into them. After an opening that wrote what it replayed.
Status check_log_tables(Store& store);

}  // namespace rookery::embedded
