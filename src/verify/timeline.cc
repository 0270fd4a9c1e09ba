#include "verify/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace rookery::verify {
namespace {

constexpr double kWidth = 1100;
constexpr double kLeft = 90;
constexpr double kLane = 16;
constexpr double kTop = 22;
constexpr std::size_t kLineBytesMax = 400;

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1d2430; --paper: #fbfaf7; --faint: #8b93a1; --rule: #d9d5cb;
  --ok: #4c8c6b; --fail: #b98a2f; --unknown: #c4553b; --fault: #c4553b2e; --mark: #7a3fb0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e3dc; --paper: #16191f; --faint: #8b93a1; --rule: #333945;
  --ok: #6cb78f; --fail: #d9ab52; --unknown: #e5775c; --fault: #e5775c33; --mark: #b98be8; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1140px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; border-bottom: 1px solid var(--rule); }
td.n, th.n { text-align: right; } code, pre { font: 12px/1.45 ui-monospace, monospace; } pre { overflow-x: auto; padding: .5rem 0; }
svg { width: 100%; height: auto; } svg text { font: 10px ui-monospace, monospace; fill: var(--faint); }
.bad { color: var(--unknown); font-weight: 600; } .good { color: var(--ok); font-weight: 600; } .key span { margin-right: 1.2rem; }
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

// Cut where a character ends.
std::string shortened(std::string text) {
  if (text.size() <= kLineBytesMax) return text;
  std::size_t at = kLineBytesMax;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return text.substr(0, at) + "…";
}

std::string rect(double x, double y, double width, double height, std::string_view fill, std::string_view title = {}) {
  return fmt::format(R"svg(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="var(--{})">{}</rect>)svg", x, y,
                     std::max(width, 0.7), height, fill, title.empty() ? std::string() : fmt::format("<title>{}</title>", escaped(title)));
}

std::string rounds_table(const Checker& checker) {
  std::string html =
      "<table><tr><th class=n>round<th>fault<th class=n>met<th class=n>broken<th class=n>answered<th class=n>refused<th "
      "class=n>unanswered<th "
      "class=n>dispatches<th class=n>healed, ms<th class=n>findings</tr>\n";
  for (const RoundResult& round : checker.rounds()) {
    html += fmt::format(
        "<tr><td class=n>{}<td>{}{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td class=n>{}<td "
        "class=n>{}</tr>\n",
        round.number, escaped(round.fault), round.valid() ? "" : " <span class=bad>invalid</span>", round.hits, round.broken,
        round.answered, round.refused, round.unanswered, round.dispatches,
        round.heal_us < 0 ? std::string() : std::to_string(round.heal_us / 1000),
        round.findings == 0 ? std::string("0") : fmt::format("<span class=bad>{}</span>", round.findings));
  }
  return html + "</table>\n";
}

}  // namespace

void Timeline::add(const Event& event) { events_.push_back(event); }

void Timeline::end_round(const RoundResult& round) {
  Round ended{round, std::exchange(events_, {})};
  if (round.findings > 0) {
    if (found_.size() + 1 < kRoundsMax) found_.push_back(std::move(ended));
  } else {
    last_.clear();
    last_.push_back(std::move(ended));
  }
}

const Event* Timeline::event_at(std::uint64_t line) const {
  for (const auto* rounds : {&found_, &last_}) {
    for (const Round& round : *rounds) {
      const auto at = std::ranges::lower_bound(round.events, line, {}, &Event::line);
      if (at != round.events.end() && at->line == line) return &*at;
    }
  }
  return nullptr;
}

// A lane for each user: his operations from invoke to end. Behind them the fault; across them what was found.
std::string Timeline::picture(const Round& round, const Checker& checker) {
  if (round.events.empty()) return {};
  const std::int64_t from = round.events.front().us;
  const std::int64_t to = std::max(round.events.back().us, from + 1);
  const auto x = [&](std::int64_t us) {
    return kLeft + (kWidth - kLeft) * static_cast<double>(us - from) / static_cast<double>(to - from);
  };
  std::map<std::uint64_t, std::size_t> lanes;
  for (const Event& event : round.events) {
    if (event.step == Step::kInvoke) lanes.try_emplace(event.user, lanes.size());
  }
  const double height = kTop + kLane * static_cast<double>(lanes.size()) + 18;
  std::string behind, bars, marks;
  std::unordered_map<std::uint64_t, std::int64_t> begun;
  std::int64_t fault_us = -1;
  for (const Event& event : round.events) {
    if (event.step == Step::kInvoke) {
      begun[event.op] = event.us;
    } else if (event.step == Step::kOk || event.step == Step::kFail || event.step == Step::kUnknown) {
      const auto start = begun.find(event.op);
      const auto lane = lanes.find(event.user);
      if (start == begun.end() || lane == lanes.end()) continue;
      const double y = kTop + kLane * static_cast<double>(lane->second) + 2;
      bars += rect(x(start->second), y, x(event.us) - x(start->second), kLane - 5, name_of(event.step),
                   fmt::format("{} {}, {} us, line {}", name_of(event.action), name_of(event.step), event.us - start->second, event.line));
    } else if (event.step == Step::kMark && (event.type == "fault" || event.type == "healed")) {
      if (event.type == "fault") fault_us = event.us;
      if (event.type == "healed" && fault_us >= 0) {
        behind += rect(x(fault_us), kTop - 4, x(event.us) - x(fault_us), height - kTop - 10, "fault", round.result.fault);
        behind += fmt::format(R"(<text x="{:.1f}" y="{:.1f}">{}</text>)", x(fault_us), kTop - 8, escaped(round.result.fault));
      }
    }
  }
  for (const Finding& finding : checker.findings().all()) {
    if (finding.round != round.result.number || finding.lines.empty()) continue;
    const auto at = std::ranges::lower_bound(round.events, finding.lines.back(), {}, &Event::line);
    if (at != round.events.end()) marks += rect(x(at->us), kTop - 4, 1.2, height - kTop - 10, "mark", finding.sentence);
  }
  std::string svg =
      fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="operations of round {}">)", kWidth, height, round.result.number);
  svg += behind;
  for (const auto& [user, lane] : lanes) {
    svg += fmt::format(R"(<text x="0" y="{:.1f}">…{}</text>)", kTop + kLane * static_cast<double>(lane) + 11, user % 1'000'000'000);
  }
  svg += bars + marks;
  svg += fmt::format(R"(<text x="{}" y="{:.1f}">0</text><text x="{}" y="{:.1f}" text-anchor="end">{:.1f} s</text></svg>)", kLeft,
                     height - 3, kWidth, height - 3, static_cast<double>(to - from) / 1e6);
  return svg + "\n";
}

std::string Timeline::findings_list(const Checker& checker) const {
  std::string html;
  for (const Finding& finding : checker.findings().all()) {
    html += fmt::format("<h3 class=bad>{}</h3><p>Round {}: {}</p><pre>", escaped(name_of(finding.property)), finding.round,
                        escaped(finding.sentence));
    for (const std::uint64_t line : finding.lines) {
      const Event* event = event_at(line);
      html += event == nullptr ? fmt::format("line {} of the history\n", line) : escaped(shortened(to_line(*event))) + "\n";
    }
    html += "</pre>\n";
  }
  const std::uint64_t kept = checker.findings().all().size();
  if (checker.findings().count() > kept) html += fmt::format("<p>And {} more of the same kinds.</p>\n", checker.findings().count() - kept);
  return html;
}

std::string Timeline::html(const ReportHead& head, const Checker& checker) const {
  const int verdict = verdict_of(head, checker);
  std::string html = fmt::format(
      "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>rookery verify: "
      "{0}</title><style>{1}</style>"
      "<h1>rookery verify: <span class={2}>{0}</span></h1>\n",
      verdict_name(verdict), kStyle, verdict == 0 ? "good" : "bad");
  html += fmt::format("<p>{}, seed {}.</p>\n", escaped(head.target), head.seed);
  if (!head.refused.empty()) html += fmt::format("<p class=bad>{}</p>\n", escaped(head.refused));
  if (!head.repeat.empty()) html += fmt::format("<p>Again: <code>{}</code></p>\n", escaped(head.repeat));
  if (!head.history.empty()) html += fmt::format("<p>History: <code>{}</code></p>\n", escaped(head.history));
  if (!head.check.empty()) html += fmt::format("<p>Checked again: <code>{}</code></p>\n", escaped(head.check));
  html += "<h2>Findings</h2>\n" + (checker.findings().count() == 0 ? std::string("<p>None.</p>\n") : findings_list(checker));
  for (const auto* rounds : {&found_, &last_}) {
    for (const Round& round : *rounds) {
      html += fmt::format("<h2>Round {}</h2>\n", round.result.number) + picture(round, checker);
    }
  }
  html +=
      "<p class=key><span style=\"color:var(--ok)\">answered</span><span style=\"color:var(--fail)\">refused</span><span "
      "style=\"color:var(--unknown)\">not answered</span><span style=\"color:var(--mark)\">found</span></p>\n<h2>Rounds</h2>\n";
  return html + rounds_table(checker) + "</html>\n";
}

}  // namespace rookery::verify
