// Device: one gateway client of a user: it identifies, resumes, catches up, sends and reads as a client does, and takes down every
// frame that it is sent.
//
// Blocks; one thread at a time, but for settled(), which any thread may ask.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/json_reader.h"
#include "verify/arena.h"
#include "verify/wire.h"

namespace rookery::verify {

class Device {
 public:
  using Milliseconds = std::chrono::milliseconds;
  enum class With : std::uint8_t { kPositions, kNothing };
  // Whether it comes back by itself whenever its connection ends, until the round is over: the checker is told, and expects it.
  enum class Comes : std::uint8_t { kOnce, kBack };

  Device(Arena& arena, const Login& login, std::string id, Comes comes = Comes::kOnce);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // Connects and begins a new session; true after READY.
  bool identify(With with);
  // Connects and goes on with the session after dispatch `s` (the last one seen when left out). False when it is not to be had any more:
  // then there is no session.
  bool resume(std::optional<std::uint64_t> s = {});
  // By a Resume if there is a session, else anew with positions.
  bool reconnect();
  // The way of the next connection; a WebSocket until it is said.
  void go_by(Way way) { way_ = way; }
  bool is_open() const { return socket_ != nullptr && session_ != 0; }
  bool has_session() const { return session_ != 0; }
  // Its number in the history; 0: none.
  std::uint64_t session() const { return session_; }

  // Takes what comes, for so long.
  void pump(Milliseconds time);
  // Until `done`, which is asked after each frame. False when the time is over or the socket closed.
  bool pump_until(const std::function<bool()>& done, Milliseconds time);

  // MESSAGE_SEND; the reply is taken by pump(). A send that stays unanswered goes back to the arena's drafts.
  void send(const std::shared_ptr<Room>& room, std::string nonce, std::string content);
  std::size_t unanswered() const { return sends_.size(); }
  void acknowledge();  // op 66
  // Whom it wants to hear of, and which large channel it wants live (0: none): said now and after every READY and RESUMED, once nothing is
  // being caught up.
  void watch(std::vector<std::uint64_t> users, std::uint64_t channel);
  void keep_subscribed();
  void tell_read(std::uint64_t channel, std::uint64_t seq);  // op 69
  void heartbeat();                                          // op 1
  // "online" or "away" (op 3), and a heartbeat behind it. True when that was answered: the server has heard both.
  bool say_status(const std::string& status);

  // The connection breaks without a Close.
  void cut();
  // A Close with 1000: the session is over.
  void leave();

  // The last dispatch that was seen.
  std::uint64_t s() const { return s_; }
  // How far the channel was seen; 0, 0 when it is not known.
  Position position(std::uint64_t channel) const;
  // The user was told that he is in the channel, by READY or CHANNEL_CREATE, and not that he is out of it.
  bool is_in(std::uint64_t channel) const { return positions_.contains(channel); }
  // Every channel of `heads` that it is in was seen to its end. Any thread.
  bool settled(const std::vector<SeenHead>& heads) const;
  // Of each of these it watches it was last told this status. Any thread.
  bool was_told(const std::vector<SeenPresence>& presences) const;

 private:
  struct Sending {
    std::uint64_t op = 0;
    Draft draft;
  };
  bool open_socket();
  bool send_text(const std::string& text);
  bool receive_one(Milliseconds time);
  void on_frame(JsonValue frame);
  void on_dispatch(JsonValue frame);
  void on_reply(JsonValue frame);
  void follow(const Event& event);
  void on_closed(std::uint64_t code, bool by_client);
  void set_position(std::uint64_t channel, std::uint64_t seq, std::uint64_t rev);
  Event event_of(Action action) const;

  Arena& arena_;
  const Login login_;
  const std::string id_;
  const Comes comes_;
  Way way_ = Way::kWebSocket;
  std::unique_ptr<Wire> socket_;
  std::string session_id_, epoch_;
  std::uint64_t session_ = 0;  // its number in the history
  std::uint64_t begun_ = 0;    // the op of an Identify or Resume that waits for its end
  Event begun_event_;
  bool ready_ = false;  // this socket carries the session
  std::uint64_t s_ = 0, acknowledged_ = 0;
  std::uint64_t beats_ = 0, beats_answered_ = 0;  // of this socket
  std::uint64_t next_i_ = 0;
  std::map<std::uint64_t, Sending> sends_;
  mutable std::mutex positions_mutex_;  // for settled(); only the owner changes them
  std::map<std::uint64_t, Position> positions_;
  std::map<std::uint64_t, std::uint64_t> unread_to_;  // CHANNEL_UNREAD, by channel
  std::map<std::uint64_t, std::string> told_;         // PRESENCE_UPDATE, by user
  std::vector<std::uint64_t> watched_;
  std::uint64_t wanted_channel_ = 0;
  bool to_subscribe_ = false;
  enum class Wanted : std::uint8_t { kNotAsked, kAsked, kLive } wanted_ = Wanted::kNotAsked;  // the wanted channel, in this session
  std::set<std::uint64_t> awaited_;  // channels that are being caught up: their SYNCED is still to come
};

}  // namespace rookery::verify
