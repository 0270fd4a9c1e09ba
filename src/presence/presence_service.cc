#include "presence/presence_service.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/mutant.h"
#include "runtime/log.h"

namespace rookery::presence {
namespace {

constexpr std::chrono::milliseconds kTick{1'000};
constexpr std::chrono::milliseconds kStoreInterval{2'000};
constexpr std::size_t kTasksMax = 100'000;

PresenceDesk::Now now_here() {
  const Clock& clock = Core::current().clock();
  return {clock.now(), clock.steady_now()};
}

}  // namespace

struct PresenceService::Part {
  explicit Part(Core& core) : timer(core) {}
  PresenceDesk desk;
  std::map<ConnectionKey, std::vector<UserId>> watching;  // of this core's connections, ascending
  Timer timer;
  bool ticking = false;
  bool tick_again = false;
  bool stopped = false;
  TaskGroup tasks{kTasksMax};
};

PresenceService::PresenceService(Parts parts) : parts_(std::move(parts)) {
  for (unsigned i = 0; i < parts_.cores.size(); ++i) of_core_.push_back(std::make_unique<Part>(parts_.cores.at(i)));
}

PresenceService::~PresenceService() = default;

PresenceService::Part& PresenceService::here() { return *of_core_[Core::current().index()]; }

Presence PresenceService::hidden(UserId user) {
  Presence presence;
  presence.user = user;
  return presence;
}

void PresenceService::start() {
  for (unsigned i = 0; i < parts_.cores.size(); ++i) {
    parts_.cores.at(i).post_function([this] { arm(here()); });
  }
}

namespace {

Task<void> stop_part(PresenceDesk& desk, Timer& timer, TaskGroup& tasks, PresenceStore& store) {
  timer.cancel();
  co_await tasks.join();
  // Whoever is there was seen until now.
  PresenceDesk::Now now = now_here();
  now.steady += kStoreInterval;
  std::vector<std::pair<UserId, TimeMs>> last = desk.take_unstored(now, kStoreInterval);
  if (last.empty()) co_return;
  const Status stored = co_await store.put_last_seen(std::move(last));
  if (!stored) log_warning("last_seen was not stored", {{"reason", stored.error().sentence()}});
}

}  // namespace

void PresenceService::stop() {
  for (unsigned i = 0; i < parts_.cores.size(); ++i) {
    Part& part = *of_core_[i];
    parts_.cores.at(i).post_function([&part] { part.stopped = true; });
    run_blocking(parts_.cores.at(i), stop_part(part.desk, part.timer, part.tasks, parts_.store));
  }
}

void PresenceService::arm(Part& part) {
  if (part.stopped) return;
  part.timer.expires_after(kTick, [this, &part] {
    start_tick();
    arm(part);
  });
}

void PresenceService::start_tick() {
  Part& part = here();
  if (part.stopped) return;
  if (part.ticking) {
    part.tick_again = true;
    return;
  }
  part.ticking = true;  // before: a tick that has nothing to store is over when spawn returns
  if (!part.tasks.spawn(tick())) part.ticking = false;
}

Task<void> PresenceService::tick() {
  Part& part = here();
  do {
    part.tick_again = false;
    part.desk.sweep(now_here());
    // A clock that was set back must not write less than what was kept.
    for (const UserId user : part.desk.unremembered()) static_cast<void>(co_await load(user));
    std::vector<std::pair<UserId, TimeMs>> unstored = part.desk.take_unstored(now_here(), kStoreInterval);
    if (!unstored.empty()) {
      const Status stored = co_await parts_.store.put_last_seen(unstored);
      // A disk that is full for now: shown stays what is stored, and the next tick tries again.
      for (const auto& [user, time] : unstored) part.desk.stored(user, stored ? time : TimeMs());
    }
    for (const UserId user : part.desk.take_changed()) {
      const Presence presence = part.desk.presence(user);
      for (const Watcher& watcher : part.desk.watchers(user)) {
        if (watcher.allowed) parts_.tell(watcher.connection, presence);
      }
    }
  } while (part.tick_again);
  part.ticking = false;
}

void PresenceService::connected(const ConnectionKey& connection, UserId user, DeviceKind device) {
  parts_.cores.of(user).post_function([this, connection, user, device] {
    here().desk.connected(connection, user, device, now_here());
    start_tick();
  });
}

void PresenceService::seen(std::span<const Seen> connections) {
  std::vector<std::vector<Seen>> by_core(parts_.cores.size());
  for (const Seen& one : connections) by_core[parts_.cores.of(one.user).index()].push_back(one);
  for (unsigned i = 0; i < by_core.size(); ++i) {
    if (by_core[i].empty()) continue;
    parts_.cores.at(i).post_function([this, batch = std::move(by_core[i])] {
      for (const Seen& one : batch) here().desk.seen(one.connection, one.user, one.last_frame, now_here());
    });
  }
}

void PresenceService::set_away(const ConnectionKey& connection, UserId user, bool away) {
  parts_.cores.of(user).post_function([this, connection, user, away] {
    here().desk.set_away(connection, user, away);
    start_tick();
  });
}

void PresenceService::disconnected(const ConnectionKey& connection, UserId user, TimeMs last_frame, bool at_once) {
  parts_.cores.at(connection.core).post_function([this, connection] {
    const auto set = here().watching.extract(connection);
    if (set.empty()) return;
    for (const UserId watched : set.mapped()) unwatch(connection, watched);
  });
  parts_.cores.of(user).post_function([this, connection, user, last_frame, at_once] {
    here().desk.disconnected(connection, user, last_frame, at_once, now_here());
    if (at_once) start_tick();
  });
}

void PresenceService::unwatch(const ConnectionKey& connection, UserId user) {
  parts_.cores.of(user).post_function([this, connection, user] { here().desk.unwatch(user, connection); });
}

void PresenceService::watch(const ConnectionKey& connection, UserId watcher, std::vector<UserId> users) {
  Part& part = here();
  if (part.stopped) return;
  std::ranges::sort(users);
  const auto repeats = std::ranges::unique(users);
  users.erase(repeats.begin(), repeats.end());
  std::vector<UserId>& set = part.watching[connection];
  const std::vector<UserId> before = std::exchange(set, std::move(users));
  for (const UserId user : before) {
    if (!std::ranges::binary_search(set, user)) unwatch(connection, user);
  }
  for (const UserId user : std::vector<UserId>(set)) {
    if (std::ranges::binary_search(before, user)) continue;
    if (!part.tasks.spawn(watch_new(connection, watcher, user))) log_warning("a presence is not watched: too much is going on");
  }
}

Task<void> PresenceService::watch_new(ConnectionKey connection, UserId watcher, UserId user) {
  Core& home = Core::current();
  co_await hop(parts_.cores.of(user));
  // He watches before it is asked whether he may: a block that is stored after the answer is heard of, and counts.
  here().desk.watch(user, Watcher{connection, watcher, /*allowed=*/false, /*asked=*/true});
  const Result<bool> allowed = co_await may_see(watcher, user);
  bool known = allowed.has_value();
  if (known) {
    const Status loaded = co_await load(user);
    known = loaded.has_value();
  }
  if (!known) {
    here().desk.unwatch(user, connection);  // nobody of that id, or it cannot be said now
  } else if (here().desk.answer(user, connection, *allowed)) {
    parts_.tell(connection, *allowed ? here().desk.presence(user) : hidden(user));
  }
  co_await hop(home);
  // The set may have been replaced, or the connection gone, meanwhile.
  const auto set = here().watching.find(connection);
  if (set == here().watching.end() || !std::ranges::binary_search(set->second, user)) unwatch(connection, user);
}

Task<void> PresenceService::block_changed(UserId user, UserId other, bool blocked) {
  Core& home = Core::current();
  co_await hop(parts_.cores.of(user));
  PresenceDesk& desk = here().desk;
  if (desk.allow(user, other, !blocked || mutant_is(Mutant::kBlockedSeesPresence))) {
    for (const Watcher& watcher : desk.watchers(user)) {
      if (watcher.user == other) parts_.tell(watcher.connection, blocked ? hidden(user) : desk.presence(user));
    }
  }
  co_await hop(home);
}

Task<Status> PresenceService::load(UserId user) {
  if (here().desk.remembers(user)) co_return Status();
  const Result<TimeMs> stored = co_await parts_.store.last_seen(user);
  if (!stored) co_return fail(stored.error());
  here().desk.remember(user, *stored);
  co_return Status();
}

Task<Result<bool>> PresenceService::may_see(UserId asker, UserId user) {
  const Result<auth::Profile> profile = co_await parts_.profiles.get(user);
  if (!profile) co_return fail(profile.error());
  if ((*profile)->deleted) co_return fail(ErrorCode::kUnknownUser);
  if (asker == user) co_return true;
  const Result<std::vector<UserId>> blocked = co_await parts_.personal.blocks_of(user);
  if (!blocked) co_return fail(blocked.error());
  if (std::ranges::binary_search(*blocked, asker) && !mutant_is(Mutant::kBlockedSeesPresence)) co_return false;
  if (parts_.visibility == Visibility::kAll) co_return true;
  const Result<std::vector<ChannelId>> mine = co_await parts_.conversations.channels_of(asker);
  if (!mine) co_return fail(mine.error());
  const Result<std::vector<ChannelId>> theirs = co_await parts_.conversations.channels_of(user);
  if (!theirs) co_return fail(theirs.error());
  co_return std::ranges::any_of(*mine, [&theirs](ChannelId channel) { return std::ranges::find(*theirs, channel) != theirs->end(); });
}

Task<Result<Presence>> PresenceService::get(UserId asker, UserId user) {
  const Result<bool> allowed = co_await may_see(asker, user);
  if (!allowed) co_return fail(allowed.error());
  if (!*allowed) co_return hidden(user);
  Core& home = Core::current();
  co_await hop(parts_.cores.of(user));
  const Status loaded = co_await load(user);
  const Presence presence = here().desk.presence(user);
  co_await hop(home);
  if (!loaded) co_return fail(loaded.error());
  co_return presence;
}

Task<Result<std::vector<Presence>>> PresenceService::query(UserId asker, std::vector<UserId> users) {
  std::vector<Presence> found;
  for (const UserId user : users) {
    if (std::ranges::find(found, user, &Presence::user) != found.end()) continue;
    const Result<Presence> one = co_await get(asker, user);
    if (one) {
      found.push_back(*one);
    } else if (one.error().code != ErrorCode::kUnknownUser) {
      co_return fail(one.error());
    }
  }
  co_return found;
}

}  // namespace rookery::presence
