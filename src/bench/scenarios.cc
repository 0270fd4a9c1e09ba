#include "bench/scenarios.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "base/random.h"
#include "bench/bad_clients.h"
#include "bench/crowd.h"
#include "bench/floors.h"
#include "bench/restart.h"
#include "client/rest_client.h"
#include "client/server_process.h"

namespace rookery::bench {
namespace {

constexpr std::size_t kContentBytes = 100;
constexpr std::size_t kAckContentBytes = 200;
constexpr double kLogBytes = 185ull << 20;  // a little less than what the database lets its log grow to
constexpr std::size_t kFrameBytes = 560;    // of a MESSAGE_CREATE with such a content
constexpr std::uint64_t kLargeChannel = 50;
constexpr std::size_t kPeople = 512;  // registered, each with a password that costs what it costs
const std::string kPassword = "bench-password";

// One server, one crowd, and what the scenarios share.
class Bench {
 public:
  Bench(const BenchOptions& options, Report& report) : options_(options), report_(report) {}
  bool run();

 private:
  using Scenario = Status (Bench::*)();  // an error: it could not be measured, and the report says so
  void measure(std::string_view name, Scenario scenario);
  Status floors();
  Status restart();
  Status direct_pairs();
  Status fan_out();
  Status acknowledgements();
  Status latency();
  Status stopped_readers();
  Status bad_clients();
  Status add_beside(Crowd& crowd, const std::vector<std::size_t>& lanes, std::string_view whom, const BadClients::Turn& turn,
                    std::chrono::milliseconds every);
  Status reading();
  Status ready();
  Status idle_memory();

  std::uint64_t scaled(std::uint64_t count) const {
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(count) * options_.scale));
  }
  // Everybody up to that number is registered from here on.
  Status register_people(std::size_t count);
  const client::Credentials& person(std::size_t number) const { return people_.at(number); }
  Result<ChannelId> group(std::size_t first, std::size_t count);
  // A group of people `first`…, all connected; the lane in which the first one writes.
  Result<std::size_t> group_lane(Crowd& crowd, std::size_t first, std::size_t count);
  Result<std::vector<std::size_t>> group_lanes(Crowd& crowd, std::size_t groups, std::size_t members);
  std::unique_ptr<Crowd> new_crowd() { return std::make_unique<Crowd>(cores_->at(0), server_->port()); }
  // Server CPU in microseconds while `work` runs.
  Result<double> cpu_us(const std::function<Status()>& work) const;
  // One request again and again: adds a figure of how long it took.
  Status add_timed(std::string_view name, const std::function<Status()>& ask, double at_most_ms);
  Status add_fan_out(std::size_t members, std::uint64_t burst);

  const BenchOptions options_;
  Report& report_;
  std::optional<client::ServerProcess> server_;
  std::unique_ptr<Cores> cores_;
  std::unique_ptr<client::RestClient> rest_;
  std::vector<client::Credentials> people_;
  std::vector<std::unique_ptr<Crowd>> crowds_;  // kept until the cores have stopped
  double send_us_ = 1;
  std::map<std::size_t, double> durable_;  // floor, by batch
};

Result<double> Bench::cpu_us(const std::function<Status()>& work) const {
  const std::uint64_t before = server_->cpu_ns();
  if (const Status done = work(); !done) return fail(done.error());
  return static_cast<double>(server_->cpu_ns() - before) / 1000;
}

Status Bench::register_people(std::size_t count) {
  while (people_.size() < count) {
    Result<client::Credentials> one = rest_->register_user("person" + std::to_string(people_.size()), kPassword);
    if (!one) return fail(one.error());
    people_.push_back(*std::move(one));
  }
  return {};
}

Result<ChannelId> Bench::group(std::size_t first, std::size_t count) {
  if (const Status there = register_people(first + count); !there) return fail(there.error());
  std::vector<UserId> others;
  for (std::size_t i = 1; i < count; ++i) others.push_back(person(first + i).user);
  return rest_->open_channel(person(first), others, true);
}

Result<std::size_t> Bench::group_lane(Crowd& crowd, std::size_t first, std::size_t count) {
  const Result<ChannelId> channel = group(first, count);
  if (!channel) return fail(channel.error());
  const std::size_t lane = crowd.add_lane({});
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < count; ++i) tokens.push_back(person(first + i).access_token);
  const Result<std::size_t> writer = crowd.connect(std::move(tokens), lane);
  if (!writer) return fail(writer.error());
  if (count >= kLargeChannel) {
    if (const Status subscribed = crowd.subscribe(*writer, count, *channel); !subscribed) return fail(subscribed.error());
  }
  crowd.set_lane(lane, Lane{*channel, *writer, count});
  return lane;
}

Result<std::vector<std::size_t>> Bench::group_lanes(Crowd& crowd, std::size_t groups, std::size_t members) {
  std::vector<std::size_t> lanes;
  for (std::size_t i = 0; i < groups; ++i) {
    const Result<std::size_t> lane = group_lane(crowd, i * members, members);
    if (!lane) return fail(lane.error());
    lanes.push_back(*lane);
  }
  return lanes;
}

Status Bench::floors() {
  send_us_ = bare_send_us(kFrameBytes, options_.server_cpu, options_.load_cpu);
  report_.add({.name = "floor: one send() of a frame",
               .value = send_us_,
               .unit = "us CPU",
               .note = fmt::format("{} bytes, loopback", kFrameBytes)});
  for (const std::size_t batch : {1, 64, 256}) {
    durable_[batch] = durable_per_second(options_.directory + "/floor", batch, kAckContentBytes, options_.server_cpu);
    report_.add({.name = fmt::format("floor: durable messages, {} a sync", batch), .value = durable_[batch], .unit = "messages/s"});
  }
  report_.add({.name = "ids", .value = ids_per_second() / 1e6, .unit = "million/s", .at_least = 1});
  return {};
}

Status Bench::restart() {
  const auto bytes = static_cast<std::uint64_t>(kLogBytes * std::min(options_.scale, 1.0));
  const auto measured = restart_with_log(options_.directory + "/restart", bytes, kAckContentBytes, options_.server_cpu);
  if (!measured) return fail(measured.error());
  const auto mib = static_cast<double>(measured->log_bytes) / (1 << 20);
  report_.add({.name = "opening after a power cut",
               .value = measured->seconds,
               .unit = "s",
               .at_most = 5,
               .note = fmt::format("{:.0f} MiB of log; {:.2f} s CPU", mib, measured->cpu_seconds)});
  return {};
}

Status Bench::direct_pairs() {
  constexpr std::size_t kPairs = 32;
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  if (const Status there = register_people(2 * kPairs); !there) return there;
  std::vector<std::size_t> lanes;
  for (std::size_t pair = 0; pair < kPairs; ++pair) {
    const client::Credentials& one = person(2 * pair);
    const client::Credentials& other = person(2 * pair + 1);
    const Result<ChannelId> channel = rest_->open_channel(one, {other.user}, false);
    if (!channel) return fail(channel.error());
    if (const auto sent = rest_->send(one, *channel, "hello"); !sent) return fail(sent.error());
    const std::size_t lane = crowd.add_lane({});
    const Result<std::size_t> writer = crowd.connect({one.access_token, other.access_token}, lane);
    if (!writer) return fail(writer.error());
    crowd.set_lane(lane, Lane{*channel, *writer, 2});
    lanes.push_back(lane);
  }
  const std::uint64_t messages = scaled(600);
  if (const Status warm = crowd.talk(lanes, messages / 4 + 1, 1, kContentBytes); !warm) return warm;
  crowd.forget_times();
  const Result<double> cpu = cpu_us([&] { return crowd.talk(lanes, messages, 1, kContentBytes); });
  if (!cpu) return fail(cpu.error());
  const double each = *cpu / static_cast<double>(messages * kPairs);
  report_.add({.name = fmt::format("direct message, both copies and the reply, {} pairs", kPairs), .value = each, .unit = "us CPU"});
  report_.add({.name = "direct message / bare send", .value = each / send_us_, .unit = "x", .at_most = 3});
  crowd.close_all();
  return {};
}

// Several groups talk at once, each with `burst` messages on the way to each of its members, so that a sync is shared as it is
// when a server is used.
Status Bench::add_fan_out(std::size_t members, std::uint64_t burst) {
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  const std::size_t groups = std::clamp<std::size_t>(kPeople / members, 2, 32);
  const auto lanes = group_lanes(crowd, groups, members);
  if (!lanes) return fail(lanes.error());
  const std::uint64_t messages = std::max(burst, scaled(60'000 / (members * groups)) / burst * burst);
  if (const Status warm = crowd.talk(*lanes, messages / 4 / burst * burst + burst, burst, kContentBytes); !warm) return warm;
  const Result<double> cpu = cpu_us([&] { return crowd.talk(*lanes, messages, burst, kContentBytes); });
  if (!cpu) return fail(cpu.error());
  const double each = *cpu / static_cast<double>(messages * groups * members);
  report_.add({.name = fmt::format("delivery, {} members, {} waiting", members, burst),
               .value = each,
               .unit = "us CPU",
               .note = fmt::format("{} groups side by side", groups)});
  Figure ratio{.name = fmt::format("delivery, {} members, {} waiting / bare send", members, burst), .value = each / send_us_, .unit = "x"};
  if (members == 50) ratio.at_most = burst == 1 ? 1.6 : 0.9;
  report_.add(std::move(ratio));
  crowd.close_all();
  return {};
}

Status Bench::fan_out() {
  for (const std::size_t members : {10, 50, 256}) {
    for (const std::uint64_t burst : {1, 4}) {
      if (const Status measured = add_fan_out(members, burst); !measured) return measured;
    }
  }
  return {};
}

Status Bench::acknowledgements() {
  if (const Status there = register_people(257); !there) return there;
  for (const std::size_t in_flight : {1, 64, 256}) {
    Crowd& crowd = *crowds_.emplace_back(new_crowd());
    std::vector<std::size_t> lanes;
    for (std::size_t i = 0; i < in_flight; ++i) {
      // The other side is not there: what is measured is the message, not its delivery.
      const client::Credentials& one = person(i);
      const Result<ChannelId> channel = rest_->open_channel(one, {person(i + 1).user}, true);
      if (!channel) return fail(channel.error());
      const std::size_t lane = crowd.add_lane({});
      const Result<std::size_t> writer = crowd.connect({one.access_token}, lane);
      if (!writer) return fail(writer.error());
      crowd.set_lane(lane, Lane{*channel, *writer, 1});  // his own copy
      lanes.push_back(lane);
    }
    const std::uint64_t messages = scaled(in_flight == 1 ? 2000 : 60'000 / in_flight);
    if (const Status warm = crowd.talk(lanes, messages / 8 + 1, 1, kAckContentBytes); !warm) return warm;
    const auto start = std::chrono::steady_clock::now();
    const Result<double> cpu = cpu_us([&] { return crowd.talk(lanes, messages, 1, kAckContentBytes); });
    if (!cpu) return fail(cpu.error());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double per_second = static_cast<double>(messages * in_flight) / seconds;
    report_.add({.name = fmt::format("durable acknowledgements, {} in flight", in_flight),
                 .value = per_second,
                 .unit = "messages/s",
                 .note = fmt::format("{:.1f} us CPU each", *cpu / static_cast<double>(messages * in_flight))});
    Figure ratio{.name = fmt::format("durable acknowledgements, {} in flight / floor", in_flight),
                 .value = per_second / durable_[in_flight],
                 .unit = "x"};
    if (in_flight == 64) ratio.at_least = 0.6;
    report_.add(std::move(ratio));
    crowd.close_all();
  }
  return {};
}

Status Bench::latency() {
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  const auto lanes = group_lanes(crowd, 10, 10);
  if (!lanes) return fail(lanes.error());
  if (const Status warm = crowd.talk_paced(*lanes, 500, std::chrono::milliseconds(500), kContentBytes); !warm) return warm;
  crowd.forget_times();
  const auto time = std::chrono::milliseconds(scaled(4000));
  const Result<double> cpu = cpu_us([&] { return crowd.talk_paced(*lanes, 1000, time, kContentBytes); });
  if (!cpu) return fail(cpu.error());
  report_.add({.name = "send to received, 10,000 deliveries/s, p50",
               .value = crowd.delivery_times().quantile(0.5) / 1000,
               .unit = "ms",
               .at_most = 1.5,
               .note = fmt::format("server at {:.0f} % of its processor", *cpu / 10.0 / static_cast<double>(time.count()))});
  report_.add({.name = "send to received, 10,000 deliveries/s, p99",
               .value = crowd.delivery_times().quantile(0.99) / 1000,
               .unit = "ms",
               .at_most = 5});
  crowd.close_all();
  return {};
}

Status Bench::stopped_readers() {
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  const auto lanes = group_lanes(crowd, 20, 10);
  if (!lanes) return fail(lanes.error());
  const auto time = std::chrono::milliseconds(scaled(4000));
  if (const Status warm = crowd.talk_paced(*lanes, 500, std::chrono::milliseconds(500), kContentBytes); !warm) return warm;
  crowd.forget_times();
  if (const Status talked = crowd.talk_paced(*lanes, 500, time, kContentBytes); !talked) return talked;
  const double before = crowd.delivery_times().quantile(0.99);
  for (const std::size_t lane : {0, 10}) crowd.stop_reader_of(lane);  // 2 of 200
  crowd.forget_times();
  if (const Status talked = crowd.talk_paced(*lanes, 500, time, kContentBytes); !talked) return talked;
  const double with = crowd.delivery_times().quantile(0.99);
  report_.add({.name = "others' p99 with 1 % stopped readers / without",
               .value = with / before,
               .unit = "x",
               .at_most = 1.2,
               .note = fmt::format("{:.2f} ms / {:.2f} ms", with / 1000, before / 1000)});
  crowd.close_all();
  return {};
}

// Quiet and not quiet by turns, so that what else the machine does meets both; of each the median of the rounds' p99.
Status Bench::add_beside(Crowd& crowd, const std::vector<std::size_t>& lanes, std::string_view whom, const BadClients::Turn& turn,
                         std::chrono::milliseconds every) {
  constexpr int kRounds = 5;
  const auto time = std::chrono::milliseconds(scaled(1000));
  Times quiet, beside;
  for (int round = 0; round < 2 * kRounds; ++round) {
    std::optional<BadClients> bad;
    if (round % 2 == 1) bad.emplace(turn, every);
    crowd.forget_times();
    if (const Status talked = crowd.talk_paced(lanes, 500, time, kContentBytes); !talked) return talked;
    (bad ? beside : quiet).add(crowd.delivery_times().quantile(0.99));
  }
  report_.add({.name = fmt::format("others' p99 beside {} / without", whom),
               .value = beside.quantile(0.5) / quiet.quantile(0.5),
               .unit = "x",
               .at_most = 1.2,
               .note = fmt::format("{:.2f} ms / {:.2f} ms; without, {} rounds: {:.2f} to {:.2f} ms", beside.quantile(0.5) / 1000,
                                   quiet.quantile(0.5) / 1000, kRounds, quiet.quantile(0) / 1000, quiet.quantile(1) / 1000)});
  return {};
}

Status Bench::bad_clients() {
  using std::chrono::milliseconds;
  constexpr std::size_t kBad = 20;
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  const auto lanes = group_lanes(crowd, 20, 10);
  if (!lanes) return fail(lanes.error());
  if (const Status there = register_people(200 + kBad); !there) return there;
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < kBad; ++i) tokens.push_back(person(200 + i).access_token);
  if (const Status warm = crowd.talk_paced(*lanes, 500, milliseconds(500), kContentBytes); !warm) return warm;
  const std::uint16_t port = server_->port();
  const auto beside = [&](std::string_view whom, const BadClients::Turn& turn, milliseconds every) {
    return add_beside(crowd, *lanes, whom, turn, every);
  };
  if (const Status done = beside("500 slow heads", slow_heads(port, 500), milliseconds(500)); !done) return done;
  if (const Status done = beside("200 reconnects/s", reconnects(port, std::move(tokens)), milliseconds(100)); !done) return done;
  if (const Status done = beside("80 wrong logins/s", wrong_logins(port, "person0", 8), milliseconds(100)); !done) return done;
  if (const Status done = beside("200 hostile frames/s", hostile_frames(port, kBad), milliseconds(100)); !done) return done;
  crowd.close_all();
  return {};
}

Status Bench::add_timed(std::string_view name, const std::function<Status()>& ask, double at_most_ms) {
  const std::uint64_t rounds = scaled(1500);
  Times times;
  if (const Status warm = ask(); !warm) return warm;
  const Result<double> cpu = cpu_us([&]() -> Status {
    for (std::uint64_t i = 0; i < rounds; ++i) {
      const auto start = std::chrono::steady_clock::now();
      if (const Status asked = ask(); !asked) return asked;
      times.add(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
    }
    return {};
  });
  if (!cpu) return fail(cpu.error());
  report_.add({.name = std::string(name) + ", p99",
               .value = times.quantile(0.99) / 1000,
               .unit = "ms",
               .at_most = at_most_ms,
               .note = fmt::format("p50 {:.2f} ms, {:.0f} us CPU", times.quantile(0.5) / 1000, *cpu / static_cast<double>(rounds))});
  return {};
}

Status Bench::reading() {
  if (const Status there = register_people(50); !there) return there;
  const client::Credentials& reader = person(0);
  const Result<ChannelId> channel = rest_->open_channel(reader, {person(1).user}, true);
  if (!channel) return fail(channel.error());
  for (int i = 0; i < 150; ++i) {
    if (const auto sent = rest_->send(reader, *channel, "message " + std::to_string(i)); !sent) return fail(sent.error());
  }
  const auto asking = [&](std::string_view method, std::string path, std::string body) {
    return [this, &reader, method, path = std::move(path), body = std::move(body)]() -> Status {
      const auto answer = rest_->call(method, path, reader.access_token, body);
      if (!answer) return fail(answer.error());
      return {};
    };
  };
  const std::string last = "/channels/" + to_string(*channel) + "/messages?limit=100";
  if (const Status measured = add_timed("last 100 messages", asking("GET", last, {}), 1); !measured) return measured;
  std::string query = "{\"user_ids\":[";
  for (std::size_t i = 0; i < 50; ++i) query += (i == 0 ? "\"" : ",\"") + to_string(person(i).user) + "\"";
  return add_timed("presence of 50 people", asking("POST", "/presence/query", query + "]}"), 1);
}

Status Bench::ready() {
  constexpr std::size_t kChannels = 100;
  const std::size_t somebody = kPeople;
  if (const Status there = register_people(somebody + 1); !there) return there;
  for (std::size_t i = 0; i < kChannels; ++i) {
    const auto opened = rest_->open_channel(person(somebody), {person(i).user, person(i + 1).user}, true);
    if (!opened) return fail(opened.error());
  }
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  const std::size_t lane = crowd.add_lane({});
  const std::uint64_t connects = scaled(500);
  const auto connect = [&](std::uint64_t count) -> Status {
    const auto connected = crowd.connect(std::vector<std::string>(count, person(somebody).access_token), lane);
    if (!connected) return fail(connected.error());
    return {};
  };
  if (const Status warm = connect(1); !warm) return warm;
  crowd.forget_times();
  const Result<double> cpu = cpu_us([&] { return connect(connects); });
  if (!cpu) return fail(cpu.error());
  report_.add({.name = "connect to READY, 100 channels",
               .value = *cpu / static_cast<double>(connects),
               .unit = "us CPU",
               .at_most = 120,
               .note = "TCP, HTTP, upgrade and token included"});
  report_.add({.name = "connect to READY, 100 channels, 64 at once, p99",
               .value = crowd.ready_times().quantile(0.99) / 1000,
               .unit = "ms",
               .at_most = 50});
  crowd.close_all();
  return {};
}

Status Bench::idle_memory() {
  // First of all, so that nothing freed earlier is there to be used again.
  constexpr std::size_t kSome = 100;
  for (std::size_t i = 0; i < kSome; i += 10) {
    if (const auto made = group(i, 10); !made) return fail(made.error());
  }
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  const std::size_t lane = crowd.add_lane({});
  const auto tokens = [this](std::size_t count) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(person(i % kSome).access_token);
    return all;
  };
  const std::size_t half = options_.connections / 2;
  if (const auto connected = crowd.connect(tokens(half), lane); !connected) return fail(connected.error());
  const std::uint64_t before = server_->anonymous_bytes();
  if (const auto connected = crowd.connect(tokens(half), lane); !connected) return fail(connected.error());
  const std::uint64_t after = server_->anonymous_bytes();
  report_.add({.name = "an idle connection, user space",
               .value = static_cast<double>(after - before) / static_cast<double>(half),
               .unit = "bytes",
               .at_most = 3072,
               .note = fmt::format("slope from {} to {} connections, identified, in a group of ten", half, 2 * half)});
  crowd.close_all();
  return {};
}

void Bench::measure(std::string_view name, Scenario scenario) {
  if (!options_.only.empty() && options_.only != name && name != "floors") return;
  if (const Status measured = (this->*scenario)(); !measured) report_.failed(std::string(name), std::string(measured.error().sentence()));
}

bool Bench::run() {
  measure("floors", &Bench::floors);
  measure("restart", &Bench::restart);
  auto server = client::ServerProcess::start({.program = {},
                                              .directory = options_.directory + "/server",
                                              .options = {"--cores", "1", "--log-level", "warning"},
                                              .cpu = options_.server_cpu,
                                              .log_file = {}});
  if (!server) {
    report_.failed("the server", std::string(server.error().sentence()));
    return false;
  }
  server_.emplace(*std::move(server));
  client::pin_to(options_.load_cpu);
  cores_ = std::make_unique<Cores>(1, system_clock());
  cores_->start();
  rest_ = std::make_unique<client::RestClient>(net::Endpoint{.host = "127.0.0.1", .port = server_->port(), .tls = nullptr});
  measure("idle memory", &Bench::idle_memory);
  measure("direct pairs", &Bench::direct_pairs);
  measure("fan-out", &Bench::fan_out);
  measure("durable acknowledgements", &Bench::acknowledgements);
  measure("latency", &Bench::latency);
  measure("stopped readers", &Bench::stopped_readers);
  measure("bad clients", &Bench::bad_clients);
  measure("reading", &Bench::reading);
  measure("connect to READY", &Bench::ready);
  cores_->stop();
  crowds_.clear();
  return !report_.has_failures();
}

}  // namespace

bool run_scenarios(const BenchOptions& options, Report& report) { return Bench(options, report).run(); }

}  // namespace rookery::bench
