#include "verify/wire.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "base/json_writer.h"
#include "client/rest_client.h"
#include "verify/observed.h"

namespace rookery::verify {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr std::chrono::seconds kConnectWithin{5};
constexpr std::chrono::seconds kHelloWithin{10};
constexpr std::chrono::seconds kAnswerWithin{25};
constexpr Milliseconds kHoldMax{10'000};
constexpr Milliseconds kGoodbyeWithin{1'000};
constexpr Milliseconds kAgainAfter{50};
constexpr Milliseconds kGiveUpAfter{10'000};
constexpr int kLoseEvery = 7;  // of so many answers one is thrown away, and asked for again
constexpr std::uint16_t kCloseNormal = 1000;
constexpr std::uint16_t kCloseBroken = 1006;
constexpr std::uint16_t kCloseTokenRefused = 4004;
constexpr std::uint16_t kCloseRevoked = 4102;
constexpr unsigned kUnauthorized = 401;
constexpr unsigned kTooMany = 429;
constexpr unsigned kUnavailableNow = 503;

Incoming closed_with(std::uint16_t code) {
  Incoming incoming;
  incoming.closed = true;
  incoming.close_code = code;
  return incoming;
}

class WebSocketWire final : public Wire {
 public:
  explicit WebSocketWire(net::BlockingWebSocket socket) : socket_(std::move(socket)) {}

  // The first frame is Hello.
  bool greeted() {
    const Result<net::WebSocketEvent> hello = socket_.receive(kHelloWithin);
    return hello && hello->kind == net::WebSocketEvent::Kind::kText;
  }
  Status send(std::string_view frame) override { return socket_.send_text(frame); }
  Result<Incoming> receive(Milliseconds time) override {
    const Result<net::WebSocketEvent> event = socket_.receive(time);
    if (!event) return fail(event.error());
    if (event->kind == net::WebSocketEvent::Kind::kClosed) return closed_with(event->close_code);
    Incoming incoming;
    if (event->kind != net::WebSocketEvent::Kind::kText) return incoming;
    Result<Json> json = Json::parse_object(event->text);
    if (!json) return incoming;
    incoming.frames.push_back(json->root());
    incoming.texts.push_back(*std::move(json));
    return incoming;
  }
  // Until it is answered: an abort overtakes it, and would be all that the server sees.
  void say_goodbye() override {
    if (!socket_.send_close(kCloseNormal)) return;
    const auto until = std::chrono::steady_clock::now() + kGoodbyeWithin;
    while (true) {
      const auto left = std::chrono::duration_cast<Milliseconds>(until - std::chrono::steady_clock::now());
      if (left.count() <= 0) return;
      const Result<net::WebSocketEvent> event = socket_.receive(left);
      if (!event || event->kind == net::WebSocketEvent::Kind::kClosed) return;
    }
  }
  void abort() override { socket_.abort(); }

 private:
  net::BlockingWebSocket socket_;
};

// A call that is not answered is made again with the same n, until it is; and now and then one that was.
class PollingWire final : public Wire {
 public:
  PollingWire(const net::Endpoint& endpoint, std::string token, Milliseconds hold_min)
      : rest_(endpoint, kAnswerWithin), token_(std::move(token)), hold_min_(hold_min) {}

  Status send(std::string_view frame) override {
    waiting_.emplace_back(frame);
    return {};
  }

  Result<Incoming> receive(Milliseconds time) override {
    if (over_) return closed_with(*over_);
    if (call_.empty()) begin_call(std::clamp(time, hold_min_, kHoldMax));
    const Result<net::HttpResponse> answer = rest_.exchange("POST", "/gateway/poll", token_, call_);
    if (!answer) return try_again(kAgainAfter, std::string(answer.error().sentence()));
    Result<Json> json = Json::parse_object(answer->content());
    if (!json) return try_again(kAgainAfter, "the answer is no JSON");
    if (answer->status == kTooMany || answer->status == kUnavailableNow) {
      const auto retry = json->root().member("retry_after");
      return try_again(std::chrono::ceil<Milliseconds>(std::chrono::duration<double>(retry ? retry->number().value_or(1) : 1)), "refused");
    }
    // The login is not (any more) one.
    if (answer->status == kUnauthorized) return closed_with(n_ == 1 ? kCloseTokenRefused : kCloseRevoked);
    if (answer->status >= 300) return closed_with(kCloseBroken);
    if (++answers_ % kLoseEvery == 0) return try_again(Milliseconds(0), "an answer was lost on purpose");
    return take(*std::move(json));
  }

  void say_goodbye() override {}  // nothing is said: the session ends by its age
  void abort() override { over_ = kCloseBroken; }

 private:
  void begin_call(Milliseconds hold) {
    JsonWriter json(call_);
    json.begin_object().key("n").number(++n_).key("timeout_ms").number(static_cast<std::uint64_t>(hold.count()));
    if (!session_id_.empty()) json.key("session_id").string(session_id_).key("s").number(s_);
    json.end_object();
    call_.pop_back();  // the frames are JSON already
    call_ += R"(,"frames":[)";
    for (std::size_t i = 0; i < waiting_.size(); ++i) call_ += (i == 0 ? "" : ",") + waiting_[i];
    call_ += "]}";
    waiting_.clear();
    give_up_at_ = std::chrono::steady_clock::now() + kGiveUpAfter;
  }

  Result<Incoming> try_again(Milliseconds after, const std::string& why) {
    if (std::chrono::steady_clock::now() > give_up_at_) return closed_with(kCloseBroken);
    std::this_thread::sleep_for(std::min(after, kGiveUpAfter));
    return fail(ErrorCode::kUnavailable, why);
  }

  Incoming take(Json answer) {
    call_.clear();
    Incoming incoming;
    const JsonValue root = answer.root();
    if (const std::string_view session = text_member(root, "session_id"); !session.empty()) session_id_ = session;
    if (const auto frames = root.member("frames")) {
      frames->each_element([&](std::size_t, JsonValue frame) {
        s_ = std::max(s_, number_member(frame, "s"));
        incoming.frames.push_back(frame);
        return true;
      });
    }
    if (const auto close = root.member("close")) over_ = static_cast<std::uint16_t>(number_member(*close, "code"));
    incoming.texts.push_back(std::move(answer));
    return incoming;
  }

  client::RestClient rest_;
  const std::string token_;
  const Milliseconds hold_min_;
  std::string session_id_;
  std::uint64_t n_ = 0, s_ = 0;
  std::vector<std::string> waiting_;  // to go with the next call
  std::string call_;                  // the body of the one that has not been answered
  std::chrono::steady_clock::time_point give_up_at_;
  int answers_ = 0;
  std::optional<std::uint16_t> over_;
};

}  // namespace

std::unique_ptr<Wire> open_wire(Way way, const net::Endpoint& endpoint, const std::string& token, Milliseconds hold_min) {
  if (way == Way::kPolling) return std::make_unique<PollingWire>(endpoint, token, hold_min);
  auto socket = net::BlockingWebSocket::connect(endpoint, "/gateway?v=1&encoding=json", {}, kConnectWithin);
  if (!socket) return nullptr;
  auto wire = std::make_unique<WebSocketWire>(*std::move(socket));
  return wire->greeted() ? std::move(wire) : nullptr;
}

}  // namespace rookery::verify
