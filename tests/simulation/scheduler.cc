#include "tests/simulation/scheduler.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/check.h"
#include "base/hash.h"

namespace rookery::simulation {
namespace {

constexpr std::uint64_t kStepsMax = 20'000'000;  // of a run: beyond, it runs in a circle
constexpr std::int64_t kWallStart = 1'790'000'000'000;

Scheduler* current_scheduler = nullptr;
bool tracing_on = false;
std::uint64_t traced = 0;

}  // namespace

Scheduler::Scheduler(std::uint64_t seed) : dice_(seed) {
  CHECK(current_scheduler == nullptr);
  current_scheduler = this;
  traced = 0;
}

Scheduler::~Scheduler() { current_scheduler = nullptr; }

Scheduler& Scheduler::current() {
  CHECK(current_scheduler != nullptr);
  return *current_scheduler;
}

void Scheduler::after(Micros delay, std::move_only_function<void()> act) {
  events_.push_back({now_ + std::max<Micros>(0, delay), order_++, std::move(act)});
  std::ranges::push_heap(events_, later);
}

void Scheduler::step() {
  if (events_.empty()) violation("nothing is left to do, and somebody waits");
  if (++steps_ > kStepsMax) violation("the run does not end");
  std::ranges::pop_heap(events_, later);
  Event event = std::move(events_.back());
  events_.pop_back();
  now_ = event.time;
  event.act();
}

void Scheduler::run_for(Micros time) {
  bool over = false;
  after(time, [&over] { over = true; });
  while (!over) step();
}

void violation(const std::string& what) {
  const Micros now = current_scheduler == nullptr ? 0 : current_scheduler->now();
  const std::string line = fmt::format("violation at {}.{:06} s: {}\n", now / kSecond, now % kSecond, what);
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
  ::_exit(1);
}

bool tracing() { return tracing_on; }
void set_tracing(bool on) { tracing_on = on; }

void trace(const std::string& line) {
  const Micros now = Scheduler::current().now();
  traced = mix(traced ^ stable_hash(line) ^ static_cast<std::uint64_t>(now));
  if (tracing_on) std::fputs(fmt::format("{:>5}.{:06} {}\n", now / kSecond, now % kSecond, line).c_str(), stdout);
}

std::uint64_t trace_hash() { return traced; }

TimeMs SimulatedClock::now() const { return TimeMs(kWallStart + Scheduler::current().now() / kMillisecond) + offset_; }

SteadyTime SimulatedClock::steady_now() const {
  return SteadyTime(std::chrono::hours(1) + std::chrono::microseconds(Scheduler::current().now()));
}

}  // namespace rookery::simulation
