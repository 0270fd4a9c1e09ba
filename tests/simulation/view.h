// View: one channel as a client knows it, from live events, resumes, catching up and pages; and what must hold of that.
#pragma once

#include <map>
#include <string>

#include "tests/simulation/truth.h"

namespace rookery::simulation {

class View {
 public:
  // At these heads; what is before them is not known.
  View(const Truth& truth, UserId user, ChannelId id, std::uint64_t seq, std::uint64_t rev, std::size_t large_channel)
      : have_seq(seq), have_rev(rev), truth_(truth), user_(user), id_(id), large_channel_(large_channel), live_seq_(seq), live_rev_(rev) {}

  // Everything up to here is known without a hole: what a client says as its position.
  std::uint64_t have_seq;
  std::uint64_t have_rev;
  bool syncing = false;    // a SYNCED is to come
  bool repairing = false;  // REST is being asked
  std::uint64_t generation = 0;

  std::uint64_t live_seq() const { return live_seq_; }
  std::uint64_t live_rev() const { return live_rev_; }
  bool whole() const { return have_seq == live_seq_ && have_rev == live_rev_; }
  const std::map<std::uint64_t, Shown>& copies() const { return copies_; }

  void begin_queue(std::uint64_t delivered_seq) { have_seq = live_seq_ = delivered_seq; }
  // A client that comes back with its position.
  void begin_positions() { live_seq_ = have_seq, live_rev_ = have_rev; }

  // --- live, replayed or caught up ---
  void create(const Shown& message);
  void update(const Shown& message, std::uint64_t rev);
  void react(MessageId message, std::uint64_t rev, const std::string& emoji, std::uint64_t count);
  void change(std::uint64_t rev);  // of the channel or its members
  // The user is out by this change: what was numbered before it must be here.
  void removed(std::uint64_t rev) const;
  void synced(std::uint64_t seq, std::uint64_t rev, bool recovered);

  // --- by REST ---
  // What was asked at `asked` (moments()) may be older than what came since.
  std::uint64_t moments() const { return moments_; }
  // False: something in it was told of meanwhile; to be asked for again.
  bool take_page(const std::vector<Shown>& messages, std::uint64_t asked);
  // Whether the next one is wanted.
  bool take_changed(std::uint64_t rev, const Shown* message, std::uint64_t asked);
  void take_reaction(MessageId message, const std::string& emoji, std::uint64_t count, std::uint64_t asked);
  void page_ended(std::uint64_t live_seq);     // there is no message after have_seq; what was live when it was asked for
  void changes_ended(std::uint64_t live_rev);  // there is no change after have_rev

  void expect_whole(const std::string& whose) const;

 private:
  bool is_loose() const;
  std::string name() const;
  bool needs(std::uint64_t rev) const;
  bool knows_revs_to(std::uint64_t rev) const;
  void advance_rev(std::uint64_t rev);
  void touch(std::uint64_t seq) { touched_[seq] = ++moments_; }
  bool touched_since(std::uint64_t seq, std::uint64_t asked) const;
  bool reaction_since(std::uint64_t seq, const std::string& emoji, std::uint64_t asked) const;
  void take_copy(const Shown& message, std::uint64_t asked);

  const Truth& truth_;
  const UserId user_;
  const ChannelId id_;
  const std::size_t large_channel_;
  std::uint64_t live_seq_;
  std::uint64_t live_rev_;
  std::map<std::uint64_t, Shown> copies_;
  std::map<std::uint64_t, std::uint64_t> touched_;  // as a whole
  std::map<std::pair<std::uint64_t, std::string>, std::uint64_t> reacted_;
  std::map<MessageId, std::uint64_t> touched_unknown_;
  std::uint64_t moments_ = 0;
};

}  // namespace rookery::simulation
