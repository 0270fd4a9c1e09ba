// Frames of a client, parsed and checked for their shape (protocol.md §4).
//
// What is wrong with a frame is a close code; a request whose body is wrong is no fault of the frame (its reply says so).
// Plain values, any thread, one at a time.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/json_reader.h"
#include "gateway/close_codes.h"
#include "gateway/services.h"
#include "model/limits.h"

namespace rookery::gateway {

struct HeartbeatFrame {
  std::optional<std::uint64_t> s;
};
struct Position {
  ChannelId channel;
  std::uint64_t seq = 0;
  std::uint64_t rev = 0;
};
struct IdentifyFrame {
  std::string token;
  Device device;
  std::vector<Position> positions;  // ascending, each channel once; empty: without positions
  std::optional<std::string> epoch;
};
struct PresenceFrame {
  bool away = false;
};
struct ResumeFrame {
  std::string token;
  std::string session_id;
  std::uint64_t s = 0;
};
// `frame` has the request in its `t` and `d`, unchecked.
struct RequestFrame {
  std::uint64_t i = 0;
  Json frame;
  std::size_t bytes = 0;  // of the whole frame
};
struct AckFrame {
  std::uint64_t s = 0;
};
struct SubscribeFrame {
  std::optional<std::vector<ChannelId>> channels;  // ascending, each once; none: as they are
  std::optional<std::vector<UserId>> users;
};
struct TypingFrame {
  ChannelId channel;
};
struct ReadFrame {
  ChannelId channel;
  std::uint64_t seq = 0;
};

using ClientFrame =
    std::variant<HeartbeatFrame, IdentifyFrame, PresenceFrame, ResumeFrame, RequestFrame, AckFrame, SubscribeFrame, TypingFrame, ReadFrame>;

// `text` is valid UTF-8. An id that is no snowflake, where one is asked for, is a shape that is wrong.
std::expected<ClientFrame, CloseReason> parse_frame(std::string_view text, const Limits& limits);

}  // namespace rookery::gateway
