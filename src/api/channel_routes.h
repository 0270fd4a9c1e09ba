// Routes of direct and group channels: protocol.md §3 "Direct and group channels", with typing and a channel's settings.
#pragma once

#include <functional>

#include "api/rendering.h"
#include "api/router.h"
#include "chat/channels.h"
#include "model/limits.h"
#include "ports/personal_store.h"

namespace rookery::api {

// Tells the others that a user types; he sees the channel. Any core.
using TellTyping = std::function<void(const ChannelState& channel, UserId user)>;

class ChannelRoutes {
 public:
  // All must outlive it.
  struct Parts {
    chat::Channels& channels;
    ChannelLog& log;
    Conversations& conversations;
    PersonalStore& personal;
    Rendering& rendering;
    const Limits& limits;
    TellTyping tell_typing;
  };
  explicit ChannelRoutes(Parts parts) : parts_(std::move(parts)) {}
  void add_to(Router& router);

 private:
  using Answer = Task<Result<net::HttpResponse>>;
  Answer open(Call& call);
  Answer list(Call& call);
  Answer show(Call& call);
  Answer update(Call& call);
  Answer leave(Call& call);
  Answer members(Call& call);
  Answer add_recipient(Call& call);
  Answer remove_recipient(Call& call);
  Answer typing(Call& call);
  Answer show_settings(Call& call);
  Answer settings(Call& call);
  // The channel of the first parameter, as the caller sees it.
  Task<Result<ChannelView>> seen(Call& call);

  const Parts parts_;
};

}  // namespace rookery::api
