// PushDevice: where a user's pushes go when nobody of him is connected (protocol.md §7).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace rookery {

enum class PushTransport : std::uint8_t { kFcm = 0, kApns = 1, kWebPush = 2, kUnifiedPush = 3 };
inline constexpr std::array<std::string_view, 4> kPushTransportNames = {"fcm", "apns", "webpush", "unifiedpush"};

// What of a message a push may carry.
enum class PushContent : std::uint8_t { kFull = 0, kSender = 1, kNone = 2 };
inline constexpr std::array<std::string_view, 3> kPushContentNames = {"full", "sender", "none"};

struct PushDevice {
  std::string id;  // the client's own
  PushTransport transport = PushTransport::kFcm;
  PushContent content = PushContent::kFull;
  std::string token;     // fcm, apns
  std::string endpoint;  // webpush, unifiedpush
  std::string p256dh;    // webpush: the client's public key, base64url
  std::string auth;      // webpush: its authentication secret, base64url
  TimeMs created_at;

  bool operator==(const PushDevice&) const = default;
};

// The id stands in the key and is not repeated. See model/message.h for the rules.
std::string encode(const PushDevice& device);
std::optional<PushDevice> decode_push_device(std::string_view bytes);

}  // namespace rookery
