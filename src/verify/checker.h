// Checker: reads a history, event by event, and finds what the server had promised not to do. It knows nothing but the lines: the same
// history gives the same findings, whenever it is checked. No I/O, no clock, no thread.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "verify/access_book.h"
#include "verify/cursor_book.h"
#include "verify/delays.h"
#include "verify/findings.h"
#include "verify/healing_book.h"
#include "verify/history.h"
#include "verify/member_book.h"
#include "verify/message_book.h"
#include "verify/presence_book.h"
#include "verify/reaction_book.h"
#include "verify/session_book.h"

namespace rookery::verify {

struct RoundResult {
  std::uint64_t number = 0;
  std::string fault;           // "none" when there was none
  std::uint64_t hits = 0;      // operations under way that the fault met
  std::uint64_t broken = 0;    // connections that broke meanwhile, idle ones too
  std::uint64_t answered = 0;  // operations
  std::uint64_t refused = 0;
  std::uint64_t unanswered = 0;
  std::uint64_t dispatches = 0;
  std::int64_t heal_us = -1;  // from the end of the fault to the first send that began after it and was answered
  std::uint64_t findings = 0;
  bool ended = false;
  // A round whose fault met nothing shows nothing.
  bool valid() const { return ended && answered > 0 && (fault == "none" || hits > 0); }
};

class Checker {
 public:
  Checker();
  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;

  // In the order of the lines.
  void read(const Event& event);

  const std::vector<RoundResult>& rounds() const { return rounds_; }
  // The history was read to the mark that ends it. One that was cut short shows nothing of what is missing.
  bool complete() const { return complete_; }
  const Findings& findings() const { return findings_; }

 private:
  struct Pending {
    Event invoke;
    MessageBook::Known known;
    CursorBook::Floors floors;
    bool met_by_fault = false;
  };

  void on_invoke(const Event& event);
  void on_answer(const Event& event);
  void on_ok(const Pending& pending, const Event& event);
  void on_dispatch(const Event& event);
  void on_mark(const Event& event);
  void on_end(const Event& event);
  void check_send_order(const Event& invoke, const Event& ok);

  Findings findings_;
  Delays delays_;
  MessageBook messages_;
  MemberBook members_;
  SessionBook sessions_;
  CursorBook cursors_;
  AccessBook access_;
  PresenceBook presence_;
  ReactionBook reactions_;
  HealingBook healing_;
  std::unordered_map<std::uint64_t, Pending> pending_;  // by op
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>>>
      sent_;  // (session, channel) → op → seq, line
  std::vector<RoundResult> rounds_;
  std::uint64_t findings_before_ = 0;
  std::uint64_t healed_line_ = 0;
  std::int64_t healed_us_ = 0;
  std::uint64_t settled_line_ = 0;
  bool in_fault_ = false;
  bool settled_ = false;
  bool lost_ = false;
  bool complete_ = false;
};

}  // namespace rookery::verify
