// Frames of gateway clients: what is wrong has a close code and a reason, what is right keeps to its limits, and the short way
// that acknowledgements take answers as the long one does. The bodies of requests as well.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "chat/message_form.h"
#include "gateway/frames.h"
#include "net/utf8.h"

namespace {

using namespace rookery;
using namespace rookery::gateway;

const Limits kLimits{.subscribe_channels = 4, .subscribe_users = 6, .positions = 5};

template <class AnyId>
std::string describe(const std::optional<std::vector<AnyId>>& ids, std::size_t count_max) {
  if (!ids) return "none";
  CHECK(ids->size() <= count_max && std::ranges::is_sorted(*ids) && std::ranges::adjacent_find(*ids) == ids->end());
  std::string text;
  for (const AnyId id : *ids) {
    CHECK(id.value != 0);
    text += to_string(id) + ",";
  }
  return text;
}

struct Describe {
  std::string operator()(const HeartbeatFrame& frame) const { return "heartbeat " + (frame.s ? std::to_string(*frame.s) : "none"); }
  std::string operator()(const IdentifyFrame& frame) const {
    CHECK(frame.positions.size() <= kLimits.positions);
    CHECK(std::ranges::is_sorted(frame.positions, std::ranges::less_equal(), &Position::channel) || frame.positions.size() < 2);
    std::string text = "identify " + frame.token + " " + frame.device.id + " " + frame.device.name + " " + frame.epoch.value_or("none");
    CHECK(net::is_valid_utf8(text) && text.find('\0') == std::string::npos);
    for (const Position& one : frame.positions) {
      CHECK(one.channel.value != 0);
      text += " " + to_string(one.channel) + ":" + std::to_string(one.seq) + ":" + std::to_string(one.rev);
    }
    return text;
  }
  std::string operator()(const PresenceFrame& frame) const { return frame.away ? "away" : "online"; }
  std::string operator()(const ResumeFrame& frame) const {
    return "resume " + frame.token + " " + frame.session_id + " " + std::to_string(frame.s);
  }
  std::string operator()(const RequestFrame& frame) const {
    CHECK(frame.i != 0);
    std::string text = "request " + std::to_string(frame.i);
    const auto d = frame.frame.root().member("d");
    if (!d || !d->is_object()) return text;
    const auto send = chat::read_send(*d, std::nullopt, kLimits);
    if (!send) {
      CHECK(send.error().code == ErrorCode::kInvalidBody && !send.error().fields.empty());
      return text + " refused";
    }
    CHECK(!send->content.empty() && count_code_points(send->content) <= kLimits.content && count_code_points(send->nonce) <= kLimits.nonce);
    CHECK(net::is_valid_utf8(send->content) && send->content.find('\0') == std::string::npos);
    CHECK(std::ranges::is_sorted(send->mentions.users));
    return text + " " + send->content + " " + send->nonce + " " + std::to_string(send->body_hash);
  }
  std::string operator()(const AckFrame& frame) const { return "ack " + std::to_string(frame.s); }
  std::string operator()(const SubscribeFrame& frame) const {
    return "subscribe " + describe(frame.channels, kLimits.subscribe_channels) + " " + describe(frame.users, kLimits.subscribe_users);
  }
  std::string operator()(const TypingFrame& frame) const { return "typing " + to_string(frame.channel); }
  std::string operator()(const ReadFrame& frame) const { return "read " + to_string(frame.channel) + " " + std::to_string(frame.seq); }
};

std::string read(std::string_view text) {
  const auto frame = parse_frame(text, kLimits);
  if (frame) return std::visit(Describe(), *frame);
  CHECK(frame.error().code == 4001 || frame.error().code == 4002);
  CHECK(!frame.error().words.empty());
  return "closed " + std::to_string(frame.error().code);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)), size);
  if (!net::is_valid_utf8(text)) return 0;  // the transport closes on it
  const std::string whole = read(text);
  CHECK(whole == read(" " + std::string(text)));  // which is never the short way
  return 0;
}
