// Frames in pieces of any size, for either role: the same bytes must be read in the same way however they are cut. And messages
// that are written as frames, in fragments and with pings between them, must be read as what they were.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "net/utf8.h"
#include "net/websocket.h"
#include "net/websocket_frame.h"

namespace {

using namespace rookery::net;

constexpr std::size_t kMessageMax = 4096;

class Recorder final : public WebSocketEvents {
 public:
  std::string found;
  bool ended = false;

  bool on_text_message(std::string_view message) override {
    CHECK(message.size() <= kMessageMax && is_valid_utf8(message));
    return note('t', message);
  }
  bool on_binary_message(std::string_view message) override {
    CHECK(message.size() <= kMessageMax);
    return note('b', message);
  }
  bool on_ping(std::string_view payload) override { return note('i', payload); }
  bool on_pong(std::string_view payload) override { return note('o', payload); }
  bool on_close(std::uint16_t code, std::string_view reason) override {
    CHECK(code == kCloseNoCode || is_close_code(code));
    note('c', reason);
    ended = true;
    return false;
  }
  void on_violation(std::uint16_t code, std::string_view) override {
    note('v', std::to_string(code));
    ended = true;
  }

 private:
  bool note(char kind, std::string_view text) {
    found.append(1, kind).append(text).append(1, '\n');
    return true;
  }
};

std::string read_in_pieces(std::string_view bytes, std::size_t step, WebSocketRole role) {
  WebSocketReader reader;
  Recorder recorder;
  std::string held;
  std::size_t needed = 1;
  while (!bytes.empty() && !recorder.ended) {
    held.append(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    if (held.size() < needed) continue;
    held.reserve(held.size() + kReadablePadding);
    const auto progress = reader.read(held, role, kMessageMax, recorder);
    CHECK(progress.consumed <= held.size());
    held.erase(0, progress.consumed);
    needed = progress.needed;
    CHECK(recorder.ended || needed > held.size());
  }
  return recorder.found;
}

// The bytes say which messages there are; what is written of them must be found.
void check_written(std::string_view script, std::size_t step, WebSocketRole role) {
  std::string bytes;
  std::string expected;
  const auto take = [&script](std::size_t count) {
    const std::string_view taken = script.substr(0, count);
    script.remove_prefix(taken.size());
    return taken;
  };
  const auto add = [&](Opcode opcode, std::string_view payload, bool final) {
    const Mask mask = {static_cast<char>(bytes.size()), static_cast<char>(bytes.size() >> 8), '\x55', '\xAA'};
    bytes += role == WebSocketRole::kServer ? masked_frame(opcode, payload, mask, final) : plain_frame(opcode, payload, final);
  };
  while (script.size() > 2) {
    const std::string_view plan = take(2);
    const auto kind = static_cast<std::uint8_t>(plan[0]);
    const std::string_view payload = take(static_cast<std::uint8_t>(plan[1]));
    if ((kind & 3) == 0) {
      const std::string_view some = payload.substr(0, kControlPayloadMax);
      add(Opcode::kPing, some, true);
      expected.append("i").append(some).append("\n");
      continue;
    }
    const bool text = (kind & 3) == 1 && is_valid_utf8(payload);
    const std::size_t cut = std::min<std::size_t>(kind >> 3, payload.size());
    const Opcode opcode = text ? Opcode::kText : Opcode::kBinary;
    if ((kind & 4) == 0) {
      add(opcode, payload, true);
    } else {
      add(opcode, payload.substr(0, cut), false);
      add(Opcode::kPong, "between", true);
      add(Opcode::kContinuation, payload.substr(cut), true);
      expected += "obetween\n";
    }
    expected.append(text ? "t" : "b").append(payload).append("\n");
  }
  CHECK(read_in_pieces(bytes, step, role) == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(static_cast<const char*>(static_cast<const void*>(data)) + 2, size - 2);
  const auto role = (data[0] & 1) != 0 ? WebSocketRole::kServer : WebSocketRole::kClient;
  const std::string whole = read_in_pieces(bytes, bytes.size() + 1, role);
  CHECK(whole == read_in_pieces(bytes, 1, role));
  CHECK(whole == read_in_pieces(bytes, 1u + data[1], role));
  check_written(bytes, 1u + data[1], role);
  return 0;
}
