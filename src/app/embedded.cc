// serve() on one machine: everything in this process, on the stores of its disk.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

#include "api/static_files.h"
#include "app/account_services.h"
#include "app/embedded_stores.h"
#include "app/listeners.h"
#include "app/metrics_page.h"
#include "app/module_metrics.h"
#include "app/serve.h"
#include "app/server.h"
#include "gateway/websocket_skin.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include "runtime/shutdown.h"

namespace rookery::app {
namespace {

constexpr std::chrono::seconds kStopTimeMax{20};  // after the drain
constexpr std::chrono::milliseconds kDrainStep{50};
constexpr std::chrono::milliseconds kLastWords{1000};  // after the drain: for the closes of those who stayed

int cannot_start(const Error& error) {
  log_error("cannot start", {{"reason", error.sentence()}});
  return EXIT_FAILURE;
}

// The set-up link goes to stdout and not to the log, which holds no secrets.
void tell_where_it_is(const Config& config, const net::HttpServer& clients, const net::HttpServer* metrics, const std::string& setup_code) {
  const std::string address = address_of(clients, !config.tls_cert.empty());
  fmt::print("listening on {}\n", address);
  if (!setup_code.empty()) fmt::print("there is no administrator yet; set this server up at {}/#/setup/{}\n", address, setup_code);
  std::fflush(stdout);
  std::error_code unused;
  const std::string data_dir = std::filesystem::absolute(config.data_dir, unused).lexically_normal().string();
  log_info("started", {{"data", data_dir}, {"metrics", metrics == nullptr ? "off" : address_of(*metrics, false) + "/metrics"}});
  if (!setup_code.empty()) {
    log_info("to make an administrator, open the link on stdout; or stop the server and use this command",
             {{"command", fmt::format("rookery admin create USERNAME --data-dir {}", data_dir)}});
  }
  notify_service_manager("READY=1");
}

// A connection is a descriptor, and so is a file of the database: as many as the machine allows.
void raise_descriptor_limit() {
  ::rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) log_warning("the limit of open files could not be raised");
}

// No new connections, and no new requests on those that only bring requests; clients of the gateway are asked to come back
// later, one after another; then nothing is at work.
void stop_serving(const Config& config, net::HttpServer& clients, net::HttpServer* metrics, Server& server, EmbeddedStores& stores,
                  AccountServices& accounts) {
  notify_service_manager("STOPPING=1");
  server.begin_stop();
  clients.stop_accepting();
  clients.drain();
  server.gateway().drain(config.drain);
  for (auto waited = kDrainStep; clients.connections() > 0 && waited <= config.drain + kLastWords; waited += kDrainStep) {
    std::this_thread::sleep_for(kDrainStep);
  }
  if (metrics != nullptr) {
    metrics->stop_accepting();
    metrics->drain();
  }
  run_blocking(stores.cores().at(0), server.join());
  server.stop();
  accounts.stop();
  stores.stop();
}

}  // namespace

int serve(const Config& config) {
  StopSignal stop_signal;
  raise_descriptor_limit();
  auto stores = EmbeddedStores::open(config, core_count(config));
  if (!stores) return cannot_start(stores.error());
  (*stores)->start();
  const auto accounts = AccountServices::open(config, **stores);
  if (!accounts) return cannot_start(accounts.error());
  const auto web = web_directory(config);
  if (!web) return cannot_start(web.error());
  if (web->empty()) log_warning("there is no web client to serve: see web-dir");
  const auto files = api::StaticFiles::load(*web);
  if (!files) return cannot_start(files.error());
  Metrics metrics((*stores)->cores().size());
  Server server(config, **stores, **accounts, *files, metrics);
  MetricsPage metrics_page(metrics);

  const auto clients = open_client_listener(config, gateway::websocket_policy(server.gateway().options()), server.admission());
  if (!clients) return cannot_start(clients.error());
  const auto metrics_listener = open_metrics_listener(config);
  if (!metrics_listener) return cannot_start(metrics_listener.error());
  server.figures().count_connections([&listener = **clients] { return listener.connections(); });
  server.start();
  (*clients)->start((*stores)->cores(), server.http());
  add_process_metrics(metrics);
  add_store_metrics(metrics, **stores);
  add_gateway_metrics(metrics, server.gateway(), (*stores)->cores().size());
  metrics.gauge("rookery_connections", "open connections of clients, HTTP and WebSocket",
                [&listener = **clients] { return static_cast<double>(listener.connections()); });
  metrics.gauge("rookery_connections_max", "how many connections of clients may be open",
                [most = connections_max(config)] { return static_cast<double>(most); });
  metrics.gauge("rookery_http_unread_bytes", "bytes of answers that their readers have not taken",
                [&listener = **clients] { return static_cast<double>(listener.unread_bytes()); });
  metrics.counter_of("rookery_http_unread_cut_total", "answers that were cut because too many waited for their readers",
                     [&listener = **clients] { return static_cast<double>(listener.unread_cut()); });
  if (*metrics_listener) (*metrics_listener)->start((*stores)->cores(), metrics_page);
  tell_where_it_is(config, **clients, metrics_listener->get(), (*accounts)->setup_code());

  const int signal = stop_signal.wait();
  log_info("stopping", {{"signal", signal}});
  const Fuse fuse("stopping", config.drain + kStopTimeMax);
  stop_serving(config, **clients, metrics_listener->get(), server, **stores, **accounts);
  log_info("stopped");
  return EXIT_SUCCESS;
}

}  // namespace rookery::app
