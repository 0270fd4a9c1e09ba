#include "net/websocket_outbox.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "base/check.h"
#include "net/websocket.h"
#include "net/websocket_frame.h"

namespace rookery::net {
namespace {

// Spent frames of this thread.
struct Spares {
  static constexpr std::size_t kMax = 4096;
  std::vector<void*> blocks;
  ~Spares() {
    for (void* block : blocks) ::operator delete(block);
  }
};
thread_local Spares t_spares;

}  // namespace

struct WebSocketOutbox::Frame {
  Frame* next = nullptr;
  SharedBuffer rest;
  std::array<char, WebSocket::kPrefixBytesMax> prefix;
  std::uint8_t prefix_bytes = 0;
  bool raw = false;

  std::string_view prefix_view() const noexcept { return {prefix.data(), prefix_bytes}; }
  std::size_t payload_bytes() const noexcept { return prefix_bytes + rest.size(); }
  std::size_t bytes() const noexcept { return raw ? rest.size() : frame_header_bytes(payload_bytes()) + payload_bytes(); }

  static void* operator new(std::size_t size) {
    if (t_spares.blocks.empty()) return ::operator new(size);
    void* block = t_spares.blocks.back();
    t_spares.blocks.pop_back();
    return block;
  }
  static void operator delete(void* memory) noexcept {
    if (t_spares.blocks.size() < Spares::kMax) {
      t_spares.blocks.push_back(memory);
    } else {
      ::operator delete(memory);
    }
  }
};

void WebSocketOutbox::push(Frame* frame) {
  static_assert(sizeof(Frame) == 64, "one cache line");
  bytes_ += static_cast<std::uint32_t>(frame->bytes());
  ++frames_;
  (last_ == nullptr ? first_ : last_->next) = frame;
  last_ = frame;
}

void WebSocketOutbox::push_text(std::string_view prefix, SharedBuffer rest) {
  CHECK(prefix.size() <= WebSocket::kPrefixBytesMax);
  auto* frame = new Frame;
  std::ranges::copy(prefix, frame->prefix.begin());
  frame->prefix_bytes = static_cast<std::uint8_t>(prefix.size());
  frame->rest = std::move(rest);
  push(frame);
}

void WebSocketOutbox::push_raw(std::string_view bytes) {
  auto* frame = new Frame;
  frame->raw = true;
  frame->rest = SharedBuffer::copy_of(bytes);
  push(frame);
}

std::size_t WebSocketOutbox::replace(const SharedBuffer& old, const SharedBuffer& fresh) {
  std::size_t replaced = 0;
  for (Frame* frame = first_; frame != nullptr; frame = frame->next) {
    if (frame->raw || !frame->rest.same(old) || (frame == first_ && written_of_first_ > 0)) continue;
    bytes_ -= static_cast<std::uint32_t>(frame->bytes());
    frame->rest = fresh;
    bytes_ += static_cast<std::uint32_t>(frame->bytes());
    ++replaced;
  }
  return replaced;
}

void WebSocketOutbox::drop_unstarted() {
  Frame* dropped = nullptr;
  if (written_of_first_ > 0) {
    dropped = std::exchange(first_->next, nullptr);
    last_ = first_;
  } else {
    dropped = std::exchange(first_, nullptr);
    last_ = nullptr;
  }
  while (dropped != nullptr) {
    bytes_ -= static_cast<std::uint32_t>(dropped->bytes());
    --frames_;
    delete std::exchange(dropped, dropped->next);
  }
}

void WebSocketOutbox::clear() {
  while (first_ != nullptr) delete std::exchange(first_, first_->next);
  last_ = nullptr;
  bytes_ = 0;
  frames_ = 0;
  written_of_first_ = 0;
}

std::size_t WebSocketOutbox::gather(std::span<char> into) const {
  std::size_t filled = 0;
  std::size_t skip = written_of_first_;
  const auto add = [&](std::string_view bytes) {
    const std::size_t skipped = std::min(skip, bytes.size());
    skip -= skipped;
    bytes = bytes.substr(skipped, into.size() - filled);
    if (!bytes.empty()) std::memcpy(into.data() + filled, bytes.data(), bytes.size());
    filled += bytes.size();
  };
  for (const Frame* frame = first_; frame != nullptr && filled < into.size(); frame = frame->next) {
    if (!frame->raw) {
      char header[kFrameHeaderMax];
      add({header, write_frame_header(header, Opcode::kText, frame->payload_bytes())});
      add(frame->prefix_view());
    }
    add(frame->rest.view());
  }
  return filled;
}

void WebSocketOutbox::forget_written(std::size_t bytes) {
  bytes_ -= static_cast<std::uint32_t>(bytes);
  bytes += written_of_first_;
  while (first_ != nullptr && bytes >= first_->bytes()) {
    bytes -= first_->bytes();
    --frames_;
    delete std::exchange(first_, first_->next);
  }
  if (first_ == nullptr) last_ = nullptr;
  written_of_first_ = static_cast<std::uint32_t>(bytes);
}

}  // namespace rookery::net
