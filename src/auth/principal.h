// Who is asking, as a valid access token says it.
#pragma once

#include "base/ids.h"

namespace rookery::auth {

struct Principal {
  UserId user;
  LoginId login;
  bool admin = false;
  bool operator==(const Principal&) const = default;
};

}  // namespace rookery::auth
