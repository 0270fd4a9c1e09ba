#include "verify/reaction_book.h"

#include <fmt/format.h>

#include <algorithm>

namespace rookery::verify {

void ReactionBook::on_invoke(const Event& invoke) {
  if (invoke.action != Action::kReact && invoke.action != Action::kUnreact) return;
  One& one = messages_[invoke.message_id][invoke.emoji][invoke.user];
  // Two at once: nobody can tell which came last.
  if (++one.under_way > 1) one.unsure = true;
}

void ReactionBook::on_ok(const Event& invoke, const Event& ok) {
  if (invoke.action != Action::kReact && invoke.action != Action::kUnreact) return;
  One& one = messages_[invoke.message_id][invoke.emoji][invoke.user];
  --one.under_way;
  one.is_there = invoke.action == Action::kReact;
  one.line = ok.line;
}

void ReactionBook::on_fail(const Event& invoke) {
  if (invoke.action != Action::kReact && invoke.action != Action::kUnreact) return;
  --messages_[invoke.message_id][invoke.emoji][invoke.user].under_way;
}

void ReactionBook::on_page(const Event& invoke, const Event& ok) {
  for (const SeenMessage& message : ok.messages) {
    if (!message.deleted) check(invoke, ok, message);
  }
}

// A count and what it counts are one write.
void ReactionBook::on_end() {
  for (const auto& [key, shown] : shown_) {
    const auto& [message, emoji] = key;
    std::uint64_t count = 0;
    bool all_read = true;
    for (const auto& [user, one] : messages_[message][emoji]) {
      const auto mine = shown.mine.find(user);
      all_read = all_read && mine != shown.mine.end();
      if (mine != shown.mine.end() && mine->second) ++count;
    }
    if (!all_read || count == shown.count) continue;
    findings_.add(Property::kWhole, fmt::format("message {} (seq {}) shows {} of the reaction {}, and {} see it as their own", message, shown.seq, shown.count, emoji, count),
                  {shown.line});
  }
  shown_.clear();
}

void ReactionBook::check(const Event& invoke, const Event& ok, const SeenMessage& message) {
  static const Given kNothing;
  const auto found = messages_.find(message.id);
  const Given& given = found == messages_.end() ? kNothing : found->second;
  const auto place = [&] { return fmt::format("message {} of channel {}", message.seq, invoke.channel); };
  for (const SeenReaction& shown : message.reactions) {
    if (given.contains(shown.emoji)) continue;
    findings_.add(Property::kWhole, fmt::format("{} shows a reaction that nobody made ({})", place(), shown.emoji), {invoke.line, ok.line});
  }
  for (const auto& [emoji, users] : given) {
    const auto at = std::ranges::find(message.reactions, emoji, &SeenReaction::emoji);
    const SeenReaction shown = at == message.reactions.end() ? SeenReaction{emoji} : *at;
    Shown& seen = shown_[{message.id, emoji}];
    seen.seq = message.seq;
    seen.count = shown.count;
    seen.line = ok.line;
    seen.mine[invoke.user] = shown.me;
    const auto mine = users.find(invoke.user);
    if (mine != users.end() && mine->second.is_known() && mine->second.is_there != shown.me) {
      findings_.add(Property::kKept,
                    fmt::format("user {} {} {}, and {} {}", invoke.user, mine->second.is_there ? "reacted with" : "took back his", emoji, place(),
                                shown.me ? "still shows it" : "does not show it"),
                    {mine->second.line, invoke.line, ok.line});
    }
    std::uint64_t least = 0, most = 0, line = 0;
    for (const auto& [user, one] : users) {
      line = std::max(line, one.line);
      if (!one.is_known() || one.is_there) ++most;
      if (one.is_known() && one.is_there) ++least;
    }
    if (shown.count >= least && shown.count <= most) continue;
    findings_.add(Property::kKept,
                  fmt::format("{} shows {} of the reaction {}, and {} were made", place(), shown.count, emoji,
                              least == most ? std::to_string(least) : fmt::format("{} to {}", least, most)),
                  {line, invoke.line, ok.line});
  }
}

}  // namespace rookery::verify
