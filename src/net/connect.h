// Connecting a TCP socket. Within net only; any thread.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "net/client.h"
#include "net/stream.h"

namespace rookery::net {

// Begins to connect to a numeric address, without waiting: the socket becomes writable when it is done or has failed.
Result<Stream> begin_connect(const Endpoint& endpoint);
// Why it failed; nothing when it is connected.
Status connect_outcome(int fd);

// What the blocking clients wait with.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds from_now) : at_(std::chrono::steady_clock::now() + from_now) {}
  bool passed() const { return std::chrono::steady_clock::now() >= at_; }
  // False when the time is over.
  bool wait(int fd, short poll_events) const;

 private:
  std::chrono::steady_clock::time_point at_;
};

// Connects to a name or an address.
Result<Stream> connect_blocking(const Endpoint& endpoint, const Deadline& deadline);
// Writes everything, or fails.
Status write_blocking(Stream& stream, std::string_view bytes, const Deadline& deadline);
// Appends what there is, waiting for at least one byte; false at the peer's end.
Result<bool> read_blocking(Stream& stream, std::string& into, const Deadline& deadline);

// The head of a request as clients send it; a Host is added.
std::string request_head(const Endpoint& endpoint, std::string_view method, std::string_view target, const HttpHeaders& headers);
// A WebSocket handshake with this key (RFC 6455 §4.1), and whether the answer accepts it.
std::string handshake_request(const Endpoint& endpoint, std::string_view target, const HttpHeaders& headers, std::string_view key);
Status check_handshake(const HttpResponse& response, std::string_view key);

}  // namespace rookery::net
