// Routes of messages: protocol.md §3 "Messages", but for read states and mentions (api/read_routes.h).
#pragma once

#include "api/rendering.h"
#include "api/router.h"
#include "chat/channels.h"
#include "chat/messages.h"
#include "model/limits.h"

namespace rookery::api {

class MessageRoutes {
 public:
  // All must outlive it.
  struct Parts {
    chat::Channels& channels;
    chat::Messages& messages;
    ChannelLog& log;
    Conversations& conversations;
    auth::Profiles& profiles;
    Rendering& rendering;
    const Limits& limits;
  };
  explicit MessageRoutes(Parts parts) : parts_(parts) {}
  void add_to(Router& router);

 private:
  using Answer = Task<Result<net::HttpResponse>>;
  Answer list(Call& call);
  Answer send(Call& call);
  Answer show(Call& call);
  Answer edit(Call& call);
  Answer remove(Call& call);
  Answer changes(Call& call);
  Answer react(Call& call, bool add);
  Answer reactors(Call& call);
  Answer pin(Call& call, bool pin);
  Answer pins(Call& call);
  Answer search(Call& call);
  Answer search_all(Call& call);

  Task<Result<ChannelView>> seen(Call& call);
  // The message of the first two parameters, for somebody who sees it.
  Task<Result<Message>> target(Call& call);
  Task<Result<std::vector<Message>>> page(ChannelId channel, std::uint32_t limit, Call& call);
  Task<Result<std::vector<Message>>> around(ChannelId channel, MessageId id, std::uint32_t limit);
  Answer render(Call& call, unsigned status, Message message, bool replayed);

  const Parts parts_;
};

}  // namespace rookery::api
