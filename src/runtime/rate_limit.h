// RateLimiter: how many requests an account or an address may still make (protocol.md §1, runtime/rates.h).
//
// A bucket holds up to `count` requests and is filled again evenly, `count` in every `seconds`. Kept as GCRA (ITU-T I.371,
// the "virtual scheduling" form): one moment per key, at which its bucket will be full again. So a client that reads
// `remaining` and, at 0, waits `reset_after` before its next request in that bucket, is never refused.
//
// Any thread: keys are spread over shards with a lock each, because the requests of one account come in on any core.
// Memory is bounded: full buckets are forgotten first, which changes nothing; beyond that arbitrary ones, which forgives
// somebody some requests.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/time.h"
#include "runtime/rates.h"

namespace rookery {

inline constexpr std::uint32_t kRateLimitOff = 1'000'000;  // the limit that is shown when there is none

struct RateAnswer {
  bool allowed = true;
  std::string_view bucket;                   // X-RateLimit-Bucket; lives for ever
  std::uint32_t limit = kRateLimitOff;       // X-RateLimit-Limit
  std::uint32_t remaining = kRateLimitOff;   // X-RateLimit-Remaining: requests that would be taken at once
  std::chrono::milliseconds reset_after{0};  // X-RateLimit-Reset-After: until the bucket is full, rounded up
  TimeMs reset;                              // X-RateLimit-Reset: the moment of that
  std::chrono::milliseconds retry_after{0};  // Retry-After: until one would be taken, rounded up; 0 unless refused
};

// Of two that one request was counted in, the one that refuses it, or else the one that refuses sooner.
const RateAnswer& tighter(const RateAnswer& a, const RateAnswer& b) noexcept;

// What a refused request is answered: kRateLimited with retry_after.
Error rate_refusal(const RateAnswer& answer);

class RateLimiter {
 public:
  // `random` only at once, for a seed. `rates` is copied.
  RateLimiter(const Rates& rates, const Clock& clock, Random& random);
  ~RateLimiter();
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  // Counts one request of an account, or of an address as text; a refused one costs nothing. An IPv6 address counts with
  // its /64, which is what one subscriber has.
  RateAnswer take(RateBucket bucket, UserId account);
  RateAnswer take(RateBucket bucket, std::string_view address);
  // The same for a name, as it is: fold it before.
  RateAnswer take_name(RateBucket bucket, std::string_view name);

  std::size_t keys() const;  // remembered now; for metrics

 private:
  struct Shard;
  RateAnswer take_key(RateBucket bucket, std::uint64_t subject);

  const Rates rates_;
  const Clock& clock_;
  const std::uint64_t seed_;  // so that nobody can choose addresses that fall together
  std::unique_ptr<Shard[]> shards_;
};

inline constexpr std::size_t kRateShards = 64;
inline constexpr std::size_t kRateKeysPerShardMax = 4096;

}  // namespace rookery
