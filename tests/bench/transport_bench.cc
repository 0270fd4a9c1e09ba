// What the transport itself costs: user memory of an idle WebSocket, and server CPU time of a delivery with one and with
// more messages waiting, beside a bare loop of send() over as many connections. The clients live in a process of their own.
//
//   transport_bench [CONNECTIONS for memory] [RECEIVERS] [BYTES a message]
#include <fmt/core.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "net/client.h"
#include "net/server.h"
#include "runtime/core.h"

namespace rookery::net {
namespace {

using namespace std::chrono_literals;

double thread_cpu_us() {
  timespec time{};
  CHECK(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

class Receiver final : public WebSocketHandler {
 public:
  explicit Receiver(std::vector<WebSocket*>* open) : open_(open) {}
  void on_open(WebSocket& socket) override {
    if (open_ != nullptr) open_->push_back(&socket);
  }
  void on_text(std::string_view) override {}
  void on_binary(std::string_view) override {}
  void on_closed(std::uint16_t, std::string_view) override {}

 private:
  std::vector<WebSocket*>* open_;
};

class Accept final : public HttpHandler {
 public:
  void on_request(HttpRequest, HttpResponder responder) override { responder.upgrade(std::make_unique<Receiver>(&open)); }
  std::vector<WebSocket*> open;  // of the only core
};

// Opens as many connections as the numbers that come down the pipe say, until it is closed.
[[noreturn]] void be_clients(int commands) {
  std::uint32_t port = 0;
  CHECK(::read(commands, &port, sizeof port) == sizeof port);
  Cores cores(1, system_clock());
  WebSocketConnector connector(cores.at(0));
  cores.start();
  std::uint32_t wanted = 0;
  while (::read(commands, &wanted, sizeof wanted) == sizeof wanted) {
    for (std::uint32_t opened = 0; opened < wanted; opened += 100) {
      cores.at(0).post_function([&connector, port, n = std::min(100u, wanted - opened)] {
        for (std::uint32_t i = 0; i < n; ++i) {
          connector.connect({.port = static_cast<std::uint16_t>(port)}, "/", {}, std::make_unique<Receiver>(nullptr));
        }
      });
      std::this_thread::sleep_for(5ms);
    }
  }
  std::_Exit(0);
}

Task<void> call(std::function<void()> function) {
  function();
  co_return;
}

struct Server {
  Server() : cores(1, system_clock()), server(HttpServer::open({.connections_max = 1'000'000}).value()) {
    server->start(cores, accept);
    cores.start();
  }
  ~Server() { cores.stop(); }
  void on_core(std::function<void()> function) { run_blocking(cores.at(0), call(std::move(function))); }
  void wait_for(std::size_t connections) {
    for (std::size_t open = 0; open < connections;) {
      std::this_thread::sleep_for(10ms);
      on_core([&] { open = accept.open.size(); });
    }
    std::this_thread::sleep_for(50ms);
  }

  Accept accept;
  Cores cores;
  std::unique_ptr<HttpServer> server;
};

void measure_memory(Server& server, int clients, std::uint32_t connections) {
  std::uint32_t first = connections / 2;
  CHECK(::write(clients, &first, sizeof first) == sizeof first);
  const std::size_t before = server.accept.open.size();
  server.accept.open.reserve(before + connections + 1);
  server.wait_for(before + first);
  const std::size_t used = ::mallinfo2().uordblks;
  const std::uint32_t second = connections - first;
  CHECK(::write(clients, &second, sizeof second) == sizeof second);
  server.wait_for(before + connections);
  fmt::print("idle WebSocket: {} bytes of user memory, by slope over {} connections\n", (::mallinfo2().uordblks - used) / second, second);
}

// A message to every receiver, `waiting` of them before each turn ends.
void measure_delivery(Server& server, std::size_t receivers, std::size_t bytes, int waiting) {
  constexpr int kDeliveries = 400'000;
  const int rounds = kDeliveries / static_cast<int>(receivers) / waiting;
  double spent = 0;
  for (int round = 0; round < rounds; ++round) {
    double began = 0;
    server.on_core([&] {
      began = thread_cpu_us();
      for (int i = 0; i < waiting; ++i) {
        const auto payload = SharedBuffer::copy_of(std::string(bytes, 'p'));
        for (std::size_t r = 0; r < receivers; ++r) server.accept.open[r]->send("{\"op\":0,\"s\":1234,", payload);
      }
    });
    // The flush has happened when a later turn runs.
    server.on_core([&] { spent += thread_cpu_us() - began; });
  }
  fmt::print("delivery, {} receivers, {} bytes, {} waiting: {:.2f} us of server CPU\n", receivers, bytes, waiting,
             spent / (rounds * static_cast<double>(receivers) * waiting));
}

void measure_bare_send(std::size_t receivers, std::size_t bytes) {
  std::vector<int> ends;
  std::vector<int> read_ends;
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
  CHECK(::bind(listener, generic, size) == 0 && ::listen(listener, 128) == 0 && ::getsockname(listener, generic, &size) == 0);
  for (std::size_t i = 0; i < receivers; ++i) {
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    CHECK(::connect(client, generic, size) == 0);
    read_ends.push_back(client);
    ends.push_back(::accept(listener, nullptr, nullptr));
  }
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    std::vector<char> buffer(256 * 1024);
    while (!stop) {
      for (const int fd : read_ends) {
        while (::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
        }
      }
    }
  });
  const std::string message(bytes + 22, 'p');
  const int rounds = 200'000 / static_cast<int>(receivers);
  const double began = thread_cpu_us();
  for (int round = 0; round < rounds; ++round) {
    for (const int fd : ends) CHECK(::send(fd, message.data(), message.size(), MSG_NOSIGNAL) > 0);
  }
  const double spent = thread_cpu_us() - began;
  stop = true;
  reader.join();
  for (const int fd : ends) ::close(fd);
  for (const int fd : read_ends) ::close(fd);
  ::close(listener);
  fmt::print("bare send to {} connections, {} bytes: {:.2f} us\n", receivers, message.size(),
             spent / (rounds * static_cast<double>(receivers)));
}

}  // namespace
}  // namespace rookery::net

int main(int argc, char** argv) {
  using namespace rookery::net;
  rlimit files{};
  CHECK(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  files.rlim_cur = files.rlim_max;
  CHECK(::setrlimit(RLIMIT_NOFILE, &files) == 0);
  const auto connections = static_cast<std::uint32_t>(argc > 1 ? std::atoi(argv[1]) : 4000);
  const auto receivers = static_cast<std::uint32_t>(argc > 2 ? std::atoi(argv[2]) : 50);
  const auto bytes = static_cast<std::size_t>(argc > 3 ? std::atoi(argv[3]) : 300);

  int pipe_ends[2];
  CHECK(::pipe(pipe_ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe_ends[1]);
    be_clients(pipe_ends[0]);
  }
  ::close(pipe_ends[0]);
  {
    Server server;
    const std::uint32_t port = server.server->port();
    CHECK(::write(pipe_ends[1], &port, sizeof port) == sizeof port);
    CHECK(::write(pipe_ends[1], &receivers, sizeof receivers) == sizeof receivers);
    server.wait_for(receivers);
    measure_bare_send(receivers, bytes);
    for (const int waiting : {1, 4, 16}) measure_delivery(server, receivers, bytes, waiting);
    measure_memory(server, pipe_ends[1], connections);
    ::close(pipe_ends[1]);
  }
  ::waitpid(child, nullptr, 0);
}
