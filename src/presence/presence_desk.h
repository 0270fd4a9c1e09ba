// PresenceDesk: the presence of the users of one core, from the signs of life of their connections. No I/O, no clock of its own.
//
// One core, or one thread. Times are the wall clock's for what is shown and kept, and steady for deadlines.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/presence.h"

namespace rookery::presence {

inline constexpr std::chrono::seconds kAliveFor{60};  // after the last frame

// A connection, whatever it is to who makes it: the core it lives on, and 128 random bits.
struct ConnectionKey {
  std::uint16_t core = 0;
  std::array<std::uint8_t, 16> secret{};
  auto operator<=>(const ConnectionKey&) const = default;
};

// Who is told of a user's presence, and whether he may see it.
struct Watcher {
  ConnectionKey connection;
  UserId user;
  bool allowed = true;
  bool asked = false;  // whether he may is being found out, by answer() or allow(), whichever comes first
};

class PresenceDesk {
 public:
  struct Now {
    TimeMs wall;
    SteadyTime steady;
  };

  void connected(ConnectionKey key, UserId user, DeviceKind device, Now now);
  // A frame came at `frame`, which was `ago` before now.
  void seen(ConnectionKey key, UserId user, TimeMs frame, Now now);
  void set_away(ConnectionKey key, UserId user, bool away);
  // `at_once`: its life ends now. Otherwise 60 s after its last frame.
  void disconnected(ConnectionKey key, UserId user, TimeMs last_frame, bool at_once, Now now);
  // Ends the lives that are due, and forgets users of whom there is nothing to know.
  void sweep(Now now);

  // Who was touched, and of whom nobody said yet what was kept: nothing of them is stored or told before remember().
  std::vector<UserId> unremembered() const;
  // `stored`: what was kept of the user before this process knew of him. Maxima: repeats and late ones do no harm.
  void remember(UserId user, TimeMs stored);
  bool remembers(UserId user) const;

  // As everybody may see it who may: what was stored of last_seen, not what is newer.
  Presence presence(UserId user) const;

  void watch(UserId user, Watcher watcher);
  void unwatch(UserId user, ConnectionKey connection);
  // Whether `watcher` may see `user` from now on. True when he watches and it is new.
  bool allow(UserId user, UserId watcher, bool allowed);
  // Whether an asked watcher may, as it was when he was asked for. False when he no longer is: allow() knew it better.
  bool answer(UserId user, ConnectionKey connection, bool allowed);
  const std::vector<Watcher>& watchers(UserId user) const;

  // last_seen that is newer than what was stored, to be stored now; stored() is called when it is. Ends of lives come at once,
  // everything else at most every `interval`.
  std::vector<std::pair<UserId, TimeMs>> take_unstored(Now now, std::chrono::milliseconds interval);
  void stored(UserId user, TimeMs last_seen);
  // Users whose presence may look different from what was told, and who have nothing unstored; each once.
  std::vector<UserId> take_changed();

  std::size_t users() const { return users_.size(); }

 private:
  struct Connection {
    ConnectionKey key;
    DeviceKind device;
    bool away = false;
    SteadyTime alive_until;
  };
  struct Entry {
    std::vector<Connection> connections;
    std::vector<Watcher> watchers;
    TimeMs last_seen;         // newest known
    TimeMs stored_last_seen;  // shown
    SteadyTime stored_at;     // when storing was last begun
    bool remembered = false;  // what was stored before is known
    bool storing = false;
    bool ended = false;    // a life has ended: store without delay
    bool changed = false;  // status or devices
  };
  void touch(UserId user, Entry& entry);
  static bool idle(const Entry& entry);

  std::unordered_map<UserId, Entry> users_;
  std::vector<UserId> touched_;  // with something unstored or changed, perhaps more than once
};

}  // namespace rookery::presence
