#include "verify/presence_book.h"

#include <fmt/format.h>

#include <algorithm>

namespace rookery::verify {
namespace {

constexpr std::string_view kOnline = "online", kOffline = "offline";

}  // namespace

const PresenceBook::Open* PresenceBook::connection_of(std::uint64_t user) const {
  const Open* oldest = nullptr;
  for (const auto& [session, open] : open_) {
    if (open.user == user && (oldest == nullptr || open.line < oldest->line)) oldest = &open;
  }
  return oldest;
}

void PresenceBook::on_invoke(const Event& invoke) {
  if (invoke.action != Action::kIdentify) return;
  logins_[invoke.user].insert(invoke.login);
  gone_.erase(invoke.user);
}

void PresenceBook::on_ok(const Event& invoke, const Event& ok) {
  switch (invoke.action) {
    case Action::kIdentify:
    case Action::kResume:
      open_[ok.session] = {invoke.user, invoke.login, ok.line, ok.us};
      gone_.erase(invoke.user);
      return;
    case Action::kSubscribe: {
      Watch& watch = watch_[invoke.session];
      watch.line = ok.line;
      watch.us = ok.us;
      for (const SeenPresence& wanted : invoke.presences) watch.users.insert(wanted.user);
      return;
    }
    case Action::kRevoke:
      // Others may end a login that is not theirs to use: only one's own tells whose it was.
      if (invoke.target != invoke.login) return;
      std::erase_if(open_, [&](const auto& entry) { return entry.second.login == invoke.target; });
      if (logins_[invoke.user].erase(invoke.target) > 0 && logins_[invoke.user].empty()) {
        gone_[invoke.user] = {invoke.user, invoke.target, ok.line, ok.us};
      }
      return;
    case Action::kPresence: return check_answer(invoke, ok);
    default: return;
  }
}

void PresenceBook::on_dispatch(const Event& dispatch) {
  if (dispatch.type != "PRESENCE_UPDATE") return;
  for (const SeenPresence& one : dispatch.presences) watch_[dispatch.session].told[one.user] = {one.status, dispatch.line};
}

void PresenceBook::on_closed(const Event& closed) { open_.erase(closed.session); }

void PresenceBook::on_settled(const Event& mark) { settled_line_ = mark.line; }

// When everything has settled, who has a connection is known to have it.
void PresenceBook::check_answer(const Event& invoke, const Event& ok) {
  if (settled_line_ == 0) return;
  for (const SeenPresence& one : ok.presences) {
    const Open* const open = connection_of(one.user);
    if (open != nullptr && open->line < settled_line_ && one.status != kOnline) {
      findings_.add(Property::kPresence, fmt::format("user {} has a connection, and is said to be {}", one.user, one.status),
                    {open->line, invoke.line, ok.line});
    }
    const auto gone = gone_.find(one.user);
    if (gone != gone_.end() && gone->second.line < invoke.line && one.status != kOffline) {
      findings_.add(Property::kPresence, fmt::format("user {} has logged out, and is said to be {}", one.user, one.status),
                    {gone->second.line, invoke.line, ok.line});
    }
  }
}

void PresenceBook::check_watch(std::uint64_t session, const Watch& watch, const Event& end) {
  for (const std::uint64_t user : watch.users) {
    const Open* const open = connection_of(user);
    const auto gone = gone_.find(user);
    if (open == nullptr && gone == gone_.end()) continue;
    const Open& last = open != nullptr ? *open : gone->second;
    const std::string_view expected = open != nullptr ? kOnline : kOffline;
    const std::int64_t since = std::max(last.us, watch.us);
    const auto told = watch.told.find(user);
    const std::string_view status = told == watch.told.end() ? std::string_view("nothing") : std::string_view(told->second.status);
    if (status == expected || end.us - since - delays_.within(since, end.us) <= kTellWithinUs) continue;
    findings_.add(Property::kPresence,
                  fmt::format("session {} watches user {}, who is {}, and was told {}", session, user, expected, status),
                  {watch.line, last.line, told == watch.told.end() ? 0 : told->second.line, end.line});
  }
}

void PresenceBook::on_end(const Event& end) {
  for (const auto& [session, watch] : watch_) {
    if (open_.contains(session)) check_watch(session, watch, end);
  }
  std::erase_if(watch_, [this](const auto& entry) { return !open_.contains(entry.first); });
  settled_line_ = 0;
}

}  // namespace rookery::verify
