#include <chrono>
#include <cstdlib>

#include "app/account_services.h"
#include "app/embedded_stores.h"
#include "app/serve.h"
#include "runtime/log.h"
#include "runtime/shutdown.h"

namespace rookery::app {
namespace {

constexpr std::chrono::seconds kStopTimeMax{20};  // after the drain

int cannot_start(const Error& error) {
  log_error("cannot start", {{"reason", error.sentence()}});
  return EXIT_FAILURE;
}

}  // namespace

int serve(const Config& config) {
  StopSignal stop_signal;
  auto stores = EmbeddedStores::open(config, core_count(config));
  if (!stores) return cannot_start(stores.error());
  (*stores)->start();
  auto accounts = AccountServices::open(config, **stores);
  if (!accounts) return cannot_start(accounts.error());
  log_info("started", {{"data", config.data_dir}});
  notify_service_manager("READY=1");

  stop_signal.wait();
  notify_service_manager("STOPPING=1");
  const Fuse fuse("stopping", config.drain + kStopTimeMax);
  (*accounts)->stop();
  (*stores)->stop();
  return EXIT_SUCCESS;
}

}  // namespace rookery::app
