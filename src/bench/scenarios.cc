#include "bench/scenarios.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "base/random.h"
#include "bench/crowd.h"
#include "bench/floors.h"
#include "bench/own_server.h"
#include "client/rest_client.h"

namespace rookery::bench {
namespace {

constexpr std::size_t kContentBytes = 100;
constexpr std::size_t kAckContentBytes = 200;
constexpr std::size_t kFrameBytes = 560;  // of a MESSAGE_CREATE with such a content
constexpr std::uint64_t kLargeChannel = 50;
constexpr std::size_t kPeople = 512;  // registered, each with a password that costs what it costs
const std::string kPassword = "bench-password";

// One server, one crowd, and what the scenarios share.
class Bench {
 public:
  Bench(const BenchOptions& options, Report& report) : options_(options), report_(report) {}
  bool run();

 private:
  using Scenario = void (Bench::*)();
  void measure(std::string_view name, Scenario scenario);
  void floors();
  void direct_pairs();
  void fan_out();
  void acknowledgements();
  void latency();
  void stopped_readers();
  void reading();
  void ready();
  void idle_memory();

  // Throws nothing, but ends the scenario: what failed is in the report.
  struct Failed {
    std::string why;
  };
  template <class T>
  static T need(Result<T> result) {
    if (!result) throw Failed{std::string(result.error().sentence())};
    return *std::move(result);
  }
  static void need(const Status& status) {
    if (!status) throw Failed{std::string(status.error().sentence())};
  }

  std::uint64_t scaled(std::uint64_t count) const {
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(count) * options_.scale));
  }
  const client::Credentials& person(std::size_t number);
  ChannelId group(std::size_t first, std::size_t count);
  // A group of people `first`…, all connected; the lane in which the first one writes.
  std::size_t group_lane(Crowd& crowd, std::size_t first, std::size_t count);
  std::unique_ptr<Crowd> new_crowd() { return std::make_unique<Crowd>(cores_->at(0), server_->port()); }
  // Server CPU in microseconds while `work` runs.
  double cpu_us(const std::function<void()>& work) const;
  void add_fan_out(std::size_t members, std::uint64_t burst);

  const BenchOptions options_;
  Report& report_;
  std::optional<OwnServer> server_;
  std::unique_ptr<Cores> cores_;
  std::unique_ptr<client::RestClient> rest_;
  std::map<std::size_t, client::Credentials> people_;
  std::vector<std::unique_ptr<Crowd>> crowds_;  // kept until the cores have stopped
  double send_us_ = 1;
  std::map<std::size_t, double> durable_;  // floor, by batch
};

double Bench::cpu_us(const std::function<void()>& work) const {
  const std::uint64_t before = server_->cpu_ns();
  work();
  return static_cast<double>(server_->cpu_ns() - before) / 1000;
}

const client::Credentials& Bench::person(std::size_t number) {
  const auto known = people_.find(number);
  if (known != people_.end()) return known->second;
  return people_[number] = need(rest_->register_user("person" + std::to_string(number), kPassword));
}

ChannelId Bench::group(std::size_t first, std::size_t count) {
  std::vector<UserId> others;
  for (std::size_t i = 1; i < count; ++i) others.push_back(person(first + i).user);
  return need(rest_->open_channel(person(first), others, true));
}

std::size_t Bench::group_lane(Crowd& crowd, std::size_t first, std::size_t count) {
  const ChannelId channel = group(first, count);
  const std::size_t lane = crowd.add_lane({});
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < count; ++i) tokens.push_back(person(first + i).access_token);
  const std::size_t writer = need(crowd.connect(std::move(tokens), lane));
  if (count >= kLargeChannel) need(crowd.subscribe(writer, count, channel));
  crowd.set_lane(lane, Lane{channel, writer, count});
  return lane;
}

void Bench::floors() {
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
}

void Bench::direct_pairs() {
  constexpr std::size_t kPairs = 32;
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  std::vector<std::size_t> lanes;
  for (std::size_t pair = 0; pair < kPairs; ++pair) {
    const client::Credentials& one = person(2 * pair);
    const client::Credentials& other = person(2 * pair + 1);
    const ChannelId channel = need(rest_->open_channel(one, {other.user}, false));
    need(rest_->send(one, channel, "hello"));
    const std::size_t lane = crowd.add_lane({});
    const std::size_t writer = need(crowd.connect({one.access_token, other.access_token}, lane));
    crowd.set_lane(lane, Lane{channel, writer, 2});
    lanes.push_back(lane);
  }
  const std::uint64_t messages = scaled(600);
  need(crowd.talk(lanes, messages / 4 + 1, 1, kContentBytes));
  crowd.forget_times();
  const double cpu = cpu_us([&] { need(crowd.talk(lanes, messages, 1, kContentBytes)); });
  const double each = cpu / static_cast<double>(messages * kPairs);
  report_.add({.name = fmt::format("direct message, both copies and the reply, {} pairs", kPairs), .value = each, .unit = "us CPU"});
  report_.add({.name = "direct message / bare send", .value = each / send_us_, .unit = "x", .at_most = 3});
  crowd.close_all();
}

// Several groups talk at once, each with `burst` messages on the way to each of its members, so that a sync is shared as it is
// when a server is used.
void Bench::add_fan_out(std::size_t members, std::uint64_t burst) {
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  const std::size_t groups = std::clamp<std::size_t>(kPeople / members, 2, 32);
  std::vector<std::size_t> lanes;
  for (std::size_t i = 0; i < groups; ++i) lanes.push_back(group_lane(crowd, i * members, members));
  const std::uint64_t messages = std::max(burst, scaled(60'000 / (members * groups)) / burst * burst);
  need(crowd.talk(lanes, messages / 4 / burst * burst + burst, burst, kContentBytes));
  const double cpu = cpu_us([&] { need(crowd.talk(lanes, messages, burst, kContentBytes)); });
  const double each = cpu / static_cast<double>(messages * groups * members);
  report_.add({.name = fmt::format("delivery, {} members, {} waiting", members, burst),
               .value = each,
               .unit = "us CPU",
               .note = fmt::format("{} groups side by side", groups)});
  Figure ratio{.name = fmt::format("delivery, {} members, {} waiting / bare send", members, burst), .value = each / send_us_, .unit = "x"};
  if (members == 50) ratio.at_most = burst == 1 ? 1.6 : 0.9;
  report_.add(std::move(ratio));
  crowd.close_all();
}

void Bench::fan_out() {
  for (const std::size_t members : {10, 50, 256}) {
    for (const std::uint64_t burst : {1, 4}) add_fan_out(members, burst);
  }
}

void Bench::acknowledgements() {
  for (const std::size_t in_flight : {1, 64, 256}) {
    Crowd& crowd = *crowds_.emplace_back(new_crowd());
    std::vector<std::size_t> lanes;
    for (std::size_t i = 0; i < in_flight; ++i) {
      // The other side is not there: what is measured is the message, not its delivery.
      const client::Credentials& one = person(i);
      const ChannelId channel = need(rest_->open_channel(one, {person(i == 255 ? 0 : i + 1).user}, true));
      const std::size_t lane = crowd.add_lane({});
      const std::size_t writer = need(crowd.connect({one.access_token}, lane));
      crowd.set_lane(lane, Lane{channel, writer, 1});  // his own copy
      lanes.push_back(lane);
    }
    const std::uint64_t messages = scaled(in_flight == 1 ? 2000 : 60'000 / in_flight);
    need(crowd.talk(lanes, messages / 8 + 1, 1, kAckContentBytes));
    const auto start = std::chrono::steady_clock::now();
    const double cpu = cpu_us([&] { need(crowd.talk(lanes, messages, 1, kAckContentBytes)); });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double per_second = static_cast<double>(messages * in_flight) / seconds;
    report_.add({.name = fmt::format("durable acknowledgements, {} in flight", in_flight),
                 .value = per_second,
                 .unit = "messages/s",
                 .note = fmt::format("{:.1f} us CPU each", cpu / static_cast<double>(messages * in_flight))});
    Figure ratio{.name = fmt::format("durable acknowledgements, {} in flight / floor", in_flight),
                 .value = per_second / durable_[in_flight],
                 .unit = "x"};
    if (in_flight == 64) ratio.at_least = 0.6;
    report_.add(std::move(ratio));
    crowd.close_all();
  }
}

void Bench::latency() {
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  std::vector<std::size_t> lanes;
  for (std::size_t i = 0; i < 10; ++i) lanes.push_back(group_lane(crowd, i * 10, 10));
  need(crowd.talk_paced(lanes, 500, std::chrono::milliseconds(500), kContentBytes));
  crowd.forget_times();
  const auto time = std::chrono::milliseconds(scaled(4000));
  const double cpu = cpu_us([&] { need(crowd.talk_paced(lanes, 1000, time, kContentBytes)); });
  report_.add({.name = "send to received, 10,000 deliveries/s, p50",
               .value = crowd.delivery_times().quantile(0.5) / 1000,
               .unit = "ms",
               .at_most = 1.5,
               .note = fmt::format("server at {:.0f} % of its processor", cpu / 10.0 / static_cast<double>(time.count()))});
  report_.add({.name = "send to received, 10,000 deliveries/s, p99",
               .value = crowd.delivery_times().quantile(0.99) / 1000,
               .unit = "ms",
               .at_most = 5});
  crowd.close_all();
}

void Bench::stopped_readers() {
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  std::vector<std::size_t> lanes;
  for (std::size_t i = 0; i < 20; ++i) lanes.push_back(group_lane(crowd, i * 10, 10));
  const auto time = std::chrono::milliseconds(scaled(4000));
  need(crowd.talk_paced(lanes, 500, std::chrono::milliseconds(500), kContentBytes));
  crowd.forget_times();
  need(crowd.talk_paced(lanes, 500, time, kContentBytes));
  const double before = crowd.delivery_times().quantile(0.99);
  for (const std::size_t lane : {0, 10}) crowd.stop_reader_of(lane);  // 2 of 200
  crowd.forget_times();
  need(crowd.talk_paced(lanes, 500, time, kContentBytes));
  const double with = crowd.delivery_times().quantile(0.99);
  report_.add({.name = "others' p99 with 1 % stopped readers / without",
               .value = with / before,
               .unit = "x",
               .at_most = 1.2,
               .note = fmt::format("{:.2f} ms / {:.2f} ms", with / 1000, before / 1000)});
  crowd.close_all();
}

void Bench::reading() {
  const client::Credentials& reader = person(0);
  const ChannelId channel = need(rest_->open_channel(reader, {person(1).user}, true));
  for (int i = 0; i < 150; ++i) need(rest_->send(reader, channel, "message " + std::to_string(i)));
  const std::uint64_t rounds = scaled(1500);
  const auto timed = [&](std::string_view name, const std::function<void()>& ask, double at_most_ms, double quantile) {
    Times times;
    ask();
    const double cpu = cpu_us([&] {
      for (std::uint64_t i = 0; i < rounds; ++i) {
        const auto start = std::chrono::steady_clock::now();
        ask();
        times.add(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
      }
    });
    report_.add({.name = std::string(name),
                 .value = times.quantile(quantile) / 1000,
                 .unit = "ms",
                 .at_most = at_most_ms,
                 .note = fmt::format("p50 {:.2f} ms, {:.0f} us CPU", times.quantile(0.5) / 1000, cpu / static_cast<double>(rounds))});
  };
  timed(
      "last 100 messages, p99",
      [&] { need(rest_->call("GET", "/channels/" + to_string(channel) + "/messages?limit=100", reader.access_token)); }, 1, 0.99);
  std::string query = "{\"user_ids\":[";
  for (std::size_t i = 0; i < 50; ++i) query += (i == 0 ? "\"" : ",\"") + to_string(person(i).user) + "\"";
  query += "]}";
  timed("presence of 50 people, p99", [&] { need(rest_->call("POST", "/presence/query", reader.access_token, query)); }, 1, 0.99);
}

void Bench::ready() {
  constexpr std::size_t kChannels = 100;
  const std::size_t somebody = kPeople;
  for (std::size_t i = 0; i < kChannels; ++i) need(rest_->open_channel(person(somebody), {person(i).user, person(i + 1).user}, true));
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  const std::size_t lane = crowd.add_lane({});
  const std::uint64_t connects = scaled(500);
  need(crowd.connect({person(somebody).access_token}, lane));
  crowd.forget_times();
  const double cpu = cpu_us([&] { need(crowd.connect(std::vector<std::string>(connects, person(somebody).access_token), lane)); });
  report_.add({.name = "connect to READY, 100 channels",
               .value = cpu / static_cast<double>(connects),
               .unit = "us CPU",
               .at_most = 120,
               .note = "TCP, HTTP, upgrade and token included"});
  report_.add({.name = "connect to READY, 100 channels, 64 at once, p99",
               .value = crowd.ready_times().quantile(0.99) / 1000,
               .unit = "ms",
               .at_most = 50});
  crowd.close_all();
}

void Bench::idle_memory() {
  // First of all, so that nothing freed earlier is there to be used again.
  constexpr std::size_t kSome = 100;
  for (std::size_t i = 0; i < kSome; i += 10) group(i, 10);
  Crowd& crowd = *crowds_.emplace_back(new_crowd());
  const std::size_t lane = crowd.add_lane({});
  const auto tokens = [this](std::size_t count) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(person(i % kSome).access_token);
    return all;
  };
  const std::size_t half = options_.connections / 2;
  need(crowd.connect(tokens(half), lane));
  const std::uint64_t before = server_->anonymous_bytes();
  need(crowd.connect(tokens(half), lane));
  const std::uint64_t after = server_->anonymous_bytes();
  report_.add({.name = "an idle connection, user space",
               .value = static_cast<double>(after - before) / static_cast<double>(half),
               .unit = "bytes",
               .at_most = 3072,
               .note = fmt::format("slope from {} to {} connections, identified, in a group of ten", half, 2 * half)});
  crowd.close_all();
}

void Bench::measure(std::string_view name, Scenario scenario) {
  if (!options_.only.empty() && options_.only != name && name != "floors") return;
  try {
    (this->*scenario)();
  } catch (const Failed& failed) {
    report_.failed(std::string(name), failed.why);
  }
}

bool Bench::run() {
  measure("floors", &Bench::floors);
  auto server = OwnServer::start(options_.directory + "/server", options_.server_cpu, {});
  if (!server) {
    report_.failed("the server", std::string(server.error().sentence()));
    return false;
  }
  server_.emplace(*std::move(server));
  pin_to(options_.load_cpu);
  cores_ = std::make_unique<Cores>(1, system_clock());
  cores_->start();
  rest_ = std::make_unique<client::RestClient>(net::Endpoint{.host = "127.0.0.1", .port = server_->port(), .tls = nullptr});
  measure("idle memory", &Bench::idle_memory);
  measure("direct pairs", &Bench::direct_pairs);
  measure("fan-out", &Bench::fan_out);
  measure("durable acknowledgements", &Bench::acknowledgements);
  measure("latency", &Bench::latency);
  measure("stopped readers", &Bench::stopped_readers);
  measure("reading", &Bench::reading);
  measure("connect to READY", &Bench::ready);
  cores_->stop();
  crowds_.clear();
  return !report_.has_failures();
}

}  // namespace

bool run_scenarios(const BenchOptions& options, Report& report) { return Bench(options, report).run(); }

}  // namespace rookery::bench
