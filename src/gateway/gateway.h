// Gateway: sessions, their dispatches, and the fan-out of what happens in channels to them (protocol.md §4), over all
// cores. What speaks to clients (gateway/websocket_skin.h) opens connections on its floors.
//
// Made before the cores run; start() and stop() once each, from a thread that is no core, while the cores run. Everything
// else may be called on any core. The log is told to observe() it by who wires them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "gateway/channel_desk.h"
#include "gateway/close_codes.h"
#include "gateway/floor.h"
#include "gateway/options.h"
#include "ports/channel_log.h"

namespace rookery::gateway {

class Gateway final : public ChannelObserver {
 public:
  // `cores` and the services outlive it.
  Gateway(Cores& cores, GatewayOptions options, const GatewayServices& services);
  ~Gateway() override;
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  void start();
  // Ends all sessions; connections are to be closed before (drain()), or by the transport afterwards.
  void stop();
  // Asks every client to come back later, one after another over `over`, then closes with 4101. Answers at once.
  void drain(std::chrono::milliseconds over);

  // The current core's.
  Floor& floor();
  // Of a core; any thread.
  Floor& floor(unsigned core) { return *floors_[core]; }
  // Whether one more client may connect; kUnavailable with the seconds to wait. On a core.
  Status admit_client();
  const GatewayOptions& options() const noexcept { return options_; }
  // Any thread.
  const Counters& counters(unsigned core) const noexcept { return *counters_[core]; }
  // Channels with sessions, whose core this is. While the cores run only right when nothing happens: for tests.
  std::size_t channels(unsigned core) const noexcept { return desks_[core]->channels(); }

  // --- from services ---
  // A login's sessions on this core, all of the user's when `login` is 0: closed with 4102, and nothing is delivered to
  // them any more. Every core is told of an ended login by itself (auth::RevocationObserver).
  void revoke_here(UserId user, LoginId login, CloseReason why = close_codes::kRevoked);
  // POST /channels/{id}/typing: the same as op 68.
  void typing(ChannelId channel, UserId user);
  // A dispatch to one session, if it still is: `"t":"PRESENCE_UPDATE","d":{…}}` (gateway/texts.h, dispatch_text()).
  void dispatch(const SessionKey& session, net::SharedBuffer text);
  // USER_UPDATE to his own sessions and those who share a channel with him.
  Task<void> user_changed(User user);

  // --- from the log, on the channel's core ---
  void on_events(std::span<const Event> events) noexcept override;
  Task<void> withdraw(Event deletion) override;
  void on_cursor(const ChannelState& channel, UserId user, const Cursor& before, const ReadState& now) noexcept override;

 private:
  ChannelDesk& desk();

  Cores& cores_;
  const GatewayOptions options_;
  const GatewayServices services_;
  std::vector<std::unique_ptr<Counters>> counters_;  // one a core, like those below
  std::vector<LetterBox*> boxes_;
  std::vector<ChannelDesk*> desk_of_;
  std::vector<Floor*> floor_of_;
  std::vector<std::unique_ptr<ChannelDesk>> desks_;
  std::vector<std::unique_ptr<Floor>> floors_;
};

}  // namespace rookery::gateway
