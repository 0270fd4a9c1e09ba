#include "net/connect.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "net/handshake.h"
#include "net/proxies.h"
#include "net/tls_session.h"

namespace rookery::net {
namespace {

std::string words(int error) { return std::generic_category().message(error); }

std::unexpected<Error> unavailable(std::string why) { return fail(ErrorCode::kUnavailable, std::move(why)); }

Result<Stream> begin_connect_to(const addrinfo& address, const Endpoint& endpoint) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return unavailable("no socket: " + words(errno));
  Stream plain(fd, nullptr);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd, address.ai_addr, address.ai_addrlen) != 0 && errno != EINPROGRESS)
    return unavailable("cannot connect: " + words(errno));
  if (!endpoint.tls) return plain;
  auto tls = TlsSession::connect(*endpoint.tls, fd, endpoint.host);
  if (!tls) return unavailable("no TLS session");
  return Stream(plain.release(), std::move(tls));
}

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Result<Addresses> resolve(const Endpoint& endpoint, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
  if (error != 0) return unavailable("cannot resolve " + endpoint.host + ": " + ::gai_strerror(error));
  return Addresses(found, &::freeaddrinfo);
}

}  // namespace

Result<Stream> begin_connect(const Endpoint& endpoint) {
  const auto addresses = resolve(endpoint, AI_NUMERICHOST);
  if (!addresses) return std::unexpected(addresses.error());
  return begin_connect_to(**addresses, endpoint);
}

Status connect_outcome(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return unavailable("cannot connect: " + words(error));
  return {};
}

bool Deadline::wait(int fd, short poll_events) const {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now()).count();
    pollfd waited{.fd = fd, .events = poll_events, .revents = 0};
    const int ready = ::poll(&waited, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000)));
    if (ready > 0) return true;
    if (ready == 0) return false;
  }
}

Result<Stream> connect_blocking(const Endpoint& endpoint, const Deadline& deadline) {
  const auto addresses = resolve(endpoint, 0);
  if (!addresses) return std::unexpected(addresses.error());
  Result<Stream> stream = unavailable("no address of " + endpoint.host);
  for (const addrinfo* address = addresses->get(); address != nullptr; address = address->ai_next) {
    stream = begin_connect_to(*address, endpoint);
    if (!stream) continue;
    if (!deadline.wait(stream->fd(), POLLOUT)) return unavailable("connecting took too long");
    const Status outcome = connect_outcome(stream->fd());
    if (outcome) return stream;
    stream = std::unexpected(outcome.error());
  }
  return stream;
}

Status write_blocking(Stream& stream, std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty() || stream.has_unsent()) {
    const auto n = stream.write(bytes);
    if (n == Stream::kFailed) return unavailable("the connection broke");
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    const short awaited = stream.waits_for_peer() ? POLLIN : POLLOUT;
    if ((n == Stream::kAgain || stream.has_unsent()) && !deadline.wait(stream.fd(), awaited)) {
      return unavailable("writing took too long");
    }
  }
  return {};
}

Result<bool> read_blocking(Stream& stream, std::string& into, const Deadline& deadline) {
  std::array<char, 16 * 1024> buffer;
  while (true) {
    const auto n = stream.read(buffer);
    if (n > 0) {
      into.append(buffer.data(), static_cast<std::size_t>(n));
      return true;
    }
    if (n == 0) return false;
    if (n == Stream::kFailed) return unavailable("the connection broke");
    if (!deadline.wait(stream.fd(), POLLIN)) return unavailable("nothing came within the deadline");
  }
}

std::string request_head(const Endpoint& endpoint, std::string_view method, std::string_view target, const HttpHeaders& headers) {
  std::string head(method);
  head.append(" ").append(target).append(" HTTP/1.1\r\n");
  if (!headers.has("Host")) {
    const bool v6 = endpoint.host.find(':') != std::string::npos;
    head.append("Host: ")
        .append(v6 ? "[" + endpoint.host + "]" : endpoint.host)
        .append(":")
        .append(std::to_string(endpoint.port))
        .append("\r\n");
  }
  for (const auto& field : headers.fields()) head.append(field.name).append(": ").append(field.value).append("\r\n");
  return head;
}

std::string handshake_request(const Endpoint& endpoint, std::string_view target, const HttpHeaders& headers, std::string_view key) {
  std::string head = request_head(endpoint, "GET", target, headers);
  return head.append("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ")
      .append(key)
      .append("\r\n\r\n");
}

Status check_handshake(const HttpResponse& response, std::string_view key) {
  if (response.status != 101) return fail(ErrorCode::kBadRequest, std::to_string(response.status) + " " + response.body);
  if (!response.headers.lists("Upgrade", "websocket") || response.headers.get("Sec-WebSocket-Accept") != websocket_accept(key)) {
    return fail(ErrorCode::kBadRequest, "the handshake was answered wrongly");
  }
  return {};
}

}  // namespace rookery::net
