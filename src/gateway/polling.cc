#include "gateway/polling.h"

#include <utility>

namespace rookery::gateway {
namespace {

Task<void> stop_desk(PollDesk& desk) {
  desk.stop();
  co_return;
}

}  // namespace

Polling::Polling(Cores& cores, Gateway& gateway) : cores_(cores), options_(gateway.options()) {
  for (unsigned i = 0; i < cores.size(); ++i) desks_.push_back(std::make_unique<PollDesk>(cores.at(i), gateway.floor(i), desks_));
}

Polling::~Polling() = default;

void Polling::serve(const Principal& who, PollCall call, PollAnswer answer) {
  if (!call.session_id) return desks_[Core::current().index()]->begin(who, std::move(call), std::move(answer));
  const auto key = parse_session_id(*call.session_id, options_.node);
  if (!key || key->core >= cores_.size()) return answer(unknown_session_answer(*call.session_id, call.n));
  PollDesk& desk = *desks_[key->core];
  if (key->core == Core::current().index()) return desk.go_on(who, *key, std::move(call), std::move(answer));
  cores_.at(key->core).post_function([&desk, who, key = *key, call = std::move(call), answer = std::move(answer)]() mutable {
    desk.go_on(who, key, std::move(call), std::move(answer));
  });
}

void Polling::stop() {
  for (unsigned i = 0; i < cores_.size(); ++i) run_blocking(cores_.at(i), stop_desk(*desks_[i]));
}

}  // namespace rookery::gateway
