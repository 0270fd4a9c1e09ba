#include "verify/run.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/random.h"
#include "client/server_process.h"
#include "net/client.h"
#include "verify/caller.h"
#include "verify/load.h"
#include "verify/network_fault.h"
#include "verify/observed.h"
#include "verify/stall_meter.h"
#include "verify/target.h"

namespace rookery::verify {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr std::array<std::string_view, 5> kFaultNames = {"none", "kill", "pause", "network", "power-cut"};
constexpr std::uint64_t kTriesMax = 3;        // of a round whose fault met nothing
constexpr std::uint64_t kRoundsOfACast = 20;  // then there are new people: READY tells of a hundred channels
constexpr std::chrono::minutes kRefreshAfter{3};
constexpr std::size_t kGuests = 2;
constexpr std::size_t kPresenceQueryMax = 100;
constexpr std::uint64_t kRepeatsMax = 8;
constexpr std::size_t kWritesWanted = 6;  // under way when a fault begins, if there are so many
constexpr Milliseconds kRepeatAfter{500};
constexpr Milliseconds kLookEvery{10};
constexpr Milliseconds kPauseMax{1500};
constexpr Milliseconds kBadNetworkMax{1200};
constexpr const char* kDiskVariable = "ROOKERY_TEST_DISK";
constexpr std::string_view kVolatileLine = "test disk: volatile";
const std::string kPassword = "verify-password";

class Run {
 public:
  Run(const RunOptions& options, Checker& checker, const RunProgress& progress)
      : options_(options), checker_(checker), progress_(progress), random_(options.seed) {}

  RunEnd operator()() {
    if (const Status begun = begin(); !begun) return {.refused = true, .why = std::string(begun.error().sentence())};
    RunEnd end = play_all();
    stalls_.reset();
    recorder_->mark("done");
    feed_checker();
    end.history_cut = !recorder_->is_written();
    return end;
  }

 private:
  RunEnd play_all() {
    for (std::uint64_t i = 0; i < options_.rounds; ++i) {
      const Fault fault = options_.faults[i % options_.faults.size()];
      for (std::uint64_t tries = 1;; ++tries) {
        if (const Status played = play(fault); !played) return {.refused = true, .why = std::string(played.error().sentence())};
        if (checker_.rounds().back().valid() || lost_) break;
        if (tries == kTriesMax) return {.refused = true, .why = fmt::format("{} rounds in a row, and the fault met no operation", tries)};
      }
      if (lost_) break;
    }
    return {};
  }
  Status begin();
  Status start_server();
  Status learn_limits();
  Status gather_cast();
  Error not_registered(const Error& error, std::size_t before) const;
  Status sign_in_given_accounts();
  Status make_rooms();
  Status make_large_room(Caller& caller);
  Status play(Fault fault);
  Status hurt(Fault fault);
  void wait_for_fault(Milliseconds time);
  void wait_for_writes() const;
  std::string last_words() const;
  Status cut_power();
  Status kill(Fault fault);
  void pause();
  void spoil_network();
  void final_reads(Caller& caller);
  void read_all(Caller& caller, const Login& who, const Room& room);
  void ask_again(Caller& caller);
  template <class Ask>
  auto answer_to(const Ask& ask) -> decltype(ask());
  void feed_checker();
  void doing(const std::string& what) {
    if (progress_.doing) progress_.doing(what);
  }

  const RunOptions& options_;
  Checker& checker_;
  const RunProgress& progress_;
  SeededRandom random_;
  std::optional<client::ServerProcess> server_;
  std::unique_ptr<NetworkFault> network_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Arena> arena_;
  std::unique_ptr<StallMeter> stalls_;  // gone before its recorder
  std::uint64_t round_ = 0;
  std::uint64_t repeats_left_ = 0;  // of what was not answered at the end of this round
  std::uint64_t casts_ = 0;
  std::uint64_t large_from_ = 0;  // members
  bool disk_fails_ = false;       // until it was cut off once
  bool lost_ = false;             // the server is gone for good
};

Status Run::start_server() {
  const bool power_cut = options_.power_cut.empty() && std::ranges::find(options_.faults, Fault::kPowerCut) != options_.faults.end();
  const std::string log_file = options_.directory + "/server.log";
  if (power_cut) {
    // One that fails besides may be asked for in the environment; once it has, the server is started on a good one.
    const char* const disk = std::getenv(kDiskVariable);
    disk_fails_ = disk != nullptr && std::string_view(disk).find(',') != std::string_view::npos;
    ::setenv(kDiskVariable, "volatile", 0);
  }
  auto server = client::ServerProcess::start({.program = options_.server,
                                              .directory = options_.directory,
                                              .options = {"--limit-large-channel", std::to_string(options_.users + kGuests)},
                                              .cpu = {},
                                              .log_file = log_file});
  if (power_cut) {
    std::ifstream log(log_file);
    const std::string text{std::istreambuf_iterator<char>(log), {}};
    if (text.find(kVolatileLine) == std::string::npos) {
      return fail(ErrorCode::kBadRequest,
                  "a power cut needs --power-cut COMMAND, or a server of the test build (--server build/mutants/rookery): this one did not "
                  "say that its "
                  "disk is volatile");
    }
  }
  if (!server) return fail(server.error());
  server_.emplace(*std::move(server));
  if (options_.keep_directory) server_->keep_directory();
  return {};
}

Status Run::begin() {
  auto recorder = Recorder::open(options_.history_file);
  if (!recorder) return fail(recorder.error());
  recorder_ = *std::move(recorder);
  net::Endpoint target{.host = "127.0.0.1", .port = 0, .tls = nullptr};
  if (options_.url.empty()) {
    doing("starting a server");
    if (const Status started = start_server(); !started) return started;
    target.port = server_->port();
  } else {
    auto given = endpoint_of(options_.url, options_.authorities_file);
    if (!given) return fail(given.error());
    target = *std::move(given);
    const bool hurts_process =
        std::ranges::any_of(options_.faults, [](Fault fault) { return fault != Fault::kNone && fault != Fault::kNetwork; });
    if (hurts_process) return fail(ErrorCode::kBadRequest, "only a server of one's own can be killed or stopped: leave --url out");
  }
  if (std::ranges::find(options_.faults, Fault::kNetwork) != options_.faults.end()) {
    if (target.tls)
      return fail(ErrorCode::kBadRequest, "the network can be made bad for http only: a certificate is not for the way between");
    auto network = NetworkFault::start(target, random_.next());
    if (!network) return fail(network.error());
    network_ = *std::move(network);
    target = {.host = "127.0.0.1", .port = network_->port(), .tls = nullptr};
  }
  arena_ = std::make_unique<Arena>(*recorder_, std::move(target));
  stalls_ = std::make_unique<StallMeter>(*recorder_);
  return learn_limits();
}

// An installation has rates: clients keep to them.
Status Run::learn_limits() {
  const Result<Json> instance = Caller(*arena_).instance();
  const std::string where = options_.url.empty() ? std::string("the server") : options_.url;
  if (!instance && instance.error().code == ErrorCode::kUnavailable) {
    return fail(ErrorCode::kUnavailable, where + " cannot be reached: " + std::string(instance.error().sentence()));
  }
  const auto limits = instance ? instance->root().member("limits") : std::nullopt;
  if (!limits || !instance->root().member("registration")) {
    return fail(ErrorCode::kBadRequest,
                where + " is no Rookery: " +
                    (instance ? std::string("GET /api/v1/instance names no limits") : std::string(instance.error().sentence())));
  }
  const std::string_view registration = text_member(instance->root(), "registration");
  if (options_.accounts_file.empty() && (registration == "closed" || (registration == "invite" && options_.invite.empty()))) {
    return fail(ErrorCode::kBadRequest,
                where + (registration == "closed" ? " lets nobody register: name people with --accounts FILE"
                                                  : " lets nobody register without an invite: --invite CODE, or --accounts FILE"));
  }
  const std::uint64_t frames = number_member(*limits, "frames_per_minute");
  large_from_ = number_member(*limits, "large_channel");
  if (frames > 0) arena_->frame_interval_ms = 60'000 / frames + 1;
  return {};
}

// An invite may be wrong, or good for too few.
Error Run::not_registered(const Error& error, std::size_t before) const {
  if (options_.invite.empty() || error.code != ErrorCode::kMissingPermission) return error;
  const std::size_t people = options_.users + kGuests;
  const std::string come = before == 0 ? std::string() : fmt::format(" any more, after {} of {} people", before, people);
  return Error(error.code,
               fmt::format("{} does not take the invite{}: {}; it must be good for {} people, two more than --users, every {} rounds",
                           options_.url, come, error.sentence(), people, kRoundsOfACast));
}

Status Run::gather_cast() {
  Caller caller(*arena_);
  if (!options_.accounts_file.empty() && round_ == 1) return sign_in_given_accounts();
  if (options_.accounts_file.empty() && round_ % kRoundsOfACast == 1) {
    doing("registering people");
    arena_->accounts.clear();
    arena_->guests.clear();
    ++casts_;
    for (std::size_t i = 0; i < options_.users + kGuests; ++i) {
      // A name that is free also in an installation that was verified before.
      const std::string name = fmt::format("verify_{}_{}_{}", system_random().next() % 100'000'000, casts_, i);
      auto login = caller.sign_up(name, kPassword, options_.invite);
      if (!login) return fail(not_registered(login.error(), i));
      (i < options_.users ? arena_->accounts : arena_->guests).push_back({name, kPassword, *std::move(login)});
    }
    return {};
  }
  for (auto* const people : {&arena_->accounts, &arena_->guests}) {
    for (Account& account : *people) {
      if (std::chrono::steady_clock::now() - account.login.since < kRefreshAfter) continue;
      if (const Status fresh = caller.refresh(account.login); !fresh) return fresh;
    }
  }
  return {};
}

Status Run::sign_in_given_accounts() {
  std::ifstream in(options_.accounts_file);
  if (!in) return fail(ErrorCode::kBadRequest, "cannot read " + options_.accounts_file);
  Caller caller(*arena_);
  doing("logging in");
  Account account;
  while (in >> account.name && std::getline(in >> std::ws, account.password)) {
    auto login = caller.sign_in(account.name, account.password);
    if (!login) return fail(ErrorCode::kBadRequest, account.name + ": " + std::string(login.error().sentence()));
    account.login = *std::move(login);
    arena_->accounts.push_back(account);
  }
  if (arena_->accounts.size() >= 2) return {};
  return fail(ErrorCode::kBadRequest, options_.accounts_file + ": two people at least are needed, \"name password\" a line");
}

// Everybody in the first; then the direct channel of the first two, and groups of some of them.
Status Run::make_rooms() {
  Caller caller(*arena_);
  arena_->rooms.clear();
  for (std::size_t i = 0; i < options_.channels; ++i) {
    auto room = std::make_shared<Room>();
    const std::size_t people = arena_->accounts.size();
    room->direct = i == 1;
    const std::size_t count = i == 0         ? std::min<std::size_t>(people, large_from_ - 1)
                              : room->direct ? 2
                                             : std::max<std::size_t>(2, people - i);
    std::vector<std::uint64_t> others;
    for (std::size_t member = 0; member < count; ++member) {
      room->members.push_back(member);
      if (member > 0) others.push_back(arena_->accounts[member].login.user);
    }
    const auto channel = caller.open_channel(arena_->accounts[0].login, others, !room->direct);
    if (!channel) return fail(channel.error());
    room->channel = *channel;
    arena_->rooms.push_back(std::move(room));
  }
  return make_large_room(caller);
}

// Everybody, and guests as far as needed; where that is not enough for a large channel, there is none.
Status Run::make_large_room(Caller& caller) {
  arena_->large_room = nullptr;
  if (arena_->accounts.size() + arena_->guests.size() < large_from_) return {};
  auto room = std::make_shared<Room>();
  std::vector<std::uint64_t> others;
  for (std::size_t member = 0; member < arena_->accounts.size(); ++member) {
    room->members.push_back(member);
    if (member > 0) others.push_back(arena_->accounts[member].login.user);
  }
  for (const Account& guest : arena_->guests) others.push_back(guest.login.user);
  const auto channel = caller.open_channel(arena_->accounts[0].login, others, true);
  if (!channel) return fail(channel.error());
  room->channel = *channel;
  arena_->large_room = std::move(room);
  return {};
}

// One alone may be answered before the fault is there.
void Run::wait_for_writes() const {
  const auto began = std::chrono::steady_clock::now();
  const auto wait_for = [&](std::size_t writes, std::chrono::seconds at_most) {
    while (recorder_->writes_under_way() < writes && std::chrono::steady_clock::now() < began + at_most) std::this_thread::yield();
  };
  wait_for(kWritesWanted, std::chrono::seconds(1));
  wait_for(1, std::chrono::seconds(10));
}

// A server that stops because its disk failed does what it should: that is the power cut then.
void Run::wait_for_fault(Milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until && !(disk_fails_ && server_->has_ended())) std::this_thread::sleep_for(kLookEvery);
}

// The last line of our server's log.
std::string Run::last_words() const {
  std::ifstream log(options_.directory + "/server.log");
  std::string last;
  for (std::string line; std::getline(log, line);) last = line;
  return last.empty() ? last : ": " + last;
}

Status Run::cut_power() {
  const std::string command = fmt::format("{} {}", options_.power_cut, server_->pid());
  const int status = std::system(command.c_str());
  if (status == 0) return {};
  return fail(ErrorCode::kInternal, fmt::format("`{}` ended with status {}", command, WIFEXITED(status) ? WEXITSTATUS(status) : -1));
}

Status Run::kill(Fault fault) {
  wait_for_writes();
  recorder_->mark("fault", std::string(name_of(fault)));
  if (fault == Fault::kPowerCut && !options_.power_cut.empty()) {
    if (const Status cut = cut_power(); !cut) return cut;
  }
  server_->kill();
  if (disk_fails_) ::setenv(kDiskVariable, "volatile", 1);
  disk_fails_ = false;
  if (const Status back = server_->restart(); !back) {
    recorder_->mark("lost", std::string(back.error().sentence()) + last_words());
    lost_ = true;
    return {};
  }
  recorder_->mark("healed");
  return {};
}

void Run::pause() {
  wait_for_writes();
  recorder_->mark("fault", std::string(name_of(Fault::kPause)));
  server_->pause();
  std::this_thread::sleep_for(Milliseconds(100 + random_.below(kPauseMax.count())));
  server_->go_on();
  recorder_->mark("healed");
}

void Run::spoil_network() {
  wait_for_writes();
  recorder_->mark("fault", std::string(name_of(Fault::kNetwork)));
  network_->begin();
  std::this_thread::sleep_for(Milliseconds(300 + random_.below(kBadNetworkMax.count())));
  network_->end();
  recorder_->mark("healed");
}

Status Run::hurt(Fault fault) {
  switch (fault) {
    case Fault::kKill:
    case Fault::kPowerCut: return kill(fault);
    case Fault::kPause: pause(); break;
    case Fault::kNetwork: spoil_network(); break;
    case Fault::kNone: break;
  }
  return {};
}

// What is not answered is asked for again, though not for ever: a single answer may be lost.
template <class Ask>
auto Run::answer_to(const Ask& ask) -> decltype(ask()) {
  auto answer = ask();
  while (!answer && repeats_left_ > 0) {
    --repeats_left_;
    std::this_thread::sleep_for(kRepeatAfter);
    answer = ask();
  }
  return answer;
}

void Run::read_all(Caller& caller, const Login& who, const Room& room) {
  std::uint64_t after = 0;
  while (const auto page = answer_to([&] { return caller.history_after(who, room.channel, after); })) {
    if (page->empty()) break;
    after = page->back().seq;
  }
  after = 0;
  while (const auto page = answer_to([&] { return caller.changes_after(who, room.channel, after); })) {
    if (page->empty()) break;
    after = page->back().rev;
  }
  answer_to([&] { return caller.state(who, room.channel); });
  if (!arena_->is_large(room.channel)) caller.receipts(who, room.channel);
}

// Who was removed and whose login was ended while the round went on is shut out still; who was added is there.
void Run::ask_again(Caller& caller) {
  const Arena::Aftermath aftermath = arena_->take_aftermath();
  for (const Guest& guest : aftermath.added) read_all(caller, guest.login, *guest.room);
  for (const Guest& guest : aftermath.removed) {
    caller.newest(guest.login, guest.room->channel, 1);
    caller.state(guest.login, guest.room->channel);
  }
  for (const Login& login : aftermath.ended) caller.probe(login);
  if (!aftermath.ended.empty()) Device(*arena_, aftermath.ended.back(), "verify-ended").identify(Device::With::kNothing);
}

// The whole history of every channel, as each of its members is shown it, and his counters.
void Run::final_reads(Caller& caller) {
  repeats_left_ = kRepeatsMax;
  auto rooms = arena_->rooms;
  if (arena_->large_room) rooms.push_back(arena_->large_room);
  for (const auto& room : rooms) {
    for (const std::size_t member : room->members) read_all(caller, arena_->accounts[member].login, *room);
  }
  if (arena_->large_room) {
    for (const Account& guest : arena_->guests) read_all(caller, guest.login, *arena_->large_room);
  }
  ask_again(caller);
  const std::vector<std::uint64_t> users = arena_->some_users(kPresenceQueryMax);
  for (const Account& account : arena_->accounts) {
    caller.unread(account.login);
    caller.presence(account.login, users);
  }
}

void Run::feed_checker() {
  for (const Event& event : recorder_->take()) {
    checker_.read(event);
    if (progress_.event) progress_.event(event);
  }
}

Status Run::play(Fault fault) {
  ++round_;
  if (const Status gathered = gather_cast(); !gathered) return gathered;
  recorder_->mark("round", std::string(name_of(fault)), round_);
  if (const Status made = make_rooms(); !made) return made;
  doing(fmt::format("round {}: load, fault: {}", round_, name_of(fault)));
  arena_->phase = Phase::kLoad;
  Load load(*arena_, random_.next());
  load.start();
  const auto load_ms = static_cast<std::uint64_t>(options_.seconds * 1000);
  const std::uint64_t before_ms = load_ms / 4 + random_.below(load_ms / 2 + 1);
  wait_for_fault(Milliseconds(before_ms));
  if (const Status hurt_it = hurt(fault); !hurt_it) return hurt_it;
  if (!lost_) std::this_thread::sleep_for(Milliseconds(load_ms - before_ms));
  doing(fmt::format("round {}: settling", round_));
  arena_->phase = Phase::kSettle;
  if (!lost_) {
    if (!load.wait_for_answers()) recorder_->mark("stuck", "not everything was answered, or not everybody came back");
    Caller caller(*arena_);
    std::vector<SeenHead> heads;
    for (const auto& room : arena_->rooms) {
      if (const auto head = caller.state(arena_->accounts[room->members.front()].login, room->channel)) heads.push_back(*head);
    }
    if (arena_->large_room) {
      if (const auto head = caller.state(arena_->accounts.front().login, arena_->large_room->channel)) heads.push_back(*head);
    }
    if (!load.wait_for_delivery(heads)) recorder_->mark("stuck", "not every device was shown the end of every channel");
    load.wait_for_presence();
    recorder_->mark("settled");
    doing(fmt::format("round {}: reading everything", round_));
    final_reads(caller);
    load.wait_for_connections();  // whether it did is in the history
    if (server_ && server_->has_ended()) {
      recorder_->mark("lost", "it ended by itself" + last_words());
      lost_ = true;
    }
  }
  recorder_->mark("end", {}, round_);
  load.join();
  arena_->forget_drafts();
  arena_->take_aftermath();
  feed_checker();
  if (progress_.round) progress_.round(checker_.rounds().back());
  return {};
}

}  // namespace

std::string_view name_of(Fault fault) { return kFaultNames[static_cast<std::size_t>(fault)]; }

std::optional<Fault> fault_named(std::string_view name) {
  const auto at = std::ranges::find(kFaultNames, name);
  if (at == kFaultNames.end()) return std::nullopt;
  return static_cast<Fault>(at - kFaultNames.begin());
}

RunEnd run(const RunOptions& options, Checker& checker, const RunProgress& progress) { return Run(options, checker, progress)(); }

}  // namespace rookery::verify
