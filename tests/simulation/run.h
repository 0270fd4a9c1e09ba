// Run: one simulated life of a server and its clients, from one seed: some work, with whatever goes wrong meanwhile; then
// everything heals, and what everybody knows is compared with what is true.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tests/simulation/client.h"

namespace rookery::simulation {

// 0, or false: as the seed says.
struct RunOptions {
  std::uint64_t seed = 1;
  std::uint64_t steps = 0;  // things that users do
  unsigned cores = 0;
  unsigned users = 0;
  unsigned devices = 0;  // of all users together
  bool no_crashes = false;
  bool no_faults = false;  // of the network
};

struct RunResult {
  std::uint64_t steps = 0;
  std::uint64_t events = 0;
  std::uint64_t hash = 0;
  std::uint64_t crashes = 0;
  std::uint64_t restarts = 0;
  Micros time = 0;
  Server::Totals server;
};

// A violation ends the process.
RunResult run(const RunOptions& options);

}  // namespace rookery::simulation
