#include "app/module_metrics.h"

#include <string>

#include "gateway/counters.h"

namespace rookery::app {
namespace {

using gateway::Counters;

struct GatewayCounter {
  const char* name;
  const char* help;
  gateway::Counter Counters::* counter;
};

constexpr GatewayCounter kGauges[] = {
    {"rookery_gateway_connections", "open gateway connections", &Counters::connections},
    {"rookery_gateway_sessions", "gateway sessions, those waiting for a Resume too", &Counters::sessions},
};

constexpr GatewayCounter kTotals[] = {
    {"rookery_gateway_identifies_total", "sessions begun", &Counters::identifies},
    {"rookery_gateway_resumes_total", "sessions resumed", &Counters::resumes},
    {"rookery_gateway_resumes_refused_total", "Resumes answered with Invalid session", &Counters::resumes_refused},
    {"rookery_gateway_frames_total", "frames of clients", &Counters::frames},
    {"rookery_gateway_dispatches_total", "dispatches to sessions", &Counters::dispatches},
    {"rookery_gateway_events_total", "events of channels handed on", &Counters::events},
    {"rookery_gateway_requests_total", "requests of clients (op 64)", &Counters::requests},
    {"rookery_gateway_requests_refused_total", "requests answered with an error", &Counters::requests_refused},
    {"rookery_gateway_catch_ups_total", "channels read for a session that was away", &Counters::catch_ups},
    {"rookery_gateway_catch_ups_refused_total", "channels that were too far behind", &Counters::catch_ups_refused},
    {"rookery_gateway_holes_total", "times a session read from the log what did not come to it", &Counters::holes},
    {"rookery_gateway_withdrawals_total", "deletions carried to unsent dispatches", &Counters::withdrawals},
};

std::function<double()> sum_of(const gateway::Gateway& gateway, unsigned cores, gateway::Counter Counters::* counter) {
  return [&gateway, cores, counter] {
    std::uint64_t sum = 0;
    for (unsigned core = 0; core < cores; ++core) sum += (gateway.counters(core).*counter).get();
    return static_cast<double>(sum);
  };
}

void add_closes(Metrics& metrics, const gateway::Gateway& gateway, unsigned cores, std::uint16_t code) {
  metrics.counter_of("rookery_gateway_closes_total", "gateway connections that the server closed, by code",
                     [&gateway, cores, slot = Counters::close_slot(code)] {
                       std::uint64_t sum = 0;
                       for (unsigned core = 0; core < cores; ++core) sum += gateway.counters(core).closes[slot].get();
                       return static_cast<double>(sum);
                     },
                     {{"code", code == 0 ? "other" : std::to_string(code)}});
}

// The database counts below powers of two of a microsecond.
std::vector<double> sync_bounds() {
  std::vector<double> bounds;
  for (std::size_t i = 0; i + 1 < embedded::CommitCounters{}.sync_us_below_power.size(); ++i) {
    bounds.push_back(static_cast<double>(std::uint64_t{1} << i) / 1e6);
  }
  return bounds;
}

Histogram::Snapshot sync_snapshot(const embedded::Database& database) {
  const embedded::CommitCounters counters = database.counters();
  Histogram::Snapshot snapshot;
  snapshot.counts.assign(counters.sync_us_below_power.begin(), counters.sync_us_below_power.end());
  snapshot.sum = static_cast<double>(counters.sync_us_total) / 1e6;
  return snapshot;
}

}  // namespace

void add_gateway_metrics(Metrics& metrics, const gateway::Gateway& gateway, unsigned cores) {
  for (const auto& [name, help, counter] : kGauges) metrics.gauge(name, help, sum_of(gateway, cores, counter));
  for (const auto& [name, help, counter] : kTotals) metrics.counter_of(name, help, sum_of(gateway, cores, counter));
  for (const std::uint16_t code : {4001, 4002, 4003, 4004, 4005, 4007, 4008, 4009, 4100, 4101, 4102, 4103, 4104, 0}) {
    add_closes(metrics, gateway, cores, code);
  }
}

void add_store_metrics(Metrics& metrics, EmbeddedStores& stores) {
  const embedded::Database& database = stores.database();
  const auto total = [&metrics, &database](const char* name, const char* help, std::uint64_t embedded::CommitCounters::* counter) {
    metrics.counter_of(name, help, [&database, counter] { return static_cast<double>(database.counters().*counter); });
  };
  total("rookery_storage_commits_total", "commits asked for", &embedded::CommitCounters::requests);
  total("rookery_storage_batches_total", "batches written, each with one sync", &embedded::CommitCounters::batches);
  total("rookery_storage_operations_total", "rows written", &embedded::CommitCounters::operations);
  total("rookery_storage_bytes_total", "bytes of rows written", &embedded::CommitCounters::bytes);
  metrics.histogram_of("rookery_storage_sync_seconds", "a batch written and synced", sync_bounds(),
                       [&database] { return sync_snapshot(database); });
  metrics.gauge("rookery_storage_writable", "1, or 0 while the disk is nearly full",
                [&database] { return database.writable() ? 1.0 : 0.0; });
  metrics.gauge("rookery_storage_reads_waiting", "reads that wait for a thread",
                [&stores] { return static_cast<double>(stores.reads().waiting()); });
}

}  // namespace rookery::app
