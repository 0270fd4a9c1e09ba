// PollCall: one call of long polling (protocol.md §5), read from its body. Plain value, any thread, one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json_reader.h"
#include "base/result.h"

namespace rookery::gateway {

// Frames that one call may bring; they may bring as many bytes as a body.
inline constexpr std::size_t kPollFramesMax = 100;
inline constexpr std::chrono::milliseconds kPollTimeoutMax{25'000};
// A frame may be nested as deep as on a WebSocket, inside the call's object and its list.
inline constexpr std::size_t kPollNesting = 2;

struct PollCall {
  std::optional<std::string> session_id;  // none: the first call
  std::uint64_t n = 0;
  std::optional<std::uint64_t> s;
  std::vector<std::string> frames;  // JSON objects, as text
  std::chrono::milliseconds timeout{0};
};

// kInvalidBody, field by field. What is in the frames is not looked at.
Result<PollCall> parse_poll(JsonValue body);

}  // namespace rookery::gateway
