// Report: what a run found, as text for people and as JSON. Pure; one thread.
#pragma once

#include <string>

#include "verify/checker.h"

namespace rookery::verify {

struct ReportHead {
  std::string target;   // "http://127.0.0.1:8080", or "a server of its own"
  std::string history;  // the file; empty: none was written
  std::string check;    // the command that checks the history again; empty: none is named
  std::string repeat;   // the command that does the same again
  std::uint64_t seed = 0;
  std::string refused;       // why it could not be checked, or not to the end; empty: it was
  bool history_cut = false;  // it could not be written to its end
};

// 0 passed, 1 a promise is broken, 2 nothing can be said: exit statuses of `rookery verify`.
int verdict_of(const ReportHead& head, const Checker& checker);
std::string_view verdict_name(int verdict);

// One line, without its end.
std::string round_line(const RoundResult& round);
std::string text_report(const ReportHead& head, const Checker& checker);
std::string json_report(const ReportHead& head, const Checker& checker);

}  // namespace rookery::verify
