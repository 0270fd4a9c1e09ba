#include "net/stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "net/tls_session.h"

namespace rookery::net {

Stream::Stream() noexcept = default;
Stream::Stream(int fd, std::unique_ptr<TlsSession> tls) noexcept : fd_(fd), tls_(std::move(tls)) {}
Stream::Stream(Stream&& other) noexcept : fd_(std::exchange(other.fd_, -1)), tls_(std::move(other.tls_)) {}
Stream& Stream::operator=(Stream&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(tls_, other.tls_);
  return *this;
}
Stream::~Stream() { close(); }

void Stream::close() noexcept {
  tls_.reset();
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

std::ptrdiff_t Stream::read(std::span<char> into) noexcept {
  if (tls_) return tls_->read(into);
  const auto n = ::recv(fd_, into.data(), into.size(), 0);
  if (n >= 0) return n;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? kAgain : kFailed;
}

std::ptrdiff_t Stream::write(std::string_view bytes) noexcept {
  if (tls_) return tls_->write(bytes);
  if (bytes.empty()) return 0;
  const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n >= 0) return n;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? kAgain : kFailed;
}

bool Stream::has_received() const noexcept { return tls_ && tls_->has_received(); }
bool Stream::has_unsent() const noexcept { return tls_ && tls_->has_unsent(); }
bool Stream::waits_for_peer() const noexcept { return tls_ && tls_->waits_for_peer(); }

void Stream::end_writing() noexcept {
  if (tls_) tls_->say_goodbye();
  ::shutdown(fd_, SHUT_WR);
}

}  // namespace rookery::net
