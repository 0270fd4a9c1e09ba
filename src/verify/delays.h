// Delays: when nobody could be expected to notice anything: while a fault lasted, and while the machine was too busy to give the driver
// its turn, as the driver measured it. A deadline of the server's is later by as much. Part of the checker; one thread, no I/O.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace rookery::verify {

class Delays {
 public:
  static constexpr std::int64_t kNoticedWithinUs = 2'000'000;

  // Times as in the history. In the order of their ends; they may overlap.
  void add(std::int64_t from_us, std::int64_t to_us) { spans_.emplace_back(from_us, to_us); }
  // One that goes on, until end().
  void begin(std::int64_t from_us) { open_since_ = from_us; }
  void end(std::int64_t to_us);
  void clear();

  // How much of that time was delay.
  std::int64_t within(std::int64_t from_us, std::int64_t to_us) const;
  // A fault goes on then, or ended so shortly before that what it broke may be noticed only now.
  bool is_near_fault(std::int64_t at_us) const;

 private:
  std::vector<std::pair<std::int64_t, std::int64_t>> spans_;
  std::int64_t open_since_ = -1;
  std::int64_t fault_from_ = -1, fault_to_ = -1;  // the last one that ended
};

}  // namespace rookery::verify
