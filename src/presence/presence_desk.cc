#include "presence/presence_desk.h"

#include <algorithm>

#include "base/mutant.h"

namespace rookery::presence {
namespace {

const std::vector<Watcher> kNobody;

}  // namespace

void PresenceDesk::touch(UserId user, Entry& entry) {
  entry.changed = true;
  touched_.push_back(user);
}

void PresenceDesk::connected(ConnectionKey key, UserId user, DeviceKind device, Now now) {
  Entry& entry = users_[user];
  entry.connections.push_back(Connection{key, device, false, now.steady + kAliveFor});
  entry.last_seen = std::max(entry.last_seen, now.wall);
  touch(user, entry);
}

void PresenceDesk::seen(ConnectionKey key, UserId user, TimeMs frame, Now now) {
  const auto known = users_.find(user);
  if (known == users_.end()) return;
  Entry& entry = known->second;
  const auto connection = std::ranges::find(entry.connections, key, &Connection::key);
  if (connection == entry.connections.end()) return;
  const auto ago = std::clamp(now.wall - frame, std::chrono::milliseconds(0), std::chrono::milliseconds(kAliveFor));
  connection->alive_until = std::max(connection->alive_until, now.steady - ago + kAliveFor);
  if (frame <= entry.last_seen) return;
  entry.last_seen = frame;
  touched_.push_back(user);
}

void PresenceDesk::set_away(ConnectionKey key, UserId user, bool away) {
  const auto known = users_.find(user);
  if (known == users_.end()) return;
  const auto connection = std::ranges::find(known->second.connections, key, &Connection::key);
  if (connection == known->second.connections.end() || connection->away == away) return;
  connection->away = away;
  if (!mutant_is(Mutant::kAwayNotTold)) touch(user, known->second);
}

void PresenceDesk::disconnected(ConnectionKey key, UserId user, TimeMs last_frame, bool at_once, Now now) {
  const auto known = users_.find(user);
  if (known == users_.end()) return;
  Entry& entry = known->second;
  const auto connection = std::ranges::find(entry.connections, key, &Connection::key);
  if (connection == entry.connections.end()) return;
  if (!at_once && !mutant_is(Mutant::kCloseEndsPresence)) return seen(key, user, last_frame, now);
  entry.connections.erase(connection);
  entry.last_seen = std::max(entry.last_seen, now.wall);
  entry.ended = true;
  touch(user, entry);
}

void PresenceDesk::sweep(Now now) {
  for (auto& [user, entry] : users_) {
    const std::size_t dead = std::erase_if(entry.connections, [now](const Connection& c) { return c.alive_until <= now.steady; });
    if (dead == 0) continue;
    entry.ended = true;
    touch(user, entry);
  }
  std::erase_if(users_, [](const auto& known) { return idle(known.second); });
}

std::vector<UserId> PresenceDesk::unremembered() const {
  std::vector<UserId> users;
  for (const UserId user : touched_) {
    const auto known = users_.find(user);
    if (known != users_.end() && !known->second.remembered) users.push_back(user);
  }
  std::ranges::sort(users);
  const auto repeats = std::ranges::unique(users);
  users.erase(repeats.begin(), repeats.end());
  return users;
}

bool PresenceDesk::remembers(UserId user) const {
  const auto known = users_.find(user);
  return known != users_.end() && known->second.remembered;
}

void PresenceDesk::remember(UserId user, TimeMs stored) {
  Entry& entry = users_[user];
  entry.remembered = true;
  entry.last_seen = std::max(entry.last_seen, stored);
  entry.stored_last_seen = std::max(entry.stored_last_seen, stored);
}

Presence PresenceDesk::presence(UserId user) const {
  Presence presence;
  presence.user = user;
  const auto known = users_.find(user);
  if (known == users_.end()) return presence;
  const Entry& entry = known->second;
  presence.last_seen = entry.stored_last_seen;
  if (entry.connections.empty()) return presence;
  presence.status = std::ranges::all_of(entry.connections, &Connection::away) ? PresenceStatus::kAway : PresenceStatus::kOnline;
  for (const Connection& connection : entry.connections) presence.devices.push_back(connection.device);
  std::ranges::sort(presence.devices);
  const auto repeats = std::ranges::unique(presence.devices);
  presence.devices.erase(repeats.begin(), repeats.end());
  return presence;
}

void PresenceDesk::watch(UserId user, Watcher watcher) {
  std::vector<Watcher>& watchers = users_[user].watchers;
  const auto known = std::ranges::find(watchers, watcher.connection, &Watcher::connection);
  if (known == watchers.end()) {
    watchers.push_back(watcher);
  } else {
    *known = watcher;
  }
}

void PresenceDesk::unwatch(UserId user, ConnectionKey connection) {
  const auto known = users_.find(user);
  if (known == users_.end()) return;
  std::erase_if(known->second.watchers, [&connection](const Watcher& w) { return w.connection == connection; });
}

bool PresenceDesk::allow(UserId user, UserId watcher, bool allowed) {
  const auto known = users_.find(user);
  if (known == users_.end()) return false;
  bool news = false;
  for (Watcher& w : known->second.watchers) {
    if (w.user != watcher || (w.allowed == allowed && !w.asked)) continue;
    w.allowed = allowed;
    w.asked = false;
    news = true;
  }
  return news;
}

bool PresenceDesk::answer(UserId user, ConnectionKey connection, bool allowed) {
  const auto known = users_.find(user);
  if (known == users_.end()) return false;
  const auto watcher = std::ranges::find(known->second.watchers, connection, &Watcher::connection);
  if (watcher == known->second.watchers.end() || !watcher->asked) return false;
  watcher->allowed = allowed;
  watcher->asked = false;
  return true;
}

const std::vector<Watcher>& PresenceDesk::watchers(UserId user) const {
  const auto known = users_.find(user);
  return known == users_.end() ? kNobody : known->second.watchers;
}

std::vector<std::pair<UserId, TimeMs>> PresenceDesk::take_unstored(Now now, std::chrono::milliseconds interval) {
  std::vector<std::pair<UserId, TimeMs>> unstored;
  for (const UserId user : touched_) {
    const auto known = users_.find(user);
    if (known == users_.end()) continue;
    Entry& entry = known->second;
    const bool first = !entry.stored_last_seen;
    if (!entry.remembered || entry.storing || entry.last_seen <= entry.stored_last_seen) continue;
    if (!entry.ended && !first && !entry.changed && now.steady - entry.stored_at < interval) continue;
    entry.storing = true;
    entry.stored_at = now.steady;
    unstored.emplace_back(user, entry.last_seen);
  }
  return unstored;
}

void PresenceDesk::stored(UserId user, TimeMs last_seen) {
  const auto known = users_.find(user);
  if (known == users_.end()) return;
  known->second.storing = false;
  known->second.stored_last_seen = std::max(known->second.stored_last_seen, last_seen);
}

std::vector<UserId> PresenceDesk::take_changed() {
  std::vector<UserId> changed;
  std::vector<UserId> later;
  for (const UserId user : std::exchange(touched_, {})) {
    const auto known = users_.find(user);
    if (known == users_.end()) continue;
    Entry& entry = known->second;
    if (!entry.remembered || entry.storing || entry.last_seen > entry.stored_last_seen) {
      later.push_back(user);
      if (!entry.remembered || entry.storing || entry.connections.empty()) continue;  // the end of a life is told with its time, stored
    }
    if (entry.changed) changed.push_back(user);
    entry.changed = false;
    entry.ended = false;
  }
  std::ranges::sort(later);
  const auto repeats = std::ranges::unique(later);
  later.erase(repeats.begin(), repeats.end());
  touched_ = std::move(later);
  return changed;
}

bool PresenceDesk::idle(const Entry& entry) {
  return entry.connections.empty() && entry.watchers.empty() && !entry.storing && !entry.changed &&
         entry.last_seen <= entry.stored_last_seen;
}

}  // namespace rookery::presence
