// Floor: one core's sessions and connections: who is here, what reaches them, and when they end.
//
// Made on any thread before the core runs, or on the core; every other member is called on the core. stop() before the
// end.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "gateway/audience.h"
#include "gateway/catch_up.h"
#include "gateway/channel_desk.h"
#include "gateway/close_codes.h"
#include "gateway/connection.h"
#include "gateway/counters.h"
#include "gateway/letters.h"
#include "gateway/options.h"
#include "runtime/core.h"
#include "runtime/task_group.h"

namespace rookery::gateway {

class Floor final : public LetterBox, private AudienceHost {
 public:
  struct Parts {
    Core& core;
    Cores& cores;
    const GatewayOptions& options;
    const GatewayServices& services;
    std::span<ChannelDesk* const> desks;  // one a core
    std::span<Floor* const> floors;       // one a core
    Counters& counters;
  };
  explicit Floor(const Parts& parts);
  ~Floor();
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  // Begins to sweep.
  void start();

  const Parts& parts() const noexcept { return parts_; }
  const GatewayOptions& options() const noexcept { return parts_.options; }
  Counters& counters() noexcept { return parts_.counters; }
  const net::SharedBuffer& hello() const noexcept { return hello_; }
  const net::SharedBuffer& heartbeat_ack() const noexcept { return heartbeat_ack_; }
  SteadyTime now() const noexcept { return parts_.core.turn_time(); }
  Floor& floor_of(std::uint16_t core) const { return *parts_.floors[core]; }

  // --- connections ---
  void add(Connection& connection);
  void remove(Connection& connection);
  // Whether the user may have one more; then it is counted until leave_user(). Any user; resumes here.
  Task<bool> admit_user(UserId user);
  void enter_user(UserId user);  // counts it in any case
  void leave_user(UserId user);
  void spawn(Task<void> task);

  // --- sessions ---
  std::shared_ptr<Session> open_session(const Principal& who, DeviceKind device);
  // Reads what READY shows and sends it; everything live follows. False: it cannot be had now, and nothing was sent.
  Task<bool> start_session(std::shared_ptr<Session> session, IdentifyFrame frame);
  // Null when there is none.
  std::shared_ptr<Session> find(const SessionKey& key) const;
  // `at_once`: its presence ends with it.
  void end(const std::shared_ptr<Session>& session, bool at_once);
  void detach(const std::shared_ptr<Session>& session, SteadyTime last_frame);
  void confirm(const Session& session, std::span<const Confirmed> confirmed);
  ParcelRef parcel(net::SharedBuffer text, ParcelLabel label = {}) { return parcels_.make(std::move(text), label); }
  void dispatch(Session& session, net::SharedBuffer text);

  // --- what clients say ---
  void subscribe(const std::shared_ptr<Session>& session, const std::vector<ChannelId>& channels);
  void read(Session& session, ChannelId channel, std::uint64_t seq);
  void type(const Session& session, ChannelId channel);

  // --- what others say ---
  // Ends the sessions of a login, of all logins when it is 0.
  void revoke(UserId user, LoginId login, CloseReason why);
  void dispatch_to(const SessionKey& key, net::SharedBuffer text);
  void dispatch_to_users(std::span<const UserId> users, const net::SharedBuffer& text);
  // Asks the clients to come back later, one after another over `over`, then closes what is left.
  void drain(std::chrono::milliseconds over);
  // What is due by now: silence, deadlines, sessions past their time, signs of life.
  void sweep(SteadyTime now);

  void deliver(std::shared_ptr<const Delivery> delivery) override;
  void join(std::shared_ptr<const Join> join) override;
  void withdraw(Place place, const std::string& deleted_message) override;

  std::size_t sessions() const noexcept { return sessions_.size(); }
  // Ends every session and waits for every task.
  Task<void> stop();

 private:
  struct KeyHash {
    std::size_t operator()(const SessionKey& key) const noexcept;
  };

  void on_behind(Session& session, ChannelId channel) override;
  void on_early(Session& session, ChannelId channel, ParcelRef parcel) override;
  void on_cut_short(Session& session, ChannelId channel) override;
  void on_deserted(ChannelId channel) override;
  void count_dispatches(std::size_t count) noexcept override { parts_.counters.dispatches.add(count); }

  void subscribe_all(const std::shared_ptr<Session>& session, const std::vector<ChannelView>& views, const IdentifyFrame& frame);
  void catch_up_from(const std::shared_ptr<Session>& session, const std::vector<ChannelView>& views, const IdentifyFrame& frame);
  void queue_from(const std::shared_ptr<Session>& session, const std::vector<ChannelView>& views);
  void add_job(const std::shared_ptr<Session>& session, ChannelId channel, CatchUpJob::Kind kind, std::uint64_t ready_seq);
  void join_one(const std::shared_ptr<Session>& session, const Join& join, const ParcelRef& parcel);
  void give_up(const std::shared_ptr<Session>& session);
  void read_on_silently(Session& session, ChannelId channel);
  void arm_sweep();
  void sweep_sessions(SteadyTime now);
  TimeMs wall_time_of(SteadyTime then) const;
  void drain_step(std::size_t steps_left, std::chrono::milliseconds step);

  Parts parts_;
  const net::SharedBuffer hello_;
  const net::SharedBuffer heartbeat_ack_;
  Parcels parcels_;
  std::vector<Connection*> connections_;
  std::unordered_map<SessionKey, std::shared_ptr<Session>, KeyHash> sessions_;
  std::unordered_map<UserId, std::vector<Session*>> by_user_;
  std::unordered_map<UserId, std::uint32_t> connections_of_;                        // of users whose core this is
  std::map<const Session*, std::vector<std::shared_ptr<const Join>>> early_joins_;  // before READY
  Audience audience_;
  SteadyTime sessions_swept_;
  bool stopped_ = false;
  std::size_t drained_ = 0;
  Timer sweep_timer_;
  Timer drain_timer_;
  CatchUp catch_up_;
  TaskGroup tasks_;
};

}  // namespace rookery::gateway
