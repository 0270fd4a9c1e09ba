// MemberBook: who is in which channel for certain, by what was acknowledged and shown, and which logins nobody ended. Such a one is
// answered: a refusal says that a channel or a login was lost. When all has settled, each of them must have read all that was acknowledged,
// and none of his readings may have stayed without an answer. Part of the checker; one thread, no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "verify/findings.h"
#include "verify/history.h"

namespace rookery::verify {

class MemberBook {
 public:
  explicit MemberBook(Findings& findings) : findings_(findings) {}

  void on_invoke(const Event& invoke);
  void on_ok(const Event& invoke, const Event& ok);
  void on_fail(const Event& invoke, const Event& fail);
  void on_unknown(const Event& invoke, const Event& unknown);
  void on_dispatch(const Event& dispatch);  // CHANNEL_CREATE
  void on_settled() { settled_ = true; }
  void on_end(const Event& end);

  // He was in the channel before that line, and nobody has begun to remove him since.
  bool is_in(std::uint64_t channel, std::uint64_t user, std::uint64_t line) const;
  // Nobody has begun to end it.
  bool is_good(std::uint64_t login) const { return !ended_.contains(login); }

 private:
  using Place = std::pair<std::uint64_t, std::uint64_t>;  // user, channel
  struct Standing {
    enum class Known : std::uint8_t { kIn, kOut, kUnsure } known = Known::kIn;
    std::uint64_t line = 0;  // since when it is known
  };
  struct Acknowledged {
    std::uint64_t seq = 0, line = 0;
  };
  struct Lines {
    std::uint64_t invoke = 0, end = 0;
  };
  using Reading = std::tuple<Action, std::uint64_t, std::uint64_t>;  // user, channel

  void show_in(std::uint64_t user, std::uint64_t channel, std::uint64_t line) {
    standings_.try_emplace({user, channel}, Standing{.line = line});
  }
  void check_listed(const Event& invoke, const Event& ready);
  void leave_unread(const Event& invoke, const Event& end);

  Findings& findings_;
  std::map<Place, Standing> standings_;
  std::unordered_set<std::uint64_t> ended_;                       // logins
  std::unordered_map<std::uint64_t, Acknowledged> acknowledged_;  // by channel; in this round
  std::map<Place, std::uint64_t> read_to_;                        // since all has settled
  std::map<Reading, Lines> unread_;                               // asked for since then, and not answered
  bool settled_ = false;
};

}  // namespace rookery::verify
