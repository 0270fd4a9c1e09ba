// WebSocketConnection: the transport's side of net/websocket.h, on a Socket. Within net only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/socket.h"
#include "net/websocket.h"
#include "net/websocket_frame.h"
#include "net/websocket_outbox.h"

namespace rookery::net {

// An idle one is this object and its slot in the loop; buffers exist while they hold something.
class WebSocketConnection final : public Socket, public WebSocket, private WebSocketEvents {
 public:
  using LoopOf = SocketLoop* (*)(void* server, const Core& core);

  // `policy` outlives the connection. `raw` is written before any frame (the 101 answer), `received` read before what
  // comes from the socket. `loop_of(server, core)` finds the loop that move_to() leads to; null where nothing moves.
  WebSocketConnection(Stream stream, WebSocketRole role, const WebSocketPolicy& policy, std::unique_ptr<WebSocketHandler> handler,
                      std::string_view raw, std::string received);
  ~WebSocketConnection() override;

  // Called by the one who attached it to a loop, once. Calls on_open().
  void open();
  void set_loops(LoopOf loop_of, void* server) noexcept;

  void send(std::string_view prefix, SharedBuffer rest) override;
  void send_binary(std::string_view message) override;
  std::size_t replace(const SharedBuffer& old, const SharedBuffer& fresh) override { return outbox_.replace(old, fresh); }
  void drop_unsent() override {
    if (state_ == State::kOpen) outbox_.drop_unstarted();
  }
  std::size_t unsent_bytes() const override { return outbox_.bytes(); }
  void notify_drained(std::size_t unsent_bytes) override;
  void pause_reading() override;
  void resume_reading() override;
  void close(std::uint16_t code, std::string_view reason) override;
  void abort() override;
  void move_to(Core& core, std::move_only_function<void(WebSocket&)> arrived) override;
  SteadyTime last_received() const override { return last_received_; }

  void on_io(std::uint32_t epoll_events) noexcept override;

 private:
  // kOpen → kClosing (our Close is queued, the peer's awaited) → kEnding (both said, or the peer broke the rules: FIN goes
  // out behind what is queued, the peer's is awaited) → doomed. What comes in while kEnding is thrown away.
  enum class State : std::uint8_t { kOpen, kClosing, kEnding };
  struct Ending;  // of a connection that has ended, for on_closed()
  struct Move;

  void on_flush() noexcept override;
  void on_run() noexcept override;
  void on_deadline(SteadyTime now) noexcept override;

  bool on_text_message(std::string_view message) override;
  bool on_binary_message(std::string_view message) override;
  bool on_ping(std::string_view payload) override;
  bool on_pong(std::string_view payload) override;
  bool on_close(std::uint16_t code, std::string_view reason) override;
  void on_violation(std::uint16_t code, std::string_view reason) override;

  void receive();
  void read_frames(std::span<char> bytes);
  bool delivering() const noexcept { return state_ == State::kOpen && !paused_ && !moving_ && !dead_; }
  // May the reader go on behind the frame that was just handled?
  bool reads_on() const noexcept { return state_ == State::kClosing || delivering(); }
  // The rest of a frame is awaited, and has its time.
  bool awaits_frame() const noexcept { return delivering() && policy_.frame_for_max.count() > 0 && frame_since_ != SteadyTime{}; }
  static Mask new_mask();
  void queue_frame(Opcode opcode, std::string_view payload);
  void something_queued();
  void queue_close(std::uint16_t code, std::string_view reason);
  void write_queued();
  void begin_frame_time();
  void check_reader();
  void end(std::uint16_t code, std::string_view reason, State state);
  void die(std::string_view why);
  void tell_handler();
  void update_interest();
  void update_deadline();
  void leave();
  void arrive();

  const WebSocketPolicy& policy_;
  std::unique_ptr<WebSocketHandler> handler_;
  WebSocketReader reader_;
  std::unique_ptr<std::string> unread_;  // received, not yet read: an incomplete frame, or what came while paused
  WebSocketOutbox outbox_;
  std::unique_ptr<Ending> ending_;
  std::unique_ptr<Move> move_;
  LoopOf loop_of_ = nullptr;
  void* server_ = nullptr;
  SteadyTime last_received_{};
  SteadyTime slow_since_{};   // zero: not slow
  SteadyTime cut_at_{};       // once ending
  SteadyTime frame_since_{};  // zero: no frame is begun
  std::uint32_t needed_ = 0;  // bytes that `unread_` must have
  std::uint32_t drained_at_ = 0;
  WebSocketRole role_;
  State state_ = State::kOpen;
  bool paused_ = false;
  bool moving_ = false;
  bool wants_drained_ = false;
  bool fin_sent_ = false;
  bool stuck_ = false;  // what was queued in earlier turns is more than the kernel took
  bool dead_ = false;   // broken: the handler hears of it at the end of the turn, then this is doomed
};

}  // namespace rookery::net
