// Scenes: short plays in the middle of the load, each of which brings about on purpose what chance brings seldom: a message deleted while
// it waits in somebody's session, a catch-up in the middle of a burst, cursors told in the wrong order, a member removed while others
// write, a login that ends while it listens, a nonce sent twice at once, a reader who stops reading.
//
// One thread for each; they share what `Stage` guards.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "verify/arena.h"
#include "verify/caller.h"
#include "verify/device.h"

namespace rookery::verify {

// Whom a scene has taken out of and into which channel: two scenes must not do that with the same one. Any thread.
class Stage {
 public:
  bool take(std::uint64_t channel, std::uint64_t user);
  void give_back(std::uint64_t channel, std::uint64_t user);

 private:
  std::mutex mutex_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> taken_;
};

class Scenes {
 public:
  Scenes(Arena& arena, Stage& stage, std::uint64_t seed);
  // One after another in an order of its own, while the arena is in kLoad; ends the one that it is in.
  void run();
  bool busy() const { return busy_; }

 private:
  using Scene = void (Scenes::*)();
  struct Pair {
    std::shared_ptr<Room> room;
    std::size_t writer = 0, reader = 0;  // accounts; different ones
  };

  void deleted_while_unacknowledged();
  void catching_up_in_a_burst();
  void resuming_in_a_burst();
  void cursors_in_the_wrong_order();
  void removed_while_others_write();
  void revoked_while_listening();
  void same_nonce_twice_at_once();
  void reader_who_stops_reading();

  Pair some_pair();
  const Account& account(std::size_t number) const { return arena_.accounts[number]; }
  void send_burst(Device& device, const std::shared_ptr<Room>& room, std::size_t count, std::size_t filling);
  Draft new_draft(const std::shared_ptr<Room>& room, std::size_t author, std::size_t filling = 0);

  Arena& arena_;
  Stage& stage_;
  SeededRandom random_;
  Caller caller_;
  std::atomic<bool> busy_ = true;
};

}  // namespace rookery::verify
