// Accounts: people come, prove who they are, change what they are called, and go.
//
// Called on any core; tasks resume there. What is decided about one account is decided by one at a time: a login that was
// proved with a password is not given once that password was changed.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/account_rules.h"
#include "auth/authenticator.h"
#include "auth/logins.h"
#include "auth/password.h"
#include "auth/profiles.h"
#include "base/result.h"
#include "model/account.h"
#include "model/limits.h"
#include "ports/account_store.h"
#include "runtime/config.h"
#include "runtime/keyed_lock.h"
#include "runtime/snowflake.h"
#include "runtime/task.h"

namespace rookery::auth {

// `user` and `session` of protocol.md §3.
struct SignedIn {
  Account account;
  Tokens tokens;
};

// What other services do when an account goes: leave groups, close direct channels. It may be called again and must then
// find nothing left to do.
using Farewell = std::function<Task<Status>(UserId)>;

class Accounts {
 public:
  // All must outlive this.
  struct Parts {
    Cores& cores;
    AccountStore& store;
    PasswordHasher& passwords;
    Logins& logins;
    Profiles& profiles;
    IdSource& ids;
    Limits limits;
    Registration registration = Registration::kOpen;
  };
  explicit Accounts(Parts parts);
  // Before the first request.
  void at_deletion(Farewell farewell) { farewells_.push_back(std::move(farewell)); }

  const Limits& limits() const { return parts_.limits; }
  // kMissingPermission when nobody may register, or not with this invite.
  Status may_register() const;
  Task<Status> may_register_with(std::optional<std::string> invite);

  // `wanted` has the right form (account_rules.h). kTaken. `invite`, where registration needs one, is used in the write that
  // makes the account: kMissingPermission when others used it up meanwhile.
  Task<Result<SignedIn>> register_account(NewAccount wanted, std::optional<Device> device, std::string invite = {});
  // `login` is a username or a verified e-mail. kBadCredentials, kTooManyLogins.
  Task<Result<SignedIn>> sign_in(std::string login, std::string password, std::optional<Device> device);
  // Every other login of the user has ended when it resumes. kBadCredentials.
  Task<Status> change_password(Principal who, std::string current, std::string next);
  // Logins end, the name stays taken, the profile is that of a deleted user. kBadCredentials.
  Task<Status> remove(Principal who, std::string password);

  // With what others do not see.
  Task<Result<Account>> account(UserId user) { return parts_.store.account(user); }
  Task<Result<Account>> rename(UserId user, std::string display_name);
  // Of usernames that begin with `prefix`, in their order; at most kUsersFoundMax.
  Task<Result<std::vector<Profile>>> find(std::string prefix);

  // For whoever runs the server. Names and passwords are checked for their form.
  Task<Result<UserId>> create(NewAccount wanted, bool admin);
  // All logins of the account end. kUnknownUser.
  Task<Status> reset_password(std::string username, std::string password);
  // So many may register with it; for that long, 0: for ever. Answers its code.
  Task<Result<std::string>> invite(std::uint32_t uses, std::chrono::milliseconds good_for);
  // kUnknownUser; kInvalidBody when the account has no e-mail; kTaken when another account has verified it.
  Task<Status> verify_email(std::string username);

 private:
  Task<Result<Account>> make_account(NewAccount wanted, bool admin, std::string invite);
  Task<Result<Account>> prove(UserId user, std::string password);
  Task<Result<Account>> named(std::string name);
  Task<Result<Tokens>> begin_login(Account proved, std::optional<Device> device);
  Task<Status> set_password(UserId user, std::string proved_by, std::string hash, LoginId kept);
  Task<Status> mark_deleted(UserId user);
  Task<Status> say_farewell(UserId user);
  KeyedLock<UserId>& lock_of_this_core() { return *locks_[Core::current().index()]; }

  const Parts parts_;
  std::vector<Farewell> farewells_;
  std::vector<std::unique_ptr<KeyedLock<UserId>>> locks_;  // of the users of each core
};

}  // namespace rookery::auth
