// Admission: whether the process may take on one more piece of work, or asks the client to try again later.
//
// Two bounds. On each core, the requests that are at work at once, REST and gateway together, in number and in bytes of
// what clients sent: a disk that syncs slowly makes requests wait, and what waits is memory. And the memory of the process
// as a whole, against what no single limit covers; while it is short nothing new is begun, and what is there goes on. It is
// short from its limit on, until a twentieth of that is free again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "base/result.h"
#include "base/time.h"

namespace rookery {

struct Load;  // of a core

struct AdmissionLimits {
  std::size_t requests_max = 10'000;                              // of a core
  std::size_t request_bytes_max = std::size_t{64} * 1024 * 1024;  // of a core; one request is taken whatever its size
  std::uint64_t memory_bytes_max = UINT64_MAX;                    // of the process
  std::chrono::milliseconds memory_asked_every{100};              // how old the figure that counts may be
};

class Admission {
 public:
  // How many bytes the process has now; called on any core, one call at a time.
  using MemoryInUse = std::function<std::uint64_t()>;

  Admission(unsigned cores, AdmissionLimits limits, MemoryInUse memory_in_use);
  ~Admission();
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  // A request that is at work; let go of on the core that admitted it. The Admission outlives it.
  class [[nodiscard]] Ticket {
   public:
    Ticket() = default;  // of nothing
    Ticket(Ticket&& other) noexcept : from_(std::exchange(other.from_, nullptr)), bytes_(other.bytes_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(from_, other.from_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Ticket();

   private:
    friend class Admission;
    Load* from_ = nullptr;
    std::size_t bytes_ = 0;
  };

  // For a request of `bytes`, on a core. kUnavailable with the seconds to wait: too much is at work, or memory is short.
  Result<Ticket> admit(std::size_t bytes);
  // Whether something larger than a request (a connection, a session) may be begun; kUnavailable likewise. On a core.
  Status admit_client();

  // For metrics; any thread.
  std::uint64_t requests_at_work() const noexcept;
  std::uint64_t refused() const noexcept { return refused_.load(std::memory_order_relaxed); }
  bool memory_is_short() const noexcept { return memory_short_.load(std::memory_order_relaxed); }

 private:
  void ask_memory();
  std::unexpected<Error> refuse(double retry_after_s, const char* why);

  const AdmissionLimits limits_;
  const MemoryInUse memory_in_use_;
  const unsigned cores_;
  std::unique_ptr<Load[]> loads_;  // one a core
  std::atomic<std::int64_t> memory_asked_at_ms_{INT64_MIN};
  std::atomic<bool> asking_ = false;
  std::atomic<bool> memory_short_ = false;
  std::atomic<std::uint64_t> refused_{0};
};

// What of this process is in memory and is no file's: what only ending it would give back. Linux (proc(5), statm).
std::uint64_t process_memory_bytes();
// What this machine, or the control group that the process is in, has at most.
std::uint64_t memory_bytes_available();

}  // namespace rookery
