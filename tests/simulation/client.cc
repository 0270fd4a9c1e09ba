// The client's connection: how it comes, stays and comes back.
#include "tests/simulation/client.h"

#include <fmt/format.h>

#include <algorithm>

namespace rookery::simulation {
namespace {

constexpr Micros kHeartbeat = 25 * kSecond;
constexpr Micros kHeartbeatAnswer = 10 * kSecond;

Scheduler& scheduler() { return Scheduler::current(); }
Dice& dice() { return scheduler().dice(); }

}  // namespace

Client::Totals Client::totals;

Client::Client(Internet& internet, Truth& truth, ClientHabits habits, UserId user, LoginId login, std::string name)
    : internet_(internet), truth_(truth), habits_(habits), user_(user), login_(login), name_(std::move(name)) {}

void Client::start() { connect_after(dice().between(0, kSecond)); }

void Client::connect_after(Micros time) {
  scheduler().after(time, [this, attempt = ++attempt_] {
    if (attempt == attempt_ && socket_ == nullptr) connect();
  });
}

void Client::connect() {
  socket_ = internet_.connect(*this, user_, login_);
  if (socket_ == nullptr) return connect_after(dice().between(100 * kMillisecond, 2 * kSecond));
  trace(name_ + " connects");
  in_ = resuming_ = heartbeat_open_ = false;
  next_i_ = 1;
  socket_->open();
  arm_heartbeat();
}

void Client::arm_heartbeat() {
  scheduler().after(settled_ ? kHeartbeat / 5 : kHeartbeat, [this, attempt = attempt_] {
    if (attempt != attempt_ || socket_ == nullptr) return;
    heartbeat_open_ = true;
    say(fmt::format(R"({{"op":1,"d":{}}})", s_));
    scheduler().after(kHeartbeatAnswer + std::max<Micros>(0, reads_from_ - scheduler().now()), [this, attempt] {
      if (attempt != attempt_ || socket_ == nullptr) return;
      if (!heartbeat_open_) return arm_heartbeat();
      trace(name_ + " hears nothing");
      drop(1006);
    });
  });
}

void Client::drop(std::uint16_t code) {
  if (socket_ == nullptr) return;
  std::exchange(socket_, nullptr)->hang_up(code);
  on_closed(code);
}

void Client::go_away(std::uint16_t code) {
  if (socket_ == nullptr) return;
  trace(fmt::format("{} goes away with {}", name_, code));
  if (code == 1000) session_id_.clear();
  drop(code);
}

void Client::on_closed(std::uint16_t code) {
  trace(fmt::format("{} is closed with {}", name_, code));
  socket_ = nullptr;
  in_ = resuming_ = false;
  requests_.clear();
  numbered_.clear();
  for (auto& [nonce, pending] : pending_) pending.i = 0;
  switch (code) {
    case 1000:
    case 1006:
    case 4003:
    case 4009:
    case 4100:
    case 4101:
    case 4103: break;
    case 4004:
    case 4102:
      login_ = LoginId(login_.value + 1000);
      session_id_.clear();
      break;
    default: violation(fmt::format("{} is closed with {}", name_, code));
  }
  connect_after(dice().between(50 * kMillisecond, settled_ ? 300 * kMillisecond : 4 * kSecond));
}

void Client::enter() {
  if (!session_id_.empty() && dice().chance(settled_ ? 1 : habits_.resumes)) {
    resume();
  } else {
    identify();
  }
}

void Client::resume() {
  std::uint64_t from = s_;
  if (dice().chance(habits_.repeats_older)) from = acked_ + dice().below(s_ - acked_ + 1);
  if (from < s_) ++totals.repeats;
  resuming_ = true;
  replay_due_ = from + 1;
  say(fmt::format(R"({{"op":6,"d":{{"token":"{}","session_id":"{}","s":{}}}}})", token(), session_id_, from));
}

void Client::identify() {
  resuming_ = false;
  session_id_.clear();
  s_ = acked_ = 0;
  seen_.clear();
  cursors_.clear();
  positions_open_.clear();
  if (dice().chance(habits_.forgets)) views_.clear();
  std::string positions;
  for (auto& [id, view] : views_) {
    if (!positions.empty()) positions += ',';
    positions += fmt::format(R"("{}":{{"seq":{},"rev":{}}})", id.value, view.have_seq, view.have_rev);
    positions_open_[id] = true;
  }
  say(fmt::format(R"({{"op":2,"d":{{"token":"{}","device":{{"id":"{}","kind":"web"}},"positions":{{{}}}}}}})", token(), name_, positions));
}

void Client::say(const std::string& frame) {
  if (tracing()) trace(name_ + " > " + frame.substr(0, 200));
  socket_->say(frame);
}

void Client::on_frame(const std::string& text) {
  const auto json = Json::parse_object(text);
  if (!json) violation("what is no JSON is sent: " + text);
  if (tracing()) trace(name_ + " < " + text.substr(0, 400));
  const JsonValue root = json->root();
  switch (number_of(root, "op")) {
    case 0: return dispatch(root);
    case 7: {
      const Micros after = static_cast<Micros>(number_of(*root.member("d"), "after_ms")) * kMillisecond;
      std::exchange(socket_, nullptr)->hang_up(1006);
      in_ = false;
      on_closed(1006);
      return connect_after(after);
    }
    case 9: session_id_.clear(); return identify();
    case 10: return enter();
    case 11: heartbeat_open_ = false; return;
    case 65: return reply(root);
    default: violation("an unknown op is sent: " + text);
  }
}

void Client::acknowledge_later() {
  if (std::exchange(ack_due_, true)) return;
  scheduler().after(dice().between(1, habits_.ack_within), [this] {
    ack_due_ = false;
    if (socket_ == nullptr || !in_ || session_id_.empty() || resuming_) return;
    acked_ = s_;
    say(fmt::format(R"({{"op":66,"d":{}}})", s_));
  });
}

void Client::subscribe() {
  std::string channels;
  for (const auto& [id, view] : views_) {
    if (channels.size() > 2000 || (!settled_ && dice().chance(0.3))) continue;
    if (!channels.empty()) channels += ',';
    channels += fmt::format("\"{}\"", id.value);
  }
  say(fmt::format(R"({{"op":67,"d":{{"channels":[{}]}}}})", channels));
}

void Client::settle_down() {
  settled_ = true;
  last_news_ = scheduler().now();
  reads_from_ = 0;
  habits_.forgets = habits_.repeats_older = 0;
  habits_.ack_within = 100 * kMillisecond;
  if (socket_ != nullptr) socket_->read_on();
  if (socket_ != nullptr && in_) subscribe();
  if (socket_ == nullptr) connect_after(dice().between(0, kSecond));
}

std::string Client::waits_for() const {
  if (!in_ || resuming_) return "a session";
  for (const auto& [id, open] : positions_open_) {
    if (open) return fmt::format("SYNCED of {}", id.value);
  }
  for (const auto& [id, view] : views_) {
    if (view.syncing) return fmt::format("SYNCED of {}", id.value);
    if (!view.whole()) return fmt::format("what it misses of {}", id.value);
  }
  if (!pending_.empty()) return "an answer to " + pending_.begin()->first;
  return {};
}

void Client::expect_whole() const {
  for (const auto& [id, view] : views_) view.expect_whole(name_);
  for (const auto& [id, channel] : truth_.channels()) {
    const bool mine = channel.members.contains(user_);
    if (views_.contains(id) && !mine) violation(fmt::format("{} shows {}, in which it is no more", name_, id.value));
    // The other side of a direct channel sees it with its first message.
    if (!views_.contains(id) && mine && channel.last_seq() > 0) violation(fmt::format("{} does not know of {}", name_, id.value));
  }
}

}  // namespace rookery::simulation
