// RFC 6455 framing without I/O: frame headers, and the reader that makes messages of received bytes.
//
// Any thread, one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rookery::net {

// Which end this is. A client masks what it sends and refuses masked frames, a server the other way round (§5.1).
enum class WebSocketRole : std::uint8_t { kServer, kClient };

enum class Opcode : std::uint8_t { kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

inline constexpr std::size_t kControlPayloadMax = 125;
inline constexpr std::size_t kFrameHeaderMax = 10;  // unmasked; a mask adds 4

// Writes the header of an unmasked frame that ends its message into `out` (kFrameHeaderMax bytes); returns its length.
std::size_t write_frame_header(char* out, Opcode opcode, std::uint64_t payload_bytes) noexcept;
std::size_t frame_header_bytes(std::uint64_t payload_bytes) noexcept;

using Mask = std::array<char, 4>;
// XOR with the mask, whose first byte meets the first byte.
void apply_mask(std::span<char> bytes, Mask mask) noexcept;

// A whole frame as a client sends it.
std::string masked_frame(Opcode opcode, std::string_view payload, Mask mask, bool final = true);
// A whole frame as a server sends it; for what is not worth two pieces.
std::string plain_frame(Opcode opcode, std::string_view payload, bool final = true);
// The payload of a Close: code and reason, cut at 123 bytes and at a character's border; empty for kCloseNoCode.
std::string close_payload(std::uint16_t code, std::string_view reason);
// May this code stand in a Close (§7.4)?
bool is_close_code(std::uint16_t code) noexcept;

// What a WebSocketReader found. Each answers whether to read on; no stops the reader behind that frame.
class WebSocketEvents {
 public:
  // Views die with the call; kReadablePadding (net/websocket.h) bytes behind a message may be read.
  virtual bool on_text_message(std::string_view message) = 0;
  virtual bool on_binary_message(std::string_view message) = 0;
  virtual bool on_ping(std::string_view payload) = 0;
  virtual bool on_pong(std::string_view payload) = 0;
  // The peer's Close; kCloseNoCode when it names none.
  virtual bool on_close(std::uint16_t code, std::string_view reason) = 0;
  // The peer broke the rules: the code to close with. The reader must not be used again.
  virtual void on_violation(std::uint16_t code, std::string_view reason) = 0;

 protected:
  ~WebSocketEvents() = default;
};

class WebSocketReader {
 public:
  struct Progress {
    std::size_t consumed;  // bytes at the front that are done with
    std::size_t needed;    // bytes that the rest must have before it is worth reading again; 1 when the rest is empty
  };
  // Reads frames from `bytes`, which are unmasked in place. What is not consumed (an unfinished header or control frame)
  // must be given again, with more behind it. Of a message that is not whole yet the reader keeps what came, and text that
  // no further byte could make UTF-8 is refused at once. The memory must be readable for kReadablePadding past its end.
  Progress read(std::span<char> bytes, WebSocketRole role, std::size_t message_bytes_max, WebSocketEvents& events);
  // A message is begun and not whole yet; its pieces are kept.
  bool in_message() const noexcept { return partial_ != nullptr; }

 private:
  struct Header;
  struct Partial;
  struct Forget {
    void operator()(Partial* partial) const noexcept;
  };
  static std::string_view fault_of(const Header& header, bool in_message) noexcept;
  static bool whole_message(Opcode opcode, std::string_view message, WebSocketEvents& events);
  bool add_payload(std::span<char> piece, WebSocketEvents& events);
  static bool control_frame(const Header& header, std::string_view payload, WebSocketEvents& events);

  std::unique_ptr<Partial, Forget> partial_;  // a message that is not whole yet
};

}  // namespace rookery::net
