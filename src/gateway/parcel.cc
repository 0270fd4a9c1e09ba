#include "gateway/parcel.h"

#include "base/check.h"
#include "gateway/texts.h"

namespace rookery::gateway {

void ParcelRef::release() noexcept {
  if (parcel_ == nullptr || --parcel_->holders_ > 0) return;
  parcel_->owner_->forget(*parcel_);
  delete parcel_;
}

Parcels::~Parcels() { CHECK(places_.empty()); }

ParcelRef Parcels::make(net::SharedBuffer text, ParcelLabel label) {
  auto* parcel = new Parcel;
  parcel->text_ = std::move(text);
  parcel->form_ = label.form;
  parcel->confirms_ = label.confirms;
  parcel->place_ = label.place;
  parcel->rev_ = label.rev;
  parcel->owner_ = this;
  if (label.form != Form::kNone) {
    Parcel*& first = places_[label.place];
    parcel->next_ = first;
    first = parcel;
  }
  return ParcelRef(parcel);
}

void Parcels::forget(Parcel& parcel) noexcept {
  if (parcel.form_ == Form::kNone) return;
  const auto at = places_.find(parcel.place_);
  CHECK(at != places_.end());
  Parcel** link = &at->second;
  while (*link != &parcel) link = &(*link)->next_;
  *link = parcel.next_;
  if (at->second == nullptr) places_.erase(at);
}

void Parcels::withdraw(Place place, std::string_view deleted_message,
                       const std::function<void(const net::SharedBuffer&, const net::SharedBuffer&)>& replaced) {
  const auto at = places_.find(place);
  if (at == places_.end()) return;
  for (Parcel* parcel = at->second; parcel != nullptr; parcel = parcel->next_) {
    net::SharedBuffer fresh = message_text(parcel->form_, place.channel, parcel->rev_, deleted_message);
    std::swap(parcel->text_, fresh);
    replaced(fresh, parcel->text_);
  }
}

}  // namespace rookery::gateway
