// SessionBook: what each gateway session was sent. Every dispatch has its number, every channel its messages and changes without hole and
// repeat: live, after a Resume, and after catching up. Part of the checker; one thread, no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "verify/findings.h"
#include "verify/history.h"
#include "verify/member_book.h"
#include "verify/message_book.h"

namespace rookery::verify {

class SessionBook {
 public:
  SessionBook(Findings& findings, MessageBook& messages, const MemberBook& members)
      : findings_(findings), messages_(messages), members_(members) {}

  void on_ready(const Event& invoke, const Event& ready);  // kIdentify and its ok
  void on_resume(const Event& invoke);
  void on_subscribe(const Event& invoke);  // kSubscribe
  void on_dispatch(const Event& dispatch);
  // True when the dispatch is one that the session was sent before: its content has been judged already.
  bool is_repeat(const Event& dispatch) const;
  // Its socket ended, or a Resume of it was refused.
  void on_closed(const Event& event);
  // Everything has settled: what live sessions lack now, they will never get.
  void on_end(std::uint64_t line);

 private:
  enum class Phase : std::uint8_t {
    kLive,      // everything from here on
    kCatching,  // positions were given: what is missing, then SYNCED
    kTold,      // a large one that the session is not subscribed to: CHANNEL_UNREAD tells its end
    kGone,      // no longer, or not yet, a member
  };
  struct Channel {
    Phase phase = Phase::kLive;
    std::uint64_t seq = 0, rev = 0;  // the last that was sent
    Position from;                   // kCatching: what was asked for
    std::uint64_t head = 0;          // READY's; up to there the offline queue may bring messages
    std::uint64_t delivered = 0;     // READY's
    std::vector<std::uint64_t> queued;
    bool queue_open = false;
    bool queue_done = false;  // SYNCED said that it was sent whole
    std::uint64_t line = 0;   // of the last that was sent
    bool large = false;
    bool subscribed = false;
  };
  struct Print {
    std::string type;
    std::uint64_t channel = 0, message_id = 0;
    std::uint64_t line = 0;
    bool operator==(const Print& other) const { return type == other.type && channel == other.channel && message_id == other.message_id; }
  };
  struct Session {
    std::uint64_t user = 0;
    std::uint64_t begun = 0;   // line of its Identify
    std::uint64_t since = 0;   // line of the Identify or Resume that the socket began with
    std::uint64_t s = 0;       // the highest that was sent
    std::uint64_t next_s = 1;  // the next on this socket
    bool replaying = false;    // until RESUMED
    bool open = false;
    bool listed_all = true;     // READY left no channel out
    std::uint64_t due_sum = 0;  // at most so much had to be caught up, over all channels
    std::map<std::uint64_t, Channel> channels;
    std::map<std::uint64_t, Print> prints;                      // by s
    std::set<std::pair<std::uint64_t, std::uint64_t>> deleted;  // channel, seq: this session was told
  };
  struct Live {
    std::uint64_t seq = 0, line = 0;
  };

  void on_new(Session& session, const Event& dispatch);
  void on_message(Session& session, const Event& dispatch);
  void on_change(Session& session, const Event& dispatch);
  void on_unread(Session& session, const Event& dispatch);
  void on_synced(Session& session, const Event& dispatch);
  void on_gone(Session& session, const Event& dispatch);
  Channel* channel_of(Session& session, const Event& dispatch);
  enum class Source : std::uint8_t { kLive, kReplay, kHistory };
  void check_shown(Session& session, const Event& dispatch, Source source);
  void check_queues(const Session& session);
  void check_absences();

  Findings& findings_;
  MessageBook& messages_;
  const MemberBook& members_;
  std::unordered_map<std::uint64_t, Session> sessions_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<Live>> live_;  // (channel, user) → what was sent live
};

}  // namespace rookery::verify
