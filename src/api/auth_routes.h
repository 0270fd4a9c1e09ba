// /api/v1/auth and /.well-known/jwks.json (protocol.md §3, Auth).
#pragma once

#include "api/router.h"
#include "auth/accounts.h"
#include "auth/logins.h"
#include "auth/token.h"
#include "runtime/rate_limit.h"

namespace rookery::api {

// All must outlive the router.
void add_auth_routes(Router& router, auth::Accounts& accounts, auth::Logins& logins, const auth::KeyRing& keys, RateLimiter& rates,
                     const Clock& clock);

}  // namespace rookery::api
