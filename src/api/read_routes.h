// Routes of what was read, delivered, missed and mentioned (protocol.md §3 "Messages").
#pragma once

#include "api/rendering.h"
#include "api/router.h"
#include "chat/channels.h"
#include "model/limits.h"
#include "ports/cursors.h"

namespace rookery::api {

class ReadRoutes {
 public:
  // All must outlive it.
  struct Parts {
    chat::Channels& channels;
    ChannelLog& log;
    Conversations& conversations;
    Cursors& cursors;
    Rendering& rendering;
    const Limits& limits;
  };
  explicit ReadRoutes(Parts parts) : parts_(parts) {}
  void add_to(Router& router);

 private:
  using Answer = Task<Result<net::HttpResponse>>;
  Answer read(Call& call);
  Answer delivered(Call& call);
  Answer receipts(Call& call);
  Answer message_receipts(Call& call);
  Answer unread(Call& call);
  Answer mentions(Call& call);

  Task<Result<ChannelView>> seen(Call& call);
  Task<Result<CursorMove>> move_of(Call& call);
  Answer move(CursorMove move);

  const Parts parts_;
};

}  // namespace rookery::api
