// Server: the services over the embedded stores, as app/server.h wires them, on simulated cores and a simulated disk; and
// what it answers to clients.
//
// From the power cut on it is alive only for itself: what it still says reaches nobody.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/channel_routes.h"
#include "api/message_routes.h"
#include "api/read_routes.h"
#include "app/gateway_adapters.h"
#include "embedded/database_ids.h"
#include "embedded/rocks_account_store.h"
#include "embedded/rocks_channel_log.h"
#include "embedded/rocks_presence_store.h"
#include "runtime/rate_limit.h"
#include "tests/simulation/simulated_disk.h"
#include "tests/simulation/truth.h"

namespace rookery::simulation {

class Socket;

// Tokens are "<user>/<login>".
class Logins final : public gateway::Authenticator {
 public:
  explicit Logins(unsigned cores) : ended_(cores) {}
  Task<Result<gateway::Principal>> authenticate(std::string token) override;
  void end_here(LoginId login);  // on each core

 private:
  std::vector<std::set<LoginId>> ended_;  // one a core
};

// An answer to a request of REST; status 0: it never came.
struct RestAnswer {
  unsigned status = 0;
  std::string body;
};

class Server final : private ChannelObserver {
 public:
  struct Options {
    unsigned cores = 2;
    gateway::GatewayOptions gateway;
    embedded::RocksChannelLogOptions log;
    double late_news = 0;  // of the commands, whose events reach the gateway late: behind those of later ones, or alone
  };
  Server(const Options& options, std::unique_ptr<Disk> disk, SimulatedClock& clock, Truth& truth);
  ~Server() override;

  void start();
  // All that waits is finished. `cut`: nobody hears of it.
  void stop(bool cut);
  void drain(std::chrono::milliseconds over) { gateway_.drain(over); }
  bool heard() const { return heard_; }
  // What the machine finds after the power went now; this server is not heard from now on.
  std::unique_ptr<Disk> cut_power();
  std::unique_ptr<Disk> take_disk() { return std::move(disk_); }

  // One at the time of a start, from outside of the cores.
  void make_account(UserId user, const std::string& name);
  RestAnswer call(UserId user, const std::string& method, const std::string& path, const std::string& body);
  void compare_with_truth(const std::vector<UserId>& users, bool exact);

  // --- on a core ---
  using Answered = std::function<void(RestAnswer)>;
  void serve(UserId user, std::string method, std::string path, std::string body, Answered answered);
  gateway::Floor& floor() { return gateway_.floor(); }
  void written(UserId user, const std::string& frame) {
    if (heard_) truth_.on_written(user, frame);
  }

  // Any login of the user ends, on every core; nothing may be delivered to it when `done` is called.
  void revoke(UserId user, LoginId login, std::function<void()> done);

  Core& core(unsigned index) { return cores_.at(index); }
  unsigned cores() const { return cores_.size(); }
  Disk& disk() { return *disk_; }
  std::vector<std::vector<Socket*>> dirty;  // one a core: to be flushed at the turn's end

  struct Totals {
    std::uint64_t resumes = 0, resumes_refused = 0, identifies = 0, catch_ups = 0, catch_ups_refused = 0, holes = 0, withdrawals = 0,
                  dispatches = 0;
  };
  Totals totals() const;

 private:
  void on_events(std::span<const Event> events) noexcept override;
  Task<void> withdraw(Event deletion) override;
  void on_cursor(const ChannelState& channel, UserId user, const Cursor& before, const ReadState& now) noexcept override;
  bool hold_back(std::span<const Event> events);
  void hand_on_late(ChannelId channel);

  Task<void> answer(UserId user, std::string method, std::string path, std::string body, Answered answered);
  void note_answer(UserId user, const std::string& method, const std::string& path, const std::string& body, unsigned status);
  Task<void> revoke_everywhere(UserId user, LoginId login, std::function<void()> done);
  Task<void> read_all(ChannelId channel, std::vector<UserId> users, bool exact);
  Task<void> adopt_unknown(std::vector<UserId> users);
  template <class Work>
  void blocking(Work work);

  const Options options_;
  std::unique_ptr<Disk> disk_;
  SimulatedClock& clock_;
  Truth& truth_;
  bool heard_ = true;
  Cores cores_;
  std::unique_ptr<embedded::Database> database_;
  embedded::RocksHighWaterMark mark_;
  CoreIds ids_;
  embedded::RocksAccountStore accounts_;
  std::unique_ptr<embedded::RocksChannelLog> log_;
  auth::Profiles profiles_;
  chat::Channels channels_;
  chat::Messages messages_;
  api::Rendering rendering_;
  api::ChannelRoutes channel_routes_;
  api::MessageRoutes message_routes_;
  api::ReadRoutes read_routes_;
  embedded::RocksPresenceStore presence_store_;
  presence::PresenceService presence_;
  Logins logins_;
  RateLimiter rates_;
  app::GatewayRequests requests_;
  app::GatewayPresence gateway_presence_;
  gateway::Gateway gateway_;
  api::Router router_;
  std::map<ChannelId, std::vector<Event>> late_;
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::vector<std::unique_ptr<TaskGroup>> tasks_;  // one a core
};

}  // namespace rookery::simulation
