#include "verify/reaction_book.h"

#include <fmt/format.h>

#include <algorithm>

namespace rookery::verify {

ReactionBook::One* ReactionBook::one_of(const Event& invoke) {
  switch (invoke.action) {
    case Action::kReact:
    case Action::kUnreact: return &messages_[invoke.message_id][invoke.emoji][invoke.user];
    case Action::kPin:
    case Action::kUnpin: return &pins_[invoke.message_id];
    default: return nullptr;
  }
}

void ReactionBook::on_invoke(const Event& invoke) {
  One* const one = one_of(invoke);
  // Two at once: nobody can tell which came last.
  if (one != nullptr && ++one->under_way > 1) one->unsure = true;
}

void ReactionBook::on_ok(const Event& invoke, const Event& ok) {
  One* const one = one_of(invoke);
  if (one == nullptr) return;
  --one->under_way;
  one->is_there = invoke.action == Action::kReact || invoke.action == Action::kPin;
  one->line = ok.line;
}

void ReactionBook::on_fail(const Event& invoke) {
  if (One* const one = one_of(invoke)) --one->under_way;
}

void ReactionBook::on_page(const Event& invoke, const Event& ok) {
  for (const SeenMessage& message : ok.messages) {
    if (message.deleted) continue;
    check(invoke, ok, message);
    check_pin(invoke, ok, message);
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
    findings_.add(Property::kWhole,
                  fmt::format("message {} (seq {}) shows {} of the reaction {}, and {} see it as their own", message, shown.seq,
                              shown.count, emoji, count),
                  {shown.line});
  }
  shown_.clear();
}

void ReactionBook::check_pin(const Event& invoke, const Event& ok, const SeenMessage& message) {
  const auto found = pins_.find(message.id);
  const One pin = found == pins_.end() ? One() : found->second;
  if (!pin.is_known() || pin.is_there == message.pinned) return;
  findings_.add(message.pinned && found == pins_.end() ? Property::kWhole : Property::kKept,
                fmt::format("message {} of channel {} is {}pinned, and was {}", message.seq, invoke.channel, message.pinned ? "" : "not ",
                            pin.is_there           ? "pinned"
                            : found == pins_.end() ? "not pinned by anybody"
                                                   : "unpinned"),
                {pin.line, invoke.line, ok.line});
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
                    fmt::format("user {} {} {}, and {} {}", invoke.user, mine->second.is_there ? "reacted with" : "took back his", emoji,
                                place(), shown.me ? "still shows it" : "does not show it"),
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
