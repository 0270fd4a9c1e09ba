// Batch: rows that are written together or not at all.
//
// A plain value: an ordered list of puts and erases in one string, so that the committer can gather many of them cheaply.
// Any thread, one at a time. Keys come from embedded/keys.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rookery::embedded {

// The four column families; architecture.md, "Storage, embedded", says what stands in each.
enum class Family : std::uint8_t { kHistory, kLog, kRecent, kState };
inline constexpr std::size_t kFamilies = 4;

class Batch {
 public:
  // Later operations on a key win over earlier ones. The views are copied.
  void put(Family family, std::string_view key, std::string_view value);
  void erase(Family family, std::string_view key);
  // A row of the log. Its key, the next offset, is given when the batch is committed; a batch's entries get consecutive
  // offsets, in the order in which they were added.
  void log_entry(std::string_view value);
  // Everything of `other`, after what is here.
  void append(const Batch& other);

  bool empty() const noexcept { return operations_ == 0; }
  std::size_t operations() const noexcept { return operations_; }
  std::size_t log_entries() const noexcept { return log_entries_; }
  std::size_t bytes() const noexcept { return arena_.size(); }  // of memory, about what it will be on disk
  void clear() noexcept;                                        // keeps its memory

  struct Operation {
    enum class Kind : std::uint8_t { kPut, kErase, kLogEntry };
    Kind kind;
    Family family;
    std::string_view key;    // empty for kLogEntry
    std::string_view value;  // empty for kErase
  };
  // Calls `each(const Operation&)` for every operation in order; the views live as long as the batch is not changed.
  template <class Each>
  void for_each(Each&& each) const {
    std::string_view rest = arena_;
    while (!rest.empty()) each(take(rest));
  }

 private:
  void add(Operation::Kind kind, Family family, std::string_view key, std::string_view value);
  static Operation take(std::string_view& rest);

  std::string arena_;
  std::size_t operations_ = 0;
  std::size_t log_entries_ = 0;
};

}  // namespace rookery::embedded
