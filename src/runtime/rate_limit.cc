#include "runtime/rate_limit.h"

#include <arpa/inet.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <tuple>
#include <unordered_map>

namespace rookery {
namespace {

using std::chrono::nanoseconds;

// One number for what counts as one subscriber.
std::uint64_t subject_of_address(std::string_view address) {
  std::array<std::uint8_t, 16> bytes{};
  const auto number = [&bytes](std::size_t from, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = from; i < from + count; ++i) value = value << 8 | bytes[i];
    return value;
  };
  const std::string text(address.substr(0, INET6_ADDRSTRLEN));
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return number(0, 4);
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return std::hash<std::string_view>()(address);
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kMapped.begin(), kMapped.end(), bytes.begin()) ? number(12, 4) : number(0, 8);
}

std::chrono::milliseconds ceil_ms(nanoseconds time) { return std::chrono::ceil<std::chrono::milliseconds>(time); }

struct Identity {
  std::size_t operator()(std::uint64_t key) const noexcept { return key; }  // keys are mixed already
};

}  // namespace

struct alignas(64) RateLimiter::Shard {
  mutable std::mutex mutex;
  std::unordered_map<std::uint64_t, SteadyTime, Identity> full_at;
  SteadyTime swept_at;

  // Room for one more.
  void make_room(SteadyTime now) {
    constexpr std::chrono::seconds kSweepEvery{1};  // under a flood of keys a sweep finds nothing: not for each of them
    if (full_at.size() < kRateKeysPerShardMax) return;
    if (now - swept_at >= kSweepEvery) {
      swept_at = now;
      std::erase_if(full_at, [now](const auto& entry) { return entry.second <= now; });
    }
    if (full_at.size() >= kRateKeysPerShardMax) full_at.erase(full_at.begin());
  }
};

RateLimiter::RateLimiter(const Rates& rates, const Clock& clock, Random& random)
    : rates_(rates), clock_(clock), seed_(random.next()), shards_(std::make_unique<Shard[]>(kRateShards)) {}

RateLimiter::~RateLimiter() = default;

RateAnswer RateLimiter::take(RateBucket bucket, UserId account) { return take_key(bucket, account.value); }

RateAnswer RateLimiter::take(RateBucket bucket, std::string_view address) { return take_key(bucket, subject_of_address(address)); }

RateAnswer RateLimiter::take_name(RateBucket bucket, std::string_view name) {
  return take_key(bucket, std::hash<std::string_view>()(name));
}

RateAnswer RateLimiter::take_key(RateBucket bucket, std::uint64_t subject) {
  RateAnswer answer{.bucket = rate_table()[static_cast<std::size_t>(bucket)].name, .reset = clock_.now()};
  if (!rates_.on) return answer;

  const Rate& rate = rates_.of(bucket);
  const nanoseconds one = nanoseconds(std::chrono::seconds(rate.seconds)) / rate.count;
  const nanoseconds all = one * rate.count;
  const SteadyTime now = clock_.steady_now();
  const std::uint64_t key = mix(mix(subject ^ seed_) + static_cast<std::uint64_t>(bucket));
  Shard& shard = shards_[key % kRateShards];
  nanoseconds filling{};  // until it is full
  {
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.full_at.find(key);
    const SteadyTime full_at = found == shard.full_at.end() ? now : std::max(found->second, now);
    filling = full_at - now + one;
    answer.allowed = filling <= all;
    if (!answer.allowed) {
      filling -= one;
    } else if (found != shard.full_at.end()) {
      found->second = now + filling;
    } else {
      shard.make_room(now);
      shard.full_at.emplace(key, now + filling);
    }
  }
  answer.limit = rate.count;
  answer.remaining = static_cast<std::uint32_t>((all - filling) / one);
  answer.reset_after = ceil_ms(filling);
  answer.reset = answer.reset + answer.reset_after;
  if (!answer.allowed) answer.retry_after = std::max(ceil_ms(filling + one - all), std::chrono::milliseconds(1));
  return answer;
}

std::size_t RateLimiter::keys() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < kRateShards; ++i) {
    const std::lock_guard lock(shards_[i].mutex);
    count += shards_[i].full_at.size();
  }
  return count;
}

const RateAnswer& tighter(const RateAnswer& a, const RateAnswer& b) noexcept {
  const auto room = [](const RateAnswer& one) { return std::tuple(one.allowed, one.remaining, -one.reset_after, -one.retry_after); };
  return room(b) < room(a) ? b : a;
}

Error rate_refusal(const RateAnswer& answer) {
  return Error::retry(ErrorCode::kRateLimited, std::chrono::duration<double>(answer.retry_after).count());
}

}  // namespace rookery
