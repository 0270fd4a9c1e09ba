// PollSkin: a connection of the gateway by long polling: one Sink and its Connection, over as many calls as it takes.
//
// What it sends waits in an outbox until a call takes it along. An answer is kept until the next `n`, so that a call whose
// answer was lost is answered again; and one more `n` where the client made the next call before it knew the answer. Frames that came in,
// answers and closes are all dealt with in step(), which its desk calls in a turn of its own; between calls nothing runs, and no timer of
// its own waits.
//
// One core at a time, its desk's, which owns it; a Resume moves both skin and connection to the session's core.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/connection.h"
#include "gateway/poll_call.h"
#include "gateway/sink.h"

namespace rookery::gateway {

class PollDesk;

// Answers one call: the body, or why it was not taken (kInvalidBody, kUnavailable). Called once, on any core; it must
// bear to be destroyed uncalled.
using PollAnswer = std::move_only_function<void(Result<std::string>)>;

// Frames of one answer: the first one goes whatever its size, none begins above this.
inline constexpr std::size_t kPollAnswerBytes = kPacedBytes;
// An answer to the call before the last is kept up to this size: far below what stops the pacing.
inline constexpr std::size_t kPollBeforeBytes = std::size_t{32} * 1024;
static_assert(kPollBeforeBytes <= kPacedBytes / 4);
// As of a WebSocket (net/websocket.h): so much for GatewayOptions::slow_for, or at once, is too slow a reader.
inline constexpr std::size_t kPollUnsentSlow = std::size_t{256} * 1024;
inline constexpr std::size_t kPollUnsentMax = std::size_t{1024} * 1024;
// Calls of the same `n` that are held together: of more the oldest is refused with kUnavailable.
inline constexpr std::size_t kPollRepeatsMax = 4;
// Frames of calls that wait while the connection reads none: more is refused with kUnavailable.
inline constexpr std::size_t kPollWaitingBytesMax = std::size_t{256} * 1024;

// The body of an answer. `frames`: JSON, separated by commas.
std::string poll_answer(std::string_view session_id, std::uint64_t n, std::string_view frames, const std::optional<CloseReason>& close);
// The answer to a session that is not polled.
std::string unknown_session_answer(std::string_view session_id, std::uint64_t n);

class PollSkin final : public Sink {
 public:
  struct Move {
    Core* to;
    std::move_only_function<void()> arrived;
  };

  // The first call; `who` must not make another.
  PollSkin(PollDesk& desk, const Principal& who, PollCall first, PollAnswer answer);
  ~PollSkin();
  PollSkin(const PollSkin&) = delete;
  PollSkin& operator=(const PollSkin&) = delete;

  const Principal& who() const noexcept { return who_; }
  // None until a session began.
  const std::optional<SessionKey>& key() const noexcept { return key_; }
  // A later call, or one again.
  void call(PollCall call, PollAnswer answer);
  // The session is polled by another skin: nobody finds this one any more.
  void displace() noexcept { displaced_ = true; }

  enum class Verdict : std::uint8_t { kStay, kMove, kOver };
  // What is due. kMove: take_move(); kOver: it may be destroyed.
  Verdict step();
  Move take_move() { return *std::exchange(move_, std::nullopt); }
  void arrive(PollDesk& desk) { desk_ = &desk; }
  // The server ends: a held call is answered now, and the connection is over.
  void stop();

  // --- Sink ---
  void send(std::string_view prefix, net::SharedBuffer rest) override;
  void replace(const net::SharedBuffer& old, const net::SharedBuffer& fresh) override;
  void drop_unsent() override;
  std::size_t unsent_bytes() const override { return outbox_bytes_ + kept_.bytes + before_.bytes; }
  void notify_drained(std::size_t unsent_bytes) override;
  void pause_reading() override;
  void resume_reading() override;
  void close(CloseReason reason) override;
  void move_to(Core& core, std::move_only_function<void()> arrived) override;
  SteadyTime last_received() const override { return received_; }

 private:
  friend class PollDesk;
  struct Frame {
    std::string prefix;
    net::SharedBuffer rest;
    std::size_t size() const noexcept { return prefix.size() + rest.size(); }
  };
  // The answer to a call, for when it is made again. `n` 0: none.
  struct Kept {
    std::uint64_t n = 0;
    std::vector<Frame> frames;
    std::size_t bytes = 0;
    std::uint64_t last_s = 0;  // the last dispatch in it; 0: none
    void push(Frame frame);
    std::string text() const;
  };
  // A call that is not answered yet, with those that repeat it: which of them the client still reads is not known.
  struct Held {
    std::vector<PollAnswer> answers;
    SteadyTime until;
  };

  void take_frames(std::vector<std::string> frames);
  void deliver_frames();
  void begin_session();
  void heed_slowness();
  bool due() const;
  void hold(PollAnswer answer, SteadyTime until);
  void answer_held();
  void release_held(const std::string& text);
  void keep_for(const PollCall& next);
  void end_connection(std::uint16_t code);
  void schedule();
  std::string session_name() const;

  PollDesk* desk_;
  const Principal who_;
  std::shared_ptr<Connection> connection_;
  std::optional<SessionKey> key_;
  std::uint64_t n_ = 1;
  std::optional<Held> held_;
  std::deque<std::string> frames_;  // of the client, not delivered yet
  std::size_t frames_bytes_ = 0;
  std::deque<Frame> outbox_;
  std::size_t outbox_bytes_ = 0;
  Kept kept_;    // the last answer
  Kept before_;  // the one before it, while its call may still be made again
  SteadyTime received_;
  SteadyTime slow_since_ = SteadyTime::max();
  std::optional<std::size_t> drain_at_;
  std::optional<CloseReason> close_;
  SteadyTime over_at_ = SteadyTime::max();  // closed: how long a call still hears of it
  std::optional<Move> move_;
  bool paused_ = false;
  bool tried_ = false;    // it identified or resumed
  bool refused_ = false;  // and there is no session: the answer has op 9 in its frames
  bool displaced_ = false;
  bool woken_ = false;                                                      // the desk's: it is in its list
  std::optional<std::multimap<SteadyTime, PollSkin*>::iterator> deadline_;  // the desk's
};

}  // namespace rookery::gateway
