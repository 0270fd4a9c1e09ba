// DeviceStore as rows of the `state` family.
#pragma once

#include "embedded/database.h"
#include "ports/device_store.h"

namespace rookery::embedded {

class RocksDeviceStore final : public DeviceStore {
 public:
  // `database` must outlive it.
  explicit RocksDeviceStore(Database& database) : database_(database) {}
  Task<Status> put_device(UserId user, PushDevice device) override;
  Task<Status> erase_device(UserId user, std::string id) override;
  Task<Result<std::vector<PushDevice>>> devices_of(UserId user) override;

 private:
  Database& database_;
};

}  // namespace rookery::embedded
