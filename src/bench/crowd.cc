#include "bench/crowd.h"

#include <algorithm>
#include <charconv>
#include <future>
#include <thread>

#include "base/json_writer.h"

namespace rookery::bench {
namespace {

constexpr std::chrono::milliseconds kAckEvery{200};
constexpr std::size_t kConnectingMax = 64;  // at once: a listening socket's queue is short
constexpr std::string_view kContent = R"("content":"@)";
constexpr std::chrono::milliseconds kPaceStep{1};

std::int64_t steady_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

double Times::quantile(double q) const {
  if (us_.empty()) return 0;
  std::vector<float> sorted = us_;
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(sorted.size() - 1));
  std::ranges::nth_element(sorted, at);
  return *at;
}

Crowd::Crowd(Core& core, std::uint16_t port) : core_(core), endpoint_{.host = "127.0.0.1", .port = port, .tls = nullptr} {
  run_on_core([this] {
    net::WebSocketPolicy policy;
    policy.message_bytes_max = 1024 * 1024;
    connector_ = std::make_unique<net::WebSocketConnector>(core_, policy);
    ack_timer_ = std::make_unique<Timer>(core_);
    pace_timer_ = std::make_unique<Timer>(core_);
    acknowledge_all();
  });
}

Crowd::~Crowd() = default;

void Crowd::run_on_core(std::move_only_function<void()> function) {
  std::promise<void> done;
  core_.post_function([&] {
    function();
    done.set_value();
  });
  done.get_future().wait();
}

Status Crowd::wait_until(const std::atomic<std::uint64_t>& counter, std::uint64_t value, std::chrono::seconds deadline,
                         std::string_view what) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (counter < value) {
    if (refused_ > 0) return fail(ErrorCode::kInternal, "a message was refused");
    if (closed_ > 0) return fail(ErrorCode::kInternal, "a connection was closed while waiting for " + std::string(what));
    if (std::chrono::steady_clock::now() > until) return fail(ErrorCode::kInternal, "waited too long for " + std::string(what));
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  return {};
}

void Crowd::acknowledge_all() {
  for (Client& one : clients_) {
    if (one.client != nullptr && one.reads) one.client->acknowledge();
  }
  ack_timer_->expires_after(kAckEvery, [this] { acknowledge_all(); });
}

Result<std::size_t> Crowd::connect(std::vector<std::string> tokens, std::size_t lane) {
  const std::size_t first = clients_.size();
  run_on_core([&] { clients_.resize(first + tokens.size()); });
  for (std::size_t from = 0; from < tokens.size(); from += kConnectingMax) {
    const std::size_t to = std::min(from + kConnectingMax, tokens.size());
    const std::uint64_t before = ready_;
    run_on_core([&] {
      for (std::size_t i = from; i < to; ++i) {
        Client& one = clients_[first + i];
        one.lane = lane;
        one.started = std::chrono::steady_clock::now();
        auto handler = std::make_unique<client::GatewayClient>(*this, tokens[i], first + i);
        one.client = handler.get();
        connector_->connect(endpoint_, "/gateway?v=1&encoding=json", {}, std::move(handler));
      }
    });
    if (const Status ready = wait_until(ready_, before + (to - from), std::chrono::seconds(30), "READY"); !ready)
      return fail(ready.error());
  }
  return first;
}

Status Crowd::subscribe(std::size_t first, std::size_t count, ChannelId channel) {
  const std::uint64_t before = synced_;
  run_on_core([&] {
    for (std::size_t i = first; i < first + count; ++i) clients_[i].client->subscribe(channel);
  });
  return wait_until(synced_, before + count, std::chrono::seconds(30), "SYNCED");
}

void Crowd::stop_reader_of(std::size_t lane) {
  run_on_core([&] {
    Client& last = clients_[talks_[lane].lane.writer + talks_[lane].lane.hearers - 1];
    last.client->stop_reading();
    last.reads = false;
    --talks_[lane].lane.hearers;
  });
}

void Crowd::close_all() {
  run_on_core([this] {
    ack_timer_->cancel();
    for (Client& one : clients_) {
      if (one.client != nullptr) one.client->close();
    }
  });
}

std::size_t Crowd::add_lane(Lane lane) {
  run_on_core([&] { talks_.push_back(Talk{.lane = lane}); });
  return talks_.size() - 1;
}

void Crowd::set_lane(std::size_t at, Lane lane) {
  run_on_core([&] { talks_[at].lane = lane; });
}

void Crowd::forget_times() {
  run_on_core([this] {
    delivery_.clear();
    ready_times_.clear();
  });
}

void Crowd::send_one(Talk& talk) {
  --talk.left;
  // The moment of sending is in the content: whoever gets it knows how long it was under way.
  std::string body = R"("channel_id":")" + to_string(talk.lane.channel) + R"(",)";
  body.append(kContent);
  append_decimal(body, static_cast<std::uint64_t>(steady_ns()));
  body.append(" ").append(padding_).append(R"(","nonce":"n)");
  append_decimal(body, static_cast<std::uint64_t>(steady_ns()));
  body += '"';
  clients_[talk.lane.writer].client->send_request(talk.left + 1, body);
}

void Crowd::send_burst(Talk& talk) {
  const std::uint64_t count = std::min(talk.burst, talk.left);
  talk.awaited = count * (talk.lane.hearers + 1);
  for (std::uint64_t i = 0; i < count; ++i) send_one(talk);
}

void Crowd::heard(std::size_t lane) {
  Talk& talk = talks_[lane];
  if (paced_ || talk.awaited == 0 || --talk.awaited > 0) return;
  if (talk.left > 0) {
    send_burst(talk);
  } else {
    ++lanes_done_;
  }
}

Status Crowd::talk(std::vector<std::size_t> lanes, std::uint64_t messages, std::uint64_t burst, std::size_t content_bytes) {
  lanes_done_ = 0;
  run_on_core([&] {
    paced_ = false;
    padding_.assign(content_bytes > 24 ? content_bytes - 24 : 0, 'x');
    for (const std::size_t lane : lanes) {
      talks_[lane].left = messages;
      talks_[lane].burst = burst;
      send_burst(talks_[lane]);
    }
  });
  return wait_until(lanes_done_, lanes.size(), std::chrono::seconds(120), "all messages");
}

Status Crowd::talk_paced(std::vector<std::size_t> lanes, double per_second, std::chrono::milliseconds time, std::size_t content_bytes) {
  const auto total = static_cast<std::uint64_t>(per_second * std::chrono::duration<double>(time).count());
  const std::uint64_t before = deliveries_;
  std::uint64_t expected = 0;
  std::uint64_t sent = 0;
  const auto start = std::chrono::steady_clock::now();
  run_on_core([&] {
    paced_ = true;
    padding_.assign(content_bytes > 24 ? content_bytes - 24 : 0, 'x');
  });
  while (sent < total) {
    run_on_core([&] {
      const auto due =
          static_cast<std::uint64_t>(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() * per_second);
      for (; sent < std::min(due, total); ++sent) {
        Talk& talk = talks_[lanes[sent % lanes.size()]];
        talk.left = 1;
        expected += talk.lane.hearers;
        send_one(talk);
      }
    });
    std::this_thread::sleep_for(kPaceStep);
  }
  return wait_until(deliveries_, before + expected, std::chrono::seconds(30), "all messages");
}

void Crowd::on_ready(client::GatewayClient& client) {
  ready_times_.add(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - clients_[client.number].started).count());
  ++ready_;
}

void Crowd::on_dispatch(client::GatewayClient& client, std::string_view type, std::string_view text) {
  if (type == "SYNCED") {
    ++synced_;
    return;
  }
  if (type != "MESSAGE_CREATE") return;
  const std::size_t at = text.find(kContent);
  if (at == std::string_view::npos) return;
  std::int64_t sent_ns = 0;
  const char* const digits = text.data() + at + kContent.size();
  std::from_chars(digits, text.data() + text.size(), sent_ns);
  delivery_.add(static_cast<double>(steady_ns() - sent_ns) / 1000);
  deliveries_.fetch_add(1, std::memory_order_relaxed);
  heard(clients_[client.number].lane);
}

void Crowd::on_reply(client::GatewayClient& client, std::uint64_t, bool ok) {
  if (!ok) ++refused_;
  heard(clients_[client.number].lane);
}

void Crowd::on_closed(client::GatewayClient& client, std::uint16_t code, std::string_view) {
  clients_[client.number].client = nullptr;
  if (code != net::kCloseNormal && clients_[client.number].reads) ++closed_;
}

}  // namespace rookery::bench
