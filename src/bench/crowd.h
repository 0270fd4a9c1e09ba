// Crowd: very many clients on one core, and the lanes in which they talk. A lane is a channel with one who writes and those who
// hear him; a burst of a lane is over when its writer has his replies and everybody has every message.
//
// Members are called on a thread that is no core and block; what they wait for happens on the crowd's core.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/gateway_client.h"
#include "runtime/core.h"

namespace rookery::bench {

// Times in microseconds, as they came.
class Times {
 public:
  void add(double us) { us_.push_back(static_cast<float>(us)); }
  void clear() { us_.clear(); }
  std::size_t count() const { return us_.size(); }
  // 0.5, 0.99; 0 when there are none.
  double quantile(double q) const;

 private:
  std::vector<float> us_;
};

struct Lane {
  ChannelId channel;
  std::size_t writer = 0;     // index of a client
  std::uint64_t hearers = 0;  // connected clients that get each message, the writer included
};

class Crowd final : public client::GatewayListener {
 public:
  // `core` runs, and is stopped before this is destroyed.
  Crowd(Core& core, std::uint16_t port);
  ~Crowd();

  // Connects one client for each token and waits for their READY. Answers the index of the first; the others follow.
  Result<std::size_t> connect(std::vector<std::string> tokens, std::size_t lane);
  // Every client subscribes to its lane's channel and waits for its SYNCED.
  Status subscribe(std::size_t first, std::size_t count, ChannelId channel);
  // The last of a lane's clients reads no more, and is not counted among its hearers.
  void stop_reader_of(std::size_t lane);
  void close_all();

  std::size_t add_lane(Lane lane);
  void set_lane(std::size_t at, Lane lane);
  // Each lane sends `messages` in bursts of `burst`, the next burst when the last is over. The lanes run side by side.
  Status talk(std::vector<std::size_t> lanes, std::uint64_t messages, std::uint64_t burst, std::size_t content_bytes);
  // The lanes in turn, `per_second` messages in all, for `time`, whatever is still under way.
  Status talk_paced(std::vector<std::size_t> lanes, double per_second, std::chrono::milliseconds time, std::size_t content_bytes);

  // Of talk(): send to received; connect to READY.
  const Times& delivery_times() const { return delivery_; }
  const Times& ready_times() const { return ready_times_; }
  void forget_times();
  std::uint64_t deliveries() const { return deliveries_; }

  void on_ready(client::GatewayClient& client) override;
  void on_dispatch(client::GatewayClient& client, std::string_view type, std::string_view text) override;
  void on_reply(client::GatewayClient& client, std::uint64_t i, bool ok) override;
  void on_closed(client::GatewayClient& client, std::uint16_t code, std::string_view reason) override;

 private:
  struct Talk {
    Lane lane;
    std::uint64_t left = 0;  // messages not sent yet
    std::uint64_t burst = 1;
    std::uint64_t awaited = 0;  // deliveries and replies of this burst
  };
  struct Client {
    client::GatewayClient* client = nullptr;  // null: closed
    std::size_t lane = 0;
    SteadyTime started;
    bool reads = true;
  };
  void send_burst(Talk& talk);
  void send_one(Talk& talk);
  void heard(std::size_t lane);
  void acknowledge_all();
  void run_on_core(std::move_only_function<void()> function);
  Status wait_until(const std::atomic<std::uint64_t>& counter, std::uint64_t value, std::chrono::seconds deadline, std::string_view what);

  Core& core_;
  const net::Endpoint endpoint_;
  std::unique_ptr<net::WebSocketConnector> connector_;
  std::unique_ptr<Timer> ack_timer_;
  std::unique_ptr<Timer> pace_timer_;
  std::vector<Client> clients_;
  std::vector<Talk> talks_;
  std::string padding_;
  bool paced_ = false;
  Times delivery_, ready_times_;
  std::atomic<std::uint64_t> ready_ = 0, synced_ = 0, deliveries_ = 0, lanes_done_ = 0, refused_ = 0, closed_ = 0;
};

}  // namespace rookery::bench
