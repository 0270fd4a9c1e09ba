#include "verify/delays.h"

#include <algorithm>

namespace rookery::verify {

void Delays::end(std::int64_t to_us) {
  if (open_since_ >= 0) {
    add(open_since_, to_us);
    fault_from_ = open_since_;
    fault_to_ = to_us;
  }
  open_since_ = -1;
}

void Delays::clear() {
  spans_.clear();
  fault_from_ = fault_to_ = -1;
}

bool Delays::is_near_fault(std::int64_t at_us) const {
  if (open_since_ >= 0) return at_us >= open_since_;
  if (fault_from_ < 0 || at_us < fault_from_) return false;
  return at_us - fault_to_ - within(fault_to_, at_us) <= kNoticedWithinUs;
}

std::int64_t Delays::within(std::int64_t from_us, std::int64_t to_us) const {
  auto spans = spans_;
  if (open_since_ >= 0) spans.emplace_back(open_since_, to_us);
  std::ranges::sort(spans);
  std::int64_t sum = 0;
  std::int64_t counted_to = from_us;
  for (const auto& [begin, end] : spans) {
    const std::int64_t from = std::max(begin, counted_to);
    const std::int64_t to = std::min(end, to_us);
    if (to <= from) continue;
    sum += to - from;
    counted_to = to;
  }
  return sum;
}

}  // namespace rookery::verify
