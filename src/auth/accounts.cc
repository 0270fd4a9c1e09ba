#include "auth/accounts.h"

#include "base/random.h"

namespace rookery::auth {
namespace {

constexpr std::string_view kNotGood = "is not valid, or used up";
constexpr std::size_t kInviteCodeBytes = 12;
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
  account.password_hash.clear();
  return {};
}

}  // namespace

Accounts::Accounts(Parts parts) : parts_(std::move(parts)) {
  for (unsigned i = 0; i < parts_.cores.size(); ++i) locks_.push_back(std::make_unique<KeyedLock<UserId>>());
}

Status Accounts::may_register() const {
  if (parts_.registration == Registration::kClosed) return fail(ErrorCode::kMissingPermission, "Registration is closed");
  return {};
}

Task<Status> Accounts::may_register_with(std::optional<std::string> invite) {
  if (parts_.registration != Registration::kInvite) co_return may_register();
  if (!invite) co_return fail(not_with_this_invite("is required"));
  const auto found = co_await parts_.store.invite(*std::move(invite));
  if (!found) co_return fail(found.error());
  if (!*found || !(*found)->good_at(Core::current().clock().now())) co_return fail(not_with_this_invite(std::string(kNotGood)));
  co_return Status();
}

Task<Result<Account>> Accounts::make_account(NewAccount wanted, bool admin, std::string invite) {
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
  if (parts_.registration == Registration::kInvite) use = InviteUse{.code = std::move(invite), .at = Core::current().clock().now()};
  auto created = co_await parts_.store.create_account(account, std::move(use));
  if (!created && created.error().code == ErrorCode::kUnknownInvite) co_return fail(not_with_this_invite(std::string(kNotGood)));
  if (!created) co_return fail(std::move(created.error()));
  co_return account;
}

Task<Result<SignedIn>> Accounts::register_account(NewAccount wanted, std::optional<Device> device, std::string invite) {
  if (parts_.registration == Registration::kInvite && invite.empty()) co_return fail(not_with_this_invite("is required"));
  auto account = co_await make_account(std::move(wanted), false, std::move(invite));
  if (!account) co_return fail(std::move(account.error()));
  auto tokens = co_await parts_.logins.begin(*account, std::move(device));
  if (!tokens) co_return fail(std::move(tokens.error()));
  co_return SignedIn{std::move(*account), std::move(*tokens)};
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
  Core& home = Core::current();
  co_await hop(parts_.cores.of(account->id));
  auto tokens = co_await begin_login(*account, std::move(device));
  co_await hop(home);
  if (!tokens) co_return fail(std::move(tokens.error()));
  co_return SignedIn{std::move(*account), std::move(*tokens)};
}

// On the user's core. `proved` was read before the password was compared: it may have been changed since.
Task<Result<Tokens>> Accounts::begin_login(Account proved, std::optional<Device> device) {
  const auto guard = co_await lock_of_this_core().acquire(proved.id);
  auto now = co_await parts_.store.account(proved.id);
  if (!now) co_return fail(std::move(now.error()));
  if (now->deleted || now->password_hash != proved.password_hash) co_return fail(ErrorCode::kBadCredentials);
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
  Core& home = Core::current();
  co_await hop(parts_.cores.of(who.user));
  auto set = co_await set_password(who.user, std::move(account->password_hash), std::move(*hash), who.login);
  co_await hop(home);
  co_return set;
}

// On the user's core. `proved_by`: the hash that the change stands on; empty: whatever there is.
Task<Status> Accounts::set_password(UserId user, std::string proved_by, std::string hash, LoginId kept) {
  const auto guard = co_await lock_of_this_core().acquire(user);
  std::function<Status(Account&)> change = [proved_by, hash](Account& account) -> Status {
    if (account.deleted || (!proved_by.empty() && account.password_hash != proved_by)) return fail(ErrorCode::kBadCredentials);
    account.password_hash = hash;
    return {};
  };
  auto changed = co_await parts_.store.change_account(user, std::move(change));
  if (!changed) co_return fail(std::move(changed.error()));
  co_return co_await parts_.logins.end_all(user, kept);
}

Task<Status> Accounts::say_farewell(UserId user) {
  for (const Farewell& farewell : farewells_) {
    auto said = co_await farewell(user);
    if (!said) co_return said;
  }
  co_return Status();
}

// On the user's core.
Task<Status> Accounts::mark_deleted(UserId user) {
  const auto guard = co_await lock_of_this_core().acquire(user);
  std::function<Status(Account&)> change = empty_account;
  auto changed = co_await parts_.store.change_account(user, std::move(change));
  if (!changed) co_return fail(std::move(changed.error()));
  auto ended = co_await parts_.logins.end_all(user, LoginId());
  if (!ended) co_return ended;
  co_return co_await parts_.profiles.changed(user);
}

Task<Status> Accounts::remove(Principal who, std::string password) {
  const auto account = co_await prove(who.user, std::move(password));
  if (!account) co_return fail(account.error());
  // Before, so that an account that is half gone can still be asked to go; and after, for what began in between.
  auto left = co_await say_farewell(who.user);
  if (!left) co_return left;
  Core& home = Core::current();
  co_await hop(parts_.cores.of(who.user));
  auto marked = co_await mark_deleted(who.user);
  co_await hop(home);
  if (!marked) co_return marked;
  co_return co_await say_farewell(who.user);
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

Task<Result<UserId>> Accounts::create(NewAccount wanted, bool admin) {
  wanted.username = folded(wanted.username);
  if (auto form = check_form(wanted, parts_.limits); !form) co_return fail(std::move(form.error()));
  const auto account = co_await make_account(std::move(wanted), admin, std::string());
  if (!account) co_return fail(account.error());
  co_return account->id;
}

Task<Result<std::string>> Accounts::invite(std::uint32_t uses, std::chrono::milliseconds good_for) {
  InstanceInvite made;
  made.code = system_random().token(kInviteCodeBytes);
  made.uses_left = uses;
  made.created_at = Core::current().clock().now();
  if (good_for.count() > 0) made.expires_at = made.created_at + good_for;
  auto written = co_await parts_.store.put_invite(made);
  if (!written) co_return fail(std::move(written.error()));
  co_return std::move(made.code);
}

Task<Status> Accounts::reset_password(std::string username, std::string password) {
  if (const auto fault = password_fault(password, parts_.limits)) co_return fail(Error::invalid("password", *fault));
  const auto account = co_await named(folded(username));
  if (!account) co_return fail(account.error());
  if (!account->id) co_return fail(ErrorCode::kUnknownUser);
  auto hash = co_await parts_.passwords.hash(std::move(password));
  if (!hash) co_return fail(std::move(hash.error()));
  Core& home = Core::current();
  co_await hop(parts_.cores.of(account->id));
  auto set = co_await set_password(account->id, std::string(), std::move(*hash), LoginId());
  co_await hop(home);
  co_return set;
}

Task<Status> Accounts::verify_email(std::string username) {
  const auto account = co_await named(folded(username));
  if (!account) co_return fail(account.error());
  if (!account->id) co_return fail(ErrorCode::kUnknownUser);
  std::function<Status(Account&)> change = [](Account& now) -> Status {
    if (now.email.empty()) return fail(Error::invalid("email", "is not set"));
    now.email_verified = true;
    return {};
  };
  const auto changed = co_await parts_.store.change_account(account->id, std::move(change));
  if (!changed) co_return fail(changed.error());
  co_return Status();
}

}  // namespace rookery::auth
