// Store: RocksDB as embedded mode opens it. Internal to this folder: the only header here that knows RocksDB.
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "embedded/batch.h"
#include "embedded/database.h"
#include "embedded/watermark.h"

namespace rookery::embedded {

class GaplessReplay;
class StoreListener;

// Closed by its destructor. Any thread.
class Store {
 public:
  enum class Mode : std::uint8_t {
    kCreate,    // made when it is not there
    kExisting,  // must be there
    kReadOnly,  // must be there, and nothing of it is changed
    kSalvage,   // as kReadOnly; of a damaged write-ahead log only what stands before the damage is taken
  };
  // `marked`: what the watermark says was written. A start that would lack some of it is refused; what is only read is opened, and
  // lacks() tells. Blocks, for as long as the replay of the write-ahead log takes.
  static Result<std::unique_ptr<Store>> open(const std::string& path, const DatabaseOptions& options, Mode mode,
                                             const LastWrites& marked = {});
  // Makes RocksDB's list of its tables anew from the tables themselves, and tables of the write-ahead logs. Blocks.
  static Status list_anew(const std::string& path);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  rocksdb::DB& db() noexcept { return *db_; }
  rocksdb::ColumnFamilyHandle* family(Family family) noexcept { return handles_[static_cast<std::size_t>(family)]; }

  // A family of which something that was marked at the opening is neither in tables nor in the write-ahead logs.
  std::optional<Family> lacks() const;
  // The number of the write-ahead log that took the last write; 0: none yet. For the only thread that writes.
  std::uint64_t log_written() const noexcept;

  enum class Tier : std::uint8_t { kMemory, kDisk };
  // Outer none: Tier::kMemory, and the disk would have to be asked.
  std::optional<Result<std::optional<std::string>>> get(Family family, std::string_view key, Tier tier);
  // Calls `each` for the rows in the order of the range. The same outer none; `each` may then have been called.
  std::optional<Status> scan(Family family, const ScanRange& range, Tier tier,
                             const std::function<void(std::string_view key, std::string_view value)>& each);

  // Lets go of the files of `recent` that hold only days before `day`; rows beside later ones stay until theirs go.
  void drop_recent_before(std::uint32_t day);

 private:
  Store();
  std::unique_ptr<GaplessReplay> replay_;
  std::shared_ptr<StoreListener> listener_;  // the database holds it too
  std::unique_ptr<rocksdb::Env> env_;        // outlives the database
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> handles_{};
  rocksdb::ColumnFamilyHandle* default_ = nullptr;
};

// kInternal with RocksDB's own words; the kind of failure first.
Error error_of(const rocksdb::Status& status);

inline rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace rookery::embedded
