#include "runtime/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/version.h"
#include "runtime/core.h"

namespace rookery {
namespace {

using testing::HasSubstr;

Task<void> count_on_each_core(Cores& cores, Counter& counter, Histogram& histogram) {
  for (unsigned i = 0; i < cores.size(); ++i) {
    co_await hop(cores.at(i));
    for (int n = 0; n < 1000; ++n) counter.add();
    histogram.observe(0.5);
  }
}

TEST(Metrics, CellsOfAllCoresAndThreadsAddUp) {
  Cores cores(3, system_clock());
  cores.start();
  Metrics metrics(2);  // the third core counts as any other thread
  Counter& counter = metrics.counter("rookery_test_total", "events");
  Histogram& histogram = metrics.histogram("rookery_test_seconds", "times", {0.1, 1});
  run_blocking(cores.at(0), count_on_each_core(cores, counter, histogram));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&counter] {
      for (int n = 0; n < 1000; ++n) counter.add();
    });
  }
  for (auto& thread : threads) thread.join();
  cores.stop();
  EXPECT_EQ(counter.value(), 7000u);
  EXPECT_EQ(histogram.snapshot().counts, (std::vector<std::uint64_t>{0, 3, 0}));
  EXPECT_DOUBLE_EQ(histogram.snapshot().sum, 1.5);
}

TEST(Metrics, BoundsOfAHistogramAreInclusive) {
  Histogram histogram(1, {1, 2});
  for (const double value : {0.0, 1.0, 1.5, 2.0, 2.5}) histogram.observe(value);
  EXPECT_EQ(histogram.snapshot().counts, (std::vector<std::uint64_t>{2, 2, 1}));
}

TEST(Metrics, AreExposedInTheTextFormat) {
  Metrics metrics(1);
  metrics.counter("rookery_messages_total", "messages", {{"kind", "text"}}).add(3);
  metrics.counter("rookery_messages_total", "messages", {{"kind", "sys\"tem"}}).add(4);
  metrics.gauge("rookery_connections", "open now", [] { return 2.5; });
  metrics.histogram("rookery_commit_seconds", "a commit", {0.1, 1}).observe(0.5);
  EXPECT_EQ(metrics.expose(),
            "# HELP rookery_messages_total messages\n"
            "# TYPE rookery_messages_total counter\n"
            "rookery_messages_total{kind=\"text\"} 3\n"
            "rookery_messages_total{kind=\"sys\\\"tem\"} 4\n"
            "# HELP rookery_connections open now\n"
            "# TYPE rookery_connections gauge\n"
            "rookery_connections 2.5\n"
            "# HELP rookery_commit_seconds a commit\n"
            "# TYPE rookery_commit_seconds histogram\n"
            "rookery_commit_seconds_count 1\n"
            "rookery_commit_seconds_sum 0.5\n"
            "rookery_commit_seconds_bucket{le=\"0.1\"} 0\n"
            "rookery_commit_seconds_bucket{le=\"1\"} 1\n"
            "rookery_commit_seconds_bucket{le=\"+Inf\"} 1\n");
}

TEST(Metrics, TheProcessTellsOfItself) {
  Metrics metrics(1);
  add_process_metrics(metrics);
  const std::string text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("rookery_info{version=\"" + std::string(version()) + "\"} 1\n"));
  EXPECT_THAT(text, testing::ContainsRegex("process_resident_memory_bytes [1-9]"));
  EXPECT_THAT(text, testing::ContainsRegex("process_open_fds [1-9]"));
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds_total counter\n"));
}

TEST(MetricsDeathTest, ANameThatPrometheusRefusesIsABug) {
  Metrics metrics(1);
  EXPECT_DEATH(metrics.counter("rookery-messages", "messages"), "CheckMetricName");
}

}  // namespace
}  // namespace rookery
