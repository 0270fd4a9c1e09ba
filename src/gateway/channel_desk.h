// ChannelDesk: one core's channels, as far as sessions are concerned: the gate of each, the cores that have sessions of
// it, and what is gathered or throttled before it is told.
//
// A channel is here from the first settle() of a core until the last leave(). Events come from the log in their order,
// pass the gate, are encoded once and posted as one reference to each core with sessions. One core: every member is
// called on it. stop() before the end.
#pragma once

#include <bitset>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "auth/profiles.h"
#include "gateway/counters.h"
#include "gateway/gate.h"
#include "gateway/letters.h"
#include "gateway/receipts.h"
#include "gateway/services.h"
#include "model/limits.h"
#include "ports/channel_log.h"
#include "runtime/core.h"
#include "runtime/task_group.h"

namespace rookery::gateway {

inline constexpr std::size_t kCoresMax = 256;

// Where a session stands in a channel.
struct Stand {
  ChannelId channel;
  std::uint64_t seq = 0;
  std::uint64_t rev = 0;
  bool take_head = false;  // it wants to stand at the head, wherever that is
};

struct Settled {
  enum class Outcome : std::uint8_t {
    kLive,    // nothing is left: every later event of the channel comes to the core by letter
    kBehind,  // read on
    kGone,    // the user does not see the channel (or it was not to be had: ask the log)
  };
  ChannelId channel;
  Outcome outcome = Outcome::kGone;
  std::uint64_t seq = 0;  // what was handed on so far
  std::uint64_t rev = 0;
  bool large = false;
};

// Between two CHANNEL_UNREAD of a channel with this many sessions: 500 ms up to 1,000, in proportion above, 30 s at most.
std::chrono::milliseconds unread_interval(std::size_t sessions);

class ChannelDesk {
 public:
  struct Parts {
    Core& core;
    Cores& cores;
    ChannelLog& log;
    auth::Profiles& profiles;
    const Limits& limits;
    std::span<LetterBox* const> boxes;  // one a core
    Counters& counters;
  };
  explicit ChannelDesk(const Parts& parts);
  ChannelDesk(const ChannelDesk&) = delete;
  ChannelDesk& operator=(const ChannelDesk&) = delete;

  // --- from the log ---
  void on_events(std::span<const Event> events);
  void on_cursor(const ChannelState& channel, UserId user, const Cursor& before, const ReadState& now);
  Task<void> withdraw(Event deletion);

  // --- from cores with sessions ---
  // Compares each stand with what was handed on, all in the turn in which this ends, and notes that `core` has sessions of
  // these channels.
  Task<std::vector<Settled>> settle(unsigned core, UserId user, std::vector<Stand> stands);
  void leave(unsigned core, ChannelId channel);
  // Shows the channel, as it is, to those sessions of a member which do not have it.
  void show_again(ChannelId channel, UserId user);
  // How many sessions `core` has of a large channel, as of the last CHANNEL_UNREAD.
  void note_sessions(unsigned core, ChannelId channel, std::size_t sessions);
  // Ignored from who does not see the channel, and within 3 s of his last.
  void typing(ChannelId channel, UserId user);

  std::size_t channels() const noexcept { return channels_.size(); }
  Task<void> stop();

 private:
  struct Typist {
    UserId user;
    SteadyTime told;
  };
  struct Channel {
    bool known = false;  // `state` and `gate` say something
    ChannelState state;  // after the last event handed on
    Gate gate;
    bool large = false;  // as of the last message
    std::bitset<kCoresMax> cores;

    std::deque<Event> waiting;  // for profiles, in order
    bool loading = false;

    RecentAuthors authors;
    ReceiptBatch receipts;
    bool receipts_due = false;
    bool receipts_reading = false;  // authors are being read for a batch: what comes meanwhile is told after it
    std::vector<Typist> typists;
    SteadyTime next_unread;
    std::vector<std::size_t> sessions;  // by core; empty until a CHANNEL_UNREAD counted them
    bool unread_due = false;
  };

  Channel* find(ChannelId id);
  void know(Channel& channel, const ChannelState& state, Gate gate);
  bool is_large(const ChannelState& state) const;
  // None when one of them must be fetched.
  std::optional<auth::ProfileSet> known_profiles(const Event& event);
  void show(const Event& creation);
  void adopt(Channel& channel, const Event& creation);
  void take(Channel& channel, const Event& event);
  void publish(Channel& channel, const Event& event, const auth::ProfileSet& profiles);
  void pass_over(Channel& channel, const Event& event);
  Task<void> load_and_publish(ChannelId id);
  Task<void> announce(Event creation);
  Task<void> announce_again(ChannelId id, UserId user);
  void send_join(const ChannelState& state, const ReadState& read, std::vector<UserId> users, const auth::ProfileSet& profiles);
  void send(const Channel& channel, std::shared_ptr<const Delivery> delivery);
  void tell_unread(Channel& channel);
  void tick();
  void arm_tick();
  void flush_receipts(ChannelId id, Channel& channel);
  Task<void> read_and_flush_receipts(ChannelId id, ReceiptBatch batch);
  void send_receipts(const Channel& channel, ChannelId id, const ReceiptBatch& batch,
                     const std::function<UserId(std::uint64_t)>& author_of);
  void spawn(Task<void> task);

  Parts parts_;
  std::unordered_map<ChannelId, Channel> channels_;
  std::vector<ChannelId> due_;  // with receipts or an unread notice to come
  bool tick_armed_ = false;
  bool stopped_ = false;
  Timer tick_;
  TaskGroup tasks_;
};

}  // namespace rookery::gateway
