#include "gateway/frames.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace rookery::gateway {
namespace {

constexpr std::array<std::string_view, 2> kStatuses{"online", "away"};
constexpr TextLength kDeviceText{0, 128};
constexpr TextLength kEpochText{0, 128};
constexpr std::size_t kTokenBytesMax = 8192;

using Parsed = std::expected<ClientFrame, CloseReason>;

constexpr CloseReason kBadShape{4002, "d does not have the shape of its op"};
constexpr CloseReason kOverLimit{4002, "A list is over its limit"};
constexpr CloseReason kBadRequestNumber{4002, "A request needs a whole number from 1 as its i"};

Parsed fault(CloseReason reason) { return std::unexpected(reason); }

// Acknowledgements and heartbeats are most of what clients say: `{"op":66,"d":42}` needs no parser.
std::optional<ClientFrame> parse_plain(std::string_view text) {
  constexpr std::string_view kAck = R"({"op":66,"d":)";
  constexpr std::string_view kHeartbeat = R"({"op":1,"d":)";
  const bool ack = text.starts_with(kAck);
  if ((!ack && !text.starts_with(kHeartbeat)) || !text.ends_with('}')) return std::nullopt;
  text.remove_prefix(ack ? kAck.size() : kHeartbeat.size());
  text.remove_suffix(1);
  std::uint64_t s = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), s);
  if (error != std::errc() || end != text.data() + text.size() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  if (ack) return AckFrame{s};
  return HeartbeatFrame{s};
}

struct Body {
  explicit Body(JsonValue object) : fields(object, errors) {}
  FieldErrors errors;
  JsonFields fields;
};

bool longer_than(const std::optional<JsonValue>& list, std::size_t count_max) {
  std::size_t count = 0;
  if (!list) return false;
  list->each_element([&](std::size_t, JsonValue) { return ++count <= count_max; });
  list->each_member([&](std::string_view, JsonValue) { return ++count <= count_max; });
  return count > count_max;
}

template <class AnyId>
void order(std::optional<std::vector<AnyId>>& ids) {
  if (!ids) return;
  std::ranges::sort(*ids);
  const auto repeats = std::ranges::unique(*ids);
  ids->erase(repeats.begin(), repeats.end());
}

// A channel that comes twice: the last one counts.
void put(std::vector<Position>& sorted, Position position) {
  const auto at = std::ranges::lower_bound(sorted, position.channel, {}, &Position::channel);
  if (at != sorted.end() && at->channel == position.channel) {
    *at = position;
  } else {
    sorted.insert(at, position);
  }
}

// False when something in it is no position.
bool read_positions(JsonValue positions, std::vector<Position>& out) {
  if (!positions.is_object()) return false;
  bool good = true;
  positions.each_member([&](std::string_view name, JsonValue value) {
    const auto channel = parse_id<ChannelId>(name);
    const auto seq = value.member("seq");
    const auto rev = value.member("rev");
    good = channel && seq && rev && seq->whole_number() && rev->whole_number();
    if (good) put(out, Position{*channel, *seq->whole_number(), *rev->whole_number()});
    return good;
  });
  return good;
}

Parsed parse_identify(JsonValue d, const Limits& limits) {
  if (!d.is_object()) return fault(kBadShape);
  Body body(d);
  IdentifyFrame frame;
  const auto token = body.fields.required_string("token", {0, kTokenBytesMax});
  if (auto device = body.fields.required_object("device")) {
    frame.device.id = device->required_string("id", kDeviceText).value_or("");
    if (const auto kind = device->required_choice("kind", kDeviceKindNames)) frame.device.kind = static_cast<DeviceKind>(*kind);
    frame.device.name = device->string("name", kDeviceText).value_or("");
  }
  if (const auto epoch = body.fields.string("epoch", kEpochText)) frame.epoch = std::string(*epoch);
  const auto positions = d.member("positions");
  if (positions && !positions->is_null()) {
    if (longer_than(positions, limits.positions)) return fault(kOverLimit);
    if (!read_positions(*positions, frame.positions)) return fault(kBadShape);
  }
  if (!body.errors.empty()) return fault(kBadShape);
  frame.token = std::string(*token);
  return frame;
}

Parsed parse_resume(JsonValue d) {
  if (!d.is_object()) return fault(kBadShape);
  Body body(d);
  const auto token = body.fields.required_string("token", {0, kTokenBytesMax});
  const auto session_id = body.fields.required_string("session_id", {0, kTokenBytesMax});
  const auto s = d.member("s");
  if (!body.errors.empty() || !s || !s->whole_number()) return fault(kBadShape);
  return ResumeFrame{std::string(*token), std::string(*session_id), *s->whole_number()};
}

Parsed parse_subscribe(JsonValue d, const Limits& limits) {
  if (!d.is_object()) return fault(kBadShape);
  if (longer_than(d.member("channels"), limits.subscribe_channels) || longer_than(d.member("users"), limits.subscribe_users))
    return fault(kOverLimit);
  Body body(d);
  SubscribeFrame frame;
  frame.channels = body.fields.ids<ChannelId>("channels", limits.subscribe_channels);
  frame.users = body.fields.ids<UserId>("users", limits.subscribe_users);
  if (!body.errors.empty()) return fault(kBadShape);
  order(frame.channels);
  order(frame.users);
  return frame;
}

Parsed parse_presence(JsonValue d) {
  if (!d.is_object()) return fault(kBadShape);
  Body body(d);
  const auto status = body.fields.required_choice("status", kStatuses);
  if (!status) return fault(kBadShape);
  return PresenceFrame{*status == 1};
}

Parsed parse_place(JsonValue d, bool with_seq) {
  if (!d.is_object()) return fault(kBadShape);
  Body body(d);
  const auto channel = body.fields.required_id<ChannelId>("channel_id");
  if (!channel) return fault(kBadShape);
  if (!with_seq) return TypingFrame{*channel};
  const auto seq = d.member("seq");
  if (!seq || !seq->whole_number()) return fault(kBadShape);
  return ReadFrame{*channel, *seq->whole_number()};
}

Parsed parse_heartbeat(const std::optional<JsonValue>& d) {
  if (!d || d->is_null()) return HeartbeatFrame{};
  if (const auto s = d->whole_number()) return HeartbeatFrame{s};
  return fault(kBadShape);
}

Parsed parse_request(Json frame, std::size_t bytes) {
  const auto i = frame.root().member("i");
  const auto number = i ? i->whole_number() : std::nullopt;
  if (!number || *number == 0) return fault(kBadRequestNumber);
  return RequestFrame{*number, std::move(frame), bytes};
}

Parsed parse_with_body(std::uint64_t op, const std::optional<JsonValue>& d, const Limits& limits) {
  if (!d) return fault(kBadShape);
  switch (op) {
    case 2: return parse_identify(*d, limits);
    case 3: return parse_presence(*d);
    case 6: return parse_resume(*d);
    case 66:
      if (const auto s = d->whole_number()) return AckFrame{*s};
      return fault(kBadShape);
    case 67: return parse_subscribe(*d, limits);
    case 68: return parse_place(*d, false);
    default: return parse_place(*d, true);
  }
}

}  // namespace

std::expected<ClientFrame, CloseReason> parse_frame(std::string_view text, const Limits& limits) {
  if (auto plain = parse_plain(text)) return *std::move(plain);
  auto json = Json::parse_object(text, limits.json_depth);
  if (!json) return fault(close_codes::kNotDecodable);
  const auto op = json->root().member("op");
  if (!op || op->kind() != JsonValue::Kind::kNumber) return fault(close_codes::kNotDecodable);
  const auto number = op->whole_number();
  if (!number) return fault(close_codes::kUnknownOp);
  const auto d = json->root().member("d");
  switch (*number) {
    case 1: return parse_heartbeat(d);
    case 64: return parse_request(*std::move(json), text.size());
    case 2:
    case 3:
    case 6:
    case 66:
    case 67:
    case 68:
    case 69: return parse_with_body(*number, d, limits);
    default: return fault(close_codes::kUnknownOp);
  }
}

}  // namespace rookery::gateway
