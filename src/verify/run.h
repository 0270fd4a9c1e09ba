// Run: rounds of load against a server, each with a fault in the middle, and what the checker says of them.
//
// Blocks; on a thread that is no core.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "verify/checker.h"

namespace rookery::verify {

enum class Fault : std::uint8_t { kNone, kKill, kPause, kNetwork, kPowerCut };
std::string_view name_of(Fault fault);
std::optional<Fault> fault_named(std::string_view name);

struct RunOptions {
  std::string url;                                                      // of a running installation; empty: a server of our own
  std::string authorities_file = "/etc/ssl/certs/ca-certificates.crt";  // whom an https URL is trusted by
  std::string server;                                                   // the program of our own server; empty: this one
  std::string directory;                                                // for the data of our own server; made, and deleted at the end
  bool keep_directory = false;
  // A command for /bin/sh that cuts the power of `directory`, given the server's process id: when it is done, the process has ended and
  // below the directory is what a machine would find there that was switched off at some moment. Empty: the server has a volatile disk.
  std::string power_cut;
  std::string invite;                          // for those who are registered; empty: none
  std::string accounts_file;                   // who takes part, "name password" a line; empty: people are registered
  std::string history_file;                    // empty: none
  std::vector<Fault> faults = {Fault::kNone};  // one a round, in turn
  std::uint64_t seed = 1;
  std::uint64_t rounds = 1;
  double seconds = 3;  // of load, each round
  std::size_t users = 6;
  std::size_t channels = 3;
};

// The longest round: an access token lives longer.
inline constexpr double kSecondsMax = 600;

struct RunEnd {
  bool refused = false;  // nothing could be checked, or not to the end; `why` says why
  std::string why;
  bool history_cut = false;  // the history could not be written to its end
};

// Everything that was done and shown goes through `checker`. `progress` is called with a line on what is going on, and with every round
// that has ended.
struct RunProgress {
  std::function<void(const std::string& doing)> doing;
  std::function<void(const RoundResult& round)> round;
  // Every event, as the checker read it: for the report.
  std::function<void(const Event& event)> event;
};
RunEnd run(const RunOptions& options, Checker& checker, const RunProgress& progress);

}  // namespace rookery::verify
