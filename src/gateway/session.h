// Session: what READY names and Resume continues: numbered dispatches to one client, kept until it acknowledges them.
//
// A state machine without I/O: dispatches, acknowledgements and time go in, frames come out by a Sink, which comes and
// goes with the connection. Dispatches enter in order and leave in order; while what a Resume replays is still on its way,
// later ones wait behind it. One core; shared with the tasks that work for it, which ask ended() after every suspension.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/ring.h"
#include "gateway/services.h"
#include "gateway/sink.h"

namespace rookery::gateway {

class CatchUpQueue;
class Connection;

// base64url of node, core and secret: what READY shows.
std::string session_id(std::uint16_t node, const SessionKey& key);
// None when it is no session id, or one of another node.
std::optional<SessionKey> parse_session_id(std::string_view text, std::uint16_t node);

// Of what READY, catching up, the queue and a Resume send, never more than this is unsent.
inline constexpr std::size_t kPacedBytes = std::size_t{128} * 1024;
// Dispatches that wait behind a replay, in all; the transport's own limit does not see them.
inline constexpr std::size_t kWaitingBytesMax = std::size_t{1024} * 1024;

// One of a session's channels, and where the session stands among that channel's subscriptions on its core.
struct SeatedIn {
  ChannelId channel;
  std::size_t index = 0;
};

class Session {
 public:
  Session(SessionKey key, Principal who, DeviceKind device, RingLimits limits, SteadyTime now);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const SessionKey& key() const noexcept { return key_; }
  const Principal& who() const noexcept { return who_; }
  UserId user() const noexcept { return who_.user; }
  DeviceKind device() const noexcept { return device_; }
  std::uint64_t last_s() const noexcept { return ring_.last_s(); }

  // --- the connection ---
  bool attached() const noexcept { return sink_ != nullptr; }
  Connection* connection() const noexcept { return connection_; }
  // At the start: nothing was dispatched yet.
  void attach(Sink& sink, Connection* connection);
  // The connection is gone; the session waits for a Resume. `last_frame` is the client's last sign of life.
  void detach(SteadyTime last_frame);
  // The same for a Resume on another socket that was found possible and follows in this turn: what was kept for a socket that is behind
  // stays, also beyond what is kept without one.
  void hand_over(SteadyTime last_frame);
  SteadyTime last_frame() const noexcept { return sink_ != nullptr ? sink_->last_received() : last_frame_; }
  // For good: waiters are woken and find ended().
  void end();
  bool ended() const noexcept { return ended_; }
  // Nothing that a client could ask for can be replayed any more: detached, and what was not sent is dropped.
  bool lost() const noexcept { return sink_ == nullptr && ring_.first_s() > sent_ + 1; }

  // --- dispatches ---
  void dispatch(ParcelRef parcel);
  // Counts what the client has; a value that was never sent is a fault (4007), one below the last is ignored.
  enum class AckAnswer : std::uint8_t { kTaken, kNeverSent };
  AckAnswer acknowledge(std::uint64_t s, std::vector<Confirmed>& confirmed);

  // --- Resume ---
  enum class ResumeAnswer : std::uint8_t { kCan, kNotHeld, kNeverSent };
  ResumeAnswer can_resume(std::uint64_t s) const noexcept;
  // Without a socket, after kCan (detach() may let go of what that counted on, hand_over() does not): acknowledges `s`, then sends every
  // later dispatch again, then `resumed`, itself a dispatch.
  void resume(Sink& sink, Connection* connection, std::uint64_t s, ParcelRef resumed, std::vector<Confirmed>& confirmed);

  // --- pacing ---
  // The sink has room again; see Sink::notify_drained().
  void on_drained();
  bool has_room() const noexcept;
  // co_await session.room(): goes on when a paced dispatch may be sent, or when the session has ended. One waiter.
  auto room() {
    struct Awaiter {
      Session& session;
      bool await_ready() const noexcept { return session.ended_ || session.has_room(); }
      void await_suspend(std::coroutine_handle<> waiting) const { session.wait_for_room(waiting); }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

  // --- a deletion ---
  // Replies that may be unsent: found by a deletion as long as this holds them.
  void hold_reply(ParcelRef reply);

  // What belongs to the session and is managed by others.
  std::vector<SeatedIn> channels;             // in which it has a subscription, by channel (Audience)
  std::unique_ptr<CatchUpQueue> catching_up;  // null when nothing is left (CatchUp)
  bool ready = false;                         // READY was sent
  SteadyTime presence_told;                   // last sign of life that presence was told of

  // Releases memory that only a busy session needs.
  void rest();

 private:
  void send(std::uint64_t s);
  void pump();
  void trim();
  void wait_for_room(std::coroutine_handle<> waiting);
  void wake();

  const SessionKey key_;
  const Principal who_;
  const DeviceKind device_;
  bool ended_ = false;
  const RingLimits limits_;
  Sink* sink_ = nullptr;
  Connection* connection_ = nullptr;
  Ring ring_;
  std::uint64_t acked_ = 0;
  std::uint64_t sent_ = 0;  // the last one given to a sink
  SteadyTime last_frame_;
  std::coroutine_handle<> waiting_for_room_;
  std::vector<ParcelRef> replies_;
};

}  // namespace rookery::gateway
