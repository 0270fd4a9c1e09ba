// The reference for the account ports: maps behind one lock, gone with the process. For tests.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "ports/account_store.h"
#include "ports/administration_store.h"
#include "ports/personal_store.h"

namespace rookery::memory {

class MemoryAccountStore : public AccountStore, public PersonalStore, public AdministrationStore {
 public:
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
  void add_note(AuditNote note);
  bool is_others(const std::string& name, UserId user) const;

  std::mutex mutex_;
  std::map<UserId, Account> accounts_;
  std::map<std::string, UserId> names_;
  std::map<std::pair<UserId, LoginId>, std::pair<Login, RefreshFamily>> logins_;
  std::map<std::string, KeyRecord> keys_;
  std::map<std::string, InstanceInvite> invites_;
  std::set<std::pair<UserId, UserId>> blocks_;
  std::map<UserId, UserSettings> settings_;
  std::map<std::pair<UserId, ChannelId>, ChannelSettings> channel_settings_;
  std::optional<Registration> registration_;
  std::map<std::uint64_t, AuditEntry> audit_;
  std::uint64_t last_note_ = 0;
};

}  // namespace rookery::memory
