#include "verify/presence_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rookery::verify {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"online", "away", "offline"};
constexpr std::uint64_t kCloseBroken = 1006;
constexpr std::uint64_t kCloseGoingAway = 4101;

}  // namespace

PresenceBook::Statuses PresenceBook::named(std::string_view status) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == status) return 1U << i;
  }
  return 0;
}

std::string PresenceBook::names(Statuses statuses) {
  std::string text;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if ((statuses & (1U << i)) == 0) continue;
    if (!text.empty()) text += " or ";
    text += kNames[i];
  }
  return text.empty() ? std::string("something else") : text;
}

PresenceBook::Statuses PresenceBook::may_be(Person& person, std::int64_t now_us) {
  std::erase_if(person.lives, [now_us](const auto& entry) { return !entry.second.open && now_us - entry.second.closed_us > kOverAfterUs; });
  bool alive = false, surely_online = false;
  Statuses said = 0;
  for (const auto& [session, life] : person.lives) {
    const bool sure = life.sure && (life.open || now_us - life.heard_us < kAliveForUs);
    alive |= sure;
    surely_online |= sure && life.says == kOnline;
    said |= life.says;
  }
  Statuses may = said & kOnline;
  if (!surely_online) may |= said & kAway;
  if (!alive) may |= kOffline;
  return may;
}

bool PresenceBook::note(Person& person, const Event& event) {
  const Statuses may = may_be(person, event.us);
  if (may == person.spans.back().may) return false;
  person.spans.back().end_us = event.us;
  person.spans.push_back({.may = may, .line = event.line});
  return true;
}

// Of no connection is it known any more that it is there, until it answers to what is said later.
void PresenceBook::doubt_all(const Event& event) {
  doubted_line_ = event.line;
  for (auto& [user, person] : people_) {
    for (auto& [session, life] : person.lives) life.sure = false;
    note(person, event);
  }
}

void PresenceBook::doubt_login(std::uint64_t login, const Event& event) {
  for (auto& [user, person] : people_) {
    for (auto& [session, life] : person.lives) {
      if (life.login == login) life.sure = false;
    }
    note(person, event);
  }
}

void PresenceBook::on_invoke(const Event& invoke) {
  switch (invoke.action) {
    case Action::kIdentify: {
      const auto [entry, first] = people_.try_emplace(invoke.user);
      Person& person = entry->second;
      if (first && away_elsewhere_.contains(invoke.user)) person.spans.front().may = kAny;
      owners_[invoke.session] = invoke.user;
      person.lives[invoke.session] = {.login = invoke.login, .begun = invoke.line, .closed_us = invoke.us};
      note(person, invoke);
      return;
    }
    case Action::kStatus: {
      Person& person = people_[invoke.user];
      const auto life = person.lives.find(invoke.session);
      if (life == person.lives.end()) return;
      life->second.said = life->second.says;
      for (const SeenPresence& one : invoke.presences) life->second.says = named(one.status);
      life->second.change = 0;
      if (!note(person, invoke)) return;
      life->second.change = person.spans.size() - 1;
      person.spans[life->second.change - 1].end_us = kOpenEnd;
      return;
    }
    case Action::kPresence: {
      auto& shown = asked_[invoke.op];
      for (const auto& [user, person] : people_) shown[user] = person.shown;
      return;
    }
    case Action::kRevoke: return doubt_login(invoke.target, invoke);
    case Action::kBlock: {
      Block& block = blocks_[{invoke.user, invoke.target}];
      if (block.asked_line == 0) block.asked_line = invoke.line;
      return;
    }
    default: return;
  }
}

void PresenceBook::on_ok(const Event& invoke, const Event& ok) {
  const auto person = people_.find(invoke.user);
  // (a Subscribe has no answer)
  if (invoke.session != 0 && invoke.action != Action::kSubscribe && person != people_.end()) {
    // A call of long polling may be written down before the server dies, and heard by the next one.
    if (invoke.action == Action::kIdentify) {
      person->second.lives.try_emplace(invoke.session, Life{.login = invoke.login, .begun = invoke.line}).first->second.answered = ok.line;
    }
    const auto life = person->second.lives.find(invoke.session);
    if (life != person->second.lives.end()) {
      life->second.heard_us = std::max(life->second.heard_us, invoke.us);
      life->second.sure = life->second.sure || invoke.line > doubted_line_;
      if (invoke.action == Action::kIdentify || invoke.action == Action::kResume) life->second.open = true;
      if (invoke.action == Action::kStatus) {
        if (life->second.change != 0) person->second.spans[life->second.change - 1].end_us = ok.us;
        life->second.said = 0;
        life->second.change = 0;
      }
      note(person->second, ok);
    }
  }
  switch (invoke.action) {
    case Action::kSubscribe: {
      Watch& watch = watch_[invoke.session];
      watch.watcher = invoke.user;
      watch.line = ok.line;
      watch.us = ok.us;
      for (const SeenPresence& wanted : invoke.presences) {
        watch.users.insert(wanted.user);
        const auto watched = people_.find(wanted.user);
        if (watched == people_.end() || watch.told.contains(wanted.user)) continue;
        // What was over before he asked is not what he is told.
        watch.told[wanted.user].span = span_of(watched->second, kAny, 0, invoke.us).value_or(0);
      }
      return;
    }
    case Action::kRevoke:
      for (auto& [user, one] : people_) {
        if (std::erase_if(one.lives, [&](const auto& entry) { return entry.second.login == invoke.target; }) > 0) note(one, ok);
      }
      return;
    case Action::kBlock: {
      Block& block = blocks_[{invoke.user, invoke.target}];
      if (block.done_line != 0) return;
      block.done_line = ok.line;
      block.done_us = ok.us;
      return;
    }
    case Action::kPresence: return check_answer(invoke, ok);
    default: return;
  }
}

// Whether it was heard is not known: from here on it may be either.
void PresenceBook::on_unknown(const Event& invoke, const Event& unknown) {
  if (invoke.action != Action::kStatus) return;
  const auto person = people_.find(invoke.user);
  if (person == people_.end()) return;
  const auto life = person->second.lives.find(invoke.session);
  if (life == person->second.lives.end()) return;
  life->second.says |= life->second.said;
  life->second.said = 0;
  if (life->second.change != 0) person->second.spans[life->second.change - 1].end_us = unknown.us;
  life->second.change = 0;
  note(person->second, unknown);
}

// A connection that breaks may have lost its server: what others of that server have said is not known to count any more.
void PresenceBook::on_closed(const Event& closed) {
  const auto owner = owners_.find(closed.session);
  if (owner != owners_.end()) {
    Person& person = people_[owner->second];
    const auto life = person.lives.find(closed.session);
    if (life != person.lives.end()) {
      life->second.open = false;
      life->second.closed_us = closed.us;
      note(person, closed);
    }
  }
  if (!closed.by_client && (closed.status == kCloseBroken || closed.status == kCloseGoingAway)) doubt_all(closed);
}

void PresenceBook::on_process_end(const Event& mark) {
  process_end_line_ = mark.line;
  doubt_all(mark);
}

void PresenceBook::on_healed(const Event& mark) {
  if (process_end_line_ == 0) return;
  for (auto& [user, person] : people_) {
    std::erase_if(person.lives,
                  [this](const auto& entry) { return std::max(entry.second.begun, entry.second.answered) < process_end_line_; });
    note(person, mark);
  }
  process_end_line_ = 0;
}

// Whoever is connected then has been shown the ends of his channels.
void PresenceBook::on_settled(const Event& mark) {
  settled_us_ = mark.us;
  for (auto& [user, person] : people_) {
    for (auto& [session, life] : person.lives) life.sure = life.sure || life.open;
    note(person, mark);
  }
}

bool PresenceBook::is_late(std::int64_t since_us, std::int64_t now_us) const {
  return since_us < now_us && now_us - since_us > kTellWithinUs && now_us - since_us - delays_.within(since_us, now_us) > kTellWithinUs;
}

std::optional<std::size_t> PresenceBook::span_of(const Person& person, Statuses said, std::size_t from, std::int64_t now_us) const {
  for (std::size_t i = from; i < person.spans.size(); ++i) {
    if ((person.spans[i].may & said) == 0) continue;
    if (!is_late(person.spans[i].end_us, now_us)) return i;
  }
  return std::nullopt;
}

const PresenceBook::Block* PresenceBook::block_of(std::uint64_t user, std::uint64_t other) const {
  const auto found = blocks_.find({user, other});
  return found == blocks_.end() ? nullptr : &found->second;
}

void PresenceBook::check_answer(const Event& invoke, const Event& ok) {
  const auto shown_before = std::move(asked_[invoke.op]);
  asked_.erase(invoke.op);
  for (const SeenPresence& one : ok.presences) {
    const Statuses said = named(one.status);
    if (const Block* const block = block_of(one.user, invoke.user); block != nullptr) {
      if (said == kOffline) continue;
      if (block->done_line != 0 && block->done_line < invoke.line) {
        findings_.add(Property::kPresence,
                      fmt::format("user {} has blocked user {}, to whom he is said to be {}", one.user, invoke.user, one.status),
                      {block->done_line, invoke.line, ok.line});
        continue;
      }
    }
    const auto found = people_.find(one.user);
    if (found == people_.end()) {
      if (said == kAway) away_elsewhere_.insert(one.user);
      continue;
    }
    Person& person = found->second;
    note(person, ok);
    // When everything has settled, what was before does not count.
    const auto shown = shown_before.find(one.user);
    std::size_t from = shown == shown_before.end() ? 0 : shown->second;
    while (person.spans[from].end_us <= settled_us_) ++from;
    if (const auto span = span_of(person, said, from, invoke.us)) {
      person.shown = std::max(person.shown, *span);
      continue;
    }
    const Span& now = person.spans.back();
    findings_.add(Property::kPresence, fmt::format("user {} is {}, and is said to be {}", one.user, names(now.may), one.status),
                  {now.line, invoke.line, ok.line});
  }
}

void PresenceBook::on_dispatch(const Event& dispatch) {
  if (dispatch.type != "PRESENCE_UPDATE") return;
  for (const SeenPresence& one : dispatch.presences) check_told(dispatch, one);
}

// A dispatch may be read late by a driver that does not get its turn: here only the order counts, and at the end the last one.
void PresenceBook::check_told(const Event& dispatch, const SeenPresence& one) {
  Told& told = watch_[dispatch.session].told[one.user];
  const Statuses said = named(one.status);
  const auto found = people_.find(one.user);
  const Block* const block = block_of(one.user, dispatch.user);
  const auto watcher = people_.find(dispatch.user);
  if (block != nullptr && block->done_line != 0 && watcher != people_.end()) {
    const auto life = watcher->second.lives.find(dispatch.session);
    if (life != watcher->second.lives.end() && life->second.begun > block->done_line) told.hidden = true;
  }
  if (told.hidden && said != kOffline) {
    findings_.add(Property::kPresence,
                  fmt::format("user {} has blocked user {}, whose session {} is told that he is {}", one.user, dispatch.user,
                              dispatch.session, one.status),
                  {block == nullptr ? 0 : block->done_line, told.line, dispatch.line});
  }
  const std::uint64_t before = told.line;
  told.status = said;
  told.line = dispatch.line;
  if (found == people_.end() && said == kAway) away_elsewhere_.insert(one.user);
  if (found == people_.end() || told.hidden) return;
  Person& person = found->second;
  note(person, dispatch);
  const auto later_with = [&person, said](std::size_t from) {
    while (from < person.spans.size() && (person.spans[from].may & said) == 0) ++from;
    return from;
  };
  const std::size_t span = later_with(told.span);
  if (span < person.spans.size()) {
    told.span = span;
    person.shown = std::max(person.shown, span);
    return;
  }
  if (said == kOffline && block != nullptr) {
    // It is the block that shows: from here on he stays offline.
    told.hidden = true;
    return;
  }
  findings_.add(Property::kPresence,
                fmt::format("session {} is told that user {} is {}, which he has not been since what it was told before; he is {}",
                            dispatch.session, one.user, one.status, names(person.spans.back().may)),
                {before, person.spans.back().line, dispatch.line});
}

void PresenceBook::check_watch(std::uint64_t session, const Watch& watch, const Event& end) {
  for (const std::uint64_t user : watch.users) {
    const auto found = people_.find(user);
    if (found == people_.end()) continue;
    Person& person = found->second;
    note(person, end);
    const auto at = watch.told.find(user);
    const Told told = at == watch.told.end() ? Told{} : at->second;
    const Block* const block = block_of(user, watch.watcher);
    Statuses expected = person.spans.back().may;
    if (block != nullptr) {
      if (told.status == kOffline) continue;
      if (block->done_line == 0 || !is_late(std::max(block->done_us, watch.us), end.us)) continue;
      expected = kOffline;
    } else {
      if (!is_late(watch.us, end.us) || span_of(person, told.status, told.span, end.us)) continue;
    }
    findings_.add(Property::kPresence,
                  fmt::format("session {} watches user {}, who is {}{}, and was told {}", session, user, names(expected),
                              block == nullptr ? "" : " to whom he has blocked", told.status == 0 ? "nothing" : names(told.status)),
                  {watch.line, block == nullptr ? person.spans.back().line : block->done_line, told.line, end.line});
  }
}

void PresenceBook::on_end(const Event& end) {
  const auto is_open = [this](std::uint64_t session) {
    const auto owner = owners_.find(session);
    if (owner == owners_.end()) return false;
    const auto& lives = people_[owner->second].lives;
    const auto life = lives.find(session);
    return life != lives.end() && life->second.open;
  };
  for (const auto& [session, watch] : watch_) {
    if (is_open(session)) check_watch(session, watch, end);
  }
  std::erase_if(watch_, [&is_open](const auto& entry) { return !is_open(entry.first); });
  for (auto& [session, watch] : watch_) {
    for (auto& [user, told] : watch.told) told.span = 0;
  }
  asked_.clear();
  for (auto& [user, person] : people_) {
    person.shown = 0;
    person.spans.erase(person.spans.begin(), person.spans.end() - 1);
    // What is being changed at this moment is rather not looked at.
    for (auto& [session, life] : person.lives) {
      if (life.change != 0) person.spans.front().may |= life.said;
      life.change = 0;
    }
  }
  std::erase_if(owners_, [this](const auto& entry) { return !people_[entry.second].lives.contains(entry.first); });
  settled_us_ = -1;
}

}  // namespace rookery::verify
