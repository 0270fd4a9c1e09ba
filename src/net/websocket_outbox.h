// WebSocketOutbox: the frames that a connection has yet to write. Without I/O; one core at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/shared_buffer.h"

namespace rookery::net {

// A frame is queued in pieces and put together when it is written, so that its shared piece can still be replaced until
// then. Queueing allocates nothing when this thread has written as much before.
class WebSocketOutbox {
 public:
  WebSocketOutbox() = default;
  ~WebSocketOutbox() { clear(); }
  WebSocketOutbox(const WebSocketOutbox&) = delete;
  WebSocketOutbox& operator=(const WebSocketOutbox&) = delete;

  // An unmasked text frame of both; `prefix` is at most WebSocket::kPrefixBytesMax.
  void push_text(std::string_view prefix, SharedBuffer rest);
  // Bytes that are framed, and masked, already.
  void push_raw(std::string_view bytes);

  // See WebSocket::replace().
  std::size_t replace(const SharedBuffer& old, const SharedBuffer& fresh);
  // Drops every frame of which nothing is written.
  void drop_unstarted();
  void clear();

  // Copies the next bytes to be written, as many as there are and fit.
  std::size_t gather(std::span<char> into) const;
  // So many of them are written.
  void forget_written(std::size_t bytes);

  bool empty() const noexcept { return first_ == nullptr; }
  std::size_t bytes() const noexcept { return bytes_; }
  std::size_t frames() const noexcept { return frames_; }

 private:
  struct Frame;
  void push(Frame* frame);

  Frame* first_ = nullptr;  // a list, owned
  Frame* last_ = nullptr;
  std::uint32_t bytes_ = 0;
  std::uint32_t frames_ = 0;
  std::uint32_t written_of_first_ = 0;
};

}  // namespace rookery::net
