// Scheduler: the time of one simulated run, and everything that waits for its moment in it.
//
// One thread. What happens at which moment is drawn from one seed; two runs of one seed are the same, event by event. Cores,
// the disk, the network and the clients all wait here; nothing else moves time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/time.h"

namespace rookery {
class Core;
}

namespace rookery::simulation {

using Micros = std::int64_t;
inline constexpr Micros kMillisecond = 1'000;
inline constexpr Micros kSecond = 1'000'000;

// The run's randomness.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  Random& random() { return random_; }
  std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }  // bound > 0
  std::int64_t between(std::int64_t low, std::int64_t high) {                // both inclusive
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool chance(double probability) { return static_cast<double>(below(1'000'000)) < probability * 1e6; }
  // Mostly near `usual`, now and then up to twenty times that.
  Micros delay(Micros usual) {
    const Micros spread = between(1, std::max<Micros>(2, usual * 2));
    return chance(0.03) ? spread * 10 : spread;
  }
  template <class List>
  const auto& one_of(const List& list) {
    return list[below(list.size())];
  }

 private:
  SeededRandom random_;
};

class Scheduler {
 public:
  explicit Scheduler(std::uint64_t seed);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;
  // The one that is alive.
  static Scheduler& current();

  Micros now() const noexcept { return now_; }
  Dice& dice() noexcept { return dice_; }
  void after(Micros delay, std::move_only_function<void()> act);
  // The next event, time moving to it. Ends the run when there is none: somebody waits for what never comes.
  void step();
  void run_for(Micros time);
  std::uint64_t steps() const noexcept { return steps_; }

  // How long a core takes until it turns to what waits for it.
  Micros core_latency = 20;
  // Between two letters of one turn, other cores go on.
  double interleaving = 0.3;
  // Letters travel per pair of cores; otherwise they are there for the receiver at once, as in the real mailbox.
  bool loose_mail = false;

 private:
  struct Event {
    Micros time;
    std::uint64_t order;
    std::move_only_function<void()> act;
  };
  static bool later(const Event& a, const Event& b) { return a.time != b.time ? a.time > b.time : a.order > b.order; }

  Dice dice_;
  Micros now_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t steps_ = 0;
  std::vector<Event> events_;  // a heap
};

// Runs `act` on the core, in a turn of its own: what a ready socket is there.
void when_ready(Core& core, std::move_only_function<void()> act);

// The run has shown what must not be: says so and ends the process with status 1.
[[noreturn]] void violation(const std::string& what);

bool tracing();
void set_tracing(bool on);
void trace(const std::string& line);
// A number that stands for everything that was traced, whether it was shown or not.
std::uint64_t trace_hash();

// The server's clock: simulated time, with a wall clock that somebody sets now and then.
class SimulatedClock final : public Clock {
 public:
  TimeMs now() const override;
  SteadyTime steady_now() const override;
  void jump(std::chrono::milliseconds by) { offset_ += by; }

 private:
  std::chrono::milliseconds offset_{0};
};

}  // namespace rookery::simulation
