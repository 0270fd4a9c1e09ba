// The fold: what a command does to a channel. Pure: no I/O, no clock, no thread; the same input gives the same output.
//
// Numbering, nonces, membership, edit and delete rules live here and nowhere else, once for every kind of deployment. The
// caller loads the rows that rows_needed() names, calls decide(), makes the rows durable in one batch, and then tells the
// events in their order. What it decides on is the state as decided (rows not yet durable included).
//
// Source of the rules: protocol.md §2 and §3.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/command.h"
#include "model/event.h"

namespace rookery::fold {

struct Limits {
  std::uint32_t group_members = 256;
  std::uint32_t pins = 50;
  std::uint32_t reactions_per_message = 20;  // different emoji
};

// Time and name of this command, from outside: where they come from is the deployment's business.
struct Stamp {
  ChannelId channel;  // the channel that is commanded; the id of the new one for CreateChannel
  TimeMs time;        // not before any earlier stamp of this channel
  MessageId message;  // for the message that the command writes, if it writes one; above any earlier one of this channel
};

// What was remembered of a nonce: kept 24 h, scope author and channel.
struct NonceRecord {
  std::uint64_t seq = 0;
  std::uint64_t body_hash = 0;
  bool operator==(const NonceRecord&) const = default;
};

// Which stored rows a decision needs besides the state. Everything empty: none.
struct Needs {
  MessageId target;  // the message that is edited, deleted, reacted to, pinned
  MessageId reply_to;
  bool nonce = false;     // SendMessage with a nonce
  bool reaction = false;  // whether the actor has this reaction on the target already
};
Needs rows_needed(const Command& command);

struct Rows {
  std::optional<Message> target;
  std::optional<Message> reply_to;
  std::optional<NonceRecord> nonce;
  bool reaction = false;
};

// --- What is to be written, in one batch. Each names its place; the adapter knows the encoding. ---

struct PutMessage {
  std::shared_ptr<const Message> message;
};
struct PutChange {
  Change change;
};
struct PutNonce {
  UserId author;
  std::string nonce;
  NonceRecord record;
};
struct PutRoster {};    // of Decision::next, without the members
struct EraseRoster {};  // the channel has ended; what was written stays unreachable
struct PutMember {
  Member member;
};
struct EraseMember {
  UserId user;
};
struct PutMine {
  UserId user;
};  // the channel stands in this user's list
struct EraseMine {
  UserId user;
};
struct PutReaction {
  std::uint64_t seq = 0;
  std::string emoji;
  UserId user;
};
struct EraseReaction {
  std::uint64_t seq = 0;
  std::string emoji;
  UserId user;
};
struct EraseReactions {
  std::uint64_t seq = 0;
};  // all of a message
struct PutPin {
  std::uint64_t seq = 0;
};
struct ErasePin {
  std::uint64_t seq = 0;
};
// A message that mentions `user` (0: everyone but its author), for counters and for the list.
struct PutMention {
  UserId user;
  std::uint64_t seq = 0;
  MessageId message;
  UserId author;
};
struct EraseMention {
  UserId user;
  std::uint64_t seq = 0;
  MessageId message;
};
// Where a new member's cursors start.
struct PutCursor {
  UserId user;
  Cursor cursor;
};

using Row = std::variant<PutMessage, PutChange, PutNonce, PutRoster, EraseRoster, PutMember, EraseMember, PutMine, EraseMine, PutReaction,
                         EraseReaction, EraseReactions, PutPin, ErasePin, PutMention, EraseMention, PutCursor>;

struct Decision {
  ChannelState next;
  std::vector<Row> rows;                   // empty: nothing changed
  std::vector<Event> events;               // in the order in which they are told; empty with no rows
  std::shared_ptr<const Message> message;  // the message written, changed, or found by its nonce; else null
  bool replayed = false;                   // the nonce was known: `message` is Rows::target of that seq, to be read by the caller
  std::uint64_t replayed_seq = 0;
};

// Decides `command` on `state` (that of Stamp::channel; default constructed when there is none). An Error changes nothing.
Result<Decision> decide(const ChannelState& state, const Command& command, const Rows& rows, const Stamp& stamp, const Limits& limits);

}  // namespace rookery::fold
