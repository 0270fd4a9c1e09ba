// Parcel: the shared rest of a dispatch (`"t":…,"d":…}`), as one core holds it; Parcels: those of one core, found again
// by the message that they carry.
//
// The text is encoded once and shared by all cores (net::SharedBuffer); a core counts its own holders plainly. Rings and
// waiting deliveries hold parcels, so that a deletion has one place to replace what they carry (guarantees.md, G6).
// One core; Parcels outlives its parcels.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/ids.h"
#include "net/shared_buffer.h"

namespace rookery::gateway {

// A message's place; seq 0: no message.
struct Place {
  ChannelId channel;
  std::uint64_t seq = 0;
  bool operator==(const Place&) const = default;
};

// How the message stands in the text.
enum class Form : std::uint8_t {
  kNone,     // carries no message's content
  kCreate,   // MESSAGE_CREATE
  kUpdate,   // MESSAGE_UPDATE
  kDelete,   // MESSAGE_DELETE
  kMention,  // MENTION_CREATE
  kReply,    // the reply to a request
};

class Parcels;

class Parcel {
 public:
  const net::SharedBuffer& text() const noexcept { return text_; }
  std::size_t size() const noexcept { return text_.size(); }
  Form form() const noexcept { return form_; }
  const Place& place() const noexcept { return place_; }
  std::uint64_t rev() const noexcept { return rev_; }
  // Acknowledging it confirms the delivery of place().
  bool confirms() const noexcept { return confirms_; }

 private:
  friend class Parcels;
  friend class ParcelRef;
  Parcel() = default;

  std::uint32_t holders_ = 0;
  Form form_ = Form::kNone;
  bool confirms_ = false;
  net::SharedBuffer text_;
  Place place_;
  std::uint64_t rev_ = 0;
  Parcel* next_ = nullptr;  // of the same place
  Parcels* owner_ = nullptr;
};

class ParcelRef {
 public:
  ParcelRef() = default;
  ParcelRef(const ParcelRef& other) noexcept : parcel_(other.parcel_) {
    if (parcel_ != nullptr) ++parcel_->holders_;
  }
  ParcelRef(ParcelRef&& other) noexcept : parcel_(std::exchange(other.parcel_, nullptr)) {}
  ParcelRef& operator=(ParcelRef other) noexcept {
    std::swap(parcel_, other.parcel_);
    return *this;
  }
  ~ParcelRef() { release(); }

  const Parcel* operator->() const noexcept { return parcel_; }
  const Parcel& operator*() const noexcept { return *parcel_; }
  explicit operator bool() const noexcept { return parcel_ != nullptr; }

 private:
  friend class Parcels;
  explicit ParcelRef(Parcel* parcel) noexcept : parcel_(parcel) { ++parcel_->holders_; }
  void release() noexcept;

  Parcel* parcel_ = nullptr;
};

// What a parcel is about, besides its text.
struct ParcelLabel {
  Form form = Form::kNone;
  Place place;
  std::uint64_t rev = 0;  // kUpdate: of the change
  bool confirms = false;
};

class Parcels {
 public:
  Parcels() = default;
  Parcels(const Parcels&) = delete;
  Parcels& operator=(const Parcels&) = delete;
  ~Parcels();

  ParcelRef make(net::SharedBuffer text, ParcelLabel label = {});
  // Gives every living parcel that carries this message the text with `deleted_message` (a Message as JSON) in its stead;
  // `replaced` hears of each: what it was and what it is. Unsent copies in outboxes are the hearer's business.
  void withdraw(Place place, std::string_view deleted_message,
                const std::function<void(const net::SharedBuffer& old, const net::SharedBuffer& fresh)>& replaced);
  // Places of which a parcel lives.
  std::size_t places() const noexcept { return places_.size(); }

 private:
  friend class ParcelRef;
  struct PlaceHash {
    std::size_t operator()(const Place& place) const noexcept { return mix(place.channel.value ^ mix(place.seq)); }
  };
  void forget(Parcel& parcel) noexcept;

  std::unordered_map<Place, Parcel*, PlaceHash> places_;
};

}  // namespace rookery::gateway
