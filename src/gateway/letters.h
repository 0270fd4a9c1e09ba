// What channels tell the cores that have sessions: values, immutable and shared by the cores, and who takes them there.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/parcel.h"
#include "runtime/core.h"

namespace rookery::gateway {

// Which of the channel's sessions a delivery is due to.
enum class Reach : std::uint8_t {
  kEveryone,      // whatever the size of the channel
  kNear,          // all of a channel that is not large, the subscribed of a large one
  kFar,           // of a large channel those not subscribed
  kUsers,         // those of Delivery::users
  kNearButUsers,  // kNear without those of Delivery::users
};

// To the sessions of one channel.
struct Delivery {
  ChannelId channel;
  Reach reach = Reach::kNear;
  bool large = false;  // the channel has, with this event, at least as many members as make it large

  // The place that the event takes in the channel's order: a new message's seq, a change's rev. Neither: it has none.
  std::uint64_t seq = 0;
  std::uint64_t rev = 0;

  net::SharedBuffer text;
  ParcelLabel label;

  std::vector<UserId> users;  // ascending
  // A message that mentions somebody: MENTION_CREATE, to these besides.
  net::SharedBuffer mention_text;
  std::vector<UserId> mentioned;  // ascending
  // He is a member no more: for his sessions this is the channel's last.
  UserId removed;
  // READ_UPDATE: a session that itself said that it has read so far is not told.
  std::uint64_t read_seq = 0;
  // CHANNEL_UNREAD: a session that was told of this head already is not told again.
  std::uint64_t unread_seq = 0;
  // It has no text: events up to (seq, rev) were lost on their way. A live session that stands before that reads on.
  bool hole = false;

  bool placed() const noexcept { return seq != 0 || rev != 0; }
};

// To all sessions of some users: the channel is theirs from here on, where (seq, rev) is.
struct Join {
  ChannelId channel;
  std::uint64_t seq = 0;
  std::uint64_t rev = 0;
  net::SharedBuffer text;     // CHANNEL_CREATE
  std::vector<UserId> users;  // ascending
};

// One core's side of the letters. Every member is called on that core.
class LetterBox {
 public:
  virtual void deliver(std::shared_ptr<const Delivery> delivery) = 0;
  virtual void join(std::shared_ptr<const Join> join) = 0;
  // Nothing that is still to be sent from here may say what this message said; `deleted_message` is what it is now.
  virtual void withdraw(Place place, const std::string& deleted_message) = 0;

 protected:
  ~LetterBox() = default;
};

// co_await by_mail(core): goes on there, behind all mail that was posted before. Unlike hop(), also when it is there
// already: what is compared after it was compared after those letters.
struct ByMail final : Mail {
  explicit ByMail(Core& core) : to(core) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) noexcept {
    waiting = self;
    to.post(*this);
  }
  void await_resume() const noexcept {}
  void deliver() noexcept override { waiting.resume(); }

  Core& to;
  std::coroutine_handle<> waiting;
};
inline ByMail by_mail(Core& core) { return ByMail(core); }

}  // namespace rookery::gateway
