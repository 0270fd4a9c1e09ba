// Stream: a connected nonblocking TCP socket, plain or with TLS inside. Within net only; one core at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace rookery::net {

class TlsSession;

class Stream {
 public:
  // What read() and write() answer besides a count.
  static constexpr std::ptrdiff_t kAgain = -1;   // not now: wait for the socket
  static constexpr std::ptrdiff_t kFailed = -2;  // the connection is over

  Stream() noexcept;
  // Takes the descriptor over; null `tls` for plain.
  Stream(int fd, std::unique_ptr<TlsSession> tls) noexcept;
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&& other) noexcept;
  ~Stream();

  int fd() const noexcept { return fd_; }
  bool secure() const noexcept { return tls_ != nullptr; }
  void close() noexcept;
  int release() noexcept { return std::exchange(fd_, -1); }  // the caller's from now on; plain ones only

  // Bytes read; 0 at the peer's end; kAgain; kFailed.
  std::ptrdiff_t read(std::span<char> into) noexcept;
  // Bytes taken, which the caller forgets; with TLS some of them may wait inside. kAgain; kFailed.
  std::ptrdiff_t write(std::string_view bytes) noexcept;

  // Bytes were received that a readiness of the socket will not announce: read again.
  bool has_received() const noexcept;
  // Bytes wait inside (with TLS only): write again, possibly with nothing, when the socket is ready.
  bool has_unsent() const noexcept;
  // What waits inside waits for the peer, not for room (a TLS handshake).
  bool waits_for_peer() const noexcept;
  // No more will be written: TLS says goodbye, TCP sends FIN.
  void end_writing() noexcept;

 private:
  int fd_ = -1;
  std::unique_ptr<TlsSession> tls_;
};

}  // namespace rookery::net
