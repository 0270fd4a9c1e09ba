#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "app/command_list.h"
#include "base/random.h"
#include "verify/report.h"
#include "verify/run.h"
#include "verify/timeline.h"

namespace rookery::app {
namespace {

constexpr std::size_t kUsersMax = 200;
constexpr std::size_t kChannelsMax = 100;

constexpr std::string_view kUsage =
    "there are --url URL, --fault none|kill|pause|network|power-cut (once for each, or with commas), --rounds N, --seconds X, --users N, "
    "--channels N, --seed N, --authorities FILE, --accounts FILE, --invite CODE, --server PATH, --directory DIR (kept), --power-cut "
    "COMMAND, --history FILE, --json FILE, "
    "--html FILE, --check FILE";

struct VerifyCommand {
  verify::RunOptions options;
  std::string json_file, html_file, check_file;
  bool faults_named = false;
};

template <class Number>
bool read_number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read_faults(std::string_view names, VerifyCommand& command) {
  if (!command.faults_named) command.options.faults.clear();
  command.faults_named = true;
  while (true) {
    const std::size_t comma = names.find(',');
    const auto fault = verify::fault_named(names.substr(0, comma));
    if (!fault) return false;
    command.options.faults.push_back(*fault);
    if (comma == std::string_view::npos) return true;
    names.remove_prefix(comma + 1);
  }
}

// False for an option that does not exist, or a value that it cannot have.
bool read_option(std::string_view name, std::string_view value, VerifyCommand& command) {
  verify::RunOptions& options = command.options;
  if (name == "--url") return options.url = value, !value.empty();
  if (name == "--authorities") return options.authorities_file = value, !value.empty();
  if (name == "--server") return options.server = value, !value.empty();
  if (name == "--directory") return options.directory = value, options.keep_directory = true, !value.empty();
  if (name == "--invite") return options.invite = value, !value.empty();
  if (name == "--accounts") return options.accounts_file = value, !value.empty();
  if (name == "--power-cut") return options.power_cut = value, !value.empty();
  if (name == "--history") return options.history_file = value, !value.empty();
  if (name == "--json") return command.json_file = value, !value.empty();
  if (name == "--html") return command.html_file = value, !value.empty();
  if (name == "--check") return command.check_file = value, !value.empty();
  if (name == "--fault") return read_faults(value, command);
  if (name == "--seed") return read_number(value, options.seed);
  if (name == "--rounds") return read_number(value, options.rounds) && options.rounds > 0;
  if (name == "--seconds") return read_number(value, options.seconds) && options.seconds > 0 && options.seconds <= verify::kSecondsMax;
  if (name == "--users") return read_number(value, options.users) && options.users >= 2 && options.users <= kUsersMax;
  if (name == "--channels") return read_number(value, options.channels) && options.channels > 0 && options.channels <= kChannelsMax;
  return false;
}

std::string command_to_repeat(const VerifyCommand& command) {
  const verify::RunOptions& options = command.options;
  std::string text = "rookery verify";
  if (!options.url.empty()) text += " --url " + options.url;
  if (!options.accounts_file.empty()) text += " --accounts " + options.accounts_file;
  if (!options.invite.empty()) text += " --invite CODE";
  if (!options.server.empty()) text += " --server " + options.server;
  if (!options.power_cut.empty()) text += fmt::format(" --directory {} --power-cut '{}'", options.directory, options.power_cut);
  text += " --fault ";
  for (const verify::Fault fault : options.faults) text += fmt::format("{},", verify::name_of(fault));
  text.pop_back();
  return text + fmt::format(" --rounds {} --seconds {} --users {} --channels {} --seed {}", options.rounds, options.seconds, options.users,
                            options.channels, options.seed);
}

int finish(const VerifyCommand& command, const verify::ReportHead& head, const verify::Checker& checker, const verify::Timeline& timeline) {
  std::fputs(verify::text_report(head, checker).c_str(), stdout);
  if (!command.json_file.empty()) std::ofstream(command.json_file) << verify::json_report(head, checker) << '\n';
  if (!command.html_file.empty()) std::ofstream(command.html_file) << timeline.html(head, checker);
  return verify::verdict_of(head, checker);
}

std::string where_it_ends(std::uint64_t lines, const verify::Checker& checker) {
  if (checker.rounds().empty()) return fmt::format("it has {} lines, and no round", lines);
  const verify::RoundResult& last = checker.rounds().back();
  return last.ended ? fmt::format("it ends at line {}, after round {}, without the mark done", lines, last.number)
                    : fmt::format("it ends at line {}, in the middle of round {}", lines, last.number);
}

int check_file(const VerifyCommand& command) {
  std::ifstream in(command.check_file);
  if (!in) return misused("verify: cannot read " + command.check_file);
  verify::Checker checker;
  verify::Timeline timeline;
  verify::ReportHead head{.target = command.check_file, .history = command.check_file};
  std::uint64_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto event = verify::from_line(line);
    // A line that is cut off is where the file ends.
    if (!event && in.eof()) break;
    if (!event) return misused(fmt::format("verify: line {} of {}: {}", number, command.check_file, event.error().sentence()));
    checker.read(*event);
    timeline.add(*event);
    if (event->step != verify::Step::kMark || event->type != "end") continue;
    fmt::print("{}\n", verify::round_line(checker.rounds().back()));
    timeline.end_round(checker.rounds().back());
  }
  if (!checker.complete()) head.refused = "the history is incomplete: " + where_it_ends(number, checker);
  return finish(command, head, checker, timeline);
}

// One line that is written over on a terminal, a line of its own elsewhere.
class ProgressLine {
 public:
  void doing(const std::string& what) const {
    if (terminal_) fmt::print(stderr, "\r\033[K{}", what);
  }
  void line(const std::string& text) const {
    if (terminal_) fmt::print(stderr, "\r\033[K");
    fmt::print("{}\n", text);
    std::fflush(stdout);
  }

 private:
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
};

}  // namespace

int verify_command(Arguments arguments) {
  VerifyCommand command;
  verify::RunOptions& options = command.options;
  options.seed = system_random().next() % 1'000'000;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    if (i + 1 == arguments.size() || !read_option(arguments[i], arguments[i + 1], command)) {
      return misused(fmt::format("verify: {} needs another value, or is no option; {}", arguments[i], kUsage));
    }
  }
  if (!command.check_file.empty()) return check_file(command);
  const std::string place = (std::filesystem::temp_directory_path() / ("rookery-verify-" + system_random().token(6))).string();
  if (options.directory.empty()) options.directory = place;
  // Nobody may have asked for the history of a run that shows something: it is written in any case, and deleted when there is no finding.
  const bool history_if_found = options.history_file.empty();
  if (history_if_found) options.history_file = place + ".history";
  const ProgressLine progress;
  progress.line(fmt::format("seed {}", options.seed));
  verify::Checker checker;
  verify::Timeline timeline;
  const verify::RunProgress watch{
      .doing = [&progress](const std::string& what) { progress.doing(what); },
      .round =
          [&progress, &timeline](const verify::RoundResult& round) {
            progress.line(verify::round_line(round));
            timeline.end_round(round);
          },
      .event = [&timeline](const verify::Event& event) { timeline.add(event); },
  };
  const verify::RunEnd end = verify::run(options, checker, watch);
  progress.doing("");
  const bool found = checker.findings().count() > 0;
  verify::ReportHead head{.target = options.url.empty() ? std::string("a server of its own") : options.url,
                          .history = options.history_file,
                          .check = found ? "rookery verify --check " + options.history_file : std::string(),
                          .repeat = command_to_repeat(command),
                          .seed = options.seed,
                          .refused = end.why,
                          .history_cut = end.history_cut};
  if (history_if_found && !found) {
    std::error_code none;
    std::filesystem::remove(options.history_file, none);
    head.history.clear();
  }
  return finish(command, head, checker, timeline);
}

}  // namespace rookery::app
