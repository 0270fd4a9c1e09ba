#include "bench/floors.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/ids.h"
#include "client/server_process.h"
#include "embedded/database.h"
#include "embedded/keys.h"
#include "runtime/snowflake.h"

namespace rookery::bench {
namespace {

constexpr std::size_t kConnections = 50;
constexpr std::size_t kSends = 50'000;
constexpr std::chrono::seconds kDurableTime{2};
constexpr std::size_t kHeaderBytes = 60;  // of a message's row besides its content
constexpr std::size_t kLogRowBytes = 18;

double thread_cpu_us() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Pair {
  int near = -1;
  int far = -1;
};

std::vector<Pair> connect_pairs() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CHECK(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(listener, 128) == 0);
  CHECK(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  std::vector<Pair> pairs(kConnections);
  for (Pair& pair : pairs) {
    pair.far = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(::connect(pair.far, reinterpret_cast<sockaddr*>(&address), size) == 0);
    pair.near = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    const int on = 1;
    CHECK(pair.near >= 0 && ::setsockopt(pair.near, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
  }
  ::close(listener);
  return pairs;
}

void read_all(const std::vector<Pair>& pairs, std::atomic<std::size_t>& received, std::atomic<bool>& stop) {
  std::vector<pollfd> ends;
  for (const Pair& pair : pairs) ends.push_back({pair.far, POLLIN, 0});
  std::vector<char> buffer(1 << 16);
  while (!stop) {
    if (::poll(ends.data(), ends.size(), 10) <= 0) continue;
    for (const pollfd& end : ends) {
      if ((end.revents & POLLIN) == 0) continue;
      const ssize_t n = ::recv(end.fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (n > 0) received += static_cast<std::size_t>(n);
    }
  }
}

}  // namespace

double bare_send_us(std::size_t bytes, unsigned cpu, unsigned reader_cpu) {
  const std::vector<Pair> pairs = connect_pairs();
  std::atomic<std::size_t> received = 0;
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    client::pin_to(reader_cpu);
    read_all(pairs, received, stop);
  });
  double us = 0;
  std::thread sender([&] {
    client::pin_to(cpu);
    const std::string payload(bytes, 'x');
    std::size_t sent = 0;
    for (std::size_t round = 0; round < kSends / pairs.size(); ++round) {
      const double start = thread_cpu_us();
      for (const Pair& pair : pairs) CHECK(::send(pair.near, payload.data(), payload.size(), 0) == static_cast<ssize_t>(payload.size()));
      us += thread_cpu_us() - start;
      sent += pairs.size() * payload.size();
      // Each send finds an empty connection: one that only adds to a full one costs a fraction.
      while (received < sent) std::this_thread::yield();
    }
    us /= static_cast<double>(kSends);
  });
  sender.join();
  stop = true;
  reader.join();
  for (const Pair& pair : pairs) {
    ::close(pair.near);
    ::close(pair.far);
  }
  return us;
}

double durable_per_second(const std::string& directory, std::size_t batch_size, std::size_t content_bytes, unsigned cpu) {
  std::filesystem::create_directories(directory);
  double per_second = 0;
  std::thread writer([&] {
    client::pin_to(cpu);
    embedded::DatabaseOptions options;
    options.directory = directory + "/data";
    const auto database = embedded::Database::open(options);
    CHECK(database.has_value());
    const std::string message(kHeaderBytes + content_bytes, 'm');
    const std::string log_row(kLogRowBytes, 'l');
    std::uint64_t written = 0;
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < kDurableTime) {
      embedded::Batch batch;
      for (std::size_t i = 0; i < batch_size; ++i, ++written) {
        const ChannelId channel(1 + written % 64);
        std::string nonce = "n" + std::to_string(mix(written));
        batch.put(embedded::Family::kHistory, embedded::message_key(channel, written), message);
        batch.put(embedded::Family::kRecent, embedded::recent_key(1, channel, UserId(1), nonce), std::string_view(message).substr(0, 12));
        batch.log_entry(log_row);
      }
      (*database)->commit_now(std::move(batch));
    }
    per_second = static_cast<double>(written) / std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  });
  writer.join();
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  return per_second;
}

double ids_per_second() {
  constexpr std::uint64_t kIds = 5'000'000;
  SnowflakeGenerator ids(0, TimeMs(), system_clock(), nullptr);
  std::uint64_t sum = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < kIds; ++i) sum += ids.next();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  CHECK(sum != 0);
  return static_cast<double>(kIds) / seconds;
}

}  // namespace rookery::bench
