#include "gateway/session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/mutant.h"
#include "gateway/catch_up.h"
#include "gateway/texts.h"

namespace rookery::gateway {
namespace {

constexpr std::size_t kSessionIdBytes = 2 + 2 + 16;

std::uint64_t number_of(std::string_view bytes) {
  return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[0])) << 8 | static_cast<unsigned char>(bytes[1]);
}

void append_number(std::string& bytes, std::uint16_t value) {
  bytes += static_cast<char>(value >> 8);
  bytes += static_cast<char>(value & 0xff);
}

}  // namespace

std::string session_id(std::uint16_t node, const SessionKey& key) {
  std::string bytes;
  append_number(bytes, node);
  append_number(bytes, key.core);
  for (const std::uint8_t byte : key.secret) bytes += static_cast<char>(byte);
  return base64url(bytes);
}

std::optional<SessionKey> parse_session_id(std::string_view text, std::uint16_t node) {
  const auto bytes = decode_base64url(text);
  if (!bytes || bytes->size() != kSessionIdBytes || number_of(*bytes) != node) return std::nullopt;
  SessionKey key;
  key.core = static_cast<std::uint16_t>(number_of(std::string_view(*bytes).substr(2)));
  for (std::size_t i = 0; i < key.secret.size(); ++i) key.secret[i] = static_cast<std::uint8_t>((*bytes)[4 + i]);
  return key;
}

Session::Session(SessionKey key, Principal who, DeviceKind device, RingLimits limits, SteadyTime now)
    : key_(key), who_(who), device_(device), limits_(limits), last_frame_(now) {}

Session::~Session() = default;

void Session::attach(Sink& sink, Connection* connection) {
  CHECK(sink_ == nullptr && last_s() == 0);
  sink_ = &sink;
  connection_ = connection;
}

void Session::detach(SteadyTime last_frame) {
  hand_over(last_frame);
  trim();
}

void Session::hand_over(SteadyTime last_frame) {
  sink_ = nullptr;
  connection_ = nullptr;
  last_frame_ = last_frame;
  replies_.clear();
}

void Session::end() {
  ended_ = true;
  sink_ = nullptr;
  connection_ = nullptr;
  ring_ = Ring();
  replies_.clear();
  wake();
}

void Session::send(std::uint64_t s) {
  std::array<char, 46> space;
  sink_->send(dispatch_prefix(s, space), ring_.at(s).text());
  sent_ = s;
}

void Session::dispatch(ParcelRef parcel) {
  if (ended_) return;
  if (mutant_is(Mutant::kDropWhenFull) && (ring_.size() >= limits_.dispatches || ring_.bytes() >= limits_.bytes)) return;
  ring_.push(std::move(parcel));
  const std::uint64_t s = last_s();
  if (sink_ != nullptr && sent_ + 1 == s) {
    send(s);
  } else if (sink_ != nullptr && ring_.bytes() > kWaitingBytesMax) {
    sink_->close(close_codes::kTooSlow);
  }
  trim();
}

void Session::trim() {
  if (ring_.size() <= limits_.dispatches && ring_.bytes() <= limits_.bytes) return;
  if (sink_ == nullptr) {
    ring_.trim(limits_, last_s(), 0);
  } else {
    ring_.trim(limits_, sent_, sink_->unsent_bytes());
  }
}

Session::AckAnswer Session::acknowledge(std::uint64_t s, std::vector<Confirmed>& confirmed) {
  if (s > sent_) return AckAnswer::kNeverSent;
  if (s <= acked_) return AckAnswer::kTaken;
  acked_ = s;
  ring_.acknowledge(s, confirmed);
  return AckAnswer::kTaken;
}

Session::ResumeAnswer Session::can_resume(std::uint64_t s) const noexcept {
  if (s > sent_) return ResumeAnswer::kNeverSent;
  return s + 1 < ring_.first_s() ? ResumeAnswer::kNotHeld : ResumeAnswer::kCan;
}

void Session::resume(Sink& sink, Connection* connection, std::uint64_t s, ParcelRef resumed, std::vector<Confirmed>& confirmed) {
  CHECK(sink_ == nullptr && can_resume(s) == ResumeAnswer::kCan);
  acknowledge(s, confirmed);
  sink_ = &sink;
  connection_ = connection;
  sent_ = s;
  if (mutant_is(Mutant::kResumeSkipsOne) && last_s() > s) ++sent_;
  if (mutant_is(Mutant::kResumeRepeatsOne) && last_s() > s) {
    send(s + 1);
    sent_ = s;
  }
  ring_.push(std::move(resumed));
  pump();
}

void Session::pump() {
  while (sink_ != nullptr && sent_ < last_s()) {
    const std::size_t unsent = sink_->unsent_bytes();
    if (unsent > 0 && unsent + ring_.at(sent_ + 1).size() > kPacedBytes) {
      sink_->notify_drained(kPacedBytes / 2);
      return;
    }
    send(sent_ + 1);
  }
  trim();
  if (has_room()) {
    wake();
  } else if (waiting_for_room_ && sink_ != nullptr) {
    sink_->notify_drained(kPacedBytes / 2);  // everything is written, but too much of it is still unsent
  }
}

void Session::on_drained() {
  if (sent_ < last_s()) {
    pump();
  } else {
    wake();
  }
}

bool Session::has_room() const noexcept {
  // Half of what is allowed, so that the next message, however long, stays within it.
  return sink_ != nullptr && sent_ == last_s() && sink_->unsent_bytes() <= kPacedBytes / 2;
}

void Session::wait_for_room(std::coroutine_handle<> waiting) {
  CHECK(!waiting_for_room_);
  waiting_for_room_ = waiting;
  if (sink_ != nullptr && sent_ == last_s()) sink_->notify_drained(kPacedBytes / 2);
}

void Session::wake() {
  if (waiting_for_room_) std::exchange(waiting_for_room_, {}).resume();
}

void Session::hold_reply(ParcelRef reply) {
  if (sink_ == nullptr) return;
  if (sink_->unsent_bytes() == 0) replies_.clear();
  replies_.push_back(std::move(reply));
}

void Session::rest() {
  if (sink_ != nullptr && sink_->unsent_bytes() > 0) return;
  if (!replies_.empty()) std::vector<ParcelRef>().swap(replies_);
}

}  // namespace rookery::gateway
