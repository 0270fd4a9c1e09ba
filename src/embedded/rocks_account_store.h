// RocksAccountStore: accounts, logins, keys, blocks, settings and what administrators decided as rows of the `state` family.
//
// What is read, decided on and written back is done on one core for each name, user or login, one at a time: of many who
// want a name at once, one gets it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "ports/account_store.h"
#include "ports/administration_store.h"
#include "ports/personal_store.h"
#include "runtime/core.h"
#include "runtime/keyed_lock.h"

namespace rookery::embedded {

class Batch;
class Database;

class RocksAccountStore final : public AccountStore, public PersonalStore, public AdministrationStore {
 public:
  // Both must outlive this; the cores are running.
  RocksAccountStore(Cores& cores, Database& database);
  ~RocksAccountStore() override;
  // Before the first call: finds where the audit log ends, and puts accounts on their rolls where an older version has not.
  // Blocks; not on a core.
  Status prepare();

  using AccountStore::change_account;
  using AccountStore::create_account;
  Task<Status> create_account(Account account, InviteUse use, AuditNote note) override;
  Task<Status> put_invite(InstanceInvite invite, AuditNote note) override;
  Task<Result<std::optional<InstanceInvite>>> invite(std::string code) override;
  Task<Result<Account>> account(UserId user) override;
  Task<Result<Account>> change_account(UserId user, std::function<Status(Account&)> change, AuditNote note,
                                       std::vector<LoginId> ended) override;
  Task<Result<UserId>> user_of_name(std::string name) override;
  Task<Result<std::vector<NameEntry>>> usernames(std::string prefix, std::string after, std::size_t limit) override;

  Task<Status> put_login(Login login, RefreshFamily family) override;
  Task<Result<Login>> login(UserId user, LoginId login) override;
  Task<Result<std::vector<UsedLogin>>> logins_of(UserId user) override;
  Task<Result<RefreshFamily>> change_refresh(UserId user, LoginId login, std::function<Status(RefreshFamily&)> change) override;
  Task<Status> end_logins(UserId user, std::vector<LoginId> logins, AuditNote note) override;

  Task<Status> put_key(KeyRecord key) override;
  Task<Result<std::vector<KeyRecord>>> keys() override;

  Task<Status> set_block(UserId user, UserId other, bool blocked) override;
  Task<Result<std::vector<UserId>>> blocks_of(UserId user) override;
  Task<Result<bool>> blocked_between(UserId a, UserId b) override;
  Task<Result<UserSettings>> settings(UserId user) override;
  Task<Status> put_settings(UserId user, UserSettings settings) override;
  Task<Result<std::optional<ChannelSettings>>> channel_settings(UserId user, ChannelId channel) override;
  Task<Status> put_channel_settings(UserId user, ChannelId channel, ChannelSettings settings) override;

  Task<Result<std::vector<Account>>> accounts_before(UserId before, std::size_t limit) override;
  Task<Result<std::vector<UserId>>> roll(Roll roll, UserId before, std::size_t limit) override;
  Task<Result<std::vector<InstanceInvite>>> invites(std::size_t limit) override;
  Task<Status> remove_invite(std::string code, AuditNote note) override;
  Task<Result<std::optional<Registration>>> registration() override;
  Task<Status> put_registration(Registration registration, AuditNote note) override;
  Task<Result<std::vector<AuditEntry>>> audit(std::uint64_t before, std::size_t limit) override;

 private:
  using Locks = KeyedLock<std::string>;  // by the key of a row

  // Does `work` while nobody else holds `key`. That of a user's logins is taken before the user's, a name's last.
  template <class T>
  Task<T> under_lock(std::string key, Task<T> work);
  template <class T>
  Task<T> locked_here(std::string key, Task<T> work);

  Task<Status> create_under_lock(Account account, InviteUse use, AuditNote note);
  Task<Status> use_invite(InviteUse use, Batch& batch);
  Task<Result<Account>> change_under_lock(UserId user, std::function<Status(Account&)> change, AuditNote note, std::vector<LoginId> ended);
  Task<Result<Account>> replace(Account before, Account after, AuditNote note, std::vector<LoginId> ended);
  Task<Status> remove_invite_under_lock(std::string code, AuditNote note);
  Task<Result<RefreshFamily>> refresh_under_lock(UserId user, LoginId login, std::function<Status(RefreshFamily&)> change);
  Task<Status> end_under_lock(UserId user, std::vector<LoginId> logins, AuditNote note);
  void add_note(Batch& batch, const AuditNote& note);

  Cores& cores_;
  Database& database_;
  std::vector<std::unique_ptr<Locks>> locks_;  // one a core
  std::atomic<std::uint64_t> last_note_ = 0;
};

}  // namespace rookery::embedded
