// SharedBuffer: immutable bytes with many holders: an event is encoded once and every receiver's outbox refers to it.
//
// A handle is one pointer; the bytes follow their count in one allocation. Copies and the last release may happen on any
// thread (the count is atomic); one handle is used by one thread at a time. The bytes never change once made.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace rookery::net {

class SharedBuffer {
 public:
  SharedBuffer() = default;  // holds nothing: empty, and the same() as every other that holds nothing
  static SharedBuffer copy_of(std::string_view bytes) { return joined({bytes}); }
  // The parts one after another. At most 4 GiB in all.
  static SharedBuffer joined(std::initializer_list<std::string_view> parts);

  SharedBuffer(const SharedBuffer& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) block_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  SharedBuffer(SharedBuffer&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedBuffer& operator=(SharedBuffer other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedBuffer() {
    if (block_ != nullptr && block_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) free_block(block_);
  }

  std::string_view view() const noexcept;
  std::size_t size() const noexcept { return block_ == nullptr ? 0 : block_->size; }
  bool empty() const noexcept { return size() == 0; }
  // One and the same bytes in memory, not equal ones.
  bool same(const SharedBuffer& other) const noexcept { return block_ == other.block_; }

 private:
  struct Block {
    std::atomic<std::uint32_t> holders;
    std::uint32_t size;
  };
  static void free_block(Block* block) noexcept;

  Block* block_ = nullptr;
};

}  // namespace rookery::net
