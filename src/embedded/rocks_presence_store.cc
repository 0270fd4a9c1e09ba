#include "embedded/rocks_presence_store.h"

#include "base/bytes.h"
#include "embedded/keys.h"

namespace rookery::embedded {
namespace {

constexpr std::uint8_t kVersion = 1;

}  // namespace

Task<Result<TimeMs>> RocksPresenceStore::last_seen(UserId user) {
  const auto row = co_await database_.get(Family::kState, presence_key(user));
  if (!row) co_return fail(row.error());
  if (!*row) co_return TimeMs();
  ByteReader in(**row);
  if (in.u8() != kVersion) co_return fail(ErrorCode::kInternal, "Stored data is damaged");
  const TimeMs time(static_cast<std::int64_t>(in.varint()));
  if (!in.at_end()) co_return fail(ErrorCode::kInternal, "Stored data is damaged");
  co_return time;
}

Task<Status> RocksPresenceStore::put_last_seen(std::vector<std::pair<UserId, TimeMs>> seen) {
  Batch batch;
  for (const auto& [user, time] : seen) {
    std::string value;
    ByteWriter(value).u8(kVersion).varint(static_cast<std::uint64_t>(time.unix_ms));
    batch.put(Family::kState, presence_key(user), value);
  }
  co_return co_await database_.commit(std::move(batch));
}

}  // namespace rookery::embedded
