#include "gateway/ring.h"

#include <algorithm>

#include "base/check.h"

namespace rookery::gateway {
namespace {

constexpr std::size_t kIdleSlots = 16;  // what an empty ring may keep of its memory

void raise(std::vector<Confirmed>& confirmed, Confirmed message) {
  for (Confirmed& known : confirmed) {
    if (known.channel != message.channel) continue;
    known.seq = std::max(known.seq, message.seq);
    return;
  }
  confirmed.push_back(message);
}

}  // namespace

const Parcel& Ring::at(std::uint64_t s) const {
  CHECK(s >= first_s() && s <= last_s_);
  return *slots_[head_ + (s - first_s())];
}

void Ring::push(ParcelRef parcel) {
  ++last_s_;
  bytes_ += static_cast<std::uint32_t>(parcel->size());
  if (slots_.size() == slots_.capacity() && head_ > slots_.size() / 2) {
    slots_.erase(slots_.begin(), slots_.begin() + head_);
    head_ = 0;
  }
  slots_.push_back(std::move(parcel));
}

ParcelRef Ring::pop() {
  ParcelRef oldest = std::move(slots_[head_++]);
  // A deletion may have changed its size meanwhile: the sum never falls below zero, and an empty ring has none.
  bytes_ -= static_cast<std::uint32_t>(std::min<std::size_t>(bytes_, oldest->size()));
  if (head_ == slots_.size()) {
    slots_.clear();
    head_ = 0;
    bytes_ = 0;
    if (slots_.capacity() > kIdleSlots) slots_.shrink_to_fit();
  }
  return oldest;
}

void Ring::note(std::uint64_t s, const Parcel& parcel) {
  if (!parcel.confirms()) return;
  const Confirmed message{parcel.place().channel, parcel.place().seq};
  for (Note& known : notes_) {
    if (known.message.channel != message.channel) continue;
    known = Note{s, Confirmed{message.channel, std::max(known.message.seq, message.seq)}};
    return;
  }
  notes_.push_back(Note{s, message});
}

void Ring::trim(const RingLimits& limits, std::uint64_t keep_after_s, std::size_t keep_bytes) {
  while (size() > 0 && (size() > limits.dispatches || bytes_ > limits.bytes)) {
    const std::uint64_t s = first_s();
    if (s > keep_after_s || bytes_ - std::min<std::size_t>(bytes_, at(s).size()) < keep_bytes) return;
    const ParcelRef dropped = pop();
    note(s, *dropped);
  }
}

void Ring::acknowledge(std::uint64_t s, std::vector<Confirmed>& confirmed) {
  std::erase_if(notes_, [&](const Note& note) {
    if (note.s > s) return false;
    raise(confirmed, note.message);
    return true;
  });
  while (size() > 0 && first_s() <= s) {
    const ParcelRef done = pop();
    if (done->confirms()) raise(confirmed, Confirmed{done->place().channel, done->place().seq});
  }
}

}  // namespace rookery::gateway
