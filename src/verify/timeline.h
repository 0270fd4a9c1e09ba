// Timeline: what a report shows of single rounds: who did what when, and where something was found. Keeps the events of a few rounds only.
// One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "verify/checker.h"
#include "verify/history.h"
#include "verify/report.h"

namespace rookery::verify {

class Timeline {
 public:
  static constexpr std::size_t kRoundsMax = 5;  // those with findings first, and the last one

  void add(const Event& event);
  void end_round(const RoundResult& round);

  // One page without scripts and without anything from elsewhere, for light and for dark.
  std::string html(const ReportHead& head, const Checker& checker) const;

 private:
  struct Round {
    RoundResult result;
    std::vector<Event> events;
  };
  static std::string picture(const Round& round, const Checker& checker);
  std::string findings_list(const Checker& checker) const;
  const Event* event_at(std::uint64_t line) const;

  std::vector<Event> events_;  // of the round that is being played
  std::vector<Round> found_;
  std::vector<Round> last_;  // at most one: the last round without findings
};

}  // namespace rookery::verify
