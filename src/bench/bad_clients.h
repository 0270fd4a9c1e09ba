// BadClients: those that misbehave beside the ones that are measured, on a thread of their own.
//
// What they do comes at a rate, so that what is measured is what they cost the server and not how fast they are. They never wait long: a
// connection that the server ends is made anew.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace rookery::bench {

class BadClients {
 public:
  using Turn = std::function<void()>;

  // `turn` now and `every` so long, until this is destroyed, which waits for the last one.
  BadClients(Turn turn, std::chrono::milliseconds every);
  ~BadClients();
  BadClients(const BadClients&) = delete;
  BadClients& operator=(const BadClients&) = delete;

 private:
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// Each turn, of a server on loopback:
// one more byte of a request's head on each of `count` connections;
BadClients::Turn slow_heads(std::uint16_t port, std::size_t count);
// for each token a gateway connection that identifies, waits for READY and is gone without a word;
BadClients::Turn reconnects(std::uint16_t port, std::vector<std::string> tokens);
// `count` logins at once, each with the wrong password, all answered;
BadClients::Turn wrong_logins(std::uint16_t port, std::string username, std::size_t count);
// `count` gateway connections, each with a frame that no client may send, until the server has ended it.
BadClients::Turn hostile_frames(std::uint16_t port, std::size_t count);

}  // namespace rookery::bench
