#include "memory/memory_account_store.h"

namespace rookery::memory {
namespace {

Error taken(std::string field) {
  Error error(ErrorCode::kTaken);
  error.fields.push_back({std::move(field), "is taken"});
  return error;
}

}  // namespace

bool MemoryAccountStore::is_others(const std::string& name, UserId user) const {
  const auto at = names_.find(name);
  return at != names_.end() && at->second != user;
}

Task<Status> MemoryAccountStore::create_account(Account account, InviteUse use, AuditNote note) {
  const std::lock_guard lock(mutex_);
  const std::string email = account.email_name();
  if (is_others(account.username, account.id)) co_return fail(taken("username"));
  if (!email.empty() && is_others(email, account.id)) co_return fail(taken("email"));
  if (!use.code.empty()) {
    const auto at = invites_.find(use.code);
    if (at == invites_.end() || !at->second.good_at(use.at)) co_return fail(ErrorCode::kUnknownInvite);
    if (--at->second.uses_left == 0) invites_.erase(at);
  }
  names_[account.username] = account.id;
  if (!email.empty()) names_[email] = account.id;
  accounts_[account.id] = std::move(account);
  add_note(std::move(note));
  co_return Status();
}

Task<Status> MemoryAccountStore::put_invite(InstanceInvite invite, AuditNote note) {
  const std::lock_guard lock(mutex_);
  add_note(std::move(note));
  invites_[invite.code] = std::move(invite);
  co_return Status();
}

Task<Result<std::optional<InstanceInvite>>> MemoryAccountStore::invite(std::string code) {
  const std::lock_guard lock(mutex_);
  const auto at = invites_.find(code);
  if (at == invites_.end()) co_return std::nullopt;
  co_return at->second;
}

Task<Result<Account>> MemoryAccountStore::account(UserId user) {
  const std::lock_guard lock(mutex_);
  const auto at = accounts_.find(user);
  if (at == accounts_.end()) co_return fail(ErrorCode::kUnknownUser);
  co_return at->second;
}

Task<Result<Account>> MemoryAccountStore::change_account(UserId user, std::function<Status(Account&)> change, AuditNote note,
                                                         std::vector<LoginId> ended) {
  const std::lock_guard lock(mutex_);
  const auto at = accounts_.find(user);
  if (at == accounts_.end()) co_return fail(ErrorCode::kUnknownUser);
  Account now = at->second;
  if (auto status = change(now); !status) co_return fail(std::move(status.error()));
  const std::string before = at->second.email_name();
  const std::string after = now.email_name();
  if (!after.empty() && is_others(after, user)) co_return fail(taken("email"));
  if (!before.empty()) names_.erase(before);
  if (!after.empty()) names_[after] = user;
  at->second = now;
  for (const LoginId login : ended) logins_.erase({user, login});
  add_note(std::move(note));
  co_return now;
}

Task<Result<UserId>> MemoryAccountStore::user_of_name(std::string name) {
  const std::lock_guard lock(mutex_);
  const auto at = names_.find(name);
  co_return at == names_.end() ? UserId() : at->second;
}

Task<Result<std::vector<NameEntry>>> MemoryAccountStore::usernames(std::string prefix, std::string after, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<NameEntry> found;
  for (auto at = names_.lower_bound(std::max(prefix, after)); at != names_.end() && at->first.starts_with(prefix); ++at) {
    if (found.size() == limit) break;
    if (at->first != after && !at->first.contains('@')) found.push_back({at->first, at->second});
  }
  co_return found;
}

Task<Status> MemoryAccountStore::put_login(Login login, RefreshFamily family) {
  const std::lock_guard lock(mutex_);
  const std::pair key(login.user, login.id);
  logins_[key] = {std::move(login), std::move(family)};
  co_return Status();
}

Task<Result<Login>> MemoryAccountStore::login(UserId user, LoginId login) {
  const std::lock_guard lock(mutex_);
  const auto at = logins_.find({user, login});
  if (at == logins_.end()) co_return fail(ErrorCode::kUnknownSession);
  co_return at->second.first;
}

Task<Result<std::vector<UsedLogin>>> MemoryAccountStore::logins_of(UserId user) {
  const std::lock_guard lock(mutex_);
  std::vector<UsedLogin> found;
  for (auto at = logins_.lower_bound({user, LoginId()}); at != logins_.end() && at->first.first == user; ++at) {
    found.push_back({at->second.first, at->second.second.last_used_at});
  }
  co_return found;
}

Task<Result<RefreshFamily>> MemoryAccountStore::change_refresh(UserId user, LoginId login, std::function<Status(RefreshFamily&)> change) {
  const std::lock_guard lock(mutex_);
  const auto at = logins_.find({user, login});
  if (at == logins_.end()) co_return fail(ErrorCode::kUnknownSession);
  RefreshFamily now = at->second.second;
  if (auto status = change(now); !status) co_return fail(std::move(status.error()));
  at->second.second = now;
  co_return now;
}

Task<Status> MemoryAccountStore::end_logins(UserId user, std::vector<LoginId> logins, AuditNote note) {
  const std::lock_guard lock(mutex_);
  add_note(std::move(note));
  for (const LoginId login : logins) logins_.erase({user, login});
  co_return Status();
}

Task<Status> MemoryAccountStore::put_key(KeyRecord key) {
  const std::lock_guard lock(mutex_);
  keys_[key.kid] = key;
  co_return Status();
}

Task<Result<std::vector<KeyRecord>>> MemoryAccountStore::keys() {
  const std::lock_guard lock(mutex_);
  std::vector<KeyRecord> all;
  for (const auto& [kid, key] : keys_) all.push_back(key);
  co_return all;
}

Task<Status> MemoryAccountStore::set_block(UserId user, UserId other, bool blocked) {
  const std::lock_guard lock(mutex_);
  if (blocked) {
    blocks_.emplace(user, other);
  } else {
    blocks_.erase({user, other});
  }
  co_return Status();
}

Task<Result<std::vector<UserId>>> MemoryAccountStore::blocks_of(UserId user) {
  const std::lock_guard lock(mutex_);
  std::vector<UserId> found;
  for (auto at = blocks_.lower_bound({user, UserId()}); at != blocks_.end() && at->first == user; ++at) found.push_back(at->second);
  co_return found;
}

Task<Result<bool>> MemoryAccountStore::blocked_between(UserId a, UserId b) {
  const std::lock_guard lock(mutex_);
  co_return blocks_.contains({a, b}) || blocks_.contains({b, a});
}

Task<Result<UserSettings>> MemoryAccountStore::settings(UserId user) {
  const std::lock_guard lock(mutex_);
  const auto at = settings_.find(user);
  co_return at == settings_.end() ? UserSettings() : at->second;
}

Task<Status> MemoryAccountStore::put_settings(UserId user, UserSettings settings) {
  const std::lock_guard lock(mutex_);
  settings_[user] = settings;
  co_return Status();
}

Task<Result<std::optional<ChannelSettings>>> MemoryAccountStore::channel_settings(UserId user, ChannelId channel) {
  const std::lock_guard lock(mutex_);
  const auto at = channel_settings_.find({user, channel});
  co_return at == channel_settings_.end() ? std::nullopt : std::optional(at->second);
}

Task<Status> MemoryAccountStore::put_channel_settings(UserId user, ChannelId channel, ChannelSettings settings) {
  const std::lock_guard lock(mutex_);
  channel_settings_[{user, channel}] = settings;
  co_return Status();
}

void MemoryAccountStore::add_note(AuditNote note) {
  if (!note) return;
  note->number = ++last_note_;
  audit_.emplace(last_note_, *std::move(note));
  if (audit_.size() > kAuditEntriesMax) audit_.erase(audit_.begin());
}

Task<Result<std::vector<Account>>> MemoryAccountStore::accounts_before(UserId before, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<Account> found;
  auto at = before ? accounts_.lower_bound(before) : accounts_.end();
  while (at != accounts_.begin() && found.size() < limit) found.push_back((--at)->second);
  co_return found;
}

Task<Result<std::vector<UserId>>> MemoryAccountStore::roll(Roll roll, UserId before, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<UserId> found;
  auto at = before ? accounts_.lower_bound(before) : accounts_.end();
  while (at != accounts_.begin() && found.size() < limit) {
    const Account& account = (--at)->second;
    const bool on = roll == Roll::kAdministrators ? account.admin : account.disabled;
    if (on && !account.deleted) found.push_back(account.id);
  }
  co_return found;
}

Task<Result<std::vector<InstanceInvite>>> MemoryAccountStore::invites(std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<InstanceInvite> found;
  for (const auto& [code, invite] : invites_) {
    if (found.size() < limit) found.push_back(invite);
  }
  co_return found;
}

Task<Status> MemoryAccountStore::remove_invite(std::string code, AuditNote note) {
  const std::lock_guard lock(mutex_);
  if (invites_.erase(code) == 0) co_return fail(ErrorCode::kUnknownInvite);
  add_note(std::move(note));
  co_return Status();
}

Task<Result<std::optional<Registration>>> MemoryAccountStore::registration() {
  const std::lock_guard lock(mutex_);
  co_return registration_;
}

Task<Status> MemoryAccountStore::put_registration(Registration registration, AuditNote note) {
  const std::lock_guard lock(mutex_);
  registration_ = registration;
  add_note(std::move(note));
  co_return Status();
}

Task<Result<std::vector<AuditEntry>>> MemoryAccountStore::audit(std::uint64_t before, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<AuditEntry> found;
  auto at = before == 0 ? audit_.end() : audit_.lower_bound(before);
  while (at != audit_.begin() && found.size() < limit) found.push_back((--at)->second);
  co_return found;
}

}  // namespace rookery::memory
