#include "app/server_figures.h"

#include <utility>

#include "app/listeners.h"
#include "embedded/keys.h"

namespace rookery::app {
namespace {

using embedded::Family;
using embedded::Table;

constexpr std::chrono::seconds kPaceOver{60};
constexpr std::chrono::seconds kSampleEvery{1};
constexpr std::size_t kCountedMax = 10'000;  // rows; beyond it they are estimated

std::uint64_t sum(const gateway::Gateway& gateway, unsigned cores, gateway::Counter gateway::Counters::* counter) {
  std::uint64_t all = 0;
  for (unsigned core = 0; core < cores; ++core) all += (gateway.counters(core).*counter).get();
  return all;
}

}  // namespace

double Pace::take(SteadyTime now, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  while (samples_.size() > 1 && now - samples_[1].at >= kPaceOver) samples_.pop_front();
  const Sample oldest = samples_.front();
  if (now - samples_.back().at >= kSampleEvery) samples_.push_back({now, count});
  const double seconds = std::chrono::duration<double>(now - oldest.at).count();
  return seconds <= 0 || count < oldest.count ? 0 : static_cast<double>(count - oldest.count) / seconds;
}

double commit_time_ms(const embedded::CommitCounters& counters, double part) {
  std::uint64_t all = 0;
  for (const std::uint64_t count : counters.sync_us_below_power) all += count;
  std::uint64_t passed = 0;
  for (std::size_t power = 0; power < counters.sync_us_below_power.size(); ++power) {
    passed += counters.sync_us_below_power[power];
    if (all > 0 && static_cast<double>(passed) >= part * static_cast<double>(all)) {
      return static_cast<double>(std::uint64_t{1} << power) / 1000;
    }
  }
  return 0;
}

ServerFigures::ServerFigures(Parts parts)
    : parts_(parts), connections_([] { return std::size_t{0}; }), events_(system_clock().steady_now()) {
  events_.take(system_clock().steady_now(), 0);
}

api::ServerHealth ServerFigures::health() {
  const embedded::Database& database = parts_.stores.database();
  const unsigned cores = parts_.stores.cores().size();
  const embedded::CommitCounters commits = database.counters();
  api::ServerHealth health;
  health.started_at = parts_.started_at;
  health.connections = connections_();
  health.connections_max = connections_max(parts_.config);
  health.gateway_connections = sum(parts_.gateway, cores, &gateway::Counters::connections);
  health.sessions = sum(parts_.gateway, cores, &gateway::Counters::sessions);
  health.events_per_second = events_.take(system_clock().steady_now(), sum(parts_.gateway, cores, &gateway::Counters::events));
  health.requests_at_work = parts_.admission.requests_at_work();
  health.refused = parts_.admission.refused();
  health.memory_bytes = process_memory_bytes();
  health.memory_bytes_max = admission_limits(parts_.config).memory_bytes_max;
  health.memory_is_short = parts_.admission.memory_is_short();
  health.writable = database.writable().has_value();
  health.commits = {.count = commits.batches,
                    .p50_ms = commit_time_ms(commits, 0.5),
                    .p95_ms = commit_time_ms(commits, 0.95),
                    .p99_ms = commit_time_ms(commits, 0.99)};
  return health;
}

Task<Result<api::Count>> ServerFigures::count(Family family, std::string prefix) {
  embedded::Database& database = parts_.stores.database();
  const auto range = embedded::ScanRange::of_prefix(prefix, kCountedMax);
  const auto counted = co_await database.count(family, range);
  if (!counted) co_return fail(counted.error());
  if (*counted < kCountedMax) co_return api::Count{.value = *counted, .exact = true};
  auto ask = [&database, family, range] { return database.estimate_rows(family, range); };
  const auto estimate = co_await parts_.stores.reads().run(std::move(ask));
  if (!estimate) co_return fail(estimate.error());
  co_return api::Count{.value = std::max<std::uint64_t>(*estimate, kCountedMax), .exact = false};
}

Task<Result<api::StorageReport>> ServerFigures::storage() {
  embedded::Database& database = parts_.stores.database();
  auto ask = [&database] { return database.figures(); };
  const auto figures = co_await parts_.stores.reads().run(std::move(ask));
  if (!figures) co_return fail(figures.error());
  api::StorageReport report;
  for (const embedded::FamilyFigures& family : figures->families) {
    report.families.push_back({.name = family.name, .bytes = family.disk_bytes, .memory_bytes = family.memory_bytes});
  }
  report.log_bytes = figures->log_bytes;
  report.disk_free_bytes = figures->disk_free_bytes;
  report.disk_bytes = figures->disk_bytes;
  report.reserve_bytes = storage_reserve(parts_.config);
  report.writable = database.writable().has_value();
  struct Wanted {
    Family family;
    Table table;
    api::Count api::StorageReport::* count;
  };
  constexpr Wanted kWanted[] = {{Family::kState, Table::kUser, &api::StorageReport::users},
                                {Family::kState, Table::kChannel, &api::StorageReport::channels},
                                {Family::kHistory, Table::kMessage, &api::StorageReport::messages}};
  for (const Wanted& wanted : kWanted) {
    const auto counted = co_await count(wanted.family, embedded::table_prefix(wanted.table));
    if (!counted) co_return fail(counted.error());
    report.*wanted.count = *counted;
  }
  co_return report;
}

}  // namespace rookery::app
