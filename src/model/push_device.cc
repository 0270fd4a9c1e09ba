#include "model/push_device.h"

#include "base/bytes.h"

namespace rookery {
namespace {

constexpr std::uint8_t kVersion = 1;

}  // namespace

std::string encode(const PushDevice& device) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kVersion).u8(static_cast<std::uint8_t>(device.transport)).u8(static_cast<std::uint8_t>(device.content));
  out.string(device.token).string(device.endpoint).string(device.p256dh).string(device.auth);
  out.varint(static_cast<std::uint64_t>(device.created_at.unix_ms));
  return bytes;
}

std::optional<PushDevice> decode_push_device(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  const std::uint8_t transport = in.u8();
  const std::uint8_t content = in.u8();
  if (transport >= kPushTransportNames.size() || content >= kPushContentNames.size()) return std::nullopt;
  PushDevice device;
  device.transport = static_cast<PushTransport>(transport);
  device.content = static_cast<PushContent>(content);
  device.token = in.string();
  device.endpoint = in.string();
  device.p256dh = in.string();
  device.auth = in.string();
  device.created_at = TimeMs(static_cast<std::int64_t>(in.varint()));
  if (!in.at_end()) return std::nullopt;
  return device;
}

}  // namespace rookery
