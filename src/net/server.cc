#include "net/server.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "base/check.h"
#include "net/http_connection.h"
#include "net/http_head.h"
#include "net/socket.h"
#include "net/tls.h"
#include "net/tls_session.h"
#include "runtime/core.h"
#include "runtime/log.h"

namespace rookery::net {
namespace {

using namespace std::chrono_literals;

constexpr int kBacklog = 4096;  // the kernel takes the lesser of this and net.core.somaxconn
constexpr int kAcceptsPerTurnMax = 64;
constexpr auto kAcceptPause = 200ms;  // when descriptors or memory ran out
constexpr auto kPauseTold = 10s;      // at most one line in the log
constexpr int kDiscardsMax = 4;       // reads of what came with a connection that is turned away
constexpr int kReloadSweeps = 5;      // between looks at the certificate's files

std::string words(int error) { return std::generic_category().message(error); }

struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* get() noexcept { return static_cast<sockaddr*>(static_cast<void*>(&storage)); }
  IpAddress ip() const noexcept {
    IpAddress ip;
    if (storage.ss_family == AF_INET6) {
      std::memcpy(ip.bytes.data(), &static_cast<const sockaddr_in6*>(static_cast<const void*>(&storage))->sin6_addr, 16);
    } else {
      ip.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
      std::memcpy(ip.bytes.data() + 12, &static_cast<const sockaddr_in*>(static_cast<const void*>(&storage))->sin_addr, 4);
    }
    return ip;
  }
  std::uint16_t port() const noexcept {
    if (storage.ss_family == AF_INET6) return ntohs(static_cast<const sockaddr_in6*>(static_cast<const void*>(&storage))->sin6_port);
    return ntohs(static_cast<const sockaddr_in*>(static_cast<const void*>(&storage))->sin_port);
  }
};

// A listening socket, or -1 with errno.
int listen_on(const addrinfo& address) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.ai_family == AF_INET6) {
    const int off = 0;  // "::" takes IPv4 too
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  if (::bind(fd, address.ai_addr, address.ai_addrlen) == 0 && ::listen(fd, kBacklog) == 0) return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

}  // namespace

struct HttpServer::Inner final : IoHandler {
  explicit Inner(HttpServerOptions o) : options(std::move(o)) {}
  ~Inner() override {
    if (listener >= 0) ::close(listener);
  }

  void begin(Core& core);
  void on_io(std::uint32_t) noexcept override { accept_waiting(); }
  void accept_waiting();
  void pause_accepting();
  void give(int fd, const IpAddress& peer);
  void take(SocketLoop& loop, int fd, const IpAddress& peer);
  void turn_away(int fd);
  void stop_listening();
  static SocketLoop* loop_of(void* self, const Core& core);

  HttpServerOptions options;
  HttpService service;
  std::string host;
  std::uint16_t port = 0;

  // The acceptor's, on the first core.
  int listener = -1;
  bool watching = false;
  std::size_t next = 0;
  std::unique_ptr<Timer> pause;
  SteadyTime pause_told{};
  int sweeps = 0;

  std::vector<std::shared_ptr<SocketLoop>> loops;  // one a core, in their order
  std::unique_ptr<std::atomic<std::size_t>[]> open_on;
  std::atomic<std::size_t> on_the_way{0};  // accepted, not yet with their core
};

Result<std::unique_ptr<HttpServer>> HttpServer::open(HttpServerOptions options) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string service = std::to_string(options.port);
  if (const int error = ::getaddrinfo(options.host.empty() ? nullptr : options.host.c_str(), service.c_str(), &hints, &found); error != 0) {
    return fail(ErrorCode::kUnavailable, "cannot resolve " + options.host + ": " + ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);

  auto inner = std::make_unique<Inner>(std::move(options));
  int error = 0;
  for (const addrinfo* address = addresses.get(); address != nullptr && inner->listener < 0; address = address->ai_next) {
    inner->listener = listen_on(*address);
    if (inner->listener < 0) error = errno;
  }
  if (inner->listener < 0) {
    return fail(ErrorCode::kUnavailable, "cannot listen on " + inner->options.host + ":" + service + ": " + words(error));
  }
  Address bound;
  CHECK(::getsockname(inner->listener, bound.get(), &bound.size) == 0);
  inner->host = format_ip(bound.ip());
  inner->port = bound.port();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(inner)));
}

HttpServer::HttpServer(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}

HttpServer::~HttpServer() {
  CHECK(Core::current_or_null() == nullptr);
  if (inner_->watching) inner_->stop_listening();
  inner_->pause.reset();
  for (auto& loop : inner_->loops) loop->shutdown();
}

const std::string& HttpServer::host() const noexcept { return inner_->host; }
std::uint16_t HttpServer::port() const noexcept { return inner_->port; }

void HttpServer::start(Cores& cores, HttpHandler& handler) {
  CHECK(inner_->loops.empty());
  Inner& inner = *inner_;
  inner.service = {.handler = &handler,
                   .limits = inner.options.http,
                   .websocket = inner.options.websocket,
                   .trusted_proxies = inner.options.trusted_proxies,
                   .unread = {},
                   .loop_of = &Inner::loop_of,
                   .server = &inner};
  for (unsigned i = 0; i < cores.size(); ++i) {
    inner.service.unread.push_back(std::make_unique<UnreadAnswers>(inner.options.http.unread_bytes_max));
  }
  inner.open_on = std::make_unique<std::atomic<std::size_t>[]>(cores.size());
  for (unsigned i = 0; i < cores.size(); ++i) inner.loops.push_back(std::make_shared<SocketLoop>(cores.at(i)));
  // The acceptor hands connections to every loop, by mail that comes after these letters.
  for (unsigned i = cores.size(); i > 0; --i) {
    cores.at(i - 1).post_function([&inner, &core = cores.at(i - 1)] { inner.begin(core); });
  }
}

void HttpServer::Inner::begin(Core& core) {
  const auto& loop = loops[core.index()];
  SocketLoop::start(loop, options.sweep_interval);
  core.at_turn_end([loop, &open = open_on[core.index()]] { open.store(loop->size(), std::memory_order_relaxed); });
  if (core.index() != 0) return;
  pause = std::make_unique<Timer>(core);
  core.watch(listener, EPOLLIN, *this);
  watching = true;
  if (options.tls) {
    loop->at_sweep([this] {
      if (++sweeps % kReloadSweeps == 0) options.tls->reload_if_changed();
    });
  }
}

void HttpServer::Inner::accept_waiting() {
  for (int i = 0; i < kAcceptsPerTurnMax; ++i) {
    Address peer;
    const int fd = ::accept4(listener, peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      give(fd, peer.ip());
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return pause_accepting();
    }
    // Anything else is the fault of that one connection.
  }
}

void HttpServer::Inner::pause_accepting() {
  const int error = errno;
  const SteadyTime now = loops[0]->now();
  if (pause_told == SteadyTime{} || now - pause_told >= kPauseTold) {
    pause_told = now;
    log_warning("accepting paused", {{"error", std::string_view(words(error))}});
  }
  loops[0]->core().rewatch(listener, 0, *this);
  pause->expires_after(kAcceptPause, [this] {
    if (watching) loops[0]->core().rewatch(listener, EPOLLIN, *this);
  });
}

void HttpServer::Inner::give(int fd, const IpAddress& peer) {
  std::size_t open = on_the_way.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < loops.size(); ++i) open += open_on[i].load(std::memory_order_relaxed);
  if (open >= options.connections_max || (options.overloaded && options.overloaded())) return turn_away(fd);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &options.http.kernel_send_bytes, sizeof options.http.kernel_send_bytes);
  SocketLoop& loop = *loops[next++ % loops.size()];
  on_the_way.fetch_add(1, std::memory_order_relaxed);
  if (&loop == loops[0].get()) return take(loop, fd, peer);
  loop.core().post_function([this, &loop, fd, peer] { take(loop, fd, peer); });
}

void HttpServer::Inner::take(SocketLoop& loop, int fd, const IpAddress& peer) {
  on_the_way.fetch_sub(1, std::memory_order_relaxed);
  std::unique_ptr<TlsSession> tls;
  if (options.tls) {
    tls = TlsSession::accept(*options.tls, fd);
    if (!tls) {
      ::close(fd);
      return;
    }
  }
  auto made = std::make_unique<HttpConnection>(Stream(fd, std::move(tls)), service, peer);
  HttpConnection& connection = *made;
  loop.attach(std::move(made), EPOLLIN);
  connection.open();
  open_on[loop.core().index()].store(loop.size(), std::memory_order_relaxed);
}

// In one write, and without waiting: there may be very many of them.
void HttpServer::Inner::turn_away(int fd) {
  if (options.tls) {
    // RFC 8446 §6, a record of its own before any handshake: fatal, internal_error. It tells the client at once, and a handshake
    // would cost more than there is.
    static constexpr std::array<unsigned char, 7> kAlert{0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x50};
    [[maybe_unused]] const auto n = ::send(fd, kAlert.data(), kAlert.size(), MSG_NOSIGNAL);
  } else {
    const std::string body = error_json(Error::retry(ErrorCode::kUnavailable, 5, "Too many connections"), {});
    const std::string answer =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\nX-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    [[maybe_unused]] const auto n = ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
  ::shutdown(fd, SHUT_WR);
  // Closed with something unread, TCP would reset, and the answer could be lost with it.
  const std::span<char> discarded = loops[0]->scratch();
  for (int i = 0; i < kDiscardsMax && ::recv(fd, discarded.data(), discarded.size(), MSG_DONTWAIT) > 0; ++i) {
  }
  ::close(fd);
}

void HttpServer::Inner::stop_listening() {
  if (!std::exchange(watching, false)) return;
  loops[0]->core().unwatch(listener, *this);
  ::close(std::exchange(listener, -1));
}

SocketLoop* HttpServer::Inner::loop_of(void* self, const Core& core) {
  const auto& loops = static_cast<Inner*>(self)->loops;
  return core.index() < loops.size() && &loops[core.index()]->core() == &core ? loops[core.index()].get() : nullptr;
}

void HttpServer::stop_accepting() {
  inner_->loops[0]->core().post_function([inner = inner_.get()] { inner->stop_listening(); });
}

void HttpServer::drain() {
  for (auto& loop : inner_->loops) {
    loop->core().post_function([loop] { loop->drain(); });
  }
}

std::size_t HttpServer::unread_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const auto& unread : inner_->service.unread) bytes += unread->bytes();
  return bytes;
}

std::uint64_t HttpServer::unread_cut() const noexcept {
  std::uint64_t cut = 0;
  for (const auto& unread : inner_->service.unread) cut += unread->cut();
  return cut;
}

std::size_t HttpServer::connections() const noexcept {
  std::size_t open = inner_->on_the_way.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < inner_->loops.size(); ++i) open += inner_->open_on[i].load(std::memory_order_relaxed);
  return open;
}

}  // namespace rookery::net
