// Rates: how many requests are taken from whom (protocol.md §1).
//
// A request counts in one bucket, a login in two, of which the answer shows the tighter: so a client which obeys the headers
// of one request after the other is never refused. Plain values, any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rookery {

// Counted for an address: register to public; for the name that is given, whether there is such an account or not:
// login-name; for the account: the rest.
enum class RateBucket : std::uint8_t {
  kRegister,
  kLogin,
  kRefresh,
  kUnauthorized,
  kPublic,
  kLoginName,
  kPassword,
  kMessages,
  kTyping,
  kSearch,
  kPoll,
  kRead,
  kWrite,
};
inline constexpr std::size_t kRateBuckets = static_cast<std::size_t>(RateBucket::kWrite) + 1;

// `count` at once, and then on average `count` in every `seconds`. Both ≥ 1.
struct Rate {
  std::uint32_t count = 1;
  std::uint32_t seconds = 1;
  bool operator==(const Rate&) const = default;
};

struct RateInfo {
  RateBucket bucket;
  std::string_view name;  // the header X-RateLimit-Bucket, and the option --rate-NAME
  Rate rate;              // the default
  std::string_view description;
};

// A row for every bucket, in the order of the enumeration.
std::span<const RateInfo> rate_table();

// What an installation allows.
class Rates {
 public:
  Rates();  // the defaults, switched on
  const Rate& of(RateBucket bucket) const { return rates_[static_cast<std::size_t>(bucket)]; }
  Rate& of(RateBucket bucket) { return rates_[static_cast<std::size_t>(bucket)]; }

  bool on = true;
  bool operator==(const Rates&) const = default;

 private:
  std::array<Rate, kRateBuckets> rates_;
};

}  // namespace rookery
