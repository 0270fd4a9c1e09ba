#include "runtime/metrics.h"

#include <prometheus/check_names.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <sstream>

#include "base/check.h"
#include "runtime/core.h"

namespace rookery {
namespace {

// Adds to a cell: the core's own, or with an atomic step the one that threads share.
template <class Number>
void add_to(std::atomic<Number>& cell, Number amount, bool shared) noexcept {
  if (shared) {
    cell.fetch_add(amount, std::memory_order_relaxed);
  } else {
    cell.store(cell.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
}

// The cell of this thread, and whether others write to it. Cores beyond the registry's (of a test) share too.
std::pair<unsigned, bool> my_cell(unsigned cores) noexcept {
  const Core* const core = Core::current_or_null();
  if (core == nullptr || core->index() >= cores) return {cores, true};
  return {core->index(), false};
}

}  // namespace

Counter::Counter(unsigned cores) : cores_(cores), cells_(std::make_unique<Cell[]>(cores + 1)) {}

void Counter::add(std::uint64_t count) noexcept {
  const auto [index, shared] = my_cell(cores_);
  add_to(cells_[index].count, count, shared);
}

std::uint64_t Counter::value() const noexcept {
  std::uint64_t sum = 0;
  for (unsigned i = 0; i <= cores_; ++i) sum += cells_[i].count.load(std::memory_order_relaxed);
  return sum;
}

Histogram::Histogram(unsigned cores, std::vector<double> bounds) : cores_(cores), bounds_(std::move(bounds)) {
  CHECK(std::ranges::is_sorted(bounds_));
  for (unsigned i = 0; i <= cores; ++i) cells_.push_back(std::make_unique<Cell>(bounds_.size() + 1));
}

void Histogram::observe(double value) noexcept {
  const auto [index, shared] = my_cell(cores_);
  const auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(bounds_, value) - bounds_.begin());
  add_to(cells_[index]->counts[bucket], std::uint64_t{1}, shared);
  add_to(cells_[index]->sum, value, shared);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot snapshot;
  snapshot.counts.resize(bounds_.size() + 1);
  for (const auto& cell : cells_) {
    for (std::size_t i = 0; i < snapshot.counts.size(); ++i) snapshot.counts[i] += cell->counts[i].load(std::memory_order_relaxed);
    snapshot.sum += cell->sum.load(std::memory_order_relaxed);
  }
  return snapshot;
}

std::vector<double> seconds_bounds() { return {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10}; }

void Metrics::add(Kind kind, std::string name, std::string help, Series series) {
  CHECK(prometheus::CheckMetricName(name));
  for (const auto& [label, value] : series.labels) CHECK(prometheus::CheckLabelName(label));
  auto family = std::ranges::find(families_, name, &Family::name);
  if (family == families_.end()) {
    families_.push_back({std::move(name), std::move(help), kind, {}});
    family = std::prev(families_.end());
  }
  CHECK(family->kind == kind);
  CHECK(std::ranges::find(family->series, series.labels, &Series::labels) == family->series.end());
  family->series.push_back(std::move(series));
}

Counter& Metrics::counter(std::string name, std::string help, MetricLabels labels) {
  Counter& counter = counters_.emplace_back(cores_);
  counter_of(std::move(name), std::move(help), [&counter] { return static_cast<double>(counter.value()); }, std::move(labels));
  return counter;
}

Histogram& Metrics::histogram(std::string name, std::string help, std::vector<double> bounds, MetricLabels labels) {
  Histogram& histogram = histograms_.emplace_back(cores_, bounds);
  histogram_of(std::move(name), std::move(help), std::move(bounds), [&histogram] { return histogram.snapshot(); }, std::move(labels));
  return histogram;
}

void Metrics::histogram_of(std::string name, std::string help, std::vector<double> bounds, std::function<Histogram::Snapshot()> read,
                           MetricLabels labels) {
  add(Kind::kHistogram, std::move(name), std::move(help), {std::move(labels), nullptr, std::move(bounds), std::move(read)});
}

void Metrics::gauge(std::string name, std::string help, std::function<double()> read, MetricLabels labels) {
  add(Kind::kGauge, std::move(name), std::move(help), {std::move(labels), std::move(read), {}, nullptr});
}

void Metrics::counter_of(std::string name, std::string help, std::function<double()> read, MetricLabels labels) {
  add(Kind::kCounter, std::move(name), std::move(help), {std::move(labels), std::move(read), {}, nullptr});
}

namespace {

prometheus::ClientMetric::Histogram cumulative(const std::vector<double>& bounds, const Histogram::Snapshot& snapshot) {
  CHECK(snapshot.counts.size() == bounds.size() + 1);
  prometheus::ClientMetric::Histogram out;
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
    out.sample_count += snapshot.counts[i];
    out.bucket.push_back({out.sample_count, i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity()});
  }
  out.sample_sum = snapshot.sum;
  return out;
}

}  // namespace

std::string Metrics::expose() const {
  std::vector<prometheus::MetricFamily> families;
  for (const Family& family : families_) {
    constexpr prometheus::MetricType kTypes[] = {prometheus::MetricType::Counter, prometheus::MetricType::Gauge,
                                                 prometheus::MetricType::Histogram};
    auto& out = families.emplace_back();
    out.name = family.name;
    out.help = family.help;
    out.type = kTypes[static_cast<std::size_t>(family.kind)];
    for (const Series& series : family.series) {
      auto& metric = out.metric.emplace_back();
      for (const auto& [name, value] : series.labels) metric.label.push_back({name, value});
      switch (family.kind) {
        case Kind::kCounter: metric.counter.value = series.read(); break;
        case Kind::kGauge: metric.gauge.value = series.read(); break;
        case Kind::kHistogram: metric.histogram = cumulative(series.bounds, series.read_counts()); break;
      }
    }
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return std::move(text).str();
}

}  // namespace rookery
