// /api/v1/users/@me/devices: where pushes go (protocol.md §3 and §7).
#pragma once

#include "api/router.h"
#include "ports/device_store.h"

namespace rookery::api {

// All must outlive the router. Nothing is pushed yet: a test push is refused with 501.
void add_device_routes(Router& router, DeviceStore& devices);

}  // namespace rookery::api
