// The simulated network: connections that are slow, cut, or open on one side only, and readers that stop reading.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "gateway/connection.h"
#include "gateway/sink.h"
#include "tests/simulation/scheduler.h"

namespace rookery::simulation {

class Server;

// The client's side of a connection.
class Endpoint {
 public:
  virtual void on_frame(const std::string& text) = 0;
  virtual void on_closed(std::uint16_t code) = 0;
  virtual Micros reads_from() const = 0;  // it reads nothing before that time

 protected:
  ~Endpoint() = default;
};

struct Link {
  Micros latency = 5 * kMillisecond;
  std::size_t kernel_bytes = std::size_t{64} * 1024;
};

// One connection, both sides of it. Members of the server's side run on its core.
class Socket final : public gateway::Sink, public std::enable_shared_from_this<Socket> {
 public:
  Socket(Server& server, unsigned core, Endpoint& client, UserId user, LoginId login, Link link);
  void open();

  // --- the client ---
  void say(std::string frame);
  void hang_up(std::uint16_t code);  // 1006: without a word
  void read_on() { pump(); }         // it reads again before it said it would

  // --- what befalls it ---
  void cut();          // both sides hear of it, some time
  void half_open();    // from now on one side, or both, hear nothing more
  void lose_server();  // its machine is gone; the server's own side is closed
  void heal();         // who hears nothing is told
  void login_ended() { login_ended_ = true; }
  LoginId login() const { return login_; }
  bool closed() const { return closed_; }

  // --- Sink ---
  void send(std::string_view prefix, net::SharedBuffer text) override;
  void replace(const net::SharedBuffer& old, const net::SharedBuffer& fresh) override;
  void drop_unsent() override { out_.clear(), unsent_ = 0; }
  std::size_t unsent_bytes() const override { return unsent_; }
  void notify_drained(std::size_t unsent_bytes) override;
  void pause_reading() override { paused_ = true; }
  void resume_reading() override;
  void close(gateway::CloseReason reason) override;
  void move_to(Core& core, std::move_only_function<void()> arrived) override;
  SteadyTime last_received() const override { return last_received_; }
  // At the end of the core's turn.
  void flush();

 private:
  struct Frame {
    std::string prefix;
    net::SharedBuffer text;
    std::size_t size() const { return prefix.size() + text.size(); }
  };
  void on_core(void (Socket::*act)());
  void read();
  void drained();
  void finish_close();
  void mark_dirty();
  void check_slow();
  void arrive(std::string frame);
  void pump();
  void close_client(std::uint16_t code);

  Server* server_;
  unsigned core_;
  Endpoint* client_;
  const UserId user_;
  const LoginId login_;
  const Link link_;
  std::shared_ptr<gateway::Connection> connection_;

  // The server's side.
  std::deque<Frame> out_;
  std::size_t unsent_ = 0;
  std::size_t in_kernel_ = 0;
  std::optional<std::size_t> notify_at_;
  std::deque<std::string> in_;
  bool dirty_ = false;
  bool paused_ = false;
  bool moving_ = false;
  bool closing_ = false;
  bool closed_ = false;
  bool login_ended_ = false;
  std::uint16_t close_code_ = 1006;  // what the server's side is told
  SteadyTime last_received_;
  bool slow_ = false;
  std::uint64_t slow_round_ = 0;

  // Between.
  bool deaf_client_ = false;  // nothing reaches the client
  bool deaf_server_ = false;  // nothing reaches the server
  Micros last_to_client_ = 0;
  Micros last_to_server_ = 0;
  std::deque<std::string> arrived_;  // at the client's machine; not read yet
  std::optional<std::uint16_t> client_close_;
};

}  // namespace rookery::simulation
