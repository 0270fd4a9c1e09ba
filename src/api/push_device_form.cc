#include "api/push_device_form.h"

namespace rookery::api {
namespace {

constexpr TextLength kTokenLength{1, 4096};
constexpr TextLength kEndpointLength{1, 2048};
constexpr TextLength kKeyLength{1, 256};

}  // namespace

Result<PushDevice> read_push_device(JsonValue body) {
  FieldErrors errors;
  JsonFields fields(body, errors);
  PushDevice device;
  const auto transport = fields.required_choice("transport", kPushTransportNames);
  const auto content = fields.required_choice("content", kPushContentNames);
  device.transport = static_cast<PushTransport>(transport.value_or(0));
  device.content = static_cast<PushContent>(content.value_or(0));
  const bool by_token = device.transport == PushTransport::kFcm || device.transport == PushTransport::kApns;
  if (transport && by_token) {
    device.token = fields.required_string("token", kTokenLength).value_or("");
  } else if (transport) {
    device.endpoint = fields.required_string("endpoint", kEndpointLength).value_or("");
    if (!device.endpoint.empty() && !device.endpoint.starts_with("https://")) fields.fault("endpoint", "must be an https address");
    auto keys = device.transport == PushTransport::kWebPush ? fields.required_object("keys") : fields.object("keys");
    if (keys) {
      device.p256dh = keys->required_string("p256dh", kKeyLength).value_or("");
      device.auth = keys->required_string("auth", kKeyLength).value_or("");
    }
  }
  if (const Status read = errors.status(); !read) return fail(read.error());
  return device;
}

}  // namespace rookery::api
