// Randomness, as an interface so that a test can own it and print its seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace rookery {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;
  std::uint64_t next();
  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  // `bytes` random bytes as base64url without padding: for secrets and session ids.
  std::string token(std::size_t bytes);
};

// From the kernel (getrandom); fit for secrets. Any thread. Lives for ever.
Random& system_random();

// Repeatable, for tests and load; not for secrets. One thread at a time.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::uint64_t state_;
};

}  // namespace rookery
