#include "client/gateway_client.h"

#include <charconv>

#include "base/json_writer.h"

namespace rookery::client {
namespace {

constexpr std::string_view kDispatch = R"({"op":0,"s":)";
constexpr std::string_view kReply = R"({"op":65,"i":)";
constexpr std::string_view kHello = R"({"op":10,)";
constexpr std::string_view kType = R"(,"t":")";

// The number at the start of `text`, which is moved behind it.
std::uint64_t take_number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value).ptr;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace

void GatewayClient::on_text(std::string_view message) {
  std::string_view rest = message;
  if (rest.starts_with(kDispatch)) {
    rest.remove_prefix(kDispatch.size());
    seen_ = take_number(rest);
    if (!rest.starts_with(kType)) return;
    rest.remove_prefix(kType.size());
    const std::string_view type = rest.substr(0, rest.find('"'));
    if (type == "READY") return listener_.on_ready(*this);
    listener_.on_dispatch(*this, type, message);
  } else if (rest.starts_with(kReply)) {
    rest.remove_prefix(kReply.size());
    const std::uint64_t i = take_number(rest);
    listener_.on_reply(*this, i, rest.starts_with(R"(,"d":)"));
  } else if (rest.starts_with(kHello)) {
    std::string frame = R"({"op":2,"d":{"token":)";
    JsonWriter(frame).string(token_);
    frame += R"(,"device":{"id":"load","kind":"desktop"}}})";
    socket_->send_text(frame);
  }
}

void GatewayClient::send_request(std::uint64_t i, std::string_view body) {
  std::string frame = R"({"op":64,"i":)";
  append_decimal(frame, i);
  frame.append(R"(,"t":"MESSAGE_SEND","d":{)").append(body).append("}}");
  socket_->send_text(frame);
}

void GatewayClient::subscribe(ChannelId channel) { socket_->send_text(R"({"op":67,"d":{"channels":[")" + to_string(channel) + R"("]}})"); }

void GatewayClient::acknowledge() {
  if (seen_ == acknowledged_) return;
  acknowledged_ = seen_;
  socket_->send_text(R"({"op":66,"d":)" + std::to_string(seen_) + "}");
}

}  // namespace rookery::client
