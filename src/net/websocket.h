// WebSocket: an open WebSocket connection (RFC 6455), either end of it, and who listens to it.
//
// Threads: a WebSocket and its handler belong to one core, and every call in either direction happens there.
// Lifetime: the transport owns both. The reference given to on_open() is good until on_closed() has returned; the handler
// is destroyed right after that. Sending is buffered: what a turn of the core queued leaves in one write at its end.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "net/shared_buffer.h"

namespace rookery {
class Core;
}

namespace rookery::net {

class WebSocket;

// Close codes of RFC 6455 §7.4.1 that this transport uses itself.
inline constexpr std::uint16_t kCloseNormal = 1000;
inline constexpr std::uint16_t kCloseGoingAway = 1001;
inline constexpr std::uint16_t kCloseProtocolError = 1002;
inline constexpr std::uint16_t kCloseNoCode = 1005;    // the peer's Close named none; never on the wire
inline constexpr std::uint16_t kCloseAbnormal = 1006;  // the connection broke without a Close; never on the wire
inline constexpr std::uint16_t kCloseInvalidText = 1007;
inline constexpr std::uint16_t kCloseTooLarge = 1009;

// What a connection may cost. One policy for all connections of a server or connector.
struct WebSocketPolicy {
  std::size_t message_bytes_max = 64 * 1024;  // a message above it closes with 1009

  // A reader too slow: `unsent_bytes_slow` or more for `slow_for`, or `unsent_bytes_max` or `unsent_frames_max` or more at
  // once, closes with `slow_code`. What was queued is then dropped, so that the Close has a chance. Of so many frames in one
  // turn, those that the kernel takes at once do not count.
  std::size_t unsent_bytes_slow = 256 * 1024;
  std::chrono::milliseconds slow_for{10'000};
  std::size_t unsent_bytes_max = 1024 * 1024;
  std::size_t unsent_frames_max = 8192;  // small frames cost more memory than they have bytes
  std::uint16_t slow_code = 4100;

  // No frame of any kind for so long closes with `silent_code`; 0 is no limit.
  std::chrono::milliseconds silent_for_max{0};
  std::uint16_t silent_code = 4009;
  // A message or control frame that was begun and is not whole after so long closes with `silent_code`; 0 is no limit. What
  // reading is paused for does not count.
  std::chrono::milliseconds frame_for_max{0};

  std::chrono::milliseconds close_deadline{5'000};  // for the peer's Close and its end of the connection; then it is cut
  int kernel_send_bytes = 64 * 1024;                // SO_SNDBUF; without it the kernel takes megabytes for a stalled reader
  int kernel_receive_bytes = 64 * 1024;             // SO_RCVBUF, of a server's; likewise for a sender that is not read from
};

// Bytes past the end of a message given to on_text() or on_binary() that may be read (their value means nothing): parsers
// that read in wide steps need no copy.
inline constexpr std::size_t kReadablePadding = 64;

class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;

  // The first call, once.
  virtual void on_open(WebSocket& socket) = 0;
  // One whole message; text is valid UTF-8. The view dies with the call; see kReadablePadding.
  virtual void on_text(std::string_view message) = 0;
  virtual void on_binary(std::string_view message) = 0;
  // See WebSocket::notify_drained().
  virtual void on_drained() {}
  // The last call, once, at the end of the turn in which the connection ended: the code and reason of the peer's Close
  // (kCloseNoCode when it named none), of WebSocket::close(), of the transport's own close, or kCloseAbnormal.
  // Not called when the server is destroyed with the connection open.
  virtual void on_closed(std::uint16_t code, std::string_view reason) = 0;
};

// After close(), abort(), the peer's Close or a failure, every call here is allowed and does nothing.
class WebSocket {
 public:
  static constexpr std::size_t kPrefixBytesMax = 46;

  // One text message of two pieces: `prefix`, of this connection alone (at most kPrefixBytesMax), and `rest`, shared by
  // all its receivers. Together they must be valid UTF-8. Allocates nothing when the core is warm.
  virtual void send(std::string_view prefix, SharedBuffer rest) = 0;
  void send_text(std::string_view text) { send({}, SharedBuffer::copy_of(text)); }
  // One binary message; its bytes are copied.
  virtual void send_binary(std::string_view message) = 0;

  // In every queued message that is not partly written yet, `fresh` takes the place of `old` (compared by identity).
  // Returns how many were replaced. A message partly written is finished as it was.
  virtual std::size_t replace(const SharedBuffer& old, const SharedBuffer& fresh) = 0;

  // Drops every queued message that is not partly written yet: for a close() that nothing more shall come before.
  virtual void drop_unsent() = 0;

  // Queued and not yet taken by the kernel, frame headers included.
  virtual std::size_t unsent_bytes() const = 0;
  // Asks for one on_drained(), at the end of a turn in which unsent_bytes() is at most `unsent_bytes`: this turn, if it
  // is so already. A second call before that replaces the first.
  virtual void notify_drained(std::size_t unsent_bytes) = 0;

  // After pause_reading() no message is delivered, beginning with the next one, until resume_reading(); the peer is held
  // up by TCP. Delivery goes on in a later turn, never inside the call.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;

  // Sends Close behind what is queued and waits for the peer's; where the kernel takes nothing at present, what is queued and
  // not partly written is dropped, so that the Close has a chance. Nothing more is delivered. `code` is 1000 to 4999 and
  // allowed on the wire; `reason` is UTF-8, cut at 123 bytes. A Close of the peer's is answered behind all that is queued.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  // Cuts the connection; on_closed() gets kCloseAbnormal.
  virtual void abort() = 0;

  // Moves the connection, with its handler and what is queued, to another core of the same server. From now on nothing
  // may be called on this core; `arrived` is the first thing that is called on the other, then delivery goes on there.
  // When the connection breaks on the way, on_closed() is called there, after `arrived`.
  virtual void move_to(Core& core, std::move_only_function<void(WebSocket&)> arrived) = 0;

  // When the last frame (of any kind) came in; the time of the upgrade at first.
  virtual SteadyTime last_received() const = 0;

 protected:
  ~WebSocket() = default;
};

}  // namespace rookery::net
