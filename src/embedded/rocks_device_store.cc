#include "embedded/rocks_device_store.h"

#include "embedded/keys.h"

namespace rookery::embedded {
namespace {

constexpr std::size_t kDevicesMax = 1000;  // read of one user; the service allows far fewer

}  // namespace

Task<Status> RocksDeviceStore::put_device(UserId user, PushDevice device) {
  Batch batch;
  batch.put(Family::kState, device_key(user, device.id), encode(device));
  co_return co_await database_.commit(std::move(batch));
}

Task<Status> RocksDeviceStore::erase_device(UserId user, std::string id) {
  Batch batch;
  batch.erase(Family::kState, device_key(user, id));
  co_return co_await database_.commit(std::move(batch));
}

Task<Result<std::vector<PushDevice>>> RocksDeviceStore::devices_of(UserId user) {
  const auto rows = co_await database_.scan(Family::kState, ScanRange::of_prefix(device_prefix(user), kDevicesMax));
  if (!rows) co_return fail(rows.error());
  std::vector<PushDevice> devices;
  for (const auto& [key, value] : *rows) {
    const auto name = parse_device_key(key);
    auto device = decode_push_device(value);
    if (!name || !device) co_return fail(ErrorCode::kInternal, "Stored data is damaged");
    device->id = name->second;
    devices.push_back(*std::move(device));
  }
  co_return devices;
}

}  // namespace rookery::embedded
