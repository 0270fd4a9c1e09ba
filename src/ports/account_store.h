// AccountStore: the port behind accounts, names, logins and keys.
//
// Guarantees of every adapter (tests/contract/account_store_contract.h):
//  - what was answered is durable, and seen by every later read; what failed changed nothing, except kUnavailable, after
//    which the outcome is unknown;
//  - a name (a username, or a verified e-mail) belongs to one account at most, whoever asks at the same time;
//  - a `note` is written with what it is about, or not at all (administration_store.h reads them);
//  - a `change` is applied to the record as it is stored, and none comes in between. It may be called more than once, on
//    any thread, and has no effect but on its argument; its refusal is handed on and nothing is written.
// Names come folded. Any core; tasks resume on the core that awaited them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/account.h"
#include "model/audit.h"
#include "model/instance_invite.h"
#include "runtime/task.h"

namespace rookery {

// A login with the time of its last use.
struct UsedLogin {
  Login login;
  TimeMs last_used_at;
};

struct NameEntry {
  std::string username;
  UserId user;
  bool operator==(const NameEntry&) const = default;
};

class AccountStore {
 public:
  virtual ~AccountStore() = default;

  // Takes the account's names and writes it. kTaken, with the field at fault ("username" or "email"). With a `use`, in the
  // same write, one use of that invite: kUnknownInvite when it is not there, used up or expired.
  virtual Task<Status> create_account(Account account, InviteUse use, AuditNote note) = 0;
  Task<Status> create_account(Account account, InviteUse use = {}) {
    return create_account(std::move(account), std::move(use), AuditNote());
  }
  virtual Task<Status> put_invite(InstanceInvite invite, AuditNote note) = 0;
  // As it is; none when it is not there, or used up.
  virtual Task<Result<std::optional<InstanceInvite>>> invite(std::string code) = 0;
  // Deleted ones too. kUnknownUser.
  virtual Task<Result<Account>> account(UserId user) = 0;
  // A verified e-mail that the change sets is taken and one that it drops is given back: kTaken as above. id and username
  // do not change. Answers the account as it is now. In the same write the user's logins `ended` end, as by end_logins().
  virtual Task<Result<Account>> change_account(UserId user, std::function<Status(Account&)> change, AuditNote note,
                                               std::vector<LoginId> ended) = 0;
  Task<Result<Account>> change_account(UserId user, std::function<Status(Account&)> change, AuditNote note = {}) {
    return change_account(user, std::move(change), std::move(note), {});
  }
  // Whose username or verified e-mail this is, deleted accounts' usernames included; an empty id when nobody's.
  virtual Task<Result<UserId>> user_of_name(std::string name) = 0;
  // The usernames that begin with `prefix` and come after `after` (empty: all), ascending; deleted accounts included.
  virtual Task<Result<std::vector<NameEntry>>> usernames(std::string prefix, std::string after, std::size_t limit) = 0;

  virtual Task<Status> put_login(Login login, RefreshFamily family) = 0;
  // kUnknownSession.
  virtual Task<Result<Login>> login(UserId user, LoginId login) = 0;
  // By id, ascending: oldest first.
  virtual Task<Result<std::vector<UsedLogin>>> logins_of(UserId user) = 0;
  // kUnknownSession when the login is gone. Answers the family as it is now.
  virtual Task<Result<RefreshFamily>> change_refresh(UserId user, LoginId login, std::function<Status(RefreshFamily&)> change) = 0;
  // With their refresh families. Those that are not there are no failure.
  virtual Task<Status> end_logins(UserId user, std::vector<LoginId> logins, AuditNote note) = 0;

  virtual Task<Status> put_key(KeyRecord key) = 0;
  virtual Task<Result<std::vector<KeyRecord>>> keys() = 0;
};

}  // namespace rookery
