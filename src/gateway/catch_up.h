// CatchUp: brings a session's channels from where it stands up to the head, by reading the log, until nothing is left and
// the channel can go live.
//
// One channel of a session at a time, in the order in which they were asked for, at the pace of the reader (Session::room).
// Live events are not buffered meanwhile: what comes is read. One core; shared by its sessions. stop() before the end.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "auth/profiles.h"
#include "gateway/audience.h"
#include "gateway/channel_desk.h"
#include "gateway/counters.h"
#include "gateway/session.h"
#include "model/limits.h"
#include "ports/channel_log.h"
#include "runtime/task_group.h"

namespace rookery::gateway {

struct CatchUpJob {
  enum class Kind : std::uint8_t {
    kSilent,     // what came since READY, a CHANNEL_CREATE, or a hole: nothing is said of it
    kPositions,  // from the client's position, within the limits; SYNCED
    kQueue,      // from delivered_seq; SYNCED
    kRefused,    // nothing is sent: SYNCED with recovered: false
  };
  ChannelId channel;
  Kind kind = Kind::kSilent;
  // Where it began: messages above are new to the client since READY, and mentions in them are pushed.
  std::uint64_t ready_seq = 0;
  bool synced_due = false;  // a SYNCED ends it
  std::vector<ParcelRef> early;
  std::vector<std::uint64_t> withdrawn;                         // deleted while it runs
  std::unordered_map<std::uint64_t, std::uint64_t> sent_as_of;  // seq → rev, of the messages sent that were changed before

  // The user was removed: where the channel ended for him.
  struct End {
    ChannelState state;          // as it is now, with last_seq and rev as they were before the removal
    std::uint64_t rev = 0;       // the removal's
    bool large = false;          // now
    bool updated_after = false;  // what it is called now is not his to see
    bool again = false;          // he is a member again: the channel is shown anew behind the removal
  };
  std::optional<End> end;
};

class CatchUpQueue {
 public:
  CatchUpJob* find(ChannelId channel) {
    for (const auto& job : jobs) {
      if (job->channel == channel) return job.get();
    }
    return nullptr;
  }
  std::deque<std::unique_ptr<CatchUpJob>> jobs;
  std::size_t left = 0;  // dispatches of kPositions that this Identify may still cost
};

class CatchUp {
 public:
  struct Parts {
    Core& core;
    Cores& cores;
    ChannelLog& log;
    auth::Profiles& profiles;
    const Limits& limits;
    Audience& audience;
    Parcels& parcels;
    std::span<ChannelDesk* const> desks;  // one a core
    Counters& counters;
    // Ends a session of which it cannot be said whether its user is in a channel: he comes back, and begins anew.
    std::function<void(const std::shared_ptr<Session>&)> give_up;
  };
  explicit CatchUp(const Parts& parts);
  CatchUp(const CatchUp&) = delete;
  CatchUp& operator=(const CatchUp&) = delete;

  // Adds a job; it begins in a later turn. The subscription, if the session has one, is not live. A channel that has a
  // job already is left to that.
  void add(const std::shared_ptr<Session>& session, std::unique_ptr<CatchUpJob> job);
  // Makes live what stands at the head, and gives what does not a silent job. The subscriptions are not live.
  void settle(const std::shared_ptr<Session>& session, std::vector<ChannelId> channels);
  // A deletion: whatever is read but not sent yet says so.
  void withdraw(Place place);

  Task<void> stop();

 private:
  using Job = CatchUpJob;
  Task<void> run(std::shared_ptr<Session> session);
  Task<void> settle_all(std::shared_ptr<Session> session, std::vector<ChannelId> channels);
  Task<std::vector<Settled>> ask(unsigned core, UserId user, std::vector<Stand> stands);
  Task<void> perform(std::shared_ptr<Session> session, Job& job);
  // Whether the client's position can be caught up within the limits; what cannot becomes kRefused or is gone.
  Task<bool> admit(std::shared_ptr<Session> session, Job& job);
  Task<std::optional<ChannelState>> member_head(std::shared_ptr<Session> session, const Job& job);
  bool leaves(const Session& session, const Job& job, const ChannelState& head);
  Task<void> read_on(std::shared_ptr<Session> session, Job& job, bool large);
  Task<bool> read_messages(std::shared_ptr<Session> session, Job& job, bool large);
  Task<bool> read_changes(std::shared_ptr<Session> session, Job& job, bool large);
  Task<bool> tell_change(std::shared_ptr<Session> session, Job& job, Event event, bool large);
  // When there is room, the profiles to show; none when the session does not want it any more.
  Task<std::optional<auth::ProfileSet>> prepare(std::shared_ptr<Session> session, ChannelId channel, std::vector<UserId> shown);
  Task<bool> part(std::shared_ptr<Session> session, Job& job);
  Task<Result<std::optional<CatchUpJob::End>>> end_of(std::shared_ptr<Session> session, ChannelId channel, ChannelState now, bool again);
  void finish(Session& session, Job& job, const Settled& answer);
  void desert(ChannelId channel);
  void dispatch(Session& session, net::SharedBuffer text, ParcelLabel label = {});
  void spawn(Task<void> task);

  Parts parts_;
  std::vector<Session*> running_;  // sessions with jobs
  bool stopped_ = false;
  TaskGroup tasks_;
};

}  // namespace rookery::gateway
