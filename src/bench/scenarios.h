// Scenarios: the table "What it costs", row by row, against a server of the bench's own on one processor and load from
// another. Everything goes the whole way: tokens, checks, storage with sync, JSON.
//
// Blocks; on a thread that is no core.
#pragma once

#include <cstdint>
#include <string>

#include "bench/report.h"

namespace rookery::bench {

struct BenchOptions {
  std::string directory;  // for the data of what is measured, on the disk that counts; made when missing
  unsigned server_cpu = 0;
  unsigned load_cpu = 1;
  std::string only;                  // one scenario by its name; empty: all
  double scale = 1;                  // of how many messages and how long
  std::uint32_t connections = 4000;  // held for the memory of an idle one
};

// Prints each figure as it comes. True when everything could be measured, whether or not it met its aim.
bool run_scenarios(const BenchOptions& options, Report& report);

}  // namespace rookery::bench
