// /api/v1/gateway/poll: long polling, where WebSocket is blocked (protocol.md §5).
#pragma once

#include <functional>

#include "api/router.h"
#include "api/ticket.h"

namespace rookery::api {

// Takes a call over and answers it when something happened. On the core that accepted it.
using Poll = std::function<void(const auth::Principal& who, const Json& body, Ticket ticket)>;

// `depth_max`: of the body.
void add_poll_routes(Router& router, Poll poll, std::size_t depth_max);

}  // namespace rookery::api
