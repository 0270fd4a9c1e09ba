// ReactionBook: who reacted to what and which messages are pinned, by what was acknowledged. When all has settled, whoever reads a message
// must be shown that. Part of the checker; one thread, no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include "verify/findings.h"
#include "verify/history.h"

namespace rookery::verify {

class ReactionBook {
 public:
  explicit ReactionBook(Findings& findings) : findings_(findings) {}

  void on_invoke(const Event& invoke);
  void on_ok(const Event& invoke, const Event& ok);
  void on_fail(const Event& invoke);
  // A page of history that was asked for when all had settled.
  void on_page(const Event& invoke, const Event& ok);
  void on_end();

 private:
  struct One {
    bool is_there = false;
    bool unsure = false;  // one was not answered: it may come yet
    std::uint64_t under_way = 0;
    std::uint64_t line = 0;  // of the last answer
    bool is_known() const { return !unsure && under_way == 0; }
  };
  using Given = std::map<std::string, std::map<std::uint64_t, One>>;  // emoji → user

  // What the operation is to set; null when it is another.
  One* one_of(const Event& invoke);
  void check(const Event& invoke, const Event& ok, const SeenMessage& message);
  void check_pin(const Event& invoke, const Event& ok, const SeenMessage& message);

  // What was shown of one reaction when all had settled: to be one truth for all.
  struct Shown {
    std::uint64_t seq = 0, count = 0, line = 0;
    std::map<std::uint64_t, bool> mine;  // by reader
  };
  using Key = std::pair<std::uint64_t, std::string>;  // message, emoji

  Findings& findings_;
  std::map<Key, Shown> shown_;
  std::unordered_map<std::uint64_t, Given> messages_;  // by id
  std::unordered_map<std::uint64_t, One> pins_;        // the same
};

}  // namespace rookery::verify
