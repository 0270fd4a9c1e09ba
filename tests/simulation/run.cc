#include "tests/simulation/run.h"

#include <fmt/format.h>

#include <algorithm>

namespace rookery::simulation {
namespace {

constexpr std::uint64_t kFirstUser = 1'000'001;
constexpr Micros kHealing = 400 * kSecond;  // until everybody knows everything: longer than any deadline of the protocol
constexpr Micros kQuiet = 5 * kSecond;
constexpr Micros kRestPatience = 60 * kSecond;

// What the seed makes of this run.
struct Plan {
  Server::Options server;
  ClientHabits habits;
  Disk disk;
  Link link;
  unsigned users = 3;
  unsigned devices = 4;
  std::uint64_t steps = 60;
  Micros pause = 200 * kMillisecond;  // between two things that users do
  double cut = 0, half_open = 0, slow = 0, crash = 0, restart = 0, jump = 0, full = 0, revoke = 0, away = 0, rest_lost = 0, wait = 0;
};

Plan plan_of(Scheduler& scheduler, const RunOptions& options) {
  Dice& dice = scheduler.dice();
  Plan plan;
  plan.server.cores = options.cores != 0 ? options.cores : static_cast<unsigned>(dice.between(1, 4));
  plan.users = options.users != 0 ? options.users : static_cast<unsigned>(dice.between(2, 5));
  plan.devices = options.devices != 0 ? options.devices : plan.users + static_cast<unsigned>(dice.between(0, 3));
  plan.steps = static_cast<std::uint64_t>(dice.between(20, 120));
  if (options.steps != 0) plan.steps = options.steps;
  plan.pause = dice.one_of(std::vector<Micros>{2, 20, 100, 400}) * kMillisecond;
  plan.link.latency = dice.one_of(std::vector<Micros>{200, 2'000, 40'000});
  plan.disk.sync_time = dice.one_of(std::vector<Micros>{100, 2'000, 30'000});
  plan.disk.read_time = dice.one_of(std::vector<Micros>{50, 1'000, 10'000});
  plan.disk.warm = dice.one_of(std::vector<double>{0.0, 0.7, 0.98});
  scheduler.core_latency = dice.one_of(std::vector<Micros>{5, 50, 2'000});
  scheduler.interleaving = dice.one_of(std::vector<double>{0.0, 0.2, 0.6});
  scheduler.loose_mail = dice.chance(0.2);

  gateway::GatewayOptions& gateway = plan.server.gateway;
  gateway.epoch = "e1";
  gateway.limits.frames_per_minute = 0;
  gateway.limits.connections_per_user = 0;
  if (dice.chance(0.3)) gateway.limits.resume_dispatches = static_cast<std::uint32_t>(dice.between(4, 40));
  if (dice.chance(0.3)) gateway.limits.catch_up = static_cast<std::uint32_t>(dice.between(2, 40));
  if (dice.chance(0.3)) gateway.limits.offline_queue = static_cast<std::uint32_t>(dice.between(2, 40));
  if (dice.chance(0.2)) gateway.limits.large_channel = static_cast<std::uint32_t>(dice.between(2, 4));
  if (dice.chance(0.3)) gateway.limits.requests_in_flight = static_cast<std::uint32_t>(dice.between(1, 4));
  if (dice.chance(0.3)) gateway.session_ttl = std::chrono::seconds(dice.between(2, 20));
  if (dice.chance(0.3)) plan.server.log.channels_per_core_max = static_cast<std::size_t>(dice.between(0, 2));
  plan.habits.large_channel = gateway.limits.large_channel;
  plan.habits.ack_within = dice.one_of(std::vector<Micros>{20, 250, 20'000}) * kMillisecond;
  plan.habits.watches = dice.chance(0.3);
  if (dice.chance(0.1)) plan.habits.content = 3'900;

  const auto often = [&dice](double probability) { return dice.chance(0.5) ? probability : 0; };
  if (!options.no_faults) {
    plan.cut = often(0.08);
    plan.half_open = often(0.03);
    plan.slow = often(0.05);
    plan.away = often(0.05);
    plan.rest_lost = often(0.1);
    if (options.seed % 4 == 3) plan.server.late_news = 0.1;
  }
  if (!options.no_crashes) {
    plan.crash = often(0.03);
    plan.restart = often(0.01);
  }
  plan.jump = often(0.02);
  plan.full = often(0.02);
  plan.revoke = often(0.02);
  plan.wait = often(0.05);
  return plan;
}

class World final : public Internet {
 public:
  World(Scheduler& scheduler, const RunOptions& options);
  RunResult live();

 private:
  std::shared_ptr<Socket> connect(Endpoint& client, UserId user, LoginId login) override;
  void rest(UserId user, std::string method, std::string path, std::string body, Server::Answered answered) override;

  void begin();
  void work();
  void go_wrong();
  void heal();
  void crash();
  void restart();
  void start_server(std::unique_ptr<Disk> disk);
  void stop_server(bool cut);
  void revoke(Client& client);
  Client& any_client() { return *dice().one_of(clients_); }
  std::shared_ptr<Socket> any_socket();
  bool quiet() const;
  std::string who_waits() const;
  Dice& dice() { return scheduler_.dice(); }

  Scheduler& scheduler_;
  const Plan plan_;
  SimulatedClock clock_;
  Truth truth_;
  std::unique_ptr<Server> server_;
  std::uint64_t incarnation_ = 0;  // of the server
  bool up_ = false;
  bool healing_ = false;
  std::vector<std::shared_ptr<Socket>> sockets_;
  std::vector<std::shared_ptr<Socket>> lost_;  // their server is gone
  std::vector<UserId> users_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::size_t rests_open_ = 0;
  RunResult result_;
};

World::World(Scheduler& scheduler, const RunOptions& options) : scheduler_(scheduler), plan_(plan_of(scheduler, options)) {}

// --- what clients do ---

std::shared_ptr<Socket> World::connect(Endpoint& client, UserId user, LoginId login) {
  if (!up_) return nullptr;
  const auto core = static_cast<unsigned>(dice().below(plan_.server.cores));
  sockets_.push_back(std::make_shared<Socket>(*server_, core, client, user, login, plan_.link));
  return sockets_.back();
}

void World::rest(UserId user, std::string method, std::string path, std::string body, Server::Answered answered) {
  ++rests_open_;
  auto once = std::make_shared<Server::Answered>([this, answered = std::move(answered)](RestAnswer answer) {
    --rests_open_;
    answered(std::move(answer));
  });
  const auto give_up = [this, once] {
    scheduler_.after(dice().between(1, 3 * kSecond), [once] {
      if (auto told = std::exchange(*once, nullptr)) told({});
    });
  };
  if (!up_ || (!healing_ && dice().chance(plan_.rest_lost))) return give_up();
  const bool lost = !healing_ && dice().chance(plan_.rest_lost);
  trace(fmt::format("{} {} {}", user.value, method, path));
  scheduler_.after(dice().delay(plan_.link.latency), [=, this, incarnation = incarnation_] {
    if (!up_ || incarnation != incarnation_) return give_up();
    scheduler_.after(kRestPatience, [this, once, incarnation, path] {
      if (*once && up_ && incarnation == incarnation_) violation("a request is not answered: " + path);
    });
    Core& core = server_->core(static_cast<unsigned>(dice().below(plan_.server.cores)));
    when_ready(core, [=, this] {
      if (!up_ || incarnation != incarnation_) return give_up();
      server_->serve(user, method, path, body, [=, this](const RestAnswer& answer) {
        if (lost || incarnation != incarnation_ || !server_->heard()) return give_up();
        scheduler_.after(dice().delay(plan_.link.latency), [once, answer] {
          if (auto told = std::exchange(*once, nullptr)) told(answer);
        });
      });
    });
  });
}

std::shared_ptr<Socket> World::any_socket() {
  std::erase_if(sockets_, [](const auto& socket) { return socket->closed() && socket.use_count() == 1; });
  if (sockets_.empty()) return nullptr;
  return dice().one_of(sockets_);
}

// --- the server ---

void World::start_server(std::unique_ptr<Disk> disk) {
  ++incarnation_;
  server_ = std::make_unique<Server>(plan_.server, std::move(disk), clock_, truth_);
  server_->start();
}

void World::stop_server(bool cut) {
  up_ = false;
  for (const auto& socket : sockets_) socket->lose_server();
  lost_.insert(lost_.end(), sockets_.begin(), sockets_.end());
  sockets_.clear();
  server_->stop(cut);
  const Server::Totals totals = server_->totals();
  result_.server.resumes += totals.resumes;
  result_.server.resumes_refused += totals.resumes_refused;
  result_.server.identifies += totals.identifies;
  result_.server.catch_ups += totals.catch_ups;
  result_.server.catch_ups_refused += totals.catch_ups_refused;
  result_.server.holes += totals.holes;
  result_.server.withdrawals += totals.withdrawals;
  result_.server.dispatches += totals.dispatches;
}

void World::crash() {
  trace("the power is cut");
  ++result_.crashes;
  auto disk = server_->cut_power();
  stop_server(true);
  server_.reset();
  scheduler_.run_for(dice().between(0, 3 * kSecond));
  start_server(std::move(disk));
  server_->compare_with_truth(users_, false);
  up_ = true;
}

void World::restart() {
  trace("the server is restarted");
  ++result_.restarts;
  server_->drain(std::chrono::milliseconds(dice().between(0, 2'000)));
  scheduler_.run_for(dice().between(0, 3 * kSecond));
  stop_server(false);
  auto disk = server_->take_disk();
  server_.reset();
  scheduler_.run_for(dice().between(0, 3 * kSecond));
  start_server(std::move(disk));
  server_->compare_with_truth(users_, true);
  up_ = true;
}

// --- the run ---

void World::begin() {
  start_server(std::make_unique<Disk>(plan_.disk));
  for (unsigned i = 0; i < plan_.users; ++i) {
    users_.emplace_back(kFirstUser + i);
    server_->make_account(users_.back(), fmt::format("user{}", i));
  }
  const auto groups = dice().between(1, 3);
  for (std::int64_t i = 0; i < groups; ++i) {
    std::string recipients;
    for (const UserId user : users_) {
      if (dice().chance(0.75)) recipients += fmt::format("{}\"{}\"", recipients.empty() ? "" : ",", user.value);
    }
    if (recipients.empty()) continue;
    server_->call(dice().one_of(users_), "POST", "/api/v1/users/@me/channels",
                  fmt::format(R"({{"recipients":[{}],"type":"group"}})", recipients));
  }
  up_ = true;
  for (unsigned i = 0; i < plan_.devices; ++i) {
    const UserId user = users_[i % users_.size()];
    clients_.push_back(std::make_unique<Client>(*this, truth_, plan_.habits, user, LoginId(i + 1), fmt::format("c{}", i)));
    clients_.back()->start();
  }
}

void World::revoke(Client& client) {
  const LoginId login = client.login();
  when_ready(server_->core(static_cast<unsigned>(dice().below(plan_.server.cores))), [this, user = client.user(), login] {
    server_->revoke(user, login, [this, login] {
      for (const auto& socket : sockets_) {
        if (socket->login() == login) socket->login_ended();
      }
    });
  });
}

void World::go_wrong() {
  if (dice().chance(plan_.cut)) {
    if (const auto socket = any_socket()) socket->cut();
  }
  if (dice().chance(plan_.half_open)) {
    if (const auto socket = any_socket()) socket->half_open();
  }
  if (dice().chance(plan_.slow)) any_client().stop_reading_for(dice().between(10 * kMillisecond, 20 * kSecond));
  if (dice().chance(plan_.away)) any_client().go_away(dice().chance(0.3) ? 1000 : 1006);
  if (dice().chance(plan_.jump)) clock_.jump(std::chrono::seconds(dice().between(-3'600, 3'600)));
  if (dice().chance(plan_.full)) server_->disk().full = !server_->disk().full;
  if (dice().chance(plan_.revoke)) revoke(any_client());
  if (dice().chance(plan_.wait)) scheduler_.run_for(dice().between(0, 90 * kSecond));
  if (dice().chance(plan_.crash)) return crash();
  if (dice().chance(plan_.restart)) restart();
}

void World::work() {
  for (std::uint64_t step = 0; step < plan_.steps; ++step) {
    ++result_.steps;
    any_client().act(users_);
    scheduler_.run_for(dice().delay(plan_.pause));
    go_wrong();
  }
}

std::string World::who_waits() const {
  for (const auto& client : clients_) {
    if (const std::string what = client->waits_for(); !what.empty()) return client->name() + " waits for " + what;
  }
  return rests_open_ == 0 ? "" : "a request waits for its answer";
}

bool World::quiet() const {
  Micros last = 0;
  for (const auto& client : clients_) last = std::max(last, client->last_news());
  return scheduler_.now() - last > kQuiet;
}

void World::heal() {
  healing_ = true;
  trace("everything heals");
  server_->disk().full = false;
  for (const auto& socket : sockets_) socket->heal();
  for (const auto& socket : lost_) socket->heal();
  for (const auto& client : clients_) client->settle_down();
  const Micros until = scheduler_.now() + kHealing;
  while (!who_waits().empty() || !quiet()) {
    scheduler_.run_for(100 * kMillisecond);
    if (scheduler_.now() > until) violation(who_waits().empty() ? "it never gets quiet" : who_waits());
  }
}

RunResult World::live() {
  begin();
  work();
  heal();
  server_->compare_with_truth(users_, true);
  truth_.expect_nothing_open();
  for (const auto& client : clients_) client->expect_whole();
  stop_server(false);
  server_.reset();
  scheduler_.run_for(5 * kSecond);
  result_.events = scheduler_.steps();
  result_.hash = trace_hash();
  result_.time = scheduler_.now();
  return result_;
}

}  // namespace

RunResult run(const RunOptions& options) {
  Scheduler scheduler(options.seed);
  World world(scheduler, options);
  return world.live();
}

}  // namespace rookery::simulation
