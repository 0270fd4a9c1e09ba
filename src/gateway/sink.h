// Sink: where a connection's frames go: a WebSocket, a long poll, a test.
//
// One core; never called after the connection was told that it closed. After close() every call is allowed and does
// nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/time.h"
#include "gateway/close_codes.h"
#include "net/shared_buffer.h"

namespace rookery {
class Core;
}

namespace rookery::gateway {

class Sink {
 public:
  // One text frame of two pieces: `prefix` of this connection alone (at most 46 bytes), `rest` shared by all receivers.
  virtual void send(std::string_view prefix, net::SharedBuffer rest) = 0;
  // `fresh` takes the place of `old` (by identity) in every frame that is not partly written yet.
  virtual void replace(const net::SharedBuffer& old, const net::SharedBuffer& fresh) = 0;
  // Drops every queued frame that is not partly written yet.
  virtual void drop_unsent() = 0;
  // Queued and not yet taken by the kernel.
  virtual std::size_t unsent_bytes() const = 0;
  // Asks for one Connection::on_drained(), when unsent_bytes() is at most `unsent_bytes`; never inside this call.
  virtual void notify_drained(std::size_t unsent_bytes) = 0;
  // No frame is delivered after pause_reading() until resume_reading(); delivery never goes on inside that call.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  virtual void close(CloseReason reason) = 0;
  // Moves the connection, this sink with it, to another core: nothing is called on this one any more, and `arrived` is the
  // first call on the other.
  virtual void move_to(Core& core, std::move_only_function<void()> arrived) = 0;
  // When the last frame of any kind came in.
  virtual SteadyTime last_received() const = 0;

 protected:
  ~Sink() = default;
};

}  // namespace rookery::gateway
