#include "base/random.h"

#include <sys/random.h>

#include <bit>
#include <cstring>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "base/ids.h"

namespace rookery {
namespace {

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      CHECK(got > 0);
      bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
  }
};

}  // namespace

std::uint64_t Random::next() {
  std::array<std::uint8_t, 8> bytes;
  fill(bytes);
  return std::bit_cast<std::uint64_t>(bytes);
}

std::uint64_t Random::below(std::uint64_t bound) {
  CHECK(bound > 0);
  const std::uint64_t unfair = (0 - bound) % bound;  // 2^64 mod bound: values below it would be more likely
  for (;;) {
    const std::uint64_t value = next();
    if (value >= unfair) return value % bound;
  }
}

std::string Random::token(std::size_t bytes) {
  std::vector<std::uint8_t> raw(bytes);
  fill(raw);
  return base64url({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

void SeededRandom::fill(std::span<std::uint8_t> bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    state_ += 0x9e3779b97f4a7c15ull;
    const std::uint64_t value = mix(state_);
    std::memcpy(bytes.data() + at, &value, std::min<std::size_t>(8, bytes.size() - at));
  }
}

}  // namespace rookery
