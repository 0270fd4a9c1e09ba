// Survey: everything a store holds, read and compared: what is missing, and what contradicts what. Internal to this folder;
// blocking, for repair and for tests of what a crash leaves.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "embedded/batch.h"

namespace rookery::embedded {

class Store;

// Positions [first, last] of a channel that should be there and are not.
struct Gap {
  ChannelId channel;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  // When they were written: between these; 0: nothing is left that would tell.
  TimeMs after;
  TimeMs before;
};

// Of one channel, by its rows of `history`.
struct ChannelHead {
  std::uint64_t messages = 0;
  std::uint64_t last_seq = 0;
  std::uint64_t changes = 0;
  std::uint64_t last_rev = 0;
};

struct Survey {
  std::uint64_t users = 0;
  std::uint64_t channels = 0;
  std::uint64_t messages = 0;
  std::uint64_t changes = 0;
  std::map<ChannelId, ChannelHead> heads;
  std::vector<Gap> messages_missing;  // seqs
  std::vector<Gap> changes_missing;   // revs
  // Sentences, at most kContradictionsTold; and how many there were.
  std::vector<std::string> contradictions;
  std::uint64_t contradictions_total = 0;
  // What could not be read: a sentence a place.
  std::vector<std::string> unreadable;

  bool whole() const noexcept {
    return messages_missing.empty() && changes_missing.empty() && contradictions_total == 0 && unreadable.empty();
  }
};
inline constexpr std::size_t kContradictionsTold = 20;

// Reads every row, past what cannot be read. Takes memory for a few numbers a channel.
Survey survey(Store& store);

// Calls `each` for every row of a family that can be read, ascending; the sentences say what could not.
std::vector<std::string> for_each_readable(Store& store, Family family,
                                           const std::function<void(std::string_view key, std::string_view value)>& each);

}  // namespace rookery::embedded
