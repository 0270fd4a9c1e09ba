#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "app/serve.h"
#include "runtime/core.h"
#include "runtime/data_dir.h"
#include "runtime/log.h"
#include "runtime/shutdown.h"

namespace rookery::app {
namespace {

constexpr std::chrono::seconds kStopTimeMax{20};  // after the drain

unsigned core_count(const Config& config) { return config.cores > 0 ? config.cores : std::max(1u, std::thread::hardware_concurrency()); }

}  // namespace

int serve(const Config& config) {
  StopSignal stop_signal;
  auto data_dir = DataDir::open_data_dir(config.data_dir);
  if (!data_dir) {
    log_error("cannot start", {{"reason", data_dir.error().sentence()}});
    return EXIT_FAILURE;
  }
  Cores cores(core_count(config), system_clock());
  cores.start();
  log_info("started", {{"data", data_dir->path()}});
  notify_service_manager("READY=1");

  stop_signal.wait();
  notify_service_manager("STOPPING=1");
  const Fuse fuse("stopping", config.drain + kStopTimeMax);
  cores.stop();
  return EXIT_SUCCESS;
}

}  // namespace rookery::app
