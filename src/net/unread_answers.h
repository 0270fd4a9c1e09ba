// UnreadAnswers: the answers of one core that are begun and not yet taken by the kernel whole. Each is memory for as long as its reader
// takes his time; together they have a limit, and beyond it those that have waited longest are cut. Within net only; one core,
// unless a member says otherwise.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>

namespace rookery::net {

class HttpConnection;

class UnreadAnswers {
 public:
  explicit UnreadAnswers(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  UnreadAnswers(const UnreadAnswers&) = delete;
  UnreadAnswers& operator=(const UnreadAnswers&) = delete;

  // Answers that were not offered to the kernel yet. True: they are so much together that they should be, before the turn ends.
  bool begin(std::size_t bytes) noexcept { return (fresh_ += bytes) > bytes_max_ / kFreshPart; }
  void offered(std::size_t bytes) noexcept { fresh_ -= bytes; }

  struct Waiting {
    HttpConnection* connection;
    std::size_t bytes;
  };
  using Place = std::list<Waiting>::iterator;
  // It was offered, and not taken whole. Others are ended for it; alone it may have what it needs.
  Place wait(HttpConnection& connection, std::size_t bytes);
  void done(Place place) noexcept;

  // Any thread.
  std::size_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  std::uint64_t cut() const noexcept { return cut_.load(std::memory_order_acquire); }

 private:
  static constexpr std::size_t kFreshPart = 4;

  const std::size_t bytes_max_;
  std::size_t fresh_ = 0;
  std::list<Waiting> waiting_;  // the longest first
  std::atomic<std::size_t> bytes_{0};
  std::atomic<std::uint64_t> cut_{0};
};

}  // namespace rookery::net
