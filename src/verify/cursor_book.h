// CursorBook: read_seq and delivered_seq of every user in every channel, as they were answered and shown. They only grow, and the
// counters follow from them. Part of the checker; one thread, no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "verify/findings.h"
#include "verify/history.h"
#include "verify/message_book.h"

namespace rookery::verify {

class CursorBook {
 public:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // channel, user
  struct Floor {
    std::uint64_t read_seq = 0, read_line = 0;
    std::uint64_t delivered_seq = 0, delivered_line = 0;
  };
  using Floors = std::map<Key, Floor>;

  CursorBook(Findings& findings, const MessageBook& messages) : findings_(findings), messages_(messages) {}

  // What whoever asks now must be shown at least. `channel` 0: of all channels.
  Floors floors_of(std::uint64_t channel, std::uint64_t user) const;  // user 0: of all users

  void on_written(const Event& invoke, const Event& ok);               // kRead, kDelivered, kSend
  void on_shown(const Event& ok, const Floors& floors, bool settled);  // heads and receipts of an answer
  void on_dispatch(const Event& dispatch);                             // READ_UPDATE, RECEIPT_UPDATE
  void on_end();

 private:
  struct Settled {
    SeenHead head;
    std::uint64_t user = 0, line = 0;
  };
  void compare(std::uint64_t channel, std::uint64_t user, std::uint64_t read_seq, std::uint64_t delivered_seq, const Floor& floor,
               std::uint64_t line);
  void raise(std::uint64_t channel, std::uint64_t user, std::uint64_t read_seq, std::uint64_t delivered_seq, std::uint64_t line);
  void check_head(const SeenHead& head, std::uint64_t user, std::uint64_t line);

  Findings& findings_;
  const MessageBook& messages_;
  Floors floors_;
  std::map<std::pair<std::uint64_t, Key>, Floor> by_session_;  // as this session was shown them
  std::vector<Settled> settled_;
};

}  // namespace rookery::verify
