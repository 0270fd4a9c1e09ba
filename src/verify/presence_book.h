// PresenceBook: what others may be told of a user, from what he did himself: online while a connection of his says so, away while all of
// them do, never offline while one lives (60 s after its last frame, also when its socket was closed), offline at once after the logout of
// the last, and always to whom he has blocked. Who watches is told within five seconds, and of one change after the other. Part of the
// checker; one thread, no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "verify/delays.h"
#include "verify/findings.h"
#include "verify/history.h"

namespace rookery::verify {

class PresenceBook {
 public:
  // protocol.md §4, PRESENCE_UPDATE: within 5 s of the change. Delays come on top.
  static constexpr std::int64_t kTellWithinUs = 5'000'000;
  // protocol.md §6: a connection is alive until 60 s after its last frame.
  static constexpr std::int64_t kAliveForUs = 60'000'000;
  // So long after its end it is certainly not any more, whatever was late.
  static constexpr std::int64_t kOverAfterUs = 120'000'000;

  PresenceBook(Findings& findings, const Delays& delays) : findings_(findings), delays_(delays) {}

  void on_invoke(const Event& invoke);
  void on_ok(const Event& invoke, const Event& ok);  // of any operation
  void on_unknown(const Event& invoke, const Event& unknown);
  void on_dispatch(const Event& dispatch);  // PRESENCE_UPDATE; not one that is sent again
  void on_closed(const Event& closed);
  // The process of the server ends now: connections from before are gone when it has healed.
  void on_process_end(const Event& mark);
  void on_healed(const Event& mark);
  void on_settled(const Event& mark);
  void on_end(const Event& end);

 private:
  // What somebody may be said to be: bits.
  using Statuses = unsigned;
  static constexpr Statuses kOnline = 1, kAway = 2, kOffline = 4, kAny = 7;
  static Statuses named(std::string_view status);
  static std::string names(Statuses statuses);

  // A connection: one session of the gateway.
  struct Life {
    std::uint64_t login = 0;
    std::uint64_t begun = 0;     // line of its Identify
    std::uint64_t answered = 0;  // line of the answer to that
    std::int64_t heard_us = 0;   // when the last frame was on its way that was answered
    std::int64_t closed_us = 0;  // of one that is not open
    Statuses says = kOnline;     // more than one: not known which
    Statuses said = 0;           // before a change that is not answered yet; 0: there is none
    std::size_t change = 0;      // the span of that change; 0: others do not see it
    bool open = false;
    bool sure = false;  // it was heard, and nothing has happened since that may have ended it
  };
  // Of a change that is said and not yet answered both sides may be shown, what was before first.
  static constexpr std::int64_t kOpenEnd = INT64_MAX;
  struct Span {
    Statuses may = kOnline | kOffline;
    std::uint64_t line = 0;  // of what made it so
    std::int64_t end_us = kOpenEnd;
  };
  struct Person {
    std::map<std::uint64_t, Life> lives;  // by session
    std::vector<Span> spans = {Span{}};   // the first: before there was a connection
    std::size_t shown = 0;                // to anybody: who asks later is not shown one before it
  };
  struct Told {
    Statuses status = 0;
    std::uint64_t line = 0;
    std::size_t span = 0;  // no later one was shown
    bool hidden = false;   // as to who is blocked
  };
  struct Watch {
    std::uint64_t watcher = 0;
    std::uint64_t line = 0;
    std::int64_t us = 0;
    std::set<std::uint64_t> users;
    std::map<std::uint64_t, Told> told;
  };
  struct Block {
    std::uint64_t asked_line = 0, done_line = 0;
    std::int64_t done_us = 0;
  };

  static Statuses may_be(Person& person, std::int64_t now_us);
  // True when there is a new span.
  static bool note(Person& person, const Event& event);
  void doubt_all(const Event& event);
  void doubt_login(std::uint64_t login, const Event& event);
  bool is_late(std::int64_t since_us, std::int64_t now_us) const;
  // The first span from `from` on, and not over for longer than one has to tell of it, in which he may be `said`.
  std::optional<std::size_t> span_of(const Person& person, Statuses said, std::size_t from, std::int64_t now_us) const;
  const Block* block_of(std::uint64_t user, std::uint64_t other) const;
  void check_answer(const Event& invoke, const Event& ok);
  void check_told(const Event& dispatch, const SeenPresence& one);
  void check_watch(std::uint64_t session, const Watch& watch, const Event& end);

  Findings& findings_;
  const Delays& delays_;
  std::map<std::uint64_t, Person> people_;                                         // who had a connection
  std::unordered_map<std::uint64_t, std::uint64_t> owners_;                        // of sessions
  std::unordered_map<std::uint64_t, Watch> watch_;                                 // by session
  std::map<std::pair<std::uint64_t, std::uint64_t>, Block> blocks_;                // (who, whom)
  std::unordered_map<std::uint64_t, std::map<std::uint64_t, std::size_t>> asked_;  // by op of kPresence: what had been shown, by user
  std::set<std::uint64_t> away_elsewhere_;  // who was shown away and had no connection yet: a client that is not ours
  std::uint64_t process_end_line_ = 0;
  std::uint64_t doubted_line_ = 0;
  std::int64_t settled_us_ = -1;
};

}  // namespace rookery::verify
