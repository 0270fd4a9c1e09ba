#include "tests/simulation/view.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/scheduler.h"

namespace rookery::simulation {

std::string View::name() const {
  return fmt::format("{} (live {} rev {}, have {} rev {})", id_.value, live_seq_, live_rev_, have_seq, have_rev);
}

// In a channel that is, or was, large not everything is told to everybody.
bool View::is_loose() const {
  const Truth::Channel* channel = truth_.find(id_);
  return channel != nullptr && channel->members_most >= large_channel_;
}

void View::create(const Shown& message) {
  if (message.seq <= live_seq_) violation(fmt::format("{}: seq {} comes again", name(), message.seq));
  if (message.seq != live_seq_ + 1 && !is_loose()) violation(fmt::format("{}: a hole before seq {}", name(), message.seq));
  if (have_seq == live_seq_ && message.seq == live_seq_ + 1) have_seq = message.seq;
  live_seq_ = message.seq;
  copies_[message.seq] = message;
  touch(message.seq);
}

// Whether the client lacks something that the change `rev` would have told it.
bool View::needs(std::uint64_t rev) const {
  const Truth::Channel* channel = truth_.find(id_);
  if (channel == nullptr || rev > channel->rev()) return false;  // it cannot be said yet
  const Truth::Change& change = channel->changes[rev - 1];
  // His own removal is over when he is in it again.
  if (change.kind == ChangeKind::kMemberRemove && change.user == user_) return false;
  if (change.seq > live_seq_) return false;  // it will come as it is
  const auto copy = copies_.find(change.seq);
  return !truth_.covers(id_, rev, copy == copies_.end() ? nullptr : &copy->second);
}

// Whether everything up to `rev` was told, or need not be.
bool View::knows_revs_to(std::uint64_t rev) const {
  bool whole = true;
  for (std::uint64_t missing = live_rev_ + 1; missing <= rev; ++missing) {
    if (!needs(missing)) continue;
    if (!is_loose()) violation(fmt::format("{}: rev {} is missing before rev {}", name(), missing, rev + 1));
    whole = false;
  }
  return whole;
}

void View::advance_rev(std::uint64_t rev) {
  if (rev <= live_rev_) violation(fmt::format("{}: rev {} comes again", name(), rev));
  if (knows_revs_to(rev - 1) && have_rev == live_rev_) have_rev = rev;
  live_rev_ = rev;
}

void View::update(const Shown& message, std::uint64_t rev) {
  advance_rev(rev);
  touch(message.seq);
  copies_[message.seq] = message;
}

void View::react(MessageId message, std::uint64_t rev, const std::string& emoji, std::uint64_t count) {
  advance_rev(rev);
  touched_unknown_[message] = ++moments_;
  for (auto& [seq, copy] : copies_) {
    if (copy.id != message) continue;
    reacted_[{seq, emoji}] = ++moments_;
    copy.reactions[emoji] = count;
    if (count == 0) copy.reactions.erase(emoji);
  }
}

void View::change(std::uint64_t rev) { advance_rev(rev); }

void View::removed(std::uint64_t rev) const {
  const Truth::Channel* channel = truth_.find(id_);
  if (syncing || is_loose() || channel == nullptr || rev > channel->rev()) return;  // `gone` follows, which promises nothing
  const std::uint64_t last = channel->changes[rev - 1].last_seq;
  if (last != 0 && live_seq_ != last)
    violation(fmt::format("{}: the user's removal, rev {}, comes where seq {} was due", name(), rev, last));
}

void View::synced(std::uint64_t seq, std::uint64_t rev, bool recovered) {
  syncing = false;
  if (seq < live_seq_ || rev < live_rev_) violation(fmt::format("{}: SYNCED goes back to {} rev {}", name(), seq, rev));
  if (recovered && !is_loose() && seq != live_seq_) violation(fmt::format("{}: SYNCED at {} says recovered", name(), seq));
  if (!recovered || seq != live_seq_) {
    live_seq_ = seq;
    live_rev_ = rev;
  } else if (rev > live_rev_) {
    if (knows_revs_to(rev) && have_rev == live_rev_) have_rev = rev;
    live_rev_ = rev;
  }
}

// --- by REST ---

bool View::touched_since(std::uint64_t seq, std::uint64_t asked) const {
  const auto at = touched_.find(seq);
  return at != touched_.end() && at->second > asked;
}

bool View::reaction_since(std::uint64_t seq, const std::string& emoji, std::uint64_t asked) const {
  const auto at = reacted_.find({seq, emoji});
  return at != reacted_.end() && at->second > asked;
}

// An answer may be older than what was told meanwhile, of the message or of one emoji.
void View::take_copy(const Shown& message, std::uint64_t asked) {
  if (touched_since(message.seq, asked)) return;
  Shown fresh = message;
  const auto known = copies_.find(message.seq);
  for (const auto& [place, when] : reacted_) {
    const auto& [seq, emoji] = place;
    if (seq != message.seq || when <= asked || known == copies_.end() || message.deleted) continue;
    fresh.reactions.erase(emoji);
    const auto count = known->second.reactions.find(emoji);
    if (count != known->second.reactions.end()) fresh.reactions.insert(*count);
  }
  copies_[message.seq] = fresh;
}

bool View::take_page(const std::vector<Shown>& messages, std::uint64_t asked) {
  for (const Shown& message : messages) {
    const auto reacted = touched_unknown_.find(message.id);
    if (!copies_.contains(message.seq) && reacted != touched_unknown_.end() && reacted->second > asked) return false;
  }
  for (const Shown& message : messages) {
    if (message.seq > live_seq_) break;  // it is to come
    if (message.seq != have_seq + 1) violation(fmt::format("{}: the page goes on with seq {}", name(), message.seq));
    have_seq = message.seq;
    take_copy(message, asked);
  }
  return true;
}

bool View::take_changed(std::uint64_t rev, const Shown* message, std::uint64_t asked) {
  if (rev != have_rev + 1) violation(fmt::format("{}: the changes go on with rev {}", name(), rev));
  if (rev > live_rev_) return false;  // it is to come
  if (message != nullptr && copies_.contains(message->seq)) {
    take_copy(*message, asked);
  }
  have_rev = rev;
  return true;
}

void View::take_reaction(MessageId message, const std::string& emoji, std::uint64_t count, std::uint64_t asked) {
  for (auto& [seq, copy] : copies_) {
    if (copy.id != message || copy.deleted || touched_since(seq, asked) || reaction_since(seq, emoji, asked)) continue;
    copy.reactions[emoji] = count;
    if (count == 0) copy.reactions.erase(emoji);
  }
}

void View::page_ended(std::uint64_t live_seq) {
  if (have_seq < live_seq) violation(fmt::format("{}: the history ends before what was told", name()));
}

void View::changes_ended(std::uint64_t live_rev) {
  if (have_rev < live_rev) violation(fmt::format("{}: the changes end before what was told", name()));
}

void View::expect_whole(const std::string& whose) const {
  const Truth::Channel& channel = *truth_.find(id_);
  if (!whole()) violation(fmt::format("{} still misses something of {}", whose, name()));
  if (live_seq_ != channel.last_seq()) violation(fmt::format("{} knows {}; it ends at {}", whose, name(), channel.last_seq()));
  for (std::uint64_t rev = live_rev_ + 1; rev <= channel.rev(); ++rev) {
    if (needs(rev)) violation(fmt::format("{} knows {}; it is at rev {}", whose, name(), channel.rev()));
  }
  for (const auto& [seq, copy] : copies_) {
    const Truth::Entry& entry = channel.entries.at(seq - 1);
    if (copy.face() != entry.now.face())
      violation(fmt::format("{} sees {}/{} as {}; it is {}", whose, id_.value, seq, copy.face(), entry.now.face()));
  }
}

}  // namespace rookery::simulation
