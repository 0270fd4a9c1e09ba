#include "auth/accounts.h"

#include <openssl/crypto.h>

namespace rookery::auth {
namespace {

constexpr std::string_view kDisabled = "This account is disabled. The administrators of this server can enable it again";
constexpr std::string_view kLast = "The last administrator must stay one: make somebody else administrator first";
constexpr std::size_t kAdministratorsAtOnce = 100;
constexpr std::string_view kNotGood = "is not valid, or used up";
constexpr int kPagesMax = 50;  // of usernames, looked through for accounts that are not deleted

Error not_with_this_invite(std::string sentence) {
  Error error(ErrorCode::kMissingPermission, "Registration needs an invite");
  error.fields.push_back({"invite", std::move(sentence)});
  return error;
}

Error taken(std::string field) {
  Error error(ErrorCode::kTaken);
  error.fields.push_back({std::move(field), "is taken"});
  return error;
}

// What is left of an account: its id, and its name, so that nobody else takes it.
Status empty_account(Account& account) {
  account.deleted = true;
  account.display_name.clear();
  account.avatar.clear();
  account.email.clear();
  account.email_verified = false;
  account.admin = false;
  account.disabled = false;
  account.password_hash.clear();
  return {};
}

}  // namespace

Accounts::Accounts(Parts parts) : parts_(std::move(parts)), registration_(parts_.registration) {
  for (unsigned i = 0; i < parts_.cores.size(); ++i) locks_.push_back(std::make_unique<KeyedLock<UserId>>());
}

bool Accounts::is_setup(std::string_view invite) const {
  return !setup_code_.empty() && invite.size() == setup_code_.size() &&
         CRYPTO_memcmp(invite.data(), setup_code_.data(), invite.size()) == 0;
}

Status Accounts::may_register() const {
  if (registration() == Registration::kClosed && setup_code_.empty()) return fail(ErrorCode::kMissingPermission, "Registration is closed");
  return {};
}

Task<Status> Accounts::may_register_with(std::optional<std::string> invite) {
  if (invite && is_setup(*invite)) {
    const auto nobody = co_await nobody_administrates();
    if (!nobody) co_return fail(nobody.error());
    if (!*nobody) co_return fail(not_with_this_invite(std::string(kNotGood)));
    co_return Status();
  }
  const Registration mode = registration();
  if (mode == Registration::kClosed) co_return fail(ErrorCode::kMissingPermission, "Registration is closed");
  if (mode == Registration::kOpen) co_return Status();
  if (!invite) co_return fail(not_with_this_invite("is required"));
  const auto found = co_await parts_.store.invite(*std::move(invite));
  if (!found) co_return fail(found.error());
  if (!*found || !(*found)->good_at(Core::current().clock().now())) co_return fail(not_with_this_invite(std::string(kNotGood)));
  co_return Status();
}

Task<Result<Account>> Accounts::make_account(NewAccount wanted, bool admin, std::string invite, AuditNote note) {
  const auto name_owner = co_await parts_.store.user_of_name(wanted.username);
  if (!name_owner) co_return fail(name_owner.error());
  if (*name_owner) co_return fail(taken("username"));
  if (!wanted.email.empty()) {
    const auto email_owner = co_await parts_.store.user_of_name(folded(wanted.email));
    if (!email_owner) co_return fail(email_owner.error());
    if (*email_owner) co_return fail(taken("email"));
  }
  auto hash = co_await parts_.passwords.hash(std::move(wanted.password));
  if (!hash) co_return fail(std::move(hash.error()));
  Account account;
  account.id = parts_.ids.make<UserId>();
  account.display_name = wanted.display_name.empty() ? wanted.username : wanted.display_name;
  account.username = std::move(wanted.username);
  account.email = std::move(wanted.email);
  account.admin = admin;
  account.password_hash = std::move(*hash);
  InviteUse use;
  if (registration() == Registration::kInvite && !admin) use = InviteUse{.code = std::move(invite), .at = Core::current().clock().now()};
  if (note) {
    note->target = account.id;
    note->target_name = account.username;
  }
  auto created = co_await parts_.store.create_account(account, std::move(use), std::move(note));
  if (!created && created.error().code == ErrorCode::kUnknownInvite) co_return fail(not_with_this_invite(std::string(kNotGood)));
  if (!created) co_return fail(std::move(created.error()));
  co_return account;
}

Task<Result<SignedIn>> Accounts::register_account(NewAccount wanted, std::optional<Device> device, std::string invite) {
  Result<Account> account = fail(not_with_this_invite("is required"));
  if (is_setup(invite)) {
    account = co_await set_up(std::move(wanted));
  } else if (registration() != Registration::kInvite || !invite.empty()) {
    account = co_await make_account(std::move(wanted), false, std::move(invite), AuditNote());
  }
  if (!account) co_return fail(std::move(account.error()));
  co_return co_await new_login(std::move(*account), std::move(device));
}

Task<Result<SignedIn>> Accounts::new_login(Account account, std::optional<Device> device) {
  Core& home = Core::current();
  co_await hop(parts_.cores.of(account.id));
  auto tokens = co_await begin_login(account, std::move(device));
  co_await hop(home);
  if (!tokens) co_return fail(std::move(tokens.error()));
  co_return SignedIn{std::move(account), std::move(*tokens)};
}

Task<Result<Account>> Accounts::set_up(NewAccount wanted) {
  Core& home = Core::current();
  co_await hop(parts_.cores.at(0));
  auto made = co_await set_up_here(std::move(wanted));
  co_await hop(home);
  co_return made;
}

// On core 0: of many who come with the code at once, one is the first administrator.
Task<Result<Account>> Accounts::set_up_here(NewAccount wanted) {
  const auto guard = co_await administrators_.acquire(0);
  const auto nobody = co_await nobody_administrates();
  if (!nobody) co_return fail(nobody.error());
  if (!*nobody) co_return fail(not_with_this_invite(std::string(kNotGood)));
  AuditEntry entry;
  entry.at = Core::current().clock().now();
  entry.action = AuditAction::kAdminCreated;
  AuditNote note = std::move(entry);
  co_return co_await make_account(std::move(wanted), true, std::string(), std::move(note));
}

Task<Result<bool>> Accounts::others_administrate(UserId user) {
  UserId before;
  for (bool more = true; more;) {
    const auto listed = co_await parts_.administration.roll(Roll::kAdministrators, before, kAdministratorsAtOnce);
    if (!listed) co_return fail(listed.error());
    for (const UserId one : *listed) {
      before = one;
      if (one == user) continue;
      const auto account = co_await parts_.store.account(one);
      if (!account) co_return fail(account.error());
      if (!account->disabled && !account->deleted) co_return true;
    }
    more = listed->size() == kAdministratorsAtOnce;
  }
  co_return false;
}

Task<Result<bool>> Accounts::nobody_administrates() {
  const auto somebody = co_await others_administrate(UserId());
  if (!somebody) co_return fail(somebody.error());
  co_return !*somebody;
}

Task<Result<bool>> Accounts::is_last_administrator(UserId user) {
  const auto account = co_await parts_.store.account(user);
  if (!account) co_return fail(account.error());
  if (!account->admin || account->disabled || account->deleted) co_return false;
  const auto others = co_await others_administrate(user);
  if (!others) co_return fail(others.error());
  co_return !*others;
}

Task<Status> Accounts::unless_last(UserId user, Task<Status> work) {
  Core& home = Core::current();
  co_await hop(parts_.cores.at(0));
  auto outcome = co_await unless_last_here(user, std::move(work));
  co_await hop(home);
  co_return outcome;
}

// On core 0. Two administrators who take each other's rights at once do so one after the other.
Task<Status> Accounts::unless_last_here(UserId user, Task<Status> work) {
  const auto guard = co_await administrators_.acquire(0);
  const auto last = co_await is_last_administrator(user);
  if (!last) co_return fail(last.error());
  if (*last) co_return fail(ErrorCode::kMissingPermission, std::string(kLast));
  co_return co_await std::move(work);
}

Task<Status> Accounts::on_core_of(UserId user, Task<Status> work) {
  Core& home = Core::current();
  co_await hop(parts_.cores.of(user));
  auto outcome = co_await std::move(work);
  co_await hop(home);
  co_return outcome;
}

// The account of a name; one without id and without password when there is none or it was deleted.
Task<Result<Account>> Accounts::named(std::string name) {
  const auto user = co_await parts_.store.user_of_name(std::move(name));
  if (!user) co_return fail(user.error());
  if (!*user) co_return Account();
  auto account = co_await parts_.store.account(*user);
  if (account && account->deleted) co_return Account();
  co_return account;
}

Task<Result<SignedIn>> Accounts::sign_in(std::string login, std::string password, std::optional<Device> device) {
  auto account = co_await named(folded(login));
  if (!account) co_return fail(std::move(account.error()));
  const auto matched = co_await parts_.passwords.matches(std::move(password), account->password_hash);
  if (!matched) co_return fail(matched.error());
  if (!*matched) co_return fail(ErrorCode::kBadCredentials);
  if (account->disabled) co_return fail(ErrorCode::kMissingAccess, std::string(kDisabled));
  co_return co_await new_login(std::move(*account), std::move(device));
}

// On the user's core. `proved` was read before the password was compared, or written just now: it may have been changed since.
Task<Result<Tokens>> Accounts::begin_login(Account proved, std::optional<Device> device) {
  const auto guard = co_await lock_of_this_core().acquire(proved.id);
  auto now = co_await parts_.store.account(proved.id);
  if (!now) co_return fail(std::move(now.error()));
  if (now->deleted || now->password_hash != proved.password_hash) co_return fail(ErrorCode::kBadCredentials);
  if (now->disabled) co_return fail(ErrorCode::kMissingAccess, std::string(kDisabled));
  co_return co_await parts_.logins.begin(std::move(*now), std::move(device));
}

// The account, when the password is its own.
Task<Result<Account>> Accounts::prove(UserId user, std::string password) {
  auto account = co_await parts_.store.account(user);
  if (!account) co_return account;
  const auto matched = co_await parts_.passwords.matches(std::move(password), account->password_hash);
  if (!matched) co_return fail(matched.error());
  if (!*matched) co_return fail(ErrorCode::kBadCredentials);
  co_return account;
}

Task<Status> Accounts::change_password(Principal who, std::string current, std::string next) {
  auto account = co_await prove(who.user, std::move(current));
  if (!account) co_return fail(std::move(account.error()));
  auto hash = co_await parts_.passwords.hash(std::move(next));
  if (!hash) co_return fail(std::move(hash.error()));
  auto work = set_password(who.user, std::move(account->password_hash), std::move(*hash), who.login, AuditNote());
  co_return co_await on_core_of(who.user, std::move(work));
}

// On the user's core. `proved_by`: the hash that the change stands on; empty: whatever there is.
Task<Status> Accounts::set_password(UserId user, std::string proved_by, std::string hash, LoginId kept, AuditNote note) {
  const auto guard = co_await lock_of_this_core().acquire(user);
  std::function<Status(Account&)> change = [proved_by, hash](Account& account) -> Status {
    if (account.deleted && proved_by.empty()) return fail(ErrorCode::kUnknownUser);
    if (account.deleted || (!proved_by.empty() && account.password_hash != proved_by)) return fail(ErrorCode::kBadCredentials);
    account.password_hash = hash;
    return {};
  };
  auto changed = co_await parts_.logins.end_all_with(user, kept, Revocation::kEnded, std::move(change), std::move(note));
  if (!changed) co_return fail(std::move(changed.error()));
  co_return Status();
}

Task<Status> Accounts::say_farewell(UserId user) {
  for (const Farewell& farewell : farewells_) {
    auto said = co_await farewell(user);
    if (!said) co_return said;
  }
  co_return Status();
}

// On the user's core.
Task<Status> Accounts::mark_deleted(UserId user, AuditNote note) {
  const auto guard = co_await lock_of_this_core().acquire(user);
  std::function<Status(Account&)> change = empty_account;
  auto changed = co_await parts_.logins.end_all_with(user, LoginId(), Revocation::kEnded, std::move(change), std::move(note));
  if (!changed) co_return fail(std::move(changed.error()));
  co_return co_await parts_.profiles.changed(user);
}

Task<Status> Accounts::remove_known(UserId user, AuditNote note) {
  // Before, so that an account that is half gone can still be asked to go; and after, for what began in between.
  auto left = co_await say_farewell(user);
  if (!left) co_return left;
  auto marking = mark_deleted(user, std::move(note));
  auto marked = co_await on_core_of(user, std::move(marking));
  if (!marked) co_return marked;
  co_return co_await say_farewell(user);
}

Task<Status> Accounts::remove(Principal who, std::string password) {
  const auto account = co_await prove(who.user, std::move(password));
  if (!account) co_return fail(account.error());
  auto work = remove_known(who.user, AuditNote());
  if (account->admin) work = unless_last(who.user, std::move(work));
  co_return co_await std::move(work);
}

Task<Status> Accounts::remove_other(UserId user, AuditNote note) {
  const auto account = co_await parts_.store.account(user);
  if (!account) co_return fail(account.error());
  if (account->deleted) co_return fail(ErrorCode::kUnknownUser);
  auto work = remove_known(user, std::move(note));
  if (account->admin) work = unless_last(user, std::move(work));
  co_return co_await std::move(work);
}

Task<Status> Accounts::set_disabled(UserId user, bool disabled, AuditNote note) {
  auto here = disable_here(user, disabled, std::move(note));
  auto work = on_core_of(user, std::move(here));
  if (disabled) work = unless_last(user, std::move(work));
  co_return co_await std::move(work);
}

// On the user's core. A login that is being given stands in the way until it is there, and ends with the others.
Task<Status> Accounts::disable_here(UserId user, bool disabled, AuditNote note) {
  const auto guard = co_await lock_of_this_core().acquire(user);
  const auto before = co_await parts_.store.account(user);
  if (!before) co_return fail(before.error());
  if (before->deleted) co_return fail(ErrorCode::kUnknownUser);
  if (before->disabled == disabled) {
    if (!disabled) co_return Status();
    co_return co_await parts_.logins.end_all(user, LoginId(), Revocation::kDisabled);  // what an earlier version may have left
  }
  std::function<Status(Account&)> change = [disabled](Account& account) -> Status {
    if (account.deleted) return fail(ErrorCode::kUnknownUser);
    account.disabled = disabled;
    return {};
  };
  Result<Account> changed = fail(ErrorCode::kUnknownUser);
  if (disabled) {
    changed = co_await parts_.logins.end_all_with(user, LoginId(), Revocation::kDisabled, std::move(change), std::move(note));
  } else {
    changed = co_await parts_.store.change_account(user, std::move(change), std::move(note));
  }
  if (!changed) co_return fail(std::move(changed.error()));
  co_return Status();
}

Task<Status> Accounts::set_admin(UserId user, bool admin, AuditNote note) {
  auto here = set_admin_here(user, admin, std::move(note));
  auto work = on_core_of(user, std::move(here));
  if (!admin) work = unless_last(user, std::move(work));
  co_return co_await std::move(work);
}

// On the user's core.
Task<Status> Accounts::set_admin_here(UserId user, bool admin, AuditNote note) {
  const auto guard = co_await lock_of_this_core().acquire(user);
  const auto before = co_await parts_.store.account(user);
  if (!before) co_return fail(before.error());
  if (before->deleted) co_return fail(ErrorCode::kUnknownUser);
  if (before->admin == admin) co_return Status();
  std::function<Status(Account&)> change = [admin](Account& account) -> Status {
    if (account.deleted) return fail(ErrorCode::kUnknownUser);
    account.admin = admin;
    return {};
  };
  const auto changed = co_await parts_.store.change_account(user, std::move(change), std::move(note));
  if (!changed) co_return fail(changed.error());
  co_return Status();
}

Task<Result<Account>> Accounts::rename(UserId user, std::string display_name) {
  std::function<Status(Account&)> change = [display_name](Account& account) -> Status {
    if (account.deleted) return fail(ErrorCode::kUnknownUser);
    account.display_name = display_name;
    return {};
  };
  auto changed = co_await parts_.store.change_account(user, std::move(change));
  if (!changed) co_return changed;
  if (auto told = co_await parts_.profiles.changed(user); !told) co_return fail(std::move(told.error()));
  co_return changed;
}

Task<Result<std::vector<Profile>>> Accounts::find(std::string prefix) {
  std::vector<Profile> found;
  std::string after;
  for (int page = 0; page < kPagesMax; ++page) {
    const auto names = co_await parts_.store.usernames(prefix, after, kUsersFoundMax);
    if (!names) co_return fail(names.error());
    for (const NameEntry& entry : *names) {
      const auto profile = co_await parts_.profiles.get(entry.user);
      if (!profile) co_return fail(profile.error());
      if (!(*profile)->deleted) found.push_back(*profile);
      if (found.size() == kUsersFoundMax) co_return found;
    }
    if (names->size() < kUsersFoundMax) break;
    after = names->back().username;
  }
  co_return found;
}

Task<Result<UserId>> Accounts::create(NewAccount wanted, bool admin, AuditNote note) {
  wanted.username = folded(wanted.username);
  if (auto form = check_form(wanted, parts_.limits); !form) co_return fail(std::move(form.error()));
  const auto account = co_await make_account(std::move(wanted), admin, std::string(), std::move(note));
  if (!account) co_return fail(account.error());
  co_return account->id;
}

Task<Result<Account>> Accounts::of_name(std::string username) {
  auto account = co_await named(folded(username));
  if (account && !account->id) co_return fail(ErrorCode::kUnknownUser);
  co_return account;
}

Task<Status> Accounts::reset_password(UserId user, std::string password, AuditNote note) {
  if (const auto fault = password_fault(password, parts_.limits)) co_return fail(Error::invalid("password", *fault));
  auto hash = co_await parts_.passwords.hash(std::move(password));
  if (!hash) co_return fail(std::move(hash.error()));
  auto work = set_password(user, std::string(), std::move(*hash), LoginId(), std::move(note));
  co_return co_await on_core_of(user, std::move(work));
}

Task<Status> Accounts::verify_email(UserId user, AuditNote note) {
  const auto before = co_await parts_.store.account(user);
  if (!before) co_return fail(before.error());
  if (before->deleted) co_return fail(ErrorCode::kUnknownUser);
  if (before->email_verified) co_return Status();
  std::function<Status(Account&)> change = [](Account& now) -> Status {
    if (now.deleted) return fail(ErrorCode::kUnknownUser);
    if (now.email.empty()) return fail(Error::invalid("email", "is not set"));
    now.email_verified = true;
    return {};
  };
  const auto changed = co_await parts_.store.change_account(user, std::move(change), std::move(note));
  if (!changed) co_return fail(changed.error());
  co_return Status();
}

}  // namespace rookery::auth
