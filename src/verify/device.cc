#include "verify/device.h"

#include <algorithm>
#include <thread>

#include "base/json_writer.h"
#include "verify/observed.h"

namespace rookery::verify {
namespace {

constexpr std::chrono::seconds kBeginWithin{10};
constexpr std::uint64_t kCloseBroken = 1006;
constexpr std::uint64_t kCloseNormal = 1000;
constexpr std::uint64_t kCloseTokenRefused = 4004;
constexpr std::size_t kPositionsMax = 500;
constexpr Device::Milliseconds kHold{20};              // of a call of long polling, at least
constexpr Device::Milliseconds kHoldWithRates{1'000};  // where calls are counted

enum Op : std::uint64_t { kDispatch = 0, kInvalidSession = 9, kHello = 10, kHeartbeatAck = 11, kReply = 65, kSubscribe = 67 };

}  // namespace

Device::Device(Arena& arena, const Login& login, std::string id, Comes comes)
    : arena_(arena), login_(login), id_(std::move(id)), comes_(comes) {}

Device::~Device() {
  if (socket_) leave();
}

Event Device::event_of(Action action) const {
  Event event;
  event.action = action;
  event.user = login_.user;
  event.login = login_.id;
  event.session = session_;
  return event;
}

bool Device::open_socket() {
  if (socket_) cut();
  beats_ = beats_answered_ = 0;
  socket_ = open_wire(way_, arena_.endpoint, login_.access_token, arena_.has_rates() ? kHoldWithRates : kHold);
  return socket_ != nullptr;
}

bool Device::send_text(const std::string& text) {
  if (!socket_) return false;
  if (arena_.frame_interval_ms > 0) std::this_thread::sleep_for(Milliseconds(arena_.frame_interval_ms));
  if (socket_->send(text)) return true;
  socket_->abort();
  on_closed(kCloseBroken, false);
  return false;
}

bool Device::identify(With with) {
  if (!open_socket()) return false;
  session_ = ++arena_.next_session;
  s_ = acknowledged_ = 0;
  begun_event_ = event_of(Action::kIdentify);
  if (comes_ == Comes::kBack) begun_event_.device = id_;
  if (with == With::kPositions) {
    for (const auto& [channel, position] : positions_) {
      if (begun_event_.positions.size() < kPositionsMax) begun_event_.positions.push_back(position);
    }
  }
  begun_event_.with_positions = !begun_event_.positions.empty();
  {
    const std::lock_guard lock(positions_mutex_);
    awaited_.clear();
    unread_to_.clear();
    told_.clear();
    wanted_ = Wanted::kNotAsked;
    to_subscribe_ = !watched_.empty() || wanted_channel_ != 0;
    for (const Position& position : begun_event_.positions) awaited_.insert(position.channel);
  }
  std::string frame;
  JsonWriter json(frame);
  json.begin_object().key("op").number(2).key("d").begin_object().key("token").string(login_.access_token);
  json.key("device").begin_object().key("id").string(id_).key("kind").string("desktop").end_object();
  if (begun_event_.with_positions) {
    json.key("positions").begin_object();
    for (const Position& position : begun_event_.positions) {
      json.key(std::to_string(position.channel))
          .begin_object()
          .key("seq")
          .number(position.seq)
          .key("rev")
          .number(position.rev)
          .end_object();
    }
    json.end_object();
    if (!epoch_.empty()) json.key("epoch").string(epoch_);
  }
  json.end_object().end_object();
  begun_ = arena_.recorder.begin(begun_event_);
  ready_ = false;
  send_text(frame);
  pump_until([this] { return begun_ == 0; }, kBeginWithin);
  if (begun_ != 0) cut();
  if (!ready_) session_ = 0;
  return ready_;
}

bool Device::resume(std::optional<std::uint64_t> s) {
  if (session_ == 0 || !open_socket()) return false;
  begun_event_ = event_of(Action::kResume);
  begun_event_.s = s.value_or(s_);
  {
    // What was said last may not have arrived.
    const std::lock_guard lock(positions_mutex_);
    to_subscribe_ = !watched_.empty() || wanted_channel_ != 0;
  }
  std::string frame;
  JsonWriter json(frame);
  json.begin_object().key("op").number(6).key("d").begin_object().key("token").string(login_.access_token);
  json.key("session_id").string(session_id_).key("s").number(begun_event_.s).end_object().end_object();
  begun_ = arena_.recorder.begin(begun_event_);
  acknowledged_ = begun_event_.s;
  ready_ = true;  // until it is refused: what is sent again comes before RESUMED
  send_text(frame);
  pump_until([this] { return begun_ == 0; }, kBeginWithin);
  if (begun_ != 0) cut();
  return is_open();
}

void Device::watch(std::vector<std::uint64_t> users, std::uint64_t channel) {
  const std::lock_guard lock(positions_mutex_);
  watched_ = std::move(users);
  wanted_channel_ = channel;
  to_subscribe_ = true;
}

void Device::keep_subscribed() {
  if (!is_open() || !to_subscribe_) return;
  Event event = event_of(Action::kSubscribe);
  std::string frame;
  {
    const std::lock_guard lock(positions_mutex_);
    if (!awaited_.empty()) return;
    to_subscribe_ = false;
    if (wanted_ == Wanted::kNotAsked) wanted_ = Wanted::kAsked;
    event.channel = wanted_channel_;
    JsonWriter json(frame);
    json.begin_object().key("op").number(kSubscribe).key("d").begin_object().key("channels").begin_array();
    if (wanted_channel_ != 0) json.id(wanted_channel_);
    json.end_array().key("users").begin_array();
    for (const std::uint64_t user : watched_) {
      json.id(user);
      event.presences.push_back({user, {}});
    }
    json.end_array().end_object().end_object();
  }
  const std::uint64_t op = arena_.recorder.begin(event);
  send_text(frame);
  arena_.recorder.end(op, std::move(event), Step::kOk);
}

bool Device::reconnect() {
  if (session_ != 0 && resume()) return true;
  if (session_ != 0) return false;
  return identify(With::kPositions);
}

bool Device::pump_until(const std::function<bool()>& done, Milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (true) {
    if (done()) return true;
    const auto left = std::chrono::duration_cast<Milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !socket_) return false;
    receive_one(left);
  }
}

void Device::pump(Milliseconds time) {
  pump_until([] { return false; }, time);
}

bool Device::receive_one(Milliseconds time) {
  const Result<Incoming> incoming = socket_->receive(time);
  if (!incoming) return false;  // nothing came
  for (const JsonValue& frame : incoming->frames) {
    if (!socket_) break;
    on_frame(frame);
  }
  if (incoming->closed && socket_) on_closed(incoming->close_code, false);
  return true;
}

void Device::on_frame(JsonValue frame) {
  switch (number_member(frame, "op")) {
    case kDispatch: return on_dispatch(frame);
    case kReply: return on_reply(frame);
    case kHeartbeatAck: ++beats_answered_; return;
    case kInvalidSession:
      // To a call of long polling: the session that it went on with is not there any more.
      if (begun_ == 0) {
        on_closed(kCloseBroken, false);
        session_ = 0;
        return;
      }
      arena_.recorder.end(begun_, begun_event_, Step::kFail);
      begun_ = 0;
      ready_ = false;
      session_ = 0;
      return cut();
    default: return;
  }
}

void Device::on_dispatch(JsonValue frame) {
  Event event = seen_dispatch(frame);
  event.user = login_.user;
  event.session = session_;
  s_ = std::max(s_, event.s);
  for (SeenHead& head : event.heads) head.large = arena_.is_large(head.channel);
  if (event.type == "READY") {
    if (const auto d = frame.member("d")) {
      session_id_ = text_member(*d, "session_id");
      epoch_ = text_member(*d, "epoch");
    }
    {
      const std::lock_guard lock(positions_mutex_);
      for (const SeenHead& head : event.heads) {
        // A channel that is caught up begins at the position that was given.
        if (!begun_event_.with_positions || !positions_.contains(head.channel)) {
          positions_[head.channel] = {head.channel, head.last_seq, head.rev};
        }
      }
    }
    ready_ = true;
    begun_event_.s = event.s;
    begun_event_.heads = std::move(event.heads);
    begun_event_.more = event.more;
    arena_.recorder.end(begun_, begun_event_, Step::kOk);
    begun_ = 0;
    return;
  }
  follow(event);
  const bool resumed = event.type == "RESUMED" && begun_ != 0;
  arena_.recorder.record(std::move(event));
  if (resumed) {
    arena_.recorder.end(begun_, begun_event_, Step::kOk);
    begun_ = 0;
  }
}

void Device::set_position(std::uint64_t channel, std::uint64_t seq, std::uint64_t rev) {
  const std::lock_guard lock(positions_mutex_);
  const auto at = positions_.find(channel);
  if (at == positions_.end()) return;
  at->second.seq = std::max(at->second.seq, seq);
  at->second.rev = std::max(at->second.rev, rev);
}

// Where the client stands in each channel.
void Device::follow(const Event& event) {
  if (event.type == "SYNCED") {
    const std::lock_guard lock(positions_mutex_);
    awaited_.erase(event.channel);
    if (event.channel == wanted_channel_ && wanted_ == Wanted::kAsked) wanted_ = Wanted::kLive;
  } else if (event.type == "CHANNEL_UNREAD") {
    const std::lock_guard lock(positions_mutex_);
    std::uint64_t& to = unread_to_[event.channel];
    to = std::max(to, event.seq);
  } else if (event.type == "PRESENCE_UPDATE") {
    const std::lock_guard lock(positions_mutex_);
    for (const SeenPresence& one : event.presences) told_[one.user] = one.status;
  }
  if (event.type == "MESSAGE_CREATE") return set_position(event.channel, event.message->seq, 0);
  const bool gone = (event.type == "SYNCED" && event.gone) || event.type == "CHANNEL_DELETE" ||
                    (event.type == "CHANNEL_MEMBER_REMOVE" && event.target == login_.user);
  if (gone) {
    const std::lock_guard lock(positions_mutex_);
    positions_.erase(event.channel);
  } else if (event.type == "CHANNEL_CREATE") {
    const std::lock_guard lock(positions_mutex_);
    positions_[event.channel] = {event.channel, event.heads.front().last_seq, event.heads.front().rev};
  } else if (event.type == "SYNCED") {
    set_position(event.channel, event.seq, event.rev);
  } else if (event.rev != 0) {
    set_position(event.channel, 0, event.rev);
  }
}

void Device::on_reply(JsonValue frame) {
  const auto found = sends_.find(number_member(frame, "i"));
  if (found == sends_.end()) return;
  Sending sending = std::move(found->second);
  sends_.erase(found);
  Event event = event_of(Action::kSend);
  event.channel = sending.draft.room->channel;
  event.nonce = sending.draft.nonce;
  if (const auto error = frame.member("error")) {
    event.status = number_member(*error, "code");
    event.why = text_member(*error, "message");
    const bool for_the_moment = error->member("retry_after").has_value();
    arena_.recorder.end(sending.op, event, Step::kFail);
    if (for_the_moment) arena_.give_back(std::move(sending.draft));
    return;
  }
  const auto d = frame.member("d");
  const auto message = d ? d->member("message") : std::nullopt;
  if (message) event.message = seen_message(*message);
  const auto replayed = d ? d->member("replayed") : std::nullopt;
  event.replayed = replayed && replayed->boolean().value_or(false);
  arena_.recorder.end(sending.op, event, Step::kOk);
  if (event.message) sending.draft.room->add({event.message->id, event.message->seq, login_.user});
}

void Device::send(const std::shared_ptr<Room>& room, std::string nonce, std::string content) {
  if (!is_open()) return arena_.give_back({room, login_.user, std::move(nonce), std::move(content)});
  Event event = event_of(Action::kSend);
  event.channel = room->channel;
  event.nonce = nonce;
  event.content = abridged(content);
  const std::uint64_t i = ++next_i_;
  std::string frame;
  JsonWriter json(frame);
  json.begin_object().key("op").number(64).key("i").number(i).key("t").string("MESSAGE_SEND").key("d").begin_object();
  json.key("channel_id").id(room->channel).key("content").string(content).key("nonce").string(nonce).end_object().end_object();
  sends_.emplace(i, Sending{arena_.recorder.begin(std::move(event)), {room, login_.user, std::move(nonce), std::move(content)}});
  send_text(frame);
}

void Device::acknowledge() {
  if (!is_open() || s_ == acknowledged_) return;
  acknowledged_ = s_;
  send_text(R"({"op":66,"d":)" + std::to_string(s_) + "}");
}

void Device::tell_read(std::uint64_t channel, std::uint64_t seq) {
  if (!is_open()) return;
  send_text(R"({"op":69,"d":{"channel_id":")" + std::to_string(channel) + R"(","seq":)" + std::to_string(seq) + "}}");
}

void Device::heartbeat() {
  if (!is_open()) return;
  ++beats_;
  send_text(R"({"op":1,"d":)" + std::to_string(s_) + "}");
}

bool Device::say_status(const std::string& status) {
  if (!is_open()) return false;
  Event event = event_of(Action::kStatus);
  event.presences.push_back({login_.user, status});
  const std::uint64_t op = arena_.recorder.begin(event);
  send_text(R"({"op":3,"d":{"status":")" + status + R"("}})");
  heartbeat();
  pump_until([this] { return beats_answered_ == beats_; }, kBeginWithin);
  const bool heard = is_open() && beats_answered_ == beats_;
  arena_.recorder.end(op, std::move(event), heard ? Step::kOk : Step::kUnknown);
  return heard;
}

void Device::on_closed(std::uint64_t code, bool by_client) {
  if (!socket_) return;
  socket_.reset();
  // A token that is refused is an answer; anything else leaves open what was begun.
  if (begun_ != 0) {
    begun_event_.status = code;
    arena_.recorder.end(begun_, begun_event_, code == kCloseTokenRefused ? Step::kFail : Step::kUnknown);
  }
  begun_ = 0;
  if (ready_) {
    Event closed = event_of(Action::kNone);
    closed.step = Step::kClosed;
    closed.status = code;
    closed.by_client = by_client;
    arena_.recorder.record(std::move(closed));
  }
  ready_ = false;
  for (auto& [i, sending] : sends_) {
    Event event = event_of(Action::kSend);
    event.channel = sending.draft.room->channel;
    event.nonce = sending.draft.nonce;
    arena_.recorder.end(sending.op, event, Step::kUnknown);
    arena_.give_back(std::move(sending.draft));
  }
  sends_.clear();
}

void Device::cut() {
  if (!socket_) return;
  socket_->abort();
  on_closed(kCloseBroken, true);
}

void Device::leave() {
  if (!socket_) return;
  socket_->say_goodbye();
  socket_->abort();
  on_closed(kCloseNormal, true);
  session_ = 0;
}

Position Device::position(std::uint64_t channel) const {
  const auto at = positions_.find(channel);
  return at == positions_.end() ? Position{channel, 0, 0} : at->second;
}

bool Device::settled(const std::vector<SeenHead>& heads) const {
  const std::lock_guard lock(positions_mutex_);
  if (!awaited_.empty() || to_subscribe_ || (wanted_channel_ != 0 && wanted_ != Wanted::kLive)) return false;
  return std::ranges::all_of(heads, [this](const SeenHead& head) {
    const auto at = positions_.find(head.channel);
    if (at != positions_.end() && arena_.is_large(head.channel) && head.channel != wanted_channel_) {
      const auto to = unread_to_.find(head.channel);
      return at->second.seq >= head.last_seq || (to != unread_to_.end() && to->second >= head.last_seq);
    }
    return at == positions_.end() || (at->second.seq >= head.last_seq && at->second.rev >= head.rev);
  });
}

bool Device::was_told(const std::vector<SeenPresence>& presences) const {
  const std::lock_guard lock(positions_mutex_);
  return watched_.empty() || std::ranges::all_of(presences, [this](const SeenPresence& one) {
           const auto told = told_.find(one.user);
           return told != told_.end() && told->second == one.status;
         });
}

}  // namespace rookery::verify
