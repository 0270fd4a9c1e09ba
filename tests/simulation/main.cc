// The simulation: seeded runs of a server and its clients on simulated time (docs/verification.md, "Simulation").
//
//   simulation --seed N --runs R      R runs, from seed N on; stops at the first violation, and looks for a shorter one
//   simulation --seed N --trace       one run, with everything that happens
//   --steps M --cores C --users U --devices D --no-crashes --no-faults     as said, not as the seed says
//   --seconds S                       as many runs as fit into that time
//   --count                           goes on after a violation, and counts
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/log.h"
#include "tests/simulation/run.h"

namespace {

using namespace rookery::simulation;

constexpr std::uint64_t kRunsPerProcess = 200;
constexpr unsigned kSecondsPerRun = 120;  // of the machine's time, by its own clock for work done: beyond, it hangs

struct Arguments {
  RunOptions run;
  std::uint64_t runs = 1;
  std::uint64_t seconds = 0;
  bool trace = false;
  bool quiet = false;
  bool count = false;
};

// What the processes that do the runs tell the one that asked for them.
struct Shared {
  std::uint64_t seed;  // the run that is under way
  std::uint64_t runs, steps, events, crashes, restarts, hash;
  Server::Totals server;
  Client::Totals clients;
};

Shared& shared() {
  static auto* const memory =
      static_cast<Shared*>(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  return *memory;
}

void do_run(const RunOptions& options) {
  ::alarm(kSecondsPerRun);
  Shared& totals = shared();
  totals.seed = options.seed;
  const RunResult result = run(options);
  ++totals.runs;
  totals.steps += result.steps;
  totals.events += result.events;
  totals.crashes += result.crashes;
  totals.restarts += result.restarts;
  totals.hash = totals.hash * 31 + result.hash;
  const auto* from = reinterpret_cast<const std::uint64_t*>(&result.server);
  auto* to = reinterpret_cast<std::uint64_t*>(&totals.server);
  for (std::size_t i = 0; i < sizeof(Server::Totals) / sizeof(std::uint64_t); ++i) to[i] += from[i];
  from = reinterpret_cast<const std::uint64_t*>(&Client::totals);
  to = reinterpret_cast<std::uint64_t*>(&totals.clients);
  for (std::size_t i = 0; i < sizeof(Client::Totals) / sizeof(std::uint64_t); ++i) to[i] += from[i];
  Client::totals = {};
}

// In a process of its own, as a violation or a failed CHECK ends it. Whether all of them passed.
bool do_runs(RunOptions options, std::uint64_t runs, bool quiet) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    if (quiet) {
      static_cast<void>(std::freopen("/dev/null", "w", stdout));
      static_cast<void>(std::freopen("/dev/null", "w", stderr));
    }
    for (; runs > 0; --runs, ++options.seed) do_run(options);
    std::fflush(stdout);
    ::_exit(EXIT_SUCCESS);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0 && !quiet && WIFSIGNALED(status)) fmt::print("ended by signal {}\n", WTERMSIG(status));
  return status == 0;
}

std::string command_of(const RunOptions& options) {
  std::string text = fmt::format("simulation --seed {}", options.seed);
  if (options.steps != 0) text += fmt::format(" --steps {}", options.steps);
  if (options.cores != 0) text += fmt::format(" --cores {}", options.cores);
  if (options.users != 0) text += fmt::format(" --users {}", options.users);
  if (options.devices != 0) text += fmt::format(" --devices {}", options.devices);
  if (options.no_crashes) text += " --no-crashes";
  if (options.no_faults) text += " --no-faults";
  return text;
}

// Fewer of everything, as long as it still fails. Not the shortest there is; the shortest that is cheap to find.
RunOptions shorter(RunOptions failing) {
  const auto still_fails = [](const RunOptions& options) { return !do_runs(options, 1, true); };
  const auto attempt = [&](auto change) {
    RunOptions less = failing;
    change(less);
    if (still_fails(less)) failing = less;
  };
  attempt([](RunOptions& o) { o.no_crashes = true; });
  attempt([](RunOptions& o) { o.no_faults = true; });
  for (unsigned devices = 1; devices <= 3; ++devices) {
    if (failing.devices != 0) break;
    attempt([devices](RunOptions& o) { o.devices = devices; });
  }
  attempt([](RunOptions& o) { o.cores = 1; });
  attempt([](RunOptions& o) { o.users = 2; });
  // The same seed with fewer steps begins the same: the first number of steps that fails is looked for by halves.
  std::uint64_t passes = 0;
  std::uint64_t fails = failing.steps != 0 ? failing.steps : 128;
  while (fails - passes > 1) {
    RunOptions less = failing;
    less.steps = (passes + fails) / 2;
    if (still_fails(less)) {
      failing = less;
      fails = less.steps;
    } else {
      passes = less.steps;
    }
  }
  return failing;
}

Arguments parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const auto number = [&] {
      if (i + 1 >= count) {
        fmt::print(stderr, "{} needs a number\n", word);
        std::exit(2);
      }
      return std::strtoull(words[++i], nullptr, 10);
    };
    if (word == "--seed")
      arguments.run.seed = number();
    else if (word == "--runs")
      arguments.runs = number();
    else if (word == "--seconds")
      arguments.seconds = number();
    else if (word == "--steps")
      arguments.run.steps = number();
    else if (word == "--cores")
      arguments.run.cores = static_cast<unsigned>(number());
    else if (word == "--users")
      arguments.run.users = static_cast<unsigned>(number());
    else if (word == "--devices")
      arguments.run.devices = static_cast<unsigned>(number());
    else if (word == "--no-crashes")
      arguments.run.no_crashes = true;
    else if (word == "--no-faults")
      arguments.run.no_faults = true;
    else if (word == "--trace")
      arguments.trace = true;
    else if (word == "--count")
      arguments.count = true;
    else {
      fmt::print(stderr, "unknown: {}\n", word);
      std::exit(2);
    }
  }
  return arguments;
}

void report(double seconds, std::uint64_t failures) {
  const Shared& totals = shared();
  fmt::print("{} runs in {:.1f} s, {} failed: {} steps, {} events, {} crashes, {} restarts (hash {:016x})\n", totals.runs + failures,
             seconds, failures, totals.steps, totals.events, totals.crashes, totals.restarts, totals.hash);
  fmt::print("clients: {} sends, {} messages and {} changes told, {} channels repaired by REST, {} lost, {} older resumes\n",
             totals.clients.sends, totals.clients.creates, totals.clients.changes, totals.clients.repairs, totals.clients.gone,
             totals.clients.repeats);
  fmt::print("server: {} identifies, {} resumes, {} refused, {} channels caught up, {} refused, {} holes, {} withdrawals, {} dispatches\n",
             totals.server.identifies, totals.server.resumes, totals.server.resumes_refused, totals.server.catch_ups,
             totals.server.catch_ups_refused, totals.server.holes, totals.server.withdrawals, totals.server.dispatches);
}

// The first violation: shown, then made shorter.
void explain(RunOptions failing) {
  fmt::print("seed {} fails; looking for a shorter run\n", failing.seed);
  const RunOptions less = shorter(failing);
  fmt::print("again: {}\n", command_of(less));
  do_runs(less, 1, false);
}

}  // namespace

int main(int count, char** words) {
  const Arguments arguments = parse(count, words);
  shared();  // before the first fork
  rookery::configure_log(rookery::LogLevel::kError, rookery::LogFormat::kText);
  if (arguments.trace) {
    set_tracing(true);
    do_run(arguments.run);
    return EXIT_SUCCESS;
  }
  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [began] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  RunOptions next = arguments.run;
  std::uint64_t failures = 0;
  std::uint64_t left = arguments.seconds != 0 ? ~std::uint64_t{0} : arguments.runs;
  while (left > 0 && (arguments.seconds == 0 || seconds() < static_cast<double>(arguments.seconds))) {
    const std::uint64_t batch = std::min(left, arguments.seconds != 0 ? std::uint64_t{20} : kRunsPerProcess);
    if (do_runs(next, batch, false)) {
      next.seed += batch;
      left -= batch;
      continue;
    }
    ++failures;
    const std::uint64_t failed = shared().seed;
    left -= failed + 1 - next.seed;
    next.seed = failed;
    if (!arguments.count) {
      explain(next);
      break;
    }
    fmt::print("seed {} fails\n", failed);
    ++next.seed;
  }
  report(seconds(), failures);
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
