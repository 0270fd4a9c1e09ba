// Metrics: what Prometheus can ask this process.
//
// A module has one probe: a struct of references to its counters and histograms, made at start from the registry. Counting
// on a core is a plain load and store in a cell of that core's own: no lock, no shared cache line. Other threads share
// one more cell. What is read is each cell as it is at that moment, so sums may be a few events apart.
//
// Names follow Prometheus: rookery_messages_total, rookery_commit_seconds.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rookery {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

// Only grows. Any thread.
class Counter {
 public:
  explicit Counter(unsigned cores);
  void add(std::uint64_t count = 1) noexcept;
  std::uint64_t value() const noexcept;

 private:
  struct alignas(64) Cell {
    std::atomic<std::uint64_t> count{0};
  };
  unsigned cores_;
  std::unique_ptr<Cell[]> cells_;  // one a core, and one for all other threads
};

// How values are spread: counts of those up to each bound. Any thread.
class Histogram {
 public:
  // `bounds` ascending, inclusive; what is above the last is counted besides.
  Histogram(unsigned cores, std::vector<double> bounds);
  void observe(double value) noexcept;

  struct Snapshot {
    std::vector<std::uint64_t> counts;  // of each bound by itself, and of what is above the last
    double sum = 0;
  };
  Snapshot snapshot() const;

 private:
  struct alignas(64) Cell {
    explicit Cell(std::size_t buckets) : counts(buckets) {}
    std::vector<std::atomic<std::uint64_t>> counts;
    std::atomic<double> sum{0};
  };
  unsigned cores_;
  std::vector<double> bounds_;
  std::vector<std::unique_ptr<Cell>> cells_;
};

// Bounds for times in seconds, from 100 µs to 10 s, three to a decade.
std::vector<double> seconds_bounds();

// The registry. Metrics are added at start, before the first exposition; references hold as long as this lives.
class Metrics {
 public:
  explicit Metrics(unsigned cores) : cores_(cores) {}
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The same name may be added again with other labels, of the same kind and with the same help; CHECKed are names and
  // labels that Prometheus would refuse.
  Counter& counter(std::string name, std::string help, MetricLabels labels = {});
  Histogram& histogram(std::string name, std::string help, std::vector<double> bounds, MetricLabels labels = {});
  // Read at every exposition, on whatever thread asks for it.
  void gauge(std::string name, std::string help, std::function<double()> read, MetricLabels labels = {});
  void histogram_of(std::string name, std::string help, std::vector<double> bounds, std::function<Histogram::Snapshot()> read,
                    MetricLabels labels = {});
  void counter_of(std::string name, std::string help, std::function<double()> read, MetricLabels labels = {});

  // The text format (version 0.0.4). Any thread.
  std::string expose() const;
  static constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  enum class Kind : std::uint8_t { kCounter, kGauge, kHistogram };
  struct Series {
    MetricLabels labels;
    std::function<double()> read;                      // counters and gauges
    std::vector<double> bounds;                        // histograms
    std::function<Histogram::Snapshot()> read_counts;  // histograms
  };
  struct Family {
    std::string name;
    std::string help;
    Kind kind;
    std::vector<Series> series;
  };
  void add(Kind kind, std::string name, std::string help, Series series);

  const unsigned cores_;
  std::deque<Counter> counters_;
  std::deque<Histogram> histograms_;
  std::vector<Family> families_;
};

// The process itself: process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds,
// process_start_time_seconds, under the names that Prometheus client libraries use, and rookery_info{version}.
void add_process_metrics(Metrics& metrics);

}  // namespace rookery
