#include "verify/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/json_writer.h"

namespace rookery::verify {
namespace {

constexpr std::string_view kCut = " (cut short: it could not be written to its end)";

}  // namespace

int verdict_of(const ReportHead& head, const Checker& checker) {
  if (checker.findings().count() > 0) return 1;
  const auto& rounds = checker.rounds();
  // A round that showed nothing was played again: the last try of each counts, and there must be one.
  const bool some_valid = std::ranges::any_of(rounds, &RoundResult::valid);
  return head.refused.empty() && some_valid ? 0 : 2;
}

std::string_view verdict_name(int verdict) { return verdict == 0 ? "passed" : verdict == 1 ? "VIOLATION" : "INVALID"; }

std::string round_line(const RoundResult& round) {
  std::string line = fmt::format("round {:>3}  {:<9} {:>6} answered {:>5} refused {:>4} unanswered {:>7} dispatches", round.number,
                                 round.fault, round.answered, round.refused, round.unanswered, round.dispatches);
  if (round.fault != "none") line += fmt::format("  fault met {:>3}", round.hits);
  if (round.broken > 0) line += fmt::format(" and broke {:>3}", round.broken);
  if (round.heal_us >= 0) line += fmt::format("  healed in {} ms", round.heal_us / 1000);
  if (round.findings > 0) line += fmt::format("  {} FINDINGS", round.findings);
  if (!round.valid()) line += "  invalid: the fault met no operation";
  return line;
}

std::string text_report(const ReportHead& head, const Checker& checker) {
  std::string text = "\n";
  for (const Finding& finding : checker.findings().all()) {
    text += fmt::format("round {}: {}\n  {}\n  history lines {}\n", finding.round, name_of(finding.property), finding.sentence,
                        fmt::join(finding.lines, ", "));
  }
  const std::uint64_t kept = checker.findings().all().size();
  if (checker.findings().count() > kept) text += fmt::format("and {} more of the same kinds\n", checker.findings().count() - kept);
  std::uint64_t answered = 0, unanswered = 0, dispatches = 0, valid = 0;
  for (const RoundResult& round : checker.rounds()) {
    answered += round.answered;
    unanswered += round.unanswered;
    dispatches += round.dispatches;
    if (round.valid()) ++valid;
  }
  if (!head.refused.empty()) text += fmt::format("{}\n", head.refused);
  text += fmt::format("{}: {} of {} rounds valid, {} operations answered, {} unanswered, {} dispatches, {} findings\n",
                      verdict_name(verdict_of(head, checker)), valid, checker.rounds().size(), answered, unanswered, dispatches,
                      checker.findings().count());
  if (!head.history.empty()) text += fmt::format("history: {}{}\n", head.history, head.history_cut ? kCut : "");
  if (!head.check.empty()) text += fmt::format("check: {}\n", head.check);
  if (!head.repeat.empty()) text += fmt::format("seed: {}\nagain: {}\n", head.seed, head.repeat);
  return text;
}

std::string json_report(const ReportHead& head, const Checker& checker) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("verdict").string(verdict_name(verdict_of(head, checker))).key("target").string(head.target);
  json.key("seed").number(head.seed).key("history").string(head.history).key("history_cut").boolean(head.history_cut);
  json.key("check").string(head.check).key("again").string(head.repeat);
  if (!head.refused.empty()) json.key("refused").string(head.refused);
  json.key("rounds").begin_array();
  for (const RoundResult& round : checker.rounds()) {
    json.begin_object().key("number").number(round.number).key("fault").string(round.fault).key("valid").boolean(round.valid());
    json.key("fault_met").number(round.hits).key("connections_broken").number(round.broken);
    json.key("answered").number(round.answered).key("refused").number(round.refused);
    json.key("unanswered").number(round.unanswered).key("dispatches").number(round.dispatches).key("findings").number(round.findings);
    if (round.heal_us >= 0) json.key("heal_ms").number(round.heal_us / 1000);
    json.end_object();
  }
  json.end_array().key("findings").begin_array();
  for (const Finding& finding : checker.findings().all()) {
    json.begin_object().key("round").number(finding.round).key("property").string(name_of(finding.property));
    json.key("sentence").string(finding.sentence).key("lines").begin_array();
    for (const std::uint64_t line : finding.lines) json.number(line);
    json.end_array().end_object();
  }
  json.end_array().key("findings_count").number(checker.findings().count()).end_object();
  return text;
}

}  // namespace rookery::verify
