// /api/v1/admin/users: accounts and their logins, for administrators.
#pragma once

#include "admin/administration.h"
#include "api/router.h"

namespace rookery::api {

// `administration` must outlive the router.
void add_admin_user_routes(Router& router, admin::Administration& administration);

}  // namespace rookery::api
