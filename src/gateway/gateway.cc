#include "gateway/gateway.h"

#include <algorithm>

#include "base/mutant.h"
#include "gateway/replay.h"
#include "gateway/texts.h"

namespace rookery::gateway {
namespace {

Task<void> start_floor(Floor& floor) {
  floor.start();
  co_return;
}

}  // namespace

Gateway::Gateway(Cores& cores, GatewayOptions options, const GatewayServices& services)
    : cores_(cores), options_(std::move(options)), services_(services) {
  const unsigned count = cores.size();
  boxes_.resize(count);
  desk_of_.resize(count);
  floor_of_.resize(count);
  for (unsigned i = 0; i < count; ++i) {
    counters_.push_back(std::make_unique<Counters>());
    desks_.push_back(std::make_unique<ChannelDesk>(ChannelDesk::Parts{.core = cores.at(i),
                                                                      .cores = cores,
                                                                      .log = services_.log,
                                                                      .profiles = services_.profiles,
                                                                      .limits = options_.limits,
                                                                      .boxes = boxes_,
                                                                      .counters = *counters_[i]}));
    floors_.push_back(std::make_unique<Floor>(Floor::Parts{.core = cores.at(i),
                                                           .cores = cores,
                                                           .options = options_,
                                                           .services = services_,
                                                           .desks = desk_of_,
                                                           .floors = floor_of_,
                                                           .counters = *counters_[i]}));
    boxes_[i] = floors_[i].get();
    desk_of_[i] = desks_[i].get();
    floor_of_[i] = floors_[i].get();
  }
}

Gateway::~Gateway() = default;

void Gateway::start() {
  for (unsigned i = 0; i < cores_.size(); ++i) run_blocking(cores_.at(i), start_floor(*floors_[i]));
}

void Gateway::stop() {
  for (unsigned i = 0; i < cores_.size(); ++i) run_blocking(cores_.at(i), floors_[i]->stop());
  for (unsigned i = 0; i < cores_.size(); ++i) run_blocking(cores_.at(i), desks_[i]->stop());
}

void Gateway::drain(std::chrono::milliseconds over) {
  for (unsigned i = 0; i < cores_.size(); ++i) cores_.at(i).post_function([floor = floors_[i].get(), over] { floor->drain(over); });
}

Floor& Gateway::floor() { return *floors_[Core::current().index()]; }
Status Gateway::admit_client() { return services_.admission == nullptr ? Status() : services_.admission->admit_client(); }
ChannelDesk& Gateway::desk() { return *desks_[Core::current().index()]; }

void Gateway::revoke_here(UserId user, LoginId login, CloseReason why) {
  if (!mutant_is(Mutant::kRevocationKeepsSockets)) floor().revoke(user, login, why);
}

void Gateway::typing(ChannelId channel, UserId user) {
  Core& home = cores_.of(channel);
  home.post_function([desk = desks_[home.index()].get(), channel, user] { desk->typing(channel, user); });
}

void Gateway::dispatch(const SessionKey& session, net::SharedBuffer text) {
  if (session.core >= floors_.size()) return;
  cores_.at(session.core).post_function([floor = floors_[session.core].get(), session, text = std::move(text)] {
    floor->dispatch_to(session, text);
  });
}

Task<void> Gateway::user_changed(User user) {
  std::vector<UserId> who{user.id};
  auto channels = co_await services_.conversations.channels_of(user.id);
  if (channels) {
    auto views = co_await services_.log.views(*std::move(channels), user.id);
    if (views) {
      for (const ChannelView& view : *views) {
        for (const Member& member : view.state.roster->members) {
          if (member.visible) who.push_back(member.user);
        }
      }
    }
  }
  std::ranges::sort(who);
  const auto repeats = std::ranges::unique(who);
  who.erase(repeats.begin(), repeats.end());
  const auto shared = std::make_shared<const std::vector<UserId>>(std::move(who));
  const net::SharedBuffer text = user_update_text(user);
  for (unsigned i = 0; i < cores_.size(); ++i)
    cores_.at(i).post_function([floor = floors_[i].get(), shared, text] { floor->dispatch_to_users(*shared, text); });
}

void Gateway::on_events(std::span<const Event> events) noexcept { desk().on_events(events); }
Task<void> Gateway::withdraw(Event deletion) { return desk().withdraw(std::move(deletion)); }

void Gateway::on_cursor(const ChannelState& channel, UserId user, const Cursor& before, const ReadState& now) noexcept {
  desk().on_cursor(channel, user, before, now);
}

}  // namespace rookery::gateway
