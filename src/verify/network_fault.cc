#include "verify/network_fault.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

namespace rookery::verify {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTickMs = 5;
constexpr std::size_t kChunk = 16 * 1024;
constexpr std::size_t kWaitingMax = 256 * 1024;  // then the sender is not read
constexpr std::uint64_t kCutWithin = 6000;       // bytes
constexpr std::size_t kTrickle = 40;             // bytes a tick
constexpr std::uint64_t kDelayMsMax = 500;

enum class Harm : std::uint8_t { kNone, kCut, kHalfClose, kDelay, kTrickle };

int connect_to(const net::Endpoint& target) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &found) != 0) return -1;
  int fd = -1;
  for (const addrinfo* at = found; at != nullptr && fd < 0; at = at->ai_next) {
    fd = ::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && ::connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
      ::close(fd);
      fd = -1;
    }
  }
  ::freeaddrinfo(found);
  return fd;
}

void make_quick(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// One direction of a connection.
struct Pipe {
  int from = -1, to = -1;
  std::string waiting;
  std::uint64_t passed = 0;
  bool ended = false;  // the sender has closed
  bool shut = false;   // the receiver was told so
};

}  // namespace

class NetworkFault::Link {
 public:
  Link(int client, int server) : pipes_{Pipe{client, server, {}}, Pipe{server, client, {}}} {}
  ~Link() {
    ::close(pipes_[0].from);
    ::close(pipes_[0].to);
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  bool harmed() const { return harm_ != Harm::kNone; }
  void harm(Random& random) {
    harm_ = static_cast<Harm>(1 + random.below(4));
    way_ = random.below(2);
    at_ = pipes_[way_].passed + random.below(kCutWithin);
    until_ = Clock::now() + std::chrono::milliseconds(random.below(kDelayMsMax));
  }
  void heal() {
    if (half_closed_) broken_ = true;
    harm_ = Harm::kNone;
  }

  void want(std::vector<pollfd>& polled) const {
    for (const Pipe& pipe : pipes_) {
      const bool reads = !pipe.ended && pipe.waiting.size() < kWaitingMax;
      polled.push_back({.fd = pipe.from, .events = static_cast<short>(reads ? POLLIN : 0), .revents = 0});
    }
  }

  // False: it is over.
  bool turn() {
    for (std::size_t i = 0; i < pipes_.size() && !broken_; ++i) {
      receive(pipes_[i]);
      pass(pipes_[i], i == way_);
    }
    return !broken_ && !(pipes_[0].shut && pipes_[1].shut);
  }

 private:
  void receive(Pipe& pipe) {
    std::array<char, kChunk> bytes;
    while (!pipe.ended && pipe.waiting.size() < kWaitingMax) {
      const auto n = ::recv(pipe.from, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (n > 0) {
        pipe.waiting.append(bytes.data(), static_cast<std::size_t>(n));
      } else if (n == 0) {
        pipe.ended = true;
      } else {
        if (errno != EAGAIN && errno != EINTR) broken_ = true;
        return;
      }
    }
  }

  void pass(Pipe& pipe, bool harmed_way) {
    if (harm_ == Harm::kDelay && Clock::now() < until_) return;
    std::size_t count = pipe.waiting.size();
    if (harm_ == Harm::kTrickle) count = std::min(count, kTrickle);
    const bool breaks = harmed_way && (harm_ == Harm::kCut || harm_ == Harm::kHalfClose);
    if (breaks) count = std::min<std::size_t>(count, at_ - std::min(at_, pipe.passed));
    while (count > 0 && !pipe.shut) {
      const auto n = ::send(pipe.to, pipe.waiting.data(), count, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n <= 0) {
        if (n < 0 && errno != EAGAIN && errno != EINTR) broken_ = true;
        break;
      }
      pipe.waiting.erase(0, static_cast<std::size_t>(n));
      pipe.passed += static_cast<std::uint64_t>(n);
      count -= static_cast<std::size_t>(n);
    }
    if (breaks && pipe.passed >= at_) {
      if (harm_ == Harm::kCut) {
        broken_ = true;
      } else {
        half_closed_ = true;
        shut(pipe);
      }
    }
    if (pipe.ended && pipe.waiting.empty()) shut(pipe);
  }

  static void shut(Pipe& pipe) {
    if (!pipe.shut) ::shutdown(pipe.to, SHUT_WR);
    pipe.shut = true;
    pipe.ended = true;
    pipe.waiting.clear();
  }

  std::array<Pipe, 2> pipes_;
  Harm harm_ = Harm::kNone;
  std::size_t way_ = 0;   // which of the two breaks
  std::uint64_t at_ = 0;  // after so many bytes in all
  Clock::time_point until_;
  bool half_closed_ = false;
  bool broken_ = false;
};

NetworkFault::NetworkFault(net::Endpoint target, std::uint64_t seed) : target_(std::move(target)), random_(seed) {}

Result<std::unique_ptr<NetworkFault>> NetworkFault::start(const net::Endpoint& target, std::uint64_t seed) {
  std::unique_ptr<NetworkFault> network(new NetworkFault(target, seed));
  if (const Status listening = network->listen(); !listening) return fail(listening.error());
  network->thread_ = std::thread([&network = *network] { network.run(); });
  return network;
}

Status NetworkFault::listen() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = static_cast<sockaddr*>(static_cast<void*>(&address));
  if (listener_ < 0 || ::bind(listener_, any, size) != 0 || ::listen(listener_, SOMAXCONN) != 0 ||
      ::getsockname(listener_, any, &size) != 0) {
    return fail(ErrorCode::kInternal, "cannot listen on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
  return {};
}

NetworkFault::~NetworkFault() {
  stopped_ = true;
  if (thread_.joinable()) thread_.join();
  links_.clear();
  if (listener_ >= 0) ::close(listener_);
}

void NetworkFault::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = connect_to(target_);
  if (server < 0) {
    ::close(client);
    return;
  }
  make_quick(client);
  make_quick(server);
  links_.push_back(std::make_unique<Link>(client, server));
  if (bad_ && random_.below(4) > 0) links_.back()->harm(random_);
}

void NetworkFault::run() {
  bool was_bad = false;
  while (!stopped_) {
    std::vector<pollfd> polled = {{.fd = listener_, .events = POLLIN, .revents = 0}};
    for (const auto& link : links_) link->want(polled);
    ::poll(polled.data(), polled.size(), kTickMs);
    if ((polled.front().revents & POLLIN) != 0) accept_one();
    const bool bad = bad_;
    if (bad != was_bad) {
      for (const auto& link : links_) {
        if (bad && !link->harmed()) link->harm(random_);
        if (!bad) link->heal();
      }
    }
    was_bad = bad;
    std::erase_if(links_, [](const auto& link) { return !link->turn(); });
  }
}

}  // namespace rookery::verify
