#include "tests/simulation/server.h"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/texts.h"
#include "tests/simulation/network.h"

namespace rookery::simulation {
namespace {

constexpr std::size_t kTasksMax = 100'000;
constexpr std::uint32_t kPage = 1'000;
constexpr Micros kLate = 100 * kMillisecond;

std::unique_ptr<embedded::Database> open_database(Disk& disk) {
  Disk::mounted = &disk;
  return *embedded::Database::open({});
}

std::unique_ptr<embedded::RocksChannelLog> open_log(Cores& cores, embedded::Database& database, IdSource& ids,
                                                    const embedded::RocksChannelLogOptions& options) {
  return *embedded::RocksChannelLog::open(cores, database, ids, options);
}

Rates no_rates() {
  Rates rates;
  rates.on = false;
  return rates;
}

net::HttpRequest request_of(const std::string& method, const std::string& path, const std::string& body) {
  net::HttpRequest request;
  const std::size_t query = path.find('?');
  request.method = method;
  request.target = path;
  request.path = path.substr(0, query);
  if (query != std::string::npos) request.query = path.substr(query + 1);
  request.headers.add("Content-Type", "application/json");
  request.body = body;
  return request;
}

}  // namespace

Task<Result<gateway::Principal>> Logins::authenticate(std::string token) {
  if (Scheduler::current().dice().chance(0.3)) co_await sleep_on(Core::current(), std::chrono::milliseconds(1));
  const auto slash = token.find('/');
  const auto user = parse_id<UserId>(token.substr(0, slash));
  const auto login = parse_id<LoginId>(token.substr(slash + 1));
  if (!user || !login || ended_[Core::current().index()].contains(*login)) co_return fail(ErrorCode::kUnauthorized);
  co_return gateway::Principal{*user, *login, false};
}

void Logins::end_here(LoginId login) { ended_[Core::current().index()].insert(login); }

Server::Server(const Options& options, std::unique_ptr<Disk> disk, SimulatedClock& clock, Truth& truth)
    : dirty(options.cores),
      options_(options),
      disk_(std::move(disk)),
      clock_(clock),
      truth_(truth),
      cores_(options.cores, clock),
      database_(open_database(*disk_)),
      mark_(*database_),
      ids_(options.cores, *mark_.stored(), clock, &mark_),
      accounts_(cores_, *database_),
      log_(open_log(cores_, *database_, ids_, options_.log)),
      profiles_(cores_, accounts_),
      channels_(*log_, *log_, accounts_, accounts_, ids_, options_.gateway.limits),
      messages_(*log_, options_.gateway.limits),
      rendering_(profiles_, *log_),
      channel_routes_({.channels = channels_,
                       .log = *log_,
                       .conversations = *log_,
                       .personal = accounts_,
                       .rendering = rendering_,
                       .limits = options_.gateway.limits,
                       .tell_typing = [this](const ChannelState& channel, UserId user) { gateway_.typing(channel.roster->id, user); }}),
      message_routes_({.channels = channels_,
                       .messages = messages_,
                       .log = *log_,
                       .conversations = *log_,
                       .profiles = profiles_,
                       .rendering = rendering_,
                       .limits = options_.gateway.limits}),
      read_routes_({.channels = channels_,
                    .log = *log_,
                    .conversations = *log_,
                    .cursors = *log_,
                    .rendering = rendering_,
                    .limits = options_.gateway.limits}),
      presence_store_(*database_),
      presence_({.cores = cores_,
                 .store = presence_store_,
                 .personal = accounts_,
                 .conversations = *log_,
                 .profiles = profiles_,
                 .tell =
                     [this](const presence::ConnectionKey& connection, const Presence& presence) {
                       std::string d;
                       JsonWriter json(d);
                       write_json(json, presence);
                       gateway_.dispatch(app::session_of(connection), gateway::dispatch_text("PRESENCE_UPDATE", d));
                     }}),
      logins_(options.cores),
      rates_(no_rates(), clock, Scheduler::current().dice().random()),
      requests_(messages_, profiles_, rates_),
      gateway_presence_(presence_),
      gateway_(cores_, options_.gateway,
               {.log = *log_,
                .cursors = *log_,
                .conversations = *log_,
                .authenticator = logins_,
                .profiles = profiles_,
                .requests = requests_,
                .presence = gateway_presence_,
                .random = Scheduler::current().dice().random()}) {
  log_->observe(*this);
  channel_routes_.add_to(router_);
  message_routes_.add_to(router_);
  read_routes_.add_to(router_);
  for (unsigned i = 0; i < cores_.size(); ++i) {
    tasks_.push_back(std::make_unique<TaskGroup>(kTasksMax));
    cores_.at(i).at_turn_end([this, i] {
      for (Socket* socket : std::exchange(dirty[i], {})) socket->flush();
    });
  }
}

Server::~Server() = default;

void Server::start() {
  cores_.start();
  presence_.start();
  gateway_.start();
}

namespace {

Task<void> join_all(Cores& cores, std::vector<std::unique_ptr<TaskGroup>>& tasks) {
  for (unsigned i = 0; i < tasks.size(); ++i) {
    co_await hop(cores.at(i));
    co_await tasks[i]->join();
  }
  co_await hop(cores.at(0));
}

}  // namespace

void Server::stop(bool cut) {
  if (cut) heard_ = false;
  *alive_ = false;
  run_blocking(cores_.at(0), join_all(cores_, tasks_));
  gateway_.stop();
  presence_.stop();
  run_blocking(cores_.at(0), log_->flush());
  cores_.stop();
  static_cast<void>(mark_.store_exactly(ids_.used()));
}

std::unique_ptr<Disk> Server::cut_power() {
  heard_ = false;
  return disk_->after_power_cut();
}

// --- what the log tells ---

void Server::on_events(std::span<const Event> events) noexcept {
  if (heard_) {
    for (const Event& event : events) truth_.on_event(event);
  }
  if (!hold_back(events)) gateway_.on_events(events);
}

// One command of a channel at a time is held back; those behind it arrive before it.
bool Server::hold_back(std::span<const Event> events) {
  Scheduler& scheduler = Scheduler::current();
  if (options_.late_news == 0 || !*alive_ || !scheduler.dice().chance(options_.late_news)) return false;
  const ChannelId channel = events.front().channel;
  // Who joins a channel is told so by nothing else.
  if (late_.contains(channel) || std::ranges::count(events, EventKind::kChannelCreate, &Event::kind) != 0) return false;
  late_[channel].assign(events.begin(), events.end());
  scheduler.after(scheduler.dice().delay(kLate), [this, living = alive_, &home = Core::current(), channel] {
    if (!*living) return;
    when_ready(home, [this, living, channel] {
      if (*living) hand_on_late(channel);
    });
  });
  return true;
}

void Server::hand_on_late(ChannelId channel) {
  const auto at = late_.find(channel);
  if (at == late_.end()) return;
  const std::vector<Event> events = std::move(at->second);
  late_.erase(at);
  gateway_.on_events(events);
}

Task<void> Server::withdraw(Event deletion) {
  hand_on_late(deletion.channel);  // what the gateway has not heard when this begins, it is never to tell
  return gateway_.withdraw(std::move(deletion));
}

void Server::on_cursor(const ChannelState& channel, UserId user, const Cursor& before, const ReadState& now) noexcept {
  if (heard_) truth_.on_cursor(user, before, now);
  gateway_.on_cursor(channel, user, before, now);
}

// --- requests ---

void Server::serve(UserId user, std::string method, std::string path, std::string body, Answered answered) {
  auto task = answer(user, std::move(method), std::move(path), std::move(body), std::move(answered));
  if (!tasks_[Core::current().index()]->spawn(std::move(task))) violation("too many requests at once");
}

Task<void> Server::answer(UserId user, std::string method, std::string path, std::string body, Answered answered) {
  api::Call call{.request = request_of(method, path, body),
                 .parameters = {},
                 .query = {},
                 .query_fault = {},
                 .principal = {user, LoginId(1), false},
                 .request_id = {}};
  if (auto query = net::QueryParameters::parse(call.request.query)) call.query = *std::move(query);
  const auto segments = net::split_path(call.request.path);
  const api::Router::Match match = router_.find(method, *segments);
  if (match.route == nullptr) violation("no such route: " + path);
  call.parameters = match.parameters;
  const Result<net::HttpResponse> response = co_await match.route->handler(call);
  RestAnswer rest;
  if (response) {
    rest = {response->status, std::string(response->content())};
  } else {
    rest.status = net::HttpResponse::error(response.error()).status;
    rest.body = response.error().sentence();
  }
  if (heard_) note_answer(user, method, path, body, rest.status);
  answered(std::move(rest));
}

// From this moment on the answer binds.
void Server::note_answer(UserId user, const std::string& method, const std::string& path, const std::string& body, unsigned status) {
  const auto segments = *net::split_path(path.substr(0, path.find('?')));
  if (status >= 300 || segments.size() < 4 || segments[2] != "channels") return;
  const ChannelId channel = parse_id<ChannelId>(segments[3]).value_or(ChannelId());
  if (method == "DELETE" && segments.size() == 6 && segments[4] == "messages")
    truth_.on_deleted(channel, parse_id<MessageId>(segments[5]).value_or(MessageId()));
  if (method == "POST" && segments.size() == 5 && segments[4] == "read")
    truth_.on_read(channel, user, number_of(Json::parse(body)->root(), "seq"));
}

void Server::revoke(UserId user, LoginId login, std::function<void()> done) {
  if (!tasks_[Core::current().index()]->spawn(revoke_everywhere(user, login, std::move(done)))) violation("too many requests at once");
}

Task<void> Server::revoke_everywhere(UserId user, LoginId login, std::function<void()> done) {
  Core& home = Core::current();
  for (unsigned i = 0; i < cores_.size(); ++i) {
    co_await hop(cores_.at(i));
    logins_.end_here(login);
    gateway_.revoke_here(user, login);
  }
  co_await hop(home);
  if (heard_) done();
}

// --- from outside of the cores ---

namespace {

Task<void> create(embedded::RocksAccountStore& accounts, Account account) {
  const Status made = co_await accounts.create_account(std::move(account));
  if (!made) violation("an account cannot be made");
}

}  // namespace

void Server::make_account(UserId user, const std::string& name) {
  Account account;
  account.id = user;
  account.username = account.display_name = name;
  run_blocking(cores_.at(0), create(accounts_, std::move(account)));
}

RestAnswer Server::call(UserId user, const std::string& method, const std::string& path, const std::string& body) {
  RestAnswer answer;
  bool done = false;
  cores_.at(0).post_function([&] {
    serve(user, method, path, body, [&](RestAnswer came) {
      answer = std::move(came);
      done = true;
    });
  });
  while (!done) Scheduler::current().step();
  return answer;
}

void Server::compare_with_truth(const std::vector<UserId>& users, bool exact) {
  run_blocking(cores_.at(0), adopt_unknown(users));
  std::vector<ChannelId> channels;
  for (const auto& [id, channel] : truth_.channels()) channels.push_back(id);
  for (const ChannelId channel : channels) run_blocking(cores_.at(0), read_all(channel, users, exact));
}

Task<void> Server::adopt_unknown(std::vector<UserId> users) {
  for (const UserId user : users) {
    const auto mine = co_await log_->channels_of(user);
    for (const ChannelId channel : *mine) {
      if (truth_.find(channel) != nullptr) continue;
      const auto view = co_await log_->view(channel, user);
      if (view) truth_.adopt(view->state);
    }
  }
}

Task<void> Server::read_all(ChannelId channel, std::vector<UserId> users, bool exact) {
  const auto view = co_await log_->view(channel, UserId());
  std::vector<Message> messages;
  std::vector<Change> changes;
  for (bool more = static_cast<bool>(view); more;) {
    const HistoryQuery query{HistoryQuery::Direction::kAfter, messages.size(), kPage};
    const auto page = co_await log_->history(channel, query);
    for (const Message& message : *page) messages.push_back(message);
    more = page->size() == kPage;
  }
  for (bool more = static_cast<bool>(view); more;) {
    const auto page = co_await log_->changes(channel, changes.size(), kPage);
    for (const Change& change : *page) changes.push_back(change);
    more = page->size() == kPage;
  }
  truth_.compare_channel(channel, view ? &*view : nullptr, messages, changes, exact);
  if (!view) co_return;
  for (const UserId user : users) {
    const Cursor told = truth_.cursor(channel, user);  // so far: what is told while it is read, the answer need not know
    const auto read = co_await log_->view(channel, user);
    if (read) truth_.compare_cursor(channel, user, told, read->read);
  }
}

Server::Totals Server::totals() const {
  Totals totals;
  for (unsigned i = 0; i < options_.cores; ++i) {
    const gateway::Counters& counters = gateway_.counters(i);
    totals.resumes += counters.resumes.get();
    totals.resumes_refused += counters.resumes_refused.get();
    totals.identifies += counters.identifies.get();
    totals.catch_ups += counters.catch_ups.get();
    totals.catch_ups_refused += counters.catch_ups_refused.get();
    totals.holes += counters.holes.get();
    totals.withdrawals += counters.withdrawals.get();
    totals.dispatches += counters.dispatches.get();
  }
  return totals;
}

}  // namespace rookery::simulation
