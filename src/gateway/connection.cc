#include "gateway/connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "gateway/floor.h"
#include "gateway/texts.h"

namespace rookery::gateway {
namespace {

constexpr std::uint16_t kNormal = 1000;
constexpr std::uint16_t kPageClosed = 1001;

bool is_close_by_client(std::uint16_t code) { return code == kNormal || code == kPageClosed; }

bool costs_a_frame(const ClientFrame& frame) {
  return !std::holds_alternative<HeartbeatFrame>(frame) && !std::holds_alternative<AckFrame>(frame);
}

bool may_come_first(const ClientFrame& frame) {
  return std::holds_alternative<HeartbeatFrame>(frame) || std::holds_alternative<IdentifyFrame>(frame) ||
         std::holds_alternative<ResumeFrame>(frame);
}

}  // namespace

Connection::Connection(Floor& floor, Sink& sink, LoginId only) : floor_(&floor), sink_(&sink), only_(only), since_(floor.now()) {}

void Connection::open() {
  floor_->add(*this);
  send_frame(floor_->hello());
}

void Connection::enter(State state) {
  if (state_ == State::kClosed || state_ == State::kClosing) return;
  state_ = state;
  if (state == State::kOpen) since_ = floor_->now();
  set_reading();
}

void Connection::set_reading() {
  const bool pause = state_ == State::kEntering || in_flight_ >= floor_->options().limits.requests_in_flight;
  if (pause == paused_ || sink_ == nullptr) return;
  paused_ = pause;
  if (pause) {
    sink_->pause_reading();
  } else {
    sink_->resume_reading();
  }
}

void Connection::on_text(std::string_view message) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  floor_->counters().frames.add();
  auto frame = parse_frame(message, floor_->options().limits);
  if (!frame) return close(frame.error());
  if (costs_a_frame(*frame) && !window_.admit(floor_->now(), floor_->options().limits.frames_per_minute))
    return close(close_codes::kTooManyFrames);
  if (state_ != State::kIn && !may_come_first(*frame)) return close(close_codes::kNotIdentified);
  std::visit([this](auto& one) { handle(std::move(one)); }, *frame);
}

void Connection::on_binary() {
  if (state_ != State::kClosing && state_ != State::kClosed) close(close_codes::kNotDecodable);
}

void Connection::on_drained() {
  if (session_ != nullptr) session_->on_drained();
}

void Connection::on_closed(std::uint16_t code) {
  const bool by_client = state_ != State::kClosing && is_close_by_client(code);
  if (state_ != State::kClosing) floor_->counters().closes[Counters::close_slot(code)].add();
  state_ = State::kClosed;
  floor_->remove(*this);
  if (counted_) floor_->leave_user(user_);
  if (const auto session = std::exchange(session_, nullptr); session != nullptr && session->connection() == this) {
    floor_->detach(session, sink_->last_received());
    if (by_client) floor_->end(session, false);
  }
  sink_ = nullptr;
}

void Connection::close(CloseReason reason) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  state_ = State::kClosing;
  floor_->counters().closes[Counters::close_slot(reason.code)].add();
  sink_->close(reason);
}

void Connection::sweep(SteadyTime now) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  if (now - sink_->last_received() >= floor_->options().silent_for) {
    close(close_codes::kSilent);
  } else if (state_ == State::kOpen && now - since_ >= floor_->options().identify_within) {
    close(close_codes::kIdentifyTimeout);
  }
}

void Connection::reconnect(std::uint32_t after_ms) {
  if (state_ == State::kClosing || state_ == State::kClosed) return;
  send_frame(net::SharedBuffer::copy_of(reconnect_frame(after_ms)));
}

void Connection::replace(const net::SharedBuffer& old, const net::SharedBuffer& fresh) {
  if (sink_->unsent_bytes() > 0) sink_->replace(old, fresh);
}

void Connection::lose_session() {
  session_.reset();
  // What is unsent comes on the new socket. Here no deletion would find it any more.
  sink_->drop_unsent();
  close(close_codes::kResumedElsewhere);
}

void Connection::revoke(CloseReason why) {
  sink_->drop_unsent();
  close(why);
}

void Connection::invalid_session() {
  floor_->counters().resumes_refused.add();
  send_frame(net::SharedBuffer::copy_of(invalid_session_frame()));
  enter(State::kOpen);
}

// --- frames ---

void Connection::acknowledge(std::uint64_t s) {
  std::vector<Confirmed> confirmed;
  if (session_->acknowledge(s, confirmed) == Session::AckAnswer::kNeverSent) return close(close_codes::kBadSequence);
  floor_->confirm(*session_, confirmed);
}

void Connection::handle(HeartbeatFrame frame) {
  if (state_ == State::kIn && frame.s) acknowledge(*frame.s);
  if (state_ != State::kClosing) send_frame(floor_->heartbeat_ack());
}

void Connection::handle(AckFrame frame) { acknowledge(frame.s); }

void Connection::handle(IdentifyFrame frame) {
  if (state_ == State::kIn) return close(close_codes::kIdentifiedTwice);
  if (state_ == State::kEntering) return close(close_codes::kIdentifiedTwice);
  if (Admission* admission = floor_->parts().services.admission; admission != nullptr && !admission->admit_client()) {
    return close(close_codes::kTryAgainLater);
  }
  enter(State::kEntering);
  floor_->spawn(identify(shared_from_this(), std::move(frame)));
}

void Connection::handle(ResumeFrame frame) {
  if (state_ != State::kOpen) return close(close_codes::kIdentifiedTwice);
  enter(State::kEntering);
  floor_->spawn(start_resume(shared_from_this(), std::move(frame)));
}

void Connection::handle(PresenceFrame frame) { floor_->parts().services.presence.status(session_->key(), session_->user(), frame.away); }

void Connection::handle(SubscribeFrame frame) {
  if (frame.channels) floor_->subscribe(session_, *frame.channels);
  if (frame.users) floor_->parts().services.presence.watch(session_->key(), session_->user(), *std::move(frame.users));
}

void Connection::handle(TypingFrame frame) { floor_->type(*session_, frame.channel); }

void Connection::handle(ReadFrame frame) { floor_->read(*session_, frame.channel, frame.seq); }

void Connection::handle(RequestFrame frame) {
  const JsonValue root = frame.frame.root();
  const auto type = root.member("t");
  const auto d = root.member("d");
  floor_->counters().requests.add();
  if (!type || type->string() != "MESSAGE_SEND") return reply_error(frame.i, Error::invalid("t", "must be MESSAGE_SEND"));
  if (!d || !d->is_object()) return reply_error(frame.i, Error::invalid("d", "must be an object"));
  Admission::Ticket ticket;
  if (Admission* admission = floor_->parts().services.admission) {
    auto admitted = admission->admit(frame.bytes);
    if (!admitted) return reply_error(frame.i, admitted.error());
    ticket = *std::move(admitted);
  }
  ++in_flight_;
  set_reading();
  floor_->spawn(answer(shared_from_this(), session_, std::move(frame), std::move(ticket)));
}

Task<void> Connection::answer(std::shared_ptr<Connection> self, std::shared_ptr<Session> session, RequestFrame frame,
                              Admission::Ticket ticket) {
  const Admission::Ticket at_work = std::move(ticket);  // until this task ends
  const std::uint64_t i = frame.i;
  auto result = co_await floor_->parts().services.requests.send_message(session->who(), std::move(frame.frame));
  --self->in_flight_;
  if (self->state_ != State::kIn || self->session_ != session) co_return;
  if (result) {
    self->reply(i, *result);
  } else {
    self->reply_error(i, result.error());
  }
  self->set_reading();
}

void Connection::reply(std::uint64_t i, const Answer& answer) {
  std::array<char, 46> space;
  const ParcelLabel label{.form = answer.seq == 0 ? Form::kNone : Form::kReply, .place = {answer.channel, answer.seq}};
  ParcelRef parcel = floor_->parcel(reply_rest(answer.d), label);
  sink_->send(reply_prefix(i, space), parcel->text());
  session_->hold_reply(std::move(parcel));
}

void Connection::reply_error(std::uint64_t i, const Error& error) {
  floor_->counters().requests_refused.add();
  std::array<char, 46> space;
  sink_->send(reply_prefix(i, space), error_rest(error));
}

// --- entering ---

Task<Result<Principal>> Connection::authenticate(std::string token) {
  auto who = co_await floor_->parts().services.authenticator.authenticate(std::move(token));
  if (who && only_ && who->login != only_) co_return fail(ErrorCode::kUnauthorized);
  co_return who;
}

Task<void> Connection::identify(std::shared_ptr<Connection> self, IdentifyFrame frame) {
  auto who = co_await authenticate(std::move(frame.token));
  if (self->state_ != State::kEntering) co_return;
  if (!who) {
    close(who.error().code == ErrorCode::kUnauthorized ? close_codes::kTokenRefused : close_codes::kTryAgainLater);
    co_return;
  }
  // In the turn in which the token was found good: from here on a revocation finds the session.
  const std::shared_ptr<Session> session = floor_->open_session(*who, frame.device.kind);
  session_ = session;
  session->attach(*sink_, this);
  const bool admitted = co_await floor_->admit_user(who->user);
  if (admitted && session->ended()) floor_->leave_user(who->user);
  if (session->ended()) co_return;
  if (!admitted) {
    close(close_codes::kTooManyConnections);
    floor_->end(session, false);
    co_return;
  }
  counted_ = true;
  user_ = who->user;
  const bool started = co_await floor_->start_session(session, std::move(frame));
  if (session->ended()) co_return;
  if (!started) {
    close(close_codes::kTryAgainLater);
    floor_->end(session, false);
    co_return;
  }
  enter(State::kIn);
}

// The token is asked here; the rest happens on the session's core.
Task<void> Connection::start_resume(std::shared_ptr<Connection> self, ResumeFrame frame) {
  auto who = co_await authenticate(std::move(frame.token));
  if (state_ != State::kEntering) co_return;
  if (!who) {
    close(who.error().code == ErrorCode::kUnauthorized ? close_codes::kTokenRefused : close_codes::kTryAgainLater);
    co_return;
  }
  const auto key = parse_session_id(frame.session_id, floor_->options().node);
  if (!key || key->core >= floor_->parts().floors.size()) {
    invalid_session();
    co_return;
  }
  if (key->core == floor_->parts().core.index()) {
    finish_resume(*who, *key, frame.s);
    co_return;
  }
  Floor& there = floor_->floor_of(key->core);
  floor_->remove(*this);
  sink_->move_to(there.parts().core, [self, &there, who = *who, key = *key, s = frame.s] {
    self->floor_ = &there;
    there.add(*self);
    self->finish_resume(who, key, s);
  });
}

void Connection::finish_resume(const Principal& who, const SessionKey& key, std::uint64_t s) {
  if (state_ != State::kEntering) return;
  const std::shared_ptr<Session> session = floor_->find(key);
  if (session == nullptr || !session->ready || session->user() != who.user || session->who().login != who.login) return invalid_session();
  switch (session->can_resume(s)) {
    case Session::ResumeAnswer::kNeverSent: return close(close_codes::kBadSequence);
    case Session::ResumeAnswer::kNotHeld: return invalid_session();
    case Session::ResumeAnswer::kCan: break;
  }
  if (session->attached()) {
    Connection* old = session->connection();
    session->hand_over(session->last_frame());
    old->lose_session();
  }
  counted_ = true;
  user_ = who.user;
  floor_->enter_user(user_);
  session_ = session;
  enter(State::kIn);
  std::vector<Confirmed> confirmed;
  session->resume(*sink_, this, s, floor_->parcel(resumed_text()), confirmed);
  floor_->confirm(*session, confirmed);
  floor_->counters().resumes.add();
  floor_->counters().dispatches.add();
}

}  // namespace rookery::gateway
