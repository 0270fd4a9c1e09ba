#include "net/shared_buffer.h"

#include <cstring>
#include <limits>
#include <new>

#include "base/check.h"

namespace rookery::net {

SharedBuffer SharedBuffer::joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  CHECK(size <= std::numeric_limits<std::uint32_t>::max());
  SharedBuffer buffer;
  void* memory = ::operator new(sizeof(Block) + size);
  buffer.block_ = new (memory) Block{.holders = 1, .size = static_cast<std::uint32_t>(size)};
  char* out = static_cast<char*>(memory) + sizeof(Block);
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    std::memcpy(out, part.data(), part.size());
    out += part.size();
  }
  return buffer;
}

std::string_view SharedBuffer::view() const noexcept {
  if (block_ == nullptr) return {};
  return {static_cast<const char*>(static_cast<const void*>(block_)) + sizeof(Block), block_->size};
}

void SharedBuffer::free_block(Block* block) noexcept {
  block->~Block();
  ::operator delete(block);
}

}  // namespace rookery::net
