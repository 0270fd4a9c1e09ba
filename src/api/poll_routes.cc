#include "api/poll_routes.h"

#include <utility>

namespace rookery::api {

void add_poll_routes(Router& router, Poll poll, std::size_t depth_max) {
  router.add({.method = "POST",
              .pattern = "/api/v1/gateway/poll",
              .access = Access::kUser,
              .rate = RateBucket::kPoll,
              .handler = {},
              .take_over = [poll = std::move(poll), depth_max](Call& call, Ticket ticket) {
                const Result<Json> body = call.json(depth_max);
                if (!body) return ticket.respond(body.error());
                poll(call.principal, *body, std::move(ticket));
              }});
}

}  // namespace rookery::api
