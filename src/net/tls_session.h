// TlsSession: TLS on one nonblocking socket (OpenSSL 3). Within net only.
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/tls.h"

namespace rookery::net {

struct SslFree {
  void operator()(SSL* ssl) const noexcept;
};

// One core at a time. The descriptor belongs to the Stream.
class TlsSession {
 public:
  // Null when OpenSSL has no memory for one. The handshake happens inside read() and write().
  static std::unique_ptr<TlsSession> accept(TlsContext& context, int fd);
  static std::unique_ptr<TlsSession> connect(TlsContext& context, int fd, const std::string& host);

  // As Stream's.
  std::ptrdiff_t read(std::span<char> into) noexcept;
  std::ptrdiff_t write(std::string_view bytes) noexcept;
  bool has_received() const noexcept;
  bool has_unsent() const noexcept { return !committed_.empty(); }
  bool waits_for_peer() const noexcept;
  void say_goodbye() noexcept;

 private:
  explicit TlsSession(SSL* ssl) noexcept;
  std::ptrdiff_t outcome(int result) noexcept;

  std::unique_ptr<SSL, SslFree> ssl_;
  std::string committed_;  // given to OpenSSL, which asks for the same bytes again
  bool failed_ = false;
};

}  // namespace rookery::net
