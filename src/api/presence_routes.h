// GET /users/{id}/presence and POST /presence/query (protocol.md §3, "Users and presence").
#pragma once

#include "api/router.h"
#include "model/limits.h"
#include "presence/presence_service.h"

namespace rookery::api {

// All must outlive the router.
void add_presence_routes(Router& router, presence::PresenceService& presence, const Limits& limits);

}  // namespace rookery::api
