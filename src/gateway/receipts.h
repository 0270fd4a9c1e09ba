// ReceiptBatch: what a channel's cursors did in a short while, and which authors are to hear of it (RECEIPT_UPDATE).
//
// The authors of the newest 300 messages that a move newly covers hear of it, the mover himself aside. One core.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/channel.h"

namespace rookery::gateway {

inline constexpr std::uint64_t kReceiptMessages = 300;

// The authors of the newest messages of a channel, as they went by: the log is asked for older ones only.
class RecentAuthors {
 public:
  void push(std::uint64_t seq, UserId author);
  // 0: not known here.
  UserId of(std::uint64_t seq) const noexcept;

 private:
  static constexpr std::size_t kKept = 64;
  std::vector<UserId> authors_;  // a ring: seq % kKept once it is full
  std::uint64_t last_ = 0;
};

class ReceiptBatch {
 public:
  void add(UserId user, const Cursor& before, const Cursor& now);
  bool empty() const noexcept { return moves_.empty(); }
  // The lowest seq whose author must be known; the highest.
  std::uint64_t first() const;
  std::uint64_t last() const;

  struct Update {
    std::vector<UserId> authors;  // ascending
    std::string d;                // of RECEIPT_UPDATE
  };
  // `author_of` answers 0 for what it does not know: nobody is told then.
  std::vector<Update> updates(ChannelId channel, const std::function<UserId(std::uint64_t seq)>& author_of) const;

 private:
  struct Move {
    UserId user;
    Cursor before;
    Cursor now;
  };
  static std::uint64_t lowest(const Move& move);
  static void each_covered(const Move& move, const std::function<void(std::uint64_t)>& visit);

  std::vector<Move> moves_;  // one a user
};

}  // namespace rookery::gateway
