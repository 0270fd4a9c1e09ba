#include "net/websocket_frame.h"

#include <algorithm>
#include <cstring>

#include "net/utf8.h"
#include "net/websocket.h"

namespace rookery::net {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;

constexpr std::string_view kNotText = "a text message must be UTF-8";

std::uint8_t byte_at(std::span<const char> bytes, std::size_t i) noexcept { return static_cast<std::uint8_t>(bytes[i]); }

bool is_control(Opcode opcode) noexcept { return (static_cast<std::uint8_t>(opcode) & 0x8) != 0; }

std::uint64_t big_endian(std::span<const char> bytes) noexcept {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

}  // namespace

struct WebSocketReader::Header {
  Opcode opcode;
  bool final;
  bool masked;
  std::size_t header_bytes;
  std::uint64_t payload_bytes;
  Mask mask;
};

struct WebSocketReader::Partial {
  Opcode opcode;
  std::string bytes{};
  std::size_t valid = 0;  // so many are valid UTF-8
  // Of the frame that is on its way; between two frames nothing is left of it, and it was not the last.
  std::uint64_t frame_left = 0;
  bool final = false;
  Mask mask{};  // its first byte meets the next byte

  bool is_whole() const noexcept { return final && frame_left == 0; }
  // False when no further byte could make it UTF-8. Every byte is looked at once; a character may be cut where a piece ends.
  bool is_text() {
    const std::string_view fresh = std::string_view(bytes).substr(valid);
    const std::size_t complete = is_whole() ? fresh.size() : whole_characters(fresh);
    if (!is_valid_utf8(fresh.substr(0, complete)) || !can_begin_character(fresh.substr(complete))) return false;
    valid += complete;
    return true;
  }
};

void WebSocketReader::Forget::operator()(Partial* partial) const noexcept { delete partial; }

std::size_t frame_header_bytes(std::uint64_t payload_bytes) noexcept { return payload_bytes < 126 ? 2 : payload_bytes < 65536 ? 4 : 10; }

std::size_t write_frame_header(char* out, Opcode opcode, std::uint64_t payload_bytes) noexcept {
  out[0] = static_cast<char>(kFinal | static_cast<std::uint8_t>(opcode));
  const std::size_t length = frame_header_bytes(payload_bytes);
  if (length == 2) {
    out[1] = static_cast<char>(payload_bytes);
    return length;
  }
  out[1] = static_cast<char>(length == 4 ? 126 : 127);
  for (std::size_t i = length; i > 2; --i) {
    out[i - 1] = static_cast<char>(payload_bytes & 0xFF);
    payload_bytes >>= 8;
  }
  return length;
}

void apply_mask(std::span<char> bytes, Mask mask) noexcept {
  std::uint32_t word;
  std::memcpy(&word, mask.data(), sizeof word);
  const std::uint64_t wide = std::uint64_t{word} << 32 | word;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t chunk;
    std::memcpy(&chunk, bytes.data() + i, sizeof chunk);
    chunk ^= wide;
    std::memcpy(bytes.data() + i, &chunk, sizeof chunk);
  }
  for (; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bytes[i] ^ mask[i % 4]);
}

std::string masked_frame(Opcode opcode, std::string_view payload, Mask mask, bool final) {
  char header[kFrameHeaderMax];
  const std::size_t length = write_frame_header(header, opcode, payload.size());
  if (!final) header[0] = static_cast<char>(header[0] & ~kFinal);
  header[1] = static_cast<char>(header[1] | kMasked);
  std::string frame;
  frame.reserve(length + mask.size() + payload.size());
  frame.append(header, length).append(mask.data(), mask.size()).append(payload);
  apply_mask(std::span(frame).subspan(length + mask.size()), mask);
  return frame;
}

std::string plain_frame(Opcode opcode, std::string_view payload, bool final) {
  char header[kFrameHeaderMax];
  const std::size_t length = write_frame_header(header, opcode, payload.size());
  if (!final) header[0] = static_cast<char>(header[0] & ~kFinal);
  std::string frame;
  frame.reserve(length + payload.size());
  return frame.append(header, length).append(payload);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  if (code == kCloseNoCode) return {};
  if (reason.size() > kControlPayloadMax - 2) {
    reason = reason.substr(0, kControlPayloadMax - 2);
    reason = reason.substr(0, whole_characters(reason));
  }
  std::string payload;
  payload += static_cast<char>(code >> 8);
  payload += static_cast<char>(code & 0xFF);
  return payload.append(reason);
}

bool is_close_code(std::uint16_t code) noexcept {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

// What stands against a frame at this place, or nothing.
std::string_view WebSocketReader::fault_of(const Header& header, bool in_message) noexcept {
  if (is_control(header.opcode)) {
    if (header.opcode > Opcode::kPong) return "unknown opcode";
    if (!header.final) return "a control frame must not be fragmented";
    if (header.payload_bytes > kControlPayloadMax) return "a control frame is too long";
    return {};
  }
  if (header.opcode > Opcode::kBinary) return "unknown opcode";
  if (header.opcode == Opcode::kContinuation && !in_message) return "nothing to continue";
  if (header.opcode != Opcode::kContinuation && in_message) return "the last message is not finished";
  return {};
}

WebSocketReader::Progress WebSocketReader::read(std::span<char> bytes, WebSocketRole role, std::size_t message_bytes_max,
                                                WebSocketEvents& events) {
  std::size_t at = 0;
  while (true) {
    const std::span<char> rest = bytes.subspan(at);
    if (rest.empty()) return {at, 1};
    if (partial_ && partial_->frame_left > 0) {
      const auto piece = rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(partial_->frame_left, rest.size())));
      at += piece.size();
      if (!add_payload(piece, events)) return {at, 1};
      continue;
    }
    if (rest.size() < 2) return {at, 2};
    Header header{};
    const std::uint8_t first = byte_at(rest, 0);
    const std::uint8_t second = byte_at(rest, 1);
    header.opcode = static_cast<Opcode>(first & 0x0F);
    header.final = (first & kFinal) != 0;
    header.masked = (second & kMasked) != 0;
    header.payload_bytes = second & 0x7F;
    const std::size_t length_bytes = header.payload_bytes == 126 ? 2 : header.payload_bytes == 127 ? 8 : 0;
    header.header_bytes = 2 + length_bytes + (header.masked ? 4 : 0);

    const auto violation = [&](std::uint16_t code, std::string_view reason) {
      events.on_violation(code, reason);
      return Progress{at, 1};
    };
    // What is wrong in the first two bytes is said before the rest is waited for.
    if ((first & kReserved) != 0) return violation(kCloseProtocolError, "reserved bits are set");
    if (header.masked != (role == WebSocketRole::kServer)) {
      return violation(kCloseProtocolError, header.masked ? "a server must not mask" : "a client must mask");
    }
    if (const auto fault = fault_of(header, partial_ != nullptr); !fault.empty()) return violation(kCloseProtocolError, fault);

    if (rest.size() < header.header_bytes) return {at, header.header_bytes};
    if (length_bytes != 0) {
      header.payload_bytes = big_endian(rest.subspan(2, length_bytes));
      if (header.payload_bytes >> 63 != 0) return violation(kCloseProtocolError, "a length of 64 bits");
      if (header.payload_bytes < (length_bytes == 2 ? 126u : 65536u))
        return violation(kCloseProtocolError, "a length not in its shortest form");
    }
    const std::size_t before = partial_ && !is_control(header.opcode) ? partial_->bytes.size() : 0;
    if (header.payload_bytes > message_bytes_max - before) return violation(kCloseTooLarge, "the message is too large");
    if (header.masked) std::memcpy(header.mask.data(), rest.data() + header.header_bytes - 4, 4);
    const std::size_t frame_bytes = header.header_bytes + static_cast<std::size_t>(header.payload_bytes);
    const bool whole = rest.size() >= frame_bytes;
    if (!is_control(header.opcode) && (partial_ || !header.final || !whole)) {
      if (!partial_) partial_.reset(new Partial{.opcode = header.opcode});
      partial_->frame_left = header.payload_bytes;
      partial_->final = header.final;
      partial_->mask = header.mask;
      at += header.header_bytes;
      if (header.payload_bytes == 0 && !add_payload({}, events)) return {at, 1};
      continue;
    }
    if (!whole) return {at, frame_bytes};

    const std::span<char> payload = rest.subspan(header.header_bytes, static_cast<std::size_t>(header.payload_bytes));
    if (header.masked) apply_mask(payload, header.mask);
    at += frame_bytes;
    const std::string_view view(payload.data(), payload.size());
    if (!(is_control(header.opcode) ? control_frame(header, view, events) : whole_message(header.opcode, view, events))) return {at, 1};
  }
}

bool WebSocketReader::whole_message(Opcode opcode, std::string_view message, WebSocketEvents& events) {
  if (opcode == Opcode::kBinary) return events.on_binary_message(message);
  if (is_valid_utf8(message)) return events.on_text_message(message);
  events.on_violation(kCloseInvalidText, kNotText);
  return false;
}

// The next bytes of the frame that is on its way.
bool WebSocketReader::add_payload(std::span<char> piece, WebSocketEvents& events) {
  apply_mask(piece, partial_->mask);
  std::ranges::rotate(partial_->mask, partial_->mask.begin() + static_cast<std::ptrdiff_t>(piece.size() % 4));
  partial_->frame_left -= piece.size();
  partial_->bytes.append(piece.data(), piece.size());
  if (partial_->opcode == Opcode::kText && !partial_->is_text()) {
    events.on_violation(kCloseInvalidText, kNotText);
    return false;
  }
  if (!partial_->is_whole()) return true;
  const auto message = std::move(partial_);
  message->bytes.reserve(message->bytes.size() + kReadablePadding);
  return message->opcode == Opcode::kText ? events.on_text_message(message->bytes) : events.on_binary_message(message->bytes);
}

bool WebSocketReader::control_frame(const Header& header, std::string_view payload, WebSocketEvents& events) {
  if (header.opcode == Opcode::kPing) return events.on_ping(payload);
  if (header.opcode == Opcode::kPong) return events.on_pong(payload);
  if (payload.empty()) return events.on_close(kCloseNoCode, {});
  const auto refuse = [&events](std::uint16_t code, std::string_view reason) {
    events.on_violation(code, reason);
    return false;
  };
  if (payload.size() == 1) return refuse(kCloseProtocolError, "half a close code");
  const auto code = static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
  if (!is_close_code(code)) return refuse(kCloseProtocolError, "a close code that must not be sent");
  if (!is_valid_utf8(payload.substr(2))) return refuse(kCloseInvalidText, "the reason of a close must be UTF-8");
  return events.on_close(code, payload.substr(2));
}

}  // namespace rookery::net
