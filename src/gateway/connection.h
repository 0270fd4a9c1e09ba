// Connection: one client's connection: Hello, Identify or Resume, then its frames, until it closes.
//
// A state machine between a Sink (where frames go), a Floor (the sessions of the core) and the session that it carries.
// On one core at a time: a Resume moves it to its session's core. Shared by the transport's handler and by the tasks that
// answer its frames; on_closed() is the last that is heard of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "gateway/close_codes.h"
#include "gateway/frame_window.h"
#include "gateway/frames.h"
#include "gateway/session.h"
#include "gateway/sink.h"
#include "runtime/admission.h"
#include "runtime/task.h"

namespace rookery::gateway {

class Floor;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // `floor` is the current core's. Both outlive on_closed(). `only`: tokens of other logins are refused; 0: of none.
  Connection(Floor& floor, Sink& sink, LoginId only = {});
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // --- from the transport ---
  void open();
  void on_text(std::string_view message);
  void on_binary();
  void on_drained();
  void on_closed(std::uint16_t code);

  // --- from the floor ---
  // Closes what is silent or does not identify itself.
  void sweep(SteadyTime now);
  void close(CloseReason reason);
  // The login has ended: nothing more is delivered, not even what is unsent.
  void revoke(CloseReason why);
  void reconnect(std::uint32_t after_ms);
  // Another connection resumed the session: this one closes without it.
  void lose_session();
  // In what is still unsent; see Sink::replace().
  void replace(const net::SharedBuffer& old, const net::SharedBuffer& fresh);
  const std::shared_ptr<Session>& session() const noexcept { return session_; }

 private:
  enum class State : std::uint8_t { kOpen, kEntering, kIn, kClosing, kClosed };

  void handle(HeartbeatFrame frame);
  void handle(IdentifyFrame frame);
  void handle(PresenceFrame frame);
  void handle(ResumeFrame frame);
  void handle(RequestFrame frame);
  void handle(AckFrame frame);
  void handle(SubscribeFrame frame);
  void handle(TypingFrame frame);
  void handle(ReadFrame frame);

  Task<Result<Principal>> authenticate(std::string token);
  Task<void> identify(std::shared_ptr<Connection> self, IdentifyFrame frame);
  Task<void> start_resume(std::shared_ptr<Connection> self, ResumeFrame frame);
  void finish_resume(const Principal& who, const SessionKey& key, std::uint64_t s);
  Task<void> answer(std::shared_ptr<Connection> self, std::shared_ptr<Session> session, RequestFrame frame, Admission::Ticket ticket);
  void reply(std::uint64_t i, const Answer& answer);
  void reply_error(std::uint64_t i, const Error& error);

  void enter(State state);
  void acknowledge(std::uint64_t s);
  void invalid_session();
  void send_frame(const net::SharedBuffer& text) { sink_->send({}, text); }
  // Reading stands still while the client enters, and while too many requests are unanswered.
  void set_reading();

  Floor* floor_;
  Sink* sink_;
  State state_ = State::kOpen;
  bool counted_ = false;  // among the connections of its user
  bool paused_ = false;
  std::uint32_t in_flight_ = 0;
  UserId user_;  // whose connection it is counted as
  const LoginId only_;
  SteadyTime since_;  // in kOpen: since when
  FrameWindow window_;
  std::shared_ptr<Session> session_;
};

}  // namespace rookery::gateway
