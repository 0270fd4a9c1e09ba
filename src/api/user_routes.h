// /api/v1/users: oneself, others, blocks and settings (protocol.md §3, Users). Presence has its own.
#pragma once

#include "api/router.h"
#include "auth/accounts.h"
#include "auth/blocks.h"
#include "auth/profiles.h"
#include "ports/cursors.h"
#include "ports/personal_store.h"

namespace rookery::api {

struct UserServices {
  auth::Accounts& accounts;
  auth::Profiles& profiles;
  auth::Blocks& blocks;
  PersonalStore& personal;
  Cursors& cursors;
};

// All must outlive the router.
void add_user_routes(Router& router, UserServices services);

}  // namespace rookery::api
