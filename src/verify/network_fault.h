// NetworkFault: a network between clients and server that can be made bad: connections break in the middle of a frame, are closed on one
// side only, hold everything up for a while, or let it through byte by byte. A TCP proxy on 127.0.0.1.
//
// Its members are called by one thread; the traffic has a thread of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/random.h"
#include "base/result.h"
#include "net/client.h"

namespace rookery::verify {

class NetworkFault {
 public:
  // Listens; what connects is passed on to `target`.
  static Result<std::unique_ptr<NetworkFault>> start(const net::Endpoint& target, std::uint64_t seed);
  ~NetworkFault();
  NetworkFault(const NetworkFault&) = delete;
  NetworkFault& operator=(const NetworkFault&) = delete;

  std::uint16_t port() const { return port_; }
  // From here on every connection, and most new ones, suffer one thing or another.
  void begin() { bad_ = true; }
  // Everything passes again; connections that were closed on one side are broken off.
  void end() { bad_ = false; }

 private:
  class Link;
  NetworkFault(net::Endpoint target, std::uint64_t seed);
  Status listen();
  void run();
  void accept_one();

  const net::Endpoint target_;
  SeededRandom random_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> bad_ = false;
  std::atomic<bool> stopped_ = false;
  std::list<std::unique_ptr<Link>> links_;  // of the thread
  std::thread thread_;
};

}  // namespace rookery::verify
