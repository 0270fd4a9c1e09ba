#include "runtime/admission.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/check.h"
#include "runtime/core.h"
#include "runtime/log.h"

namespace rookery {
namespace {

constexpr double kRequestRetryAfterS = 1;
constexpr double kMemoryRetryAfterS = 5;      // memory comes back slowly
constexpr std::uint64_t kPartsOfMemory = 20;  // one of them must be free again before it is enough

std::uint64_t page_bytes() { return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)); }

// The number in a file of one number; none where it says something else ("max"), or is not there.
std::uint64_t number_in(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::uint64_t number = 0;
  return in >> number ? number : UINT64_MAX;
}

// cgroups(7), version 2: the least of this group's limit and those of the groups around it.
std::uint64_t control_group_limit() {
  std::ifstream groups("/proc/self/cgroup");
  std::uint64_t limit = number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes");  // version 1, in a container
  for (std::string line; std::getline(groups, line);) {
    if (!line.starts_with("0::/")) continue;
    const std::filesystem::path root = "/sys/fs/cgroup";
    for (std::filesystem::path group = root / line.substr(4);; group = group.parent_path()) {
      limit = std::min(limit, number_in(group / "memory.max"));
      if (group == root || group.native().size() <= root.native().size()) break;
    }
  }
  return limit;
}

}  // namespace

// One a core, written there only; read from anywhere.
struct alignas(64) Load {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> bytes{0};

  void change(std::int64_t by_requests, std::int64_t by_bytes) noexcept {
    requests.store(requests.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(by_requests), std::memory_order_relaxed);
    bytes.store(bytes.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(by_bytes), std::memory_order_relaxed);
  }
};

Admission::Ticket::~Ticket() {
  if (from_ != nullptr) from_->change(-1, -static_cast<std::int64_t>(bytes_));
}

Admission::Admission(unsigned cores, AdmissionLimits limits, MemoryInUse memory_in_use)
    : limits_(limits), memory_in_use_(std::move(memory_in_use)), cores_(cores), loads_(new Load[cores]) {}

Admission::~Admission() = default;

Result<Admission::Ticket> Admission::admit(std::size_t bytes) {
  ask_memory();
  if (memory_is_short()) return refuse(kMemoryRetryAfterS, "The server is short of memory: try again later");
  const unsigned core = Core::current().index();
  CHECK(core < cores_);
  Load& load = loads_[core];
  const std::uint64_t requests = load.requests.load(std::memory_order_relaxed);
  const std::uint64_t waiting = load.bytes.load(std::memory_order_relaxed);
  if (requests >= limits_.requests_max || (requests > 0 && waiting + bytes > limits_.request_bytes_max)) {
    return refuse(kRequestRetryAfterS, "Too many requests are at work: try again");
  }
  load.change(1, static_cast<std::int64_t>(bytes));
  Ticket ticket;
  ticket.from_ = &load;
  ticket.bytes_ = bytes;
  return ticket;
}

Status Admission::admit_client() {
  ask_memory();
  if (memory_is_short()) return refuse(kMemoryRetryAfterS, "The server is short of memory: try again later");
  return {};
}

std::unexpected<Error> Admission::refuse(double retry_after_s, const char* why) {
  refused_.fetch_add(1, std::memory_order_relaxed);
  return fail(Error::retry(ErrorCode::kUnavailable, retry_after_s, why));
}

// Nobody asks while nothing comes in; whoever comes first after a while asks for all.
void Admission::ask_memory() {
  if (limits_.memory_bytes_max == UINT64_MAX) return;
  const Core& core = Core::current();
  const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(core.turn_time().time_since_epoch()).count();
  const std::int64_t asked_at_ms = memory_asked_at_ms_.load(std::memory_order_relaxed);
  if (asked_at_ms != INT64_MIN && now_ms - asked_at_ms < limits_.memory_asked_every.count()) return;
  if (asking_.exchange(true, std::memory_order_acquire)) return;
  memory_asked_at_ms_.store(now_ms, std::memory_order_relaxed);
  const std::uint64_t in_use = memory_in_use_();
  const std::uint64_t enough_below =
      memory_is_short() ? limits_.memory_bytes_max / kPartsOfMemory * (kPartsOfMemory - 1) : limits_.memory_bytes_max;
  const bool is_short = in_use >= enough_below;
  if (memory_short_.exchange(is_short, std::memory_order_relaxed) != is_short) {
    log_warning(is_short ? "short of memory: clients are asked to try again later" : "memory is enough again",
                {{"bytes", in_use}, {"bytes_max", limits_.memory_bytes_max}});
  }
  asking_.store(false, std::memory_order_release);
}

std::uint64_t Admission::requests_at_work() const noexcept {
  std::uint64_t sum = 0;
  for (unsigned core = 0; core < cores_; ++core) sum += loads_[core].requests.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t process_memory_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  std::uint64_t of_files = 0;
  file >> total >> resident >> of_files;
  return (resident - std::min(of_files, resident)) * page_bytes();
}

std::uint64_t memory_bytes_available() {
  const auto machine = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page_bytes();
  return std::min(machine, control_group_limit());
}

}  // namespace rookery
