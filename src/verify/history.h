// History: what clients did to a server and what it showed them, one event a line, as JSON (docs/verify.md lists the fields).
//
// An operation has an invoke, written before its first byte leaves, and an ok, a fail (refused: nothing was done) or an unknown (no
// answer), written after the answer came. So when the answer of A stands above the invoke of B, A was over before B began: it is
// the order of the lines, not their times, that the checker reasons with. Plain values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rookery::verify {

enum class Step : std::uint8_t { kInvoke, kOk, kFail, kUnknown, kDispatch, kClosed, kMark };

enum class Action : std::uint8_t {
  kNone,
  kSend,       // channel, nonce, content; ok: message, replayed
  kEdit,       // channel, message_id, content
  kDelete,     // channel, message_id
  kReact,      // channel, message_id, emoji
  kUnreact,    // the same
  kRead,       // channel, seq
  kDelivered,  // channel, seq
  kHistory,    // channel, after (from_newest: without), limit; ok: messages
  kChanges,    // channel, after, limit; ok: changes
  kState,      // channel; ok: heads with one
  kUnread,     // ok: heads, those with something unread
  kReceipts,   // channel; ok: receipts
  kAdd,        // channel, target
  kRemove,     // channel, target
  kRevoke,     // target: the login that ends
  kProbe,      // any request in the name of `login`
  kIdentify,   // session, positions (with_positions); ok: heads, epoch is the same, more
  kResume,     // session, s
  kSubscribe,  // session, presences: whom it wants to hear of (op 67, without a reply); channel: the large one, or 0
  kPresence,   // ok: presences
  kStatus,     // session, presences: what it says that its user is (op 3); ok: a heartbeat behind it was answered
  kBlock,      // target: to whom the user is offline from the answer on
  kPin,        // channel, message_id
  kUnpin,      // the same
};

struct SeenReaction {
  std::string emoji;
  std::uint64_t count = 0;
  bool me = false;  // it is (also) of who is shown it
};

// A message as somebody was shown it.
struct SeenMessage {
  std::uint64_t id = 0;
  std::uint64_t seq = 0;
  std::uint64_t author = 0;
  std::string nonce;
  std::string content;  // abridged
  bool deleted = false, pinned = false;
  std::string system;             // the kind of a system message
  std::uint64_t system_user = 0;  // whom it is about
  std::vector<std::uint64_t> mentions;
  std::vector<SeenReaction> reactions;
};

struct SeenChange {
  std::uint64_t rev = 0;
  std::string type;
  std::optional<SeenMessage> message;
};

// A channel's head and a user's cursors in it.
struct SeenHead {
  std::uint64_t channel = 0;
  std::uint64_t last_seq = 0, rev = 0;
  std::uint64_t read_seq = 0, delivered_seq = 0, unread = 0, mention_count = 0;
  bool large = false;  // only who subscribes to it is sent its messages
};

struct Position {
  std::uint64_t channel = 0, seq = 0, rev = 0;
  bool operator==(const Position&) const = default;
};

struct SeenPresence {
  std::uint64_t user = 0;
  std::string status;
};

struct SeenReceipt {
  std::uint64_t user = 0, delivered_seq = 0, read_seq = 0;
};

// A field that an event does not have is 0 or empty, and is not written.
struct Event {
  std::uint64_t line = 0;
  std::int64_t us = 0;  // since the start of the run
  Step step = Step::kMark;
  Action action = Action::kNone;
  std::uint64_t op = 0;       // invoke, ok, fail, unknown of one operation
  std::uint64_t user = 0;     // who does it, or is shown it
  std::uint64_t login = 0;    // the login of the token, where it matters
  std::uint64_t session = 0;  // of the gateway, numbered within the run; 0: by REST
  std::uint64_t channel = 0;
  std::uint64_t target = 0;
  std::uint64_t message_id = 0;
  std::uint64_t seq = 0, rev = 0, s = 0;
  std::uint64_t after = 0, limit = 0;
  std::string type;    // of a dispatch; of a mark: round, fault, healed, settled, end, lost, done, stall, stuck
  std::string device;  // of an Identify: a device that comes back by itself, whenever its connection ends
  std::string nonce, content, emoji, why;
  std::uint64_t status = 0;  // a refusal's, or a close code
  bool from_newest = false, replayed = false, recovered = false, gone = false, with_positions = false, more = false, by_client = false;
  std::optional<SeenMessage> message;
  std::vector<SeenMessage> messages;
  std::vector<SeenChange> changes;
  std::vector<SeenHead> heads;
  std::vector<Position> positions;
  std::vector<SeenReceipt> receipts;
  std::vector<SeenPresence> presences;
};

std::string_view name_of(Step step);
std::string_view name_of(Action action);

// Without a line end.
std::string to_line(const Event& event);
// kInvalidBody says what is wrong with the line.
Result<Event> from_line(std::string_view line);

// Short contents as they are, long ones as their beginning, length and hash: two are equal when their short forms are.
std::string abridged(std::string_view content);

}  // namespace rookery::verify
