#include "gateway/poll_desk.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "gateway/floor.h"

namespace rookery::gateway {

std::size_t PollDesk::KeyHash::operator()(const SessionKey& key) const noexcept {
  std::uint64_t head = 0;
  std::memcpy(&head, key.secret.data(), sizeof head);
  return head;
}

PollDesk::PollDesk(Core& core, Floor& floor, const std::vector<std::unique_ptr<PollDesk>>& peers)
    : core_(core), floor_(floor), peers_(peers), timer_(core) {}

PollDesk::~PollDesk() { CHECK(skins_.empty()); }

// --- calls ---

void PollDesk::begin(const Principal& who, PollCall call, PollAnswer answer) {
  if (stopped_) return answer(fail(Error::retry(ErrorCode::kUnavailable, 1, "The server is stopping")));
  auto skin = std::make_unique<PollSkin>(*this, who, std::move(call), std::move(answer));
  PollSkin& made = *skin;
  skins_.emplace(&made, std::move(skin));
  wake(made);
}

void PollDesk::go_on(const Principal& who, const SessionKey& key, PollCall call, PollAnswer answer) {
  if (stopped_) return answer(fail(Error::retry(ErrorCode::kUnavailable, 1, "The server is stopping")));
  const auto at = by_session_.find(key);
  if (at == by_session_.end() || at->second->who().user != who.user || at->second->who().login != who.login)
    return answer(unknown_session_answer(*call.session_id, call.n));
  at->second->call(std::move(call), std::move(answer));
}

// --- turns ---

void PollDesk::wake(PollSkin& skin) {
  if (std::exchange(skin.woken_, true)) return;
  woken_.push_back(&skin);
  if (!std::exchange(posted_, true)) core_.post(*this);
}

void PollDesk::deliver() noexcept {
  posted_ = false;
  const std::vector<PollSkin*> woken = std::exchange(woken_, {});
  for (PollSkin* skin : woken) skin->woken_ = false;
  for (PollSkin* skin : woken) {
    switch (skin->step()) {
      case PollSkin::Verdict::kStay: break;
      case PollSkin::Verdict::kMove: move(*skin); break;
      case PollSkin::Verdict::kOver: release(*skin); break;
    }
  }
}

void PollDesk::enter(PollSkin& skin) {
  PollSkin*& polled = by_session_[*skin.key()];
  if (polled != nullptr) {
    polled->displace();
    wake(*polled);
  }
  polled = &skin;
}

std::unique_ptr<PollSkin> PollDesk::release(PollSkin& skin) {
  schedule(skin, SteadyTime::max());
  if (std::exchange(skin.woken_, false)) std::erase(woken_, &skin);
  if (skin.key()) {
    const auto at = by_session_.find(*skin.key());
    if (at != by_session_.end() && at->second == &skin) by_session_.erase(at);
  }
  auto node = skins_.extract(&skin);
  return std::move(node.mapped());
}

// From here on the skin is the other core's, and nothing of it is looked at on this one.
void PollDesk::move(PollSkin& skin) {
  PollSkin::Move move = skin.take_move();
  PollDesk& there = *peers_[move.to->index()];
  move.to->post_function([skin = release(skin), &there, arrived = std::move(move.arrived)]() mutable {
    PollSkin& moved = *skin;
    moved.arrive(there);
    there.adopt(std::move(skin));
    arrived();
    if (there.stopped_) {
      moved.stop();
      there.release(moved);
    } else {
      there.wake(moved);
    }
  });
}

void PollDesk::adopt(std::unique_ptr<PollSkin> skin) {
  PollSkin* key = skin.get();
  skins_.emplace(key, std::move(skin));
}

// --- time ---

void PollDesk::schedule(PollSkin& skin, SteadyTime when) {
  if (skin.deadline_) {
    if ((*skin.deadline_)->first == when) return;
    deadlines_.erase(*skin.deadline_);
    skin.deadline_.reset();
  }
  if (when == SteadyTime::max()) return;
  skin.deadline_ = deadlines_.emplace(when, &skin);
  if (when < armed_for_) arm();
}

void PollDesk::arm() {
  if (deadlines_.empty() || stopped_) return;
  armed_for_ = deadlines_.begin()->first;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(armed_for_ - core_.clock().steady_now());
  timer_.expires_after(std::max(left, std::chrono::milliseconds(0)), [this] {
    armed_for_ = SteadyTime::max();
    sweep(floor_.now());
    arm();
  });
}

void PollDesk::sweep(SteadyTime now) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    PollSkin& skin = *deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    skin.deadline_.reset();
    wake(skin);
  }
}

void PollDesk::stop() {
  stopped_ = true;
  timer_.cancel();
  while (!skins_.empty()) {
    PollSkin& skin = *skins_.begin()->first;
    skin.stop();
    release(skin);
  }
}

}  // namespace rookery::gateway
