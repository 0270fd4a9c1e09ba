// MessageBook: what is known of every message, from all that anybody was shown. A message that is shown is compared with what was
// shown before, and with what was done to it before. Part of the checker; one thread, no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "verify/findings.h"
#include "verify/history.h"

namespace rookery::verify {

class MessageBook {
 public:
  // How far somebody has been told that a channel reaches, and on which line. Who asks later must be shown as much.
  struct Known {
    std::uint64_t seq = 0, seq_line = 0;
    std::uint64_t acked_seq = 0;  // of that, what was acknowledged to its sender
    std::uint64_t rev = 0, rev_line = 0;
  };
  struct Version {
    std::string content;
    std::uint64_t invoke_line = 0;
    std::uint64_t ok_line = 0;  // 0: not answered
  };
  struct Fact {
    std::uint64_t id = 0, author = 0;
    std::string nonce, system;
    std::uint64_t system_user = 0;
    std::uint64_t first_line = 0;
    std::vector<Version> versions;
    std::uint64_t delete_invoke_line = 0, delete_ok_line = 0;
    std::uint64_t delete_rev = 0, delete_rev_line = 0;  // the change that was the delete, or the last one shown as it
    std::uint64_t shown_rev = 0, shown_rev_line = 0;    // the last change that showed its content
    bool deleted = false;                               // as last shown
    std::uint64_t read_line = 0;                        // the last page of history that had it
    std::vector<std::uint64_t> mentions;                // as last shown
  };

  explicit MessageBook(Findings& findings) : findings_(findings) {}

  // Of kSend, kEdit and kDelete.
  void on_invoke(const Event& invoke);
  void on_ok(const Event& invoke, const Event& ok);

  // What was done to a message before a line must be seen in it, if it is shown by what began there. 0: it may be as old as it likes.
  struct Since {
    std::uint64_t deletes = 0, edits = 0;
  };
  void seen(std::uint64_t channel, const SeenMessage& message, std::uint64_t line, Since since);
  // A change of that rev shows the message.
  void seen_in_change(std::uint64_t channel, std::uint64_t rev, std::string_view type, const SeenMessage& message, std::uint64_t line);
  void told(std::uint64_t channel, std::uint64_t seq, std::uint64_t rev, std::uint64_t line);
  Known known(std::uint64_t channel) const;

  // A page of history or of changes; `known` is that of its invoke.
  void page(const Event& invoke, const Known& known, const Event& ok);
  void changes_page(const Event& invoke, const Known& known, const Event& ok);

  // The round is over: whether what a reading did not show was lost, or came later, is known now.
  void judge_missing();
  // Everything has settled: which change was a delete is known now.
  void on_end();

  // By seq; of a channel that nobody has seen anything of it is empty.
  const std::map<std::uint64_t, Fact>& facts(std::uint64_t channel) const;
  // 0: not known.
  std::uint64_t seq_of(std::uint64_t message_id) const;

 private:
  struct Draft {
    std::uint64_t channel = 0;
    Version first;
    std::uint64_t seq = 0, seq_line = 0;  // once it was seen
  };
  using NonceKey = std::pair<std::uint64_t, std::string>;  // author, nonce

  Fact* fact_of(std::uint64_t message_id);
  void learn(std::uint64_t channel, Fact& fact, const SeenMessage& message, std::uint64_t line);
  void check_content(Fact& fact, const std::string& place, const SeenMessage& message, std::uint64_t line, Since since);

  struct Missing {
    std::uint64_t channel = 0, seq = 0, user = 0;
    bool acknowledged = false;
    std::uint64_t known_line = 0, invoke_line = 0, ok_line = 0;
  };

  Findings& findings_;
  std::vector<Missing> missing_;  // in this round, from pages that began when it was known
  std::map<std::uint64_t, std::map<std::uint64_t, Fact>> channels_;
  std::unordered_map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> places_;  // message id → channel, seq
  std::map<NonceKey, Draft> drafts_;
  std::unordered_map<std::uint64_t, Known> known_;
  std::set<std::pair<std::uint64_t, std::uint64_t>> deleted_;  // channel, seq: in this round
};

}  // namespace rookery::verify
