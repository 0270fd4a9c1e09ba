// Arena: what all clients of a run share: where the server is, who there is, in which channels they talk, and what phase the round is in.
//
// Members are called from any thread, unless they say otherwise.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "net/client.h"
#include "verify/pace.h"
#include "verify/recorder.h"

namespace rookery::verify {

// One login of a user. Constant while a round runs.
struct Login {
  std::uint64_t user = 0;
  std::uint64_t id = 0;
  std::string access_token, refresh_token;
  std::chrono::steady_clock::time_point since;
};

struct Account {
  std::string name, password;
  Login login;  // the one that he uses most
};

// A message that was answered, so that somebody can edit, delete or react to it.
struct Handle {
  std::uint64_t id = 0, seq = 0, author = 0;
};

struct Room {
  std::uint64_t channel = 0;
  bool direct = false;
  std::vector<std::size_t> members;  // accounts; the owner first. Who comes and goes is not among them

  void add(Handle handle);
  // One of the newest; none before the first.
  std::optional<Handle> any(Random& random);
  // The newest of that author that nobody took before; it is his alone from then on.
  std::optional<Handle> take_of(std::uint64_t author);
  std::uint64_t last_seq();

 private:
  static constexpr std::size_t kHandlesMax = 200;
  std::mutex mutex_;
  std::deque<Handle> handles_;
  std::uint64_t last_seq_ = 0;
};

// A message whose sending has not been answered yet: it is sent again, with the same nonce, until it is.
struct Draft {
  std::shared_ptr<Room> room;
  std::uint64_t author = 0;
  std::string nonce, content;
};

// Somebody who came into a channel or was taken out of it, while the round went on.
struct Guest {
  std::shared_ptr<Room> room;
  Login login;
};

enum class Phase : std::uint8_t { kLoad, kSettle, kDone };

class Arena {
 public:
  Arena(Recorder& r, net::Endpoint where) : recorder(r), endpoint(std::move(where)) {}

  Recorder& recorder;
  const net::Endpoint endpoint;
  std::vector<Account> accounts;             // changed between rounds only
  std::vector<Account> guests;               // the same; members of the large room, who do nothing else but come and go
  std::vector<std::shared_ptr<Room>> rooms;  // this round's; the same
  std::shared_ptr<Room> large_room;          // the same; null where there is none
  std::uint64_t frame_interval_ms = 0;       // at least so long between the frames of one socket; 0: there are no rates
  Pace pace;                                 // of requests, where there are rates
  std::atomic<Phase> phase = Phase::kLoad;
  std::atomic<std::uint64_t> next_session = 0;

  // Guests and accounts, in this order; so many at most.
  std::vector<std::uint64_t> some_users(std::size_t most) const;
  bool has_rates() const { return frame_interval_ms > 0; }
  bool is_large(std::uint64_t channel) const { return large_room && large_room->channel == channel; }
  bool loading() const { return phase == Phase::kLoad; }
  void give_back(Draft draft);
  // A draft of that author, for another try.
  std::optional<Draft> take_draft(std::uint64_t author);
  std::size_t drafts() const;
  // Nobody says these any more: their round is over.
  void forget_drafts();

  // What is to be asked about again when all has settled: who was removed (or added, and stayed), and which logins were ended.
  void note_removed(Guest guest);
  void note_added(Guest guest);
  void note_ended(Login login);
  struct Aftermath {
    std::vector<Guest> removed, added;
    std::vector<Login> ended;
  };
  // What was noted since the last call.
  Aftermath take_aftermath();
  std::string new_nonce() { return "n" + std::to_string(++nonces_); }

 private:
  mutable std::mutex mutex_;
  std::deque<Draft> drafts_;
  Aftermath aftermath_;
  std::atomic<std::uint64_t> nonces_ = 0;
};

// What a message says: its nonce, so that no two are the same, now and then a name, and something to fill it up.
std::string make_content(std::string_view nonce, unsigned version, std::size_t filling, std::optional<std::uint64_t> mention);

}  // namespace rookery::verify
