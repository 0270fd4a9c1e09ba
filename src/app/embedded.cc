#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "app/serve.h"
#include "runtime/core.h"
#include "runtime/log.h"
#include "runtime/shutdown.h"

namespace rookery::app {
namespace {

constexpr std::chrono::seconds kStopTimeMax{20};  // after the drain

unsigned core_count(const Config& config) { return config.cores > 0 ? config.cores : std::max(1u, std::thread::hardware_concurrency()); }

}  // namespace

int serve(const Config& config) {
  StopSignal stop_signal;
  Cores cores(core_count(config), system_clock());
  cores.start();
  log_info("started", {{"data", config.data_dir}});
  notify_service_manager("READY=1");

  stop_signal.wait();
  notify_service_manager("STOPPING=1");
  const Fuse fuse("stopping", config.drain + kStopTimeMax);
  cores.stop();
  return EXIT_SUCCESS;
}

}  // namespace rookery::app
