// Wire: the way on which one gateway session's frames go: a WebSocket, or long polling.
//
// Blocks; one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_reader.h"
#include "base/result.h"
#include "net/client.h"

namespace rookery::verify {

// What came at once: frames, in their order, or the end of the connection, which is the last.
struct Incoming {
  std::vector<Json> texts;  // that the frames point into
  std::vector<JsonValue> frames;
  bool closed = false;
  std::uint16_t close_code = 0;
};

class Wire {
 public:
  virtual ~Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  virtual Status send(std::string_view frame) = 0;
  // None within `time` is kUnavailable.
  virtual Result<Incoming> receive(std::chrono::milliseconds time) = 0;
  // Says that the session is over, where that can be said.
  virtual void say_goodbye() = 0;
  // At once, without a word.
  virtual void abort() = 0;

 protected:
  Wire() = default;
};

enum class Way : std::uint8_t { kWebSocket, kPolling };

// Null when it cannot be opened. `token` is for polling, where every call has it; so is `hold_min`, how long a call is held at least when
// nothing happens.
std::unique_ptr<Wire> open_wire(Way way, const net::Endpoint& endpoint, const std::string& token, std::chrono::milliseconds hold_min);

}  // namespace rookery::verify
