// Client: one device of a user: it identifies, resumes, catches up, asks REST for what it misses, acknowledges, sends and
// tries again, as protocol.md §4 wants of clients; and finds fault with what it is shown.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/network.h"
#include "tests/simulation/server.h"
#include "tests/simulation/view.h"

namespace rookery::simulation {

// What the clients of a run share.
class Internet {
 public:
  // Null: nobody listens there.
  virtual std::shared_ptr<Socket> connect(Endpoint& client, UserId user, LoginId login) = 0;
  virtual void rest(UserId user, std::string method, std::string path, std::string body, Server::Answered answered) = 0;

 protected:
  ~Internet() = default;
};

struct ClientHabits {
  Micros ack_within = 250 * kMillisecond;
  std::size_t large_channel = 50;
  double resumes = 0.8;        // instead of identifying anew, where it could
  double forgets = 0.05;       // everything, before it identifies
  double repeats_older = 0.1;  // resumes from before the last it saw
  bool watches = false;
  std::size_t content = 20;
};

class Client final : public Endpoint {
 public:
  Client(Internet& internet, Truth& truth, ClientHabits habits, UserId user, LoginId login, std::string name);

  void start();
  // One more thing that its user does.
  void act(const std::vector<UserId>& users);
  void stop_reading_for(Micros time) { reads_from_ = Scheduler::current().now() + time; }
  // It hangs up and comes back later.
  void go_away(std::uint16_t code);
  // From now on it behaves, and subscribes to everything.
  void settle_down();
  // What it still waits for; empty: nothing.
  std::string waits_for() const;
  void expect_whole() const;
  Micros last_news() const { return last_news_; }
  const std::string& name() const { return name_; }
  UserId user() const { return user_; }
  LoginId login() const { return login_; }
  Socket* socket() const { return socket_.get(); }
  const std::map<ChannelId, View>& views() const { return views_; }

  struct Totals {
    std::uint64_t creates = 0, changes = 0, sends = 0, repairs = 0, repeats = 0, gone = 0;
  };
  static Totals totals;

  // --- Endpoint ---
  void on_frame(const std::string& text) override;
  void on_closed(std::uint16_t code) override;
  Micros reads_from() const override { return reads_from_; }

 private:
  struct Pending {
    std::string nonce;
    ChannelId channel;
    std::string content;
    std::uint64_t i = 0;   // under way on this connection
    bool by_rest = false;  // under way
    MessageId reply_to;
  };
  using Views = std::map<ChannelId, View>;

  // --- the connection ---
  void connect_after(Micros time);
  void connect();
  void drop(std::uint16_t code);
  void enter();
  void identify();
  void resume();
  void arm_heartbeat();
  void say(const std::string& frame);
  std::string token() const { return to_string(user_) + "/" + to_string(login_); }

  // --- dispatches ---
  void dispatch(JsonValue frame);
  bool is_repeat(std::uint64_t s, const std::string& type, JsonValue d);
  void ready(JsonValue d);
  void begin_views(JsonValue d);
  void handle(const std::string& type, JsonValue d);
  void handle_message(const std::string& type, View& view, JsonValue d);
  void channel_create(JsonValue d);
  void synced(ChannelId channel, JsonValue d);
  void gone(ChannelId channel, const std::string& why);
  void cursor_shown(UserId user, ChannelId channel, JsonValue state);
  void acknowledge_later();
  void subscribe();

  // --- requests ---
  void reply(JsonValue frame);
  void sent(const std::string& nonce, JsonValue message, bool replayed, std::uint64_t i);
  void refused(const std::string& nonce, std::uint64_t code, unsigned status);
  void send_pending(Pending& pending);
  void send_all_pending();
  void retry_later();
  void repair(ChannelId channel);
  void repair_messages(ChannelId channel, std::uint64_t generation);
  void repair_changes(ChannelId channel, std::uint64_t generation);
  void take_changes(View& view, JsonValue page, std::uint64_t asked, std::uint64_t rev);
  void look_up(ChannelId channel, std::uint64_t seq, MessageId id);
  View* view_of(ChannelId channel);
  void rest(const std::string& method, const std::string& path, const std::string& body, Server::Answered answered) {
    internet_.rest(user_, method, path, body, std::move(answered));
  }

  // --- what the user does ---
  void send_message(ChannelId channel, const std::vector<UserId>& users);
  void change_message(ChannelId channel, const Shown& message);
  void change_members(ChannelId channel, const std::vector<UserId>& users);
  void read(ChannelId channel, const View& view);
  void open_channel(const std::vector<UserId>& users);
  void small_talk(ChannelId channel, const std::vector<UserId>& users);

  Internet& internet_;
  Truth& truth_;
  ClientHabits habits_;
  const UserId user_;
  LoginId login_;
  const std::string name_;
  std::shared_ptr<Socket> socket_;
  std::uint64_t attempt_ = 0;  // tells connections apart
  bool in_ = false;
  bool resuming_ = false;
  std::uint64_t replay_due_ = 0;  // the s that a Resume has to send next
  bool settled_ = false;
  Micros reads_from_ = 0;
  Micros last_news_ = 0;
  bool heartbeat_open_ = false;
  bool ack_due_ = false;
  bool away_ = false;

  std::string session_id_;
  std::uint64_t s_ = 0;
  std::uint64_t acked_ = 0;
  std::map<std::uint64_t, std::string> seen_;  // s → what it was
  Views views_;
  std::map<ChannelId, bool> positions_open_;                                                 // sent with Identify, without SYNCED yet
  std::map<std::pair<ChannelId, UserId>, std::pair<std::uint64_t, std::uint64_t>> cursors_;  // delivered, read; in this session
  std::map<UserId, std::string> last_seen_;

  std::map<std::string, Pending> pending_;                                // by nonce
  std::map<std::uint64_t, std::string> requests_;                         // i → nonce, on this connection
  std::map<ChannelId, std::map<std::uint64_t, std::uint64_t>> numbered_;  // i → seq, on this connection
  std::uint64_t next_i_ = 1;
  std::uint64_t next_nonce_ = 1;
  std::uint64_t next_edit_ = 1;
  std::uint64_t generations_ = 0;
  bool retrying_ = false;
};

}  // namespace rookery::simulation
