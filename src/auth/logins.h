// Logins: what a person's devices hold: given, renewed, listed, ended.
//
// Whoever calls has made sure of the person. Called on a core; tasks resume there.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "auth/authenticator.h"
#include "auth/token.h"
#include "base/random.h"
#include "base/result.h"
#include "model/account.h"
#include "ports/account_store.h"
#include "runtime/snowflake.h"
#include "runtime/task.h"

namespace rookery::auth {

// `session` of protocol.md §3.
struct Tokens {
  LoginId id;
  std::string access_token;
  std::chrono::seconds expires_in{0};
  std::string refresh_token;
};

class Logins {
 public:
  // `logins_max`: of one user. `access_life` ≤ kAccessTokenLifeMax. All must outlive this.
  struct Parts {
    AccountStore& store;
    Authenticator& authenticator;
    const KeyRing& keys;
    IdSource& ids;
    const Clock& clock;
    Random& random;
    std::uint32_t logins_max;
    std::chrono::seconds access_life = kAccessTokenLifeMax;
  };
  explicit Logins(Parts parts) : parts_(parts) {}

  // kTooManyLogins. Calls for one user must not overlap.
  Task<Result<Tokens>> begin(Account account, std::optional<Device> device);
  // kUnauthorized; refresh_token.h has the rules. A token that was used twice ends its login.
  Task<Result<Tokens>> refresh(std::string refresh_token);
  // Newest first.
  Task<Result<std::vector<UsedLogin>>> list(UserId user);
  // kUnknownSession when the user has no such login. Their tokens are refused when it resumes.
  Task<Status> end(UserId user, LoginId login, AuditNote note = {});
  // All of a user's, but `kept` (0: none kept). A `note` is written also when there are none.
  Task<Status> end_all(UserId user, LoginId kept, Revocation why = Revocation::kEnded, AuditNote note = {});
  // The same together with a change of the account (AccountStore::change_account): one write, so that a power cut leaves no
  // login that the change should have ended.
  Task<Result<Account>> end_all_with(UserId user, LoginId kept, Revocation why, std::function<Status(Account&)> change, AuditNote note);

 private:
  Task<Result<std::vector<LoginId>>> all_but(UserId user, LoginId kept);
  Tokens tokens(const Account& account, LoginId login, std::string refresh_token) const;
  Task<Status> end_these(UserId user, std::vector<LoginId> logins, Revocation why, AuditNote note);

  const Parts parts_;
};

}  // namespace rookery::auth
