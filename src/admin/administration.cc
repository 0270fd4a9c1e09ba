#include "admin/administration.h"

#include <algorithm>

#include "auth/password.h"
#include "runtime/core.h"

namespace rookery::admin {
namespace {

constexpr std::size_t kInviteCodeBytes = 12;
constexpr std::string_view kNotOneself = "This is your own account: another administrator has to do that";

Account nobody() { return {}; }

}  // namespace

InstanceInvite new_invite(NewInvite wanted, const Actor& who, Random& random) {
  InstanceInvite made;
  made.code = random.token(kInviteCodeBytes);
  made.uses = made.uses_left = wanted.uses;
  made.created_at = Core::current().clock().now();
  if (wanted.good_for.count() > 0) made.expires_at = made.created_at + wanted.good_for;
  made.created_by = who.user;
  made.note = std::move(wanted.note);
  return made;
}

AuditEntry entry_of(AuditAction action, const Actor& who, const Account& target, std::string detail) {
  AuditEntry entry;
  entry.at = Core::current().clock().now();
  entry.action = action;
  entry.actor = who.user;
  entry.actor_name = who.name;
  entry.target = target.id;
  entry.target_name = target.username;
  entry.detail = std::move(detail);
  return entry;
}

Task<Result<Actor>> Administration::actor(UserId user) {
  const auto account = co_await parts_.store.account(user);
  if (!account) co_return fail(account.error());
  if (!account->admin || account->disabled || account->deleted) co_return fail(ErrorCode::kMissingPermission);
  co_return Actor{account->id, account->username};
}

Task<Result<Account>> Administration::present(UserId user) {
  auto account = co_await parts_.store.account(user);
  if (account && account->deleted) co_return fail(ErrorCode::kUnknownUser);
  co_return account;
}

Task<Result<UserDetail>> Administration::detail(UserId user) {
  auto account = co_await present(user);
  if (!account) co_return fail(std::move(account.error()));
  UserDetail detail;
  detail.account = std::move(*account);
  const auto seen = co_await parts_.presence.last_seen(user);
  if (!seen) co_return fail(seen.error());
  detail.last_seen = *seen;
  const auto logins = co_await parts_.logins.list(user);
  if (!logins) co_return fail(logins.error());
  detail.logins = logins->size();
  const auto channels = co_await parts_.conversations.channels_of(user);
  if (!channels) co_return fail(channels.error());
  detail.channels = channels->size();
  co_return detail;
}

Task<Status> Administration::set_disabled(Actor who, UserId user, bool disabled) {
  const auto account = co_await present(user);
  if (!account) co_return fail(account.error());
  if (user == who.user) co_return fail(ErrorCode::kMissingPermission, std::string(kNotOneself));
  const AuditAction action = disabled ? AuditAction::kUserDisabled : AuditAction::kUserEnabled;
  AuditNote note = entry_of(action, who, *account);
  co_return co_await parts_.accounts.set_disabled(user, disabled, std::move(note));
}

Task<Status> Administration::set_admin(Actor who, UserId user, bool admin) {
  const auto account = co_await present(user);
  if (!account) co_return fail(account.error());
  const AuditAction action = admin ? AuditAction::kAdminGranted : AuditAction::kAdminRevoked;
  AuditNote note = entry_of(action, who, *account);
  co_return co_await parts_.accounts.set_admin(user, admin, std::move(note));
}

Task<Status> Administration::remove(Actor who, UserId user) {
  const auto account = co_await present(user);
  if (!account) co_return fail(account.error());
  if (user == who.user) co_return fail(ErrorCode::kMissingPermission, std::string(kNotOneself));
  AuditNote note = entry_of(AuditAction::kUserDeleted, who, *account);
  co_return co_await parts_.accounts.remove_other(user, std::move(note));
}

Task<Result<std::string>> Administration::reset_password(Actor who, UserId user) {
  const auto account = co_await present(user);
  if (!account) co_return fail(account.error());
  if (user == who.user) co_return fail(ErrorCode::kMissingPermission, std::string(kNotOneself));
  std::string password = auth::make_password(parts_.random);
  AuditNote note = entry_of(AuditAction::kPasswordReset, who, *account);
  auto reset = co_await parts_.accounts.reset_password(user, password, std::move(note));
  if (!reset) co_return fail(std::move(reset.error()));
  co_return password;
}

Task<Status> Administration::verify_email(Actor who, UserId user) {
  const auto account = co_await present(user);
  if (!account) co_return fail(account.error());
  AuditNote note = entry_of(AuditAction::kEmailVerified, who, *account, account->email);
  co_return co_await parts_.accounts.verify_email(user, std::move(note));
}

Task<Result<std::vector<UsedLogin>>> Administration::logins(UserId user) {
  const auto account = co_await present(user);
  if (!account) co_return fail(account.error());
  co_return co_await parts_.logins.list(user);
}

Task<Status> Administration::end_login(Actor who, UserId user, LoginId login) {
  const auto account = co_await present(user);
  if (!account) co_return fail(account.error());
  const auto there = co_await parts_.store.login(user, login);
  if (!there) co_return fail(there.error());
  std::string device;
  if (there->device) device = there->device->name;
  AuditNote note = entry_of(AuditAction::kLoginEnded, who, *account, std::move(device));
  co_return co_await parts_.logins.end(user, login, std::move(note));
}

Task<Status> Administration::end_logins(Actor who, UserId user) {
  const auto account = co_await present(user);
  if (!account) co_return fail(account.error());
  const auto there = co_await parts_.logins.list(user);
  if (!there) co_return fail(there.error());
  if (there->empty()) co_return Status();
  AuditNote note = entry_of(AuditAction::kLoginsEnded, who, *account);
  co_return co_await parts_.logins.end_all(user, LoginId(), auth::Revocation::kEnded, std::move(note));
}

Task<Status> Administration::set_registration(Actor who, Registration registration) {
  if (parts_.registration_fixed) {
    co_return fail(ErrorCode::kMissingPermission, "Registration is set by the server's own configuration, and changed there");
  }
  if (registration == parts_.accounts.registration()) co_return Status();
  AuditNote note =
      entry_of(AuditAction::kRegistrationChanged, who, nobody(), std::string(kRegistrationNames[static_cast<std::size_t>(registration)]));
  auto stored = co_await parts_.decisions.put_registration(registration, std::move(note));
  if (stored) parts_.accounts.set_registration(registration);
  co_return stored;
}

Task<Result<std::vector<InstanceInvite>>> Administration::invites() {
  auto invites = co_await parts_.decisions.invites(kInvitesMax);
  if (!invites) co_return invites;
  const TimeMs now = Core::current().clock().now();
  std::erase_if(*invites, [now](const InstanceInvite& invite) { return !invite.good_at(now); });
  std::ranges::sort(*invites, std::ranges::greater(), [](const InstanceInvite& invite) { return invite.created_at.unix_ms; });
  co_return invites;
}

Task<Result<InstanceInvite>> Administration::create_invite(Actor who, NewInvite wanted) {
  const TimeMs now = Core::current().clock().now();
  auto there = co_await parts_.decisions.invites(kInvitesMax);
  if (!there) co_return fail(std::move(there.error()));
  // Expired ones make room.
  for (const InstanceInvite& old : *there) {
    if (old.good_at(now)) continue;
    const auto removed = co_await parts_.decisions.remove_invite(old.code, AuditNote());
    if (!removed && removed.error().code != ErrorCode::kUnknownInvite) co_return fail(removed.error());
  }
  const auto good = std::ranges::count_if(*there, [now](const InstanceInvite& invite) { return invite.good_at(now); });
  if (static_cast<std::size_t>(good) >= kInvitesMax) {
    co_return fail(ErrorCode::kTooManyInvites, "There are 1000 invites already, which is the limit: revoke some first");
  }
  InstanceInvite made = new_invite(std::move(wanted), who, parts_.random);
  AuditNote note = entry_of(AuditAction::kInviteCreated, who, nobody(), made.note);
  auto stored = co_await parts_.store.put_invite(made, std::move(note));
  if (!stored) co_return fail(std::move(stored.error()));
  co_return made;
}

Task<Status> Administration::revoke_invite(Actor who, std::string code) {
  const auto there = co_await parts_.store.invite(code);
  if (!there) co_return fail(there.error());
  if (!*there) co_return fail(ErrorCode::kUnknownInvite);
  AuditNote note = entry_of(AuditAction::kInviteRevoked, who, nobody(), (*there)->note);
  co_return co_await parts_.decisions.remove_invite(std::move(code), std::move(note));
}

}  // namespace rookery::admin
