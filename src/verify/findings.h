// Findings: what a history shows that the server had promised not to do. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rookery::verify {

// The promises of README.md that a history can show to be broken.
enum class Property : std::uint8_t {
  kKept,
  kWhole,
  kOneOrder,
  kOnce,
  kNoSilentGap,
  kDeleted,
  kReadable,
  kMembership,
  kCursors,
  kPresence,
  kRevoked,
  kHealing
};

// "G1 acknowledged means kept".
std::string_view name_of(Property property);

struct Finding {
  Property property = Property::kKept;
  std::string sentence;
  std::vector<std::uint64_t> lines;  // of the history
  std::uint64_t round = 0;
};

class Findings {
 public:
  // One broken promise is often shown by thousands of lines: of each property only so many are kept a round.
  static constexpr std::size_t kKeptPerRoundMax = 8;

  void begin_round(std::uint64_t round);
  // Lines that are 0 are left out.
  void add(Property property, std::string sentence, std::vector<std::uint64_t> lines);
  const std::vector<Finding>& all() const { return all_; }
  std::uint64_t count() const { return count_; }  // with those that were not kept

 private:
  std::vector<Finding> all_;
  std::vector<std::size_t> kept_;  // of this round, by property
  std::uint64_t count_ = 0;
  std::uint64_t round_ = 0;
};

}  // namespace rookery::verify
