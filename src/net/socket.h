// Socket: a connection in a core's care, and SocketLoop: what the connections of one core share. Within net only.
//
// Everything here is called on the core, but for the construction of a loop before its core runs and shutdown() after it
// was stopped.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/stream.h"
#include "runtime/core.h"

namespace rookery::net {

class SocketLoop;

// The loop owns it from attach() on. Calls of its own hooks are not nested.
class Socket : public IoHandler {
 public:
  explicit Socket(Stream stream) : stream_(std::move(stream)) {}
  ~Socket() override = default;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

 protected:
  static constexpr SteadyTime kNoDeadline = SteadyTime::max();

  // At the end of the turn, when mark_dirty() was called in it.
  virtual void on_flush() noexcept = 0;
  // Early in a later turn, when run_soon() was called.
  virtual void on_run() noexcept = 0;
  // The deadline has passed; called again at each sweep until it is set anew.
  virtual void on_deadline(SteadyTime now) noexcept = 0;
  // The server wants idle connections gone.
  virtual void on_drain() noexcept {}

  SocketLoop& loop() const noexcept { return *loop_; }
  void set_interest(std::uint32_t epoll_events);
  void set_deadline(SteadyTime deadline) noexcept;
  void mark_dirty();
  void run_soon();
  // Closes the connection now, and destroys this at the end of the turn. Nothing is called any more until then.
  void doom() noexcept;
  bool doomed() const noexcept { return doomed_; }

  Stream stream_;

 private:
  friend class SocketLoop;
  SocketLoop* loop_ = nullptr;
  std::uint32_t slot_ = 0;  // in the loop's list
  std::uint32_t interest_ = 0;
  bool dirty_ = false;
  bool run_soon_ = false;
  bool doomed_ = false;
};

class SocketLoop : private Mail {
 public:
  static constexpr std::size_t kReceiveBytes = 64 * 1024;
  static constexpr std::size_t kScratchBytes = 64 * 1024;

  explicit SocketLoop(Core& core);
  ~SocketLoop() override;

  // Once, on the core: hooks the loop into the core's turns, which keep it alive, and begins to sweep.
  static void start(const std::shared_ptr<SocketLoop>& loop, std::chrono::milliseconds sweep_interval);
  // Called at each sweep.
  void at_sweep(std::move_only_function<void()> hook) { sweep_hooks_.push_back(std::move(hook)); }
  // After the core was stopped: destroys every socket and lets go of the core.
  void shutdown();

  Core& core() const noexcept { return core_; }
  std::size_t size() const noexcept { return entries_.size(); }
  SteadyTime now() const noexcept { return core_.turn_time(); }

  void attach(std::unique_ptr<Socket> socket, std::uint32_t epoll_events);
  // Gives a socket up, for another loop: open, but unwatched.
  std::unique_ptr<Socket> detach(Socket& socket);
  void drain();
  // What is dirty now is flushed now. Within a flush it does nothing.
  void flush_early();

  // Valid until the next read of any connection; kReadablePadding more may be read.
  std::span<char> receive_buffer() noexcept { return {receive_buffer_.get(), kReceiveBytes}; }
  std::span<char> scratch() noexcept { return {scratch_.get(), kScratchBytes}; }
  // Today as HTTP's Date has it; made once a second.
  const std::string& http_date();

 private:
  friend class Socket;
  struct Entry {
    Socket* socket;
    SteadyTime deadline;
  };

  void deliver() noexcept override;
  void end_turn();
  void flush();
  void sweep();
  void schedule_sweep();
  void want_turn() noexcept;
  void forget(Socket& socket) noexcept;

  Core& core_;
  std::unique_ptr<char[]> receive_buffer_;
  std::unique_ptr<char[]> scratch_;
  std::vector<Entry> entries_;  // owns them: dense, for the sweep
  std::vector<Socket*> dirty_;
  std::vector<Socket*> flushing_;
  std::vector<Socket*> runnable_;
  std::vector<Socket*> running_;
  std::vector<std::unique_ptr<Socket>> doomed_;
  bool is_flushing_ = false;
  std::uint64_t flushed_turn_ = 0;
  bool letter_posted_ = false;
  std::chrono::milliseconds sweep_interval_{1000};
  std::optional<Timer> sweep_timer_;
  std::vector<std::move_only_function<void()>> sweep_hooks_;
  std::string http_date_;
  std::int64_t http_date_s_ = -1;
};

}  // namespace rookery::net
