#include "api/device_routes.h"

#include <algorithm>

#include "api/push_device_form.h"
#include "auth/account_rules.h"
#include "base/json_writer.h"

namespace rookery::api {
namespace {

using Answer = Task<Result<net::HttpResponse>>;

constexpr std::size_t kDevicesMax = 20;  // of one user

Answer put_device(DeviceStore& store, Call& call) {
  const std::string& id = call.parameters[0];
  if (const auto fault = text_fault(id, auth::kDeviceTextLength)) co_return fail(Error::invalid("id", *fault));
  const Result<Json> body = call.json();
  if (!body) co_return fail(body.error());
  Result<PushDevice> device = read_push_device(body->root());
  if (!device) co_return fail(device.error());
  const Result<std::vector<PushDevice>> known = co_await store.devices_of(call.principal.user);
  if (!known) co_return fail(known.error());
  const auto before = std::ranges::find(*known, id, &PushDevice::id);
  if (before == known->end() && known->size() >= kDevicesMax)
    co_return fail(ErrorCode::kTooManyDevices, "At most " + std::to_string(kDevicesMax) + " devices can be registered");
  device->id = id;
  device->created_at = before == known->end() ? system_clock().now() : before->created_at;
  const Status stored = co_await store.put_device(call.principal.user, *std::move(device));
  if (!stored) co_return fail(stored.error());
  co_return net::HttpResponse::no_content();
}

// Whether the caller has the device of the path.
Task<Status> require_device(DeviceStore& store, Call& call) {
  const Result<std::vector<PushDevice>> known = co_await store.devices_of(call.principal.user);
  if (!known) co_return fail(known.error());
  if (std::ranges::find(*known, call.parameters[0], &PushDevice::id) == known->end()) co_return fail(ErrorCode::kUnknownDevice);
  co_return Status();
}

Answer delete_device(DeviceStore& store, Call& call) {
  if (const Status there = co_await require_device(store, call); !there) co_return fail(there.error());
  const Status erased = co_await store.erase_device(call.principal.user, call.parameters[0]);
  if (!erased) co_return fail(erased.error());
  co_return net::HttpResponse::no_content();
}

Answer test_device(DeviceStore& store, Call& call) {
  if (const Status there = co_await require_device(store, call); !there) co_return fail(there.error());
  co_return fail(ErrorCode::kNotImplemented, "Push is not available on this installation");
}

Answer list_devices(DeviceStore& store, Call& call) {
  const Result<std::vector<PushDevice>> devices = co_await store.devices_of(call.principal.user);
  if (!devices) co_return fail(devices.error());
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const PushDevice& device : *devices) {
    json.begin_object();
    json.key("id").string(device.id);
    json.key("transport").string(kPushTransportNames[static_cast<std::size_t>(device.transport)]);
    json.key("content").string(kPushContentNames[static_cast<std::size_t>(device.content)]);
    json.key("created_at").time(device.created_at);
    json.end_object();
  }
  json.end_array();
  co_return net::HttpResponse::json(200, std::move(text));
}

}  // namespace

void add_device_routes(Router& router, DeviceStore& devices) {
  const auto add = [&router](std::string_view method, std::string_view pattern, RateBucket rate, Handler handler) {
    router.add({method, pattern, Access::kUser, rate, std::move(handler)});
  };
  add("GET", "/api/v1/users/@me/devices", RateBucket::kRead, [&devices](Call& call) { return list_devices(devices, call); });
  add("PUT", "/api/v1/users/@me/devices/{device}", RateBucket::kWrite, [&devices](Call& call) { return put_device(devices, call); });
  add("DELETE", "/api/v1/users/@me/devices/{device}", RateBucket::kWrite, [&devices](Call& call) { return delete_device(devices, call); });
  add("POST", "/api/v1/users/@me/devices/{device}/test", RateBucket::kWrite, [&devices](Call& call) { return test_device(devices, call); });
}

}  // namespace rookery::api
