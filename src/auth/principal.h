// Who is asking: what a valid access token says, and how it is checked.
#pragma once

#include <string>

#include "base/ids.h"
#include "base/result.h"
#include "runtime/task.h"

namespace rookery::auth {

struct Principal {
  UserId user;
  LoginId login;
  bool admin = false;
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // Any core; resumes on the core that awaited it. kUnauthorized for a token that is no token, forged, expired, or whose login
  // has ended: from the answer to whatever ended it on.
  virtual Task<Result<Principal>> authenticate(std::string token) = 0;
};

}  // namespace rookery::auth
