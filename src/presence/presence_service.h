// PresenceService: who is there, asked and watched (protocol.md §6), over all cores.
//
// A user's presence lives on the user's core. Members may be called on any core unless they say otherwise; tasks resume on
// the core that awaited them. start() and stop() once each while the cores run, from a thread that is no core.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "auth/profiles.h"
#include "base/result.h"
#include "ports/conversations.h"
#include "ports/personal_store.h"
#include "ports/presence_store.h"
#include "presence/presence_desk.h"
#include "runtime/core.h"
#include "runtime/task_group.h"

namespace rookery::presence {

enum class Visibility : std::uint8_t { kAll, kShared };

// Sends a presence to a connection that watches it. Any core; must not block.
using TellPresence = std::function<void(const ConnectionKey& connection, const Presence& presence)>;

class PresenceService {
 public:
  // All must outlive it.
  struct Parts {
    Cores& cores;
    PresenceStore& store;
    PersonalStore& personal;
    Conversations& conversations;
    auth::Profiles& profiles;
    Visibility visibility = Visibility::kAll;
    TellPresence tell;
  };
  explicit PresenceService(Parts parts);
  ~PresenceService();
  void start();
  void stop();  // last_seen of whoever is there is stored

  // --- signs of life ---
  void connected(const ConnectionKey& connection, UserId user, DeviceKind device);
  struct Seen {
    ConnectionKey connection;
    UserId user;
    TimeMs last_frame;
  };
  void seen(std::span<const Seen> connections);
  void set_away(const ConnectionKey& connection, UserId user, bool away);
  // `at_once`: offline now (logout, revocation), else 60 s after the last frame.
  void disconnected(const ConnectionKey& connection, UserId user, TimeMs last_frame, bool at_once);

  // --- watching ---
  // The whole set of whom a connection watches; on the connection's core. Each newly named one is told once, and later
  // changes are, within two seconds. Ids of no user are ignored.
  void watch(const ConnectionKey& connection, UserId watcher, std::vector<UserId> users);
  // `user` has blocked `other`, or does so no more; stored already.
  Task<void> block_changed(UserId user, UserId other, bool blocked);

  // --- asking ---
  // kUnknownUser.
  Task<Result<Presence>> get(UserId asker, UserId user);
  // In the order asked, each once; unknown ones are left out.
  Task<Result<std::vector<Presence>>> query(UserId asker, std::vector<UserId> users);

 private:
  struct Part;  // one core's
  Part& here();
  Task<Result<bool>> may_see(UserId asker, UserId user);
  Task<Status> load(UserId user);
  Task<void> watch_new(ConnectionKey connection, UserId watcher, UserId user);
  void unwatch(const ConnectionKey& connection, UserId user);
  Task<void> tick();
  void start_tick();
  void arm(Part& part);
  static Presence hidden(UserId user);

  const Parts parts_;
  std::vector<std::unique_ptr<Part>> of_core_;
};

}  // namespace rookery::presence
