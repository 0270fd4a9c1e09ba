// Accounts: people come, prove who they are, change what they are called, and go.
//
// Called on any core; tasks resume there. What is decided about one account is decided by one at a time: a login that was
// proved with a password is not given once that password was changed.
#pragma once

#include <atomic>
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
#include "ports/administration_store.h"
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
    AdministrationStore& administration;
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

  // As long as there is no administrator, who registers with `code` in place of an invite becomes the first one, whoever
  // else may register. Before the first request; an empty code: nobody.
  void await_setup(std::string code) { setup_code_ = std::move(code); }

  const Limits& limits() const { return parts_.limits; }
  // Who may make an account. Any thread.
  Registration registration() const { return registration_.load(std::memory_order_relaxed); }
  void set_registration(Registration registration) { registration_.store(registration, std::memory_order_relaxed); }
  // kMissingPermission when nobody may register, or not with this invite.
  Status may_register() const;
  Task<Status> may_register_with(std::optional<std::string> invite);

  // `wanted` has the right form (account_rules.h). kTaken. `invite`, where registration needs one, is used in the write that
  // makes the account: kMissingPermission when others used it up meanwhile.
  Task<Result<SignedIn>> register_account(NewAccount wanted, std::optional<Device> device, std::string invite = {});
  // `login` is a username or a verified e-mail. kBadCredentials, kTooManyLogins; kMissingAccess, to who knows the password,
  // when the account is disabled.
  Task<Result<SignedIn>> sign_in(std::string login, std::string password, std::optional<Device> device);
  // Every other login of the user has ended when it resumes. kBadCredentials.
  Task<Status> change_password(Principal who, std::string current, std::string next);
  // Logins end, the name stays taken, the profile is that of a deleted user. kBadCredentials; kMissingPermission for the last
  // administrator.
  Task<Status> remove(Principal who, std::string password);

  // With what others do not see.
  Task<Result<Account>> account(UserId user) { return parts_.store.account(user); }
  Task<Result<Account>> rename(UserId user, std::string display_name);
  // Of usernames that begin with `prefix`, in their order; at most kUsersFoundMax.
  Task<Result<std::vector<Profile>>> find(std::string prefix);

  // Whether nobody administrates: an account that is neither disabled nor deleted.
  Task<Result<bool>> nobody_administrates();

  // For administrators, and whoever runs the server. Names and passwords are checked for their form; kUnknownUser for who was
  // never there or is deleted. A note is written with the change; what is so already is no change and leaves none.
  Task<Result<UserId>> create(NewAccount wanted, bool admin, AuditNote note);
  // The account of a username.
  Task<Result<Account>> of_name(std::string username);
  // All logins of the account end.
  Task<Status> reset_password(UserId user, std::string password, AuditNote note);
  // kInvalidBody when the account has no e-mail; kTaken when another account has verified it.
  Task<Status> verify_email(UserId user, AuditNote note);
  // While an account is disabled its logins have ended, and it gets none. kMissingPermission for the last administrator.
  Task<Status> set_disabled(UserId user, bool disabled, AuditNote note);
  // At work from the next request on. kMissingPermission for the last administrator.
  Task<Status> set_admin(UserId user, bool admin, AuditNote note);
  // As remove(). kMissingPermission for the last administrator.
  Task<Status> remove_other(UserId user, AuditNote note);

 private:
  Task<Result<Account>> make_account(NewAccount wanted, bool admin, std::string invite, AuditNote note);
  bool is_setup(std::string_view invite) const;
  Task<Result<Account>> set_up(NewAccount wanted);
  Task<Result<Account>> set_up_here(NewAccount wanted);
  Task<Result<bool>> others_administrate(UserId user);
  Task<Result<bool>> is_last_administrator(UserId user);
  Task<Status> unless_last(UserId user, Task<Status> work);
  Task<Status> unless_last_here(UserId user, Task<Status> work);
  Task<Status> on_core_of(UserId user, Task<Status> work);
  Task<Status> disable_here(UserId user, bool disabled, AuditNote note);
  Task<Status> set_admin_here(UserId user, bool admin, AuditNote note);
  Task<Status> remove_known(UserId user, AuditNote note);
  Task<Result<Account>> prove(UserId user, std::string password);
  Task<Result<Account>> named(std::string name);
  Task<Result<SignedIn>> new_login(Account account, std::optional<Device> device);
  Task<Result<Tokens>> begin_login(Account proved, std::optional<Device> device);
  Task<Status> set_password(UserId user, std::string proved_by, std::string hash, LoginId kept, AuditNote note);
  Task<Status> mark_deleted(UserId user, AuditNote note);
  Task<Status> say_farewell(UserId user);
  KeyedLock<UserId>& lock_of_this_core() { return *locks_[Core::current().index()]; }

  const Parts parts_;
  std::vector<Farewell> farewells_;
  std::vector<std::unique_ptr<KeyedLock<UserId>>> locks_;  // of the users of each core
  KeyedLock<int> administrators_;                          // who they are changes one at a time, on core 0; taken before a user's
  std::string setup_code_;
  std::atomic<Registration> registration_;
};

}  // namespace rookery::auth
