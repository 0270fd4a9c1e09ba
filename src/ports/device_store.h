// DeviceStore: where users' pushes go.
//
// What was answered is durable, and seen by every later read; what failed changed nothing, except kUnavailable, after which
// the outcome is unknown. Any core; tasks resume on the core that awaited them.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "model/push_device.h"
#include "runtime/task.h"

namespace rookery {

class DeviceStore {
 public:
  virtual ~DeviceStore() = default;
  // Replaces the device of that id.
  virtual Task<Status> put_device(UserId user, PushDevice device) = 0;
  // One that is not there is no failure.
  virtual Task<Status> erase_device(UserId user, std::string id) = 0;
  // By id, ascending.
  virtual Task<Result<std::vector<PushDevice>>> devices_of(UserId user) = 0;
};

}  // namespace rookery
