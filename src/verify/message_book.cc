#include "verify/message_book.h"

#include <fmt/format.h>

#include <algorithm>

namespace rookery::verify {
namespace {

std::string place_of(std::uint64_t channel, std::uint64_t seq) { return fmt::format("message {} of channel {}", seq, channel); }

}  // namespace

const std::map<std::uint64_t, MessageBook::Fact>& MessageBook::facts(std::uint64_t channel) const {
  static const std::map<std::uint64_t, Fact> kNothing;
  const auto found = channels_.find(channel);
  return found == channels_.end() ? kNothing : found->second;
}

std::uint64_t MessageBook::seq_of(std::uint64_t message_id) const {
  const auto found = places_.find(message_id);
  return found == places_.end() ? 0 : found->second.second;
}

MessageBook::Fact* MessageBook::fact_of(std::uint64_t message_id) {
  const auto found = places_.find(message_id);
  return found == places_.end() ? nullptr : &channels_[found->second.first][found->second.second];
}

MessageBook::Known MessageBook::known(std::uint64_t channel) const {
  const auto found = known_.find(channel);
  return found == known_.end() ? Known{} : found->second;
}

void MessageBook::told(std::uint64_t channel, std::uint64_t seq, std::uint64_t rev, std::uint64_t line) {
  Known& known = known_[channel];
  if (seq > known.seq) {
    known.seq = seq;
    known.seq_line = line;
  }
  if (rev > known.rev) {
    known.rev = rev;
    known.rev_line = line;
  }
}

void MessageBook::on_invoke(const Event& invoke) {
  if (invoke.action == Action::kSend) {
    // A retry says the same again: the first one is when the message may begin to be there.
    drafts_.try_emplace({invoke.user, invoke.nonce}, Draft{invoke.channel, {invoke.content, invoke.line, 0}});
    return;
  }
  Fact* fact = fact_of(invoke.message_id);
  if (fact == nullptr) return;
  if (invoke.action == Action::kEdit) fact->versions.push_back({invoke.content, invoke.line, 0});
  if (invoke.action == Action::kDelete && fact->delete_invoke_line == 0) fact->delete_invoke_line = invoke.line;
}

void MessageBook::on_ok(const Event& invoke, const Event& ok) {
  if (invoke.action == Action::kDelete) {
    if (Fact* fact = fact_of(invoke.message_id); fact != nullptr && fact->delete_ok_line == 0) fact->delete_ok_line = ok.line;
    return;
  }
  if (!ok.message) return;
  if (invoke.action == Action::kEdit) {
    if (Fact* fact = fact_of(invoke.message_id)) {
      for (Version& version : fact->versions) {
        if (version.invoke_line == invoke.line) version.ok_line = ok.line;
      }
    }
  }
  if (invoke.action == Action::kSend && ok.message->nonce != invoke.nonce) {
    findings_.add(Property::kOnce,
                  fmt::format("a send with nonce {} was answered with the message of nonce {}", invoke.nonce, ok.message->nonce),
                  {invoke.line, ok.line});
  }
  seen(invoke.channel, *ok.message, ok.line, {invoke.line, invoke.line});
  if (invoke.action == Action::kSend) {
    Known& known = known_[invoke.channel];
    known.acked_seq = std::max(known.acked_seq, ok.message->seq);
  }
}

// What a message is for good: who wrote it, under which nonce, in which place.
void MessageBook::learn(std::uint64_t channel, Fact& fact, const SeenMessage& message, std::uint64_t line) {
  const std::string place = place_of(channel, message.seq);
  fact = {.id = message.id,
          .author = message.author,
          .nonce = message.nonce,
          .system = message.system,
          .system_user = message.system_user,
          .first_line = line};
  const auto [at, fresh] = places_.try_emplace(message.id, channel, message.seq);
  if (!fresh) {
    findings_.add(Property::kOneOrder, fmt::format("{} has the id of {}", place, place_of(at->second.first, at->second.second)), {line});
  }
  auto& facts = channels_[channel];
  const auto here = facts.find(message.seq);
  if (here != facts.begin() && std::prev(here)->second.id >= message.id) {
    findings_.add(Property::kOneOrder, fmt::format("{} has a lower id than the message before it", place),
                  {std::prev(here)->second.first_line, line});
  }
  if (std::next(here) != facts.end() && std::next(here)->second.id <= message.id) {
    findings_.add(Property::kOneOrder, fmt::format("{} has a higher id than the message after it", place),
                  {std::next(here)->second.first_line, line});
  }
  if (!message.system.empty()) return;
  const auto draft = drafts_.find({message.author, message.nonce});
  if (draft == drafts_.end() || draft->second.channel != channel) {
    findings_.add(Property::kWhole, fmt::format("{} was written by nobody (nonce '{}')", place, message.nonce), {line});
    return;
  }
  fact.versions.push_back(draft->second.first);
  if (draft->second.seq != 0 && draft->second.seq != message.seq) {
    findings_.add(Property::kOnce, fmt::format("nonce {} made two messages: {} and {}", message.nonce, draft->second.seq, place),
                  {draft->second.first.invoke_line, draft->second.seq_line, line});
  }
  draft->second.seq = message.seq;
  draft->second.seq_line = line;
}

void MessageBook::check_content(Fact& fact, const std::string& place, const SeenMessage& message, std::uint64_t line, Since since) {
  if (message.deleted) {
    if (fact.delete_invoke_line == 0) findings_.add(Property::kKept, fmt::format("{} is deleted, and nobody deleted it", place), {line});
    if (!message.content.empty() || !message.mentions.empty()) {
      findings_.add(Property::kDeleted, fmt::format("{} is deleted and still shows its content", place), {fact.delete_invoke_line, line});
    }
    return;
  }
  if (fact.delete_ok_line != 0 && fact.delete_ok_line < since.deletes) {
    findings_.add(Property::kDeleted, fmt::format("{} is shown after its delete was answered", place),
                  {fact.delete_ok_line, since.deletes, line});
  }
  if (!fact.system.empty() || fact.versions.empty()) return;
  std::size_t at = fact.versions.size();
  std::size_t due = 0;
  for (std::size_t i = 0; i < fact.versions.size(); ++i) {
    const Version& version = fact.versions[i];
    if (version.content == message.content) at = i;
    if (version.ok_line != 0 && version.ok_line < since.edits) due = i;
  }
  if (at == fact.versions.size()) {
    findings_.add(Property::kWhole, fmt::format("{} shows a content that nobody wrote: '{}'", place, message.content),
                  {fact.first_line, line});
  } else if (at < due) {
    findings_.add(Property::kReadable, fmt::format("{} is shown as it was before an edit that had been answered", place),
                  {fact.versions[due].ok_line, since.edits, line});
  }
}

void MessageBook::seen(std::uint64_t channel, const SeenMessage& message, std::uint64_t line, Since since) {
  const auto [at, fresh] = channels_[channel].try_emplace(message.seq);
  Fact& fact = at->second;
  const std::string place = place_of(channel, message.seq);
  if (fresh) {
    if (message.seq == 0) findings_.add(Property::kOneOrder, "a message has no seq", {line});
    learn(channel, fact, message, line);
  } else if (fact.id != message.id || fact.author != message.author || fact.nonce != message.nonce || fact.system != message.system) {
    const bool lost = message.seq <= known(channel).acked_seq;
    findings_.add(
        lost ? Property::kKept : Property::kOneOrder,
        fmt::format("{} is two messages: {} (nonce '{}') and {} (nonce '{}')", place, fact.id, fact.nonce, message.id, message.nonce),
        {fact.first_line, line});
    return;
  }
  check_content(fact, place, message, line, since);
  fact.deleted = message.deleted;
  fact.mentions = message.mentions;
  told(channel, message.seq, 0, line);
}

void MessageBook::seen_in_change(std::uint64_t channel, std::uint64_t rev, std::string_view type, const SeenMessage& message,
                                 std::uint64_t line) {
  const auto found = channels_[channel].find(message.seq);
  if (found == channels_[channel].end()) return;
  Fact& fact = found->second;
  // An edit that waits to be sent is shown as deleted too: the last one is the delete itself.
  if (type == "MESSAGE_DELETE" && rev > fact.delete_rev) {
    fact.delete_rev = rev;
    fact.delete_rev_line = line;
    deleted_.emplace(channel, message.seq);
  }
  if (!message.deleted && rev > fact.shown_rev) {
    fact.shown_rev = rev;
    fact.shown_rev_line = line;
  }
}

void MessageBook::on_end() {
  for (const auto& [channel, seq] : deleted_) {
    const Fact& fact = channels_[channel][seq];
    if (fact.shown_rev <= fact.delete_rev) continue;
    findings_.add(Property::kDeleted, fmt::format("{} is shown by a change after its delete", place_of(channel, seq)),
                  {fact.delete_rev_line, fact.shown_rev_line});
  }
  deleted_.clear();
}

void MessageBook::page(const Event& invoke, const Known& known, const Event& ok) {
  const auto& messages = ok.messages;
  for (std::size_t i = 1; i < messages.size(); ++i) {
    const std::uint64_t due = invoke.from_newest ? messages[i - 1].seq - 1 : messages[i - 1].seq + 1;
    if (messages[i].seq == due) continue;
    findings_.add(Property::kOneOrder,
                  fmt::format("a page of channel {} goes from {} to {}", invoke.channel, messages[i - 1].seq, messages[i].seq), {ok.line});
  }
  for (const SeenMessage& message : messages) {
    seen(invoke.channel, message, ok.line, {invoke.line, invoke.line});
    channels_[invoke.channel][message.seq].read_line = ok.line;
  }
  const std::uint64_t first = messages.empty() ? 0 : messages.front().seq;
  const std::uint64_t last = messages.empty() ? invoke.after : messages.back().seq;
  std::uint64_t missing = 0;
  if (invoke.from_newest) {
    if (first < known.seq) missing = known.seq;
    if (messages.size() < invoke.limit && !messages.empty() && last != 1) missing = last - 1;
  } else {
    if (first > invoke.after + 1) missing = invoke.after + 1;
    if (messages.size() < invoke.limit && last < known.seq) missing = last + 1;
  }
  if (missing == 0) return;
  missing_.push_back({.channel = invoke.channel,
                      .seq = missing,
                      .user = invoke.user,
                      .acknowledged = missing <= known.acked_seq,
                      .known_line = facts(invoke.channel).contains(missing) ? facts(invoke.channel).at(missing).first_line : known.seq_line,
                      .invoke_line = invoke.line,
                      .ok_line = ok.line});
}

void MessageBook::judge_missing() {
  for (const Missing& one : missing_) {
    const auto& facts = this->facts(one.channel);
    const auto fact = facts.find(one.seq);
    const bool back = fact != facts.end() && fact->second.read_line > one.ok_line;
    findings_.add(one.acknowledged && !back ? Property::kKept : Property::kReadable,
                  fmt::format("{} was {} and is not in the history that user {} reads later{}", place_of(one.channel, one.seq),
                              one.acknowledged ? "acknowledged" : "told of", one.user, back ? ", though it is there later still" : ""),
                  {one.known_line, one.invoke_line, one.ok_line});
  }
  missing_.clear();
}

void MessageBook::changes_page(const Event& invoke, const Known& known, const Event& ok) {
  std::uint64_t last = invoke.after;
  for (const SeenChange& change : ok.changes) {
    if (change.rev != last + 1) {
      findings_.add(Property::kOneOrder, fmt::format("the changes of channel {} go from {} to {}", invoke.channel, last, change.rev),
                    {ok.line});
    }
    last = change.rev;
    if (!change.message) continue;
    seen(invoke.channel, *change.message, ok.line, {invoke.line, invoke.line});
  }
  if (!ok.changes.empty()) told(invoke.channel, 0, last, ok.line);
  if (ok.changes.size() < invoke.limit && last < known.rev) {
    findings_.add(Property::kReadable,
                  fmt::format("change {} of channel {} was told of and is not among the changes that user {} reads later", last + 1,
                              invoke.channel, invoke.user),
                  {known.rev_line, invoke.line, ok.line});
  }
}

}  // namespace rookery::verify
