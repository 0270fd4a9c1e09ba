// Truth: what happened in every channel, as an independent and simple model knows it; and what must hold of everything that
// anybody is shown.
//
// It hears each committed event once, in order, as followers of the log would, and follows it with rules of its own (maps
// and sets, no fold). Whoever is shown something asks it. What is on the disk already and was not told yet is noted and
// looked at again later. A violation ends the process.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json_reader.h"
#include "model/event.h"
#include "ports/channel_log.h"

namespace rookery::simulation {

// A message as somebody was shown it.
struct Shown {
  ChannelId channel;
  std::uint64_t seq = 0;
  MessageId id;
  UserId author;
  std::string nonce;
  std::string content;
  bool deleted = false;
  bool pinned = false;
  std::map<std::string, std::uint64_t> reactions;

  static Shown of(const Message& message);
  static Shown of(JsonValue message);
  // All that can change of it, as text.
  std::string face() const;
};

class Truth {
 public:
  struct Entry {
    Shown now;
    std::map<std::string, std::set<UserId>> reactors;
    std::vector<UserId> mentions;
    bool system = false;
    std::vector<std::pair<std::uint64_t, std::string>> faces;  // rev → how it looked from then on
  };
  struct Change {
    ChangeKind kind{};
    std::uint64_t seq = 0;
    UserId user;
    std::uint64_t last_seq = 0;  // of the channel then; 0: not known
  };
  // Until where a user who is out was in.
  struct Out {
    std::uint64_t seq = 0;
    std::uint64_t rev = 0;
  };
  struct Channel {
    std::set<UserId> members;
    std::map<UserId, Out> out;
    std::vector<Entry> entries;    // by seq - 1
    std::vector<Change> changes;   // by rev - 1
    std::set<std::uint64_t> dead;  // their deletion was answered
    std::map<std::pair<UserId, std::string>, std::uint64_t> nonces;
    std::size_t members_most = 0;
    bool ended = false;
    std::uint64_t last_seq() const { return entries.size(); }
    std::uint64_t rev() const { return changes.size(); }
  };

  // --- what clients want ---
  void intend_send(ChannelId channel, UserId author, const std::string& nonce, const std::string& content);
  void intend_edit(MessageId message, const std::string& content) { edits_.insert({message, content}); }

  // --- what the log tells ---
  void on_event(const Event& event);
  void on_cursor(UserId user, const Cursor& before, const ReadState& now);

  // --- what the server answers, in the moment in which it does ---
  void on_deleted(ChannelId channel, MessageId message);
  void on_read(ChannelId channel, UserId user, std::uint64_t seq);
  // A frame as it is given to the kernel.
  void on_written(UserId user, const std::string& frame);

  // --- what clients are shown ---
  // `rev` is that of the change that shows it, 0 when none does: the message then is at least as new.
  void on_shown(const Shown& message, std::uint64_t rev);
  // Whether `message` looks as the change `rev`, or a later one, left it; or there was no need to tell: a later change does.
  bool covers(ChannelId channel, std::uint64_t rev, const Shown* copy) const;

  // --- after a start, and at the end ---
  // `exact`: nothing can be there that was not told.
  void compare_channel(ChannelId channel, const ChannelView* view, const std::vector<Message>& messages,
                       const std::vector<rookery::Change>& changes, bool exact);
  // As it was shown so far.
  Cursor cursor(ChannelId channel, UserId user) { return cursors_[{channel, user}]; }
  // `told`: when `read` was asked for.
  void compare_cursor(ChannelId channel, UserId user, const Cursor& told, const ReadState& read);
  // A channel that is stored, and of which nothing was told before the power went.
  void adopt(const ChannelState& state);
  void expect_nothing_open() const;

  const std::map<ChannelId, Channel>& channels() const { return channels_; }
  const Channel* find(ChannelId id) const;

 private:
  struct Claim {
    Shown message;
    std::uint64_t rev = 0;
  };
  struct Intent {
    ChannelId channel;
    std::string content;
  };
  void add_message(Channel& channel, const Message& message);
  void add_change(Channel& channel, const Event& event);
  void change_message(Channel& channel, Entry& entry, const Event& event);
  void extend(ChannelId id, Channel& channel, const std::vector<Message>& messages, const std::vector<rookery::Change>& changes);
  // None: it cannot be said yet.
  std::optional<std::string> fault_of(const Claim& claim) const;
  void look_again(ChannelId channel);
  void check_membership(UserId user, ChannelId channel, std::uint64_t seq, std::uint64_t rev, const std::string& frame) const;

  std::map<ChannelId, Channel> channels_;
  std::map<std::pair<UserId, std::string>, Intent> intents_;
  std::set<std::pair<MessageId, std::string>> edits_;
  std::map<ChannelId, std::vector<Claim>> open_;
  std::map<std::pair<ChannelId, UserId>, Cursor> cursors_;  // as they were shown
};

std::string text_of(JsonValue object, std::string_view name);
std::uint64_t number_of(JsonValue object, std::string_view name);
template <class AnyId>
AnyId id_of(JsonValue object, std::string_view name) {
  return parse_id<AnyId>(text_of(object, name)).value_or(AnyId());
}

}  // namespace rookery::simulation
