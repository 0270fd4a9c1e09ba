// The disk of the simulated machine: what is on it when the power goes.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "embedded/batch.h"
#include "tests/simulation/scheduler.h"

namespace rookery::simulation {

struct Disk {
  using Rows = std::map<std::string, std::string, std::less<>>;
  std::array<Rows, embedded::kFamilies> rows;
  std::uint64_t last_offset = 0;

  // Being written: on the disk as a whole, or not at all.
  std::vector<const embedded::Batch*> writing;
  bool full = false;

  // How it behaves.
  Micros sync_time = 2 * kMillisecond;
  Micros read_time = 1 * kMillisecond;
  double warm = 0.7;  // reads that memory answers

  // The offset of the batch's first log entry; 0 when it has none.
  std::uint64_t apply(const embedded::Batch& batch);
  // What a start finds after the power went now.
  std::unique_ptr<Disk> after_power_cut() const;

  // Where the next Database::open() finds its rows. Outlives that database.
  static Disk* mounted;
};

}  // namespace rookery::simulation
