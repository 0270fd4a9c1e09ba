// add_process_metrics(): from getrusage(2) and /proc/self (proc(5)).
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/time.h"
#include "base/version.h"
#include "runtime/metrics.h"

namespace rookery {
namespace {

double cpu_seconds() {
  ::rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const ::timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double total_pages = 0;
  double resident_pages = 0;
  file >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator entries("/proc/self/fd", error);
  return error ? 0 : static_cast<double>(std::distance(begin(entries), end(entries)));
}

}  // namespace

void add_process_metrics(Metrics& metrics) {
  metrics.counter_of("process_cpu_seconds_total", "CPU time of the process, user and system", cpu_seconds);
  metrics.gauge("process_resident_memory_bytes", "memory of the process that is in RAM", resident_bytes);
  metrics.gauge("process_open_fds", "open file descriptors", open_descriptors);
  const double started = static_cast<double>(system_clock().now().unix_ms) / 1000;
  metrics.gauge("process_start_time_seconds", "when the process started, in Unix time", [started] { return started; });
  metrics.gauge("rookery_info", "1, with the version", [] { return 1.0; }, {{"version", std::string(version())}});
}

}  // namespace rookery
