// PollDesk: one core's connections by long polling: finds them for calls, and gives them their turns.
//
// Made on any thread before the core runs; every other member is called on the core. One mail a turn for all that have
// something to do, one timer for all that wait.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "gateway/poll_skin.h"
#include "runtime/core.h"

namespace rookery::gateway {

class PollDesk final : private Mail {
 public:
  // `peers`: one a core. All outlive it.
  PollDesk(Core& core, Floor& floor, const std::vector<std::unique_ptr<PollDesk>>& peers);
  ~PollDesk() override;

  Floor& floor() const noexcept { return floor_; }

  // --- calls ---
  void begin(const Principal& who, PollCall call, PollAnswer answer);
  void go_on(const Principal& who, const SessionKey& key, PollCall call, PollAnswer answer);

  // --- from its skins ---
  // step() in a later turn.
  void wake(PollSkin& skin);
  // wake() at `when`, in the place of what was scheduled; SteadyTime::max(): never.
  void schedule(PollSkin& skin, SteadyTime when);
  // It has a session: calls find it by that.
  void enter(PollSkin& skin);

  // Wakes those whose time has come.
  void sweep(SteadyTime now);
  std::size_t size() const noexcept { return skins_.size(); }
  // Answers every held call, and takes no more.
  void stop();

 private:
  struct KeyHash {
    std::size_t operator()(const SessionKey& key) const noexcept;
  };
  void deliver() noexcept override;
  void adopt(std::unique_ptr<PollSkin> skin);
  std::unique_ptr<PollSkin> release(PollSkin& skin);
  void move(PollSkin& skin);
  void arm();

  Core& core_;
  Floor& floor_;
  const std::vector<std::unique_ptr<PollDesk>>& peers_;
  std::unordered_map<PollSkin*, std::unique_ptr<PollSkin>> skins_;
  std::unordered_map<SessionKey, PollSkin*, KeyHash> by_session_;
  std::vector<PollSkin*> woken_;
  bool posted_ = false;
  bool stopped_ = false;
  std::multimap<SteadyTime, PollSkin*> deadlines_;
  SteadyTime armed_for_ = SteadyTime::max();
  Timer timer_;
};

}  // namespace rookery::gateway
