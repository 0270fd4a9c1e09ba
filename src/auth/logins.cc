#include "auth/logins.h"

#include <algorithm>

#include "auth/refresh_token.h"

namespace rookery::auth {
namespace {

// Token times are whole seconds.
TimeMs floor_to_second(TimeMs time) { return TimeMs(time.unix_ms / 1000 * 1000); }

}  // namespace

Tokens Logins::tokens(const Account& account, LoginId login, std::string refresh_token) const {
  AccessClaims claims;
  claims.user = account.id;
  claims.login = login;
  claims.admin = account.admin;
  claims.issued_at = floor_to_second(parts_.clock.now());
  claims.expires_at = claims.issued_at + parts_.access_life;
  std::string access_token = write_access_token(claims, parts_.keys);
  parts_.authenticator.remember(access_token, claims);
  return {login, std::move(access_token), parts_.access_life, std::move(refresh_token)};
}

Task<Result<Tokens>> Logins::begin(Account account, std::optional<Device> device) {
  auto there = co_await parts_.store.logins_of(account.id);
  if (!there) co_return fail(std::move(there.error()));
  if (there->size() >= parts_.logins_max) co_return fail(ErrorCode::kTooManyLogins);
  Login login;
  login.id = parts_.ids.make<LoginId>();
  login.user = account.id;
  login.device = std::move(device);
  login.created_at = parts_.clock.now();
  const LoginId id = login.id;
  NewRefreshFamily made = make_refresh_family(account.id, id, login.created_at, parts_.random);
  auto stored = co_await parts_.store.put_login(std::move(login), std::move(made.family));
  if (!stored) co_return fail(std::move(stored.error()));
  co_return tokens(account, id, std::move(made.token));
}

Task<Result<Tokens>> Logins::refresh(std::string refresh_token) {
  const auto token = parse_refresh_token(refresh_token);
  if (!token) co_return fail(ErrorCode::kUnauthorized);
  auto account = co_await parts_.store.account(token->user);
  if (!account) {
    if (account.error().code == ErrorCode::kUnknownUser) co_return fail(ErrorCode::kUnauthorized);
    co_return fail(std::move(account.error()));
  }
  if (account->disabled) co_return fail(ErrorCode::kUnauthorized);
  auto use = [token = *token, salt = fresh_salt(parts_.random), now = parts_.clock.now()](RefreshFamily& family) -> Status {
    if (use_refresh_token(family, token, salt, now) == RefreshVerdict::kForged) return fail(ErrorCode::kUnauthorized);
    return {};
  };
  std::function<Status(RefreshFamily&)> change = std::move(use);
  auto family = co_await parts_.store.change_refresh(token->user, token->login, std::move(change));
  if (!family) {
    if (family.error().code == ErrorCode::kUnknownSession) co_return fail(ErrorCode::kUnauthorized);
    co_return fail(std::move(family.error()));
  }
  if (is_spent(*family)) {
    std::vector<LoginId> reused = {token->login};
    auto ended = co_await end_these(token->user, std::move(reused), Revocation::kEnded, AuditNote());
    if (!ended) co_return fail(std::move(ended.error()));
    co_return fail(ErrorCode::kUnauthorized);
  }
  co_return tokens(*account, token->login, successor(*family, *token));
}

Task<Result<std::vector<UsedLogin>>> Logins::list(UserId user) {
  auto logins = co_await parts_.store.logins_of(user);
  if (logins) std::ranges::reverse(*logins);
  co_return logins;
}

Task<Status> Logins::end_these(UserId user, std::vector<LoginId> logins, Revocation why, AuditNote note) {
  auto ended = co_await parts_.store.end_logins(user, logins, std::move(note));
  if (!ended) co_return ended;
  co_await parts_.authenticator.revoke(user, std::move(logins), why);
  co_return Status();
}

Task<Status> Logins::end(UserId user, LoginId login, AuditNote note) {
  const auto there = co_await parts_.store.login(user, login);
  if (!there) co_return fail(there.error());
  std::vector<LoginId> ended = {login};
  co_return co_await end_these(user, std::move(ended), Revocation::kEnded, std::move(note));
}

Task<Result<std::vector<LoginId>>> Logins::all_but(UserId user, LoginId kept) {
  auto there = co_await parts_.store.logins_of(user);
  if (!there) co_return fail(std::move(there.error()));
  std::vector<LoginId> found;
  for (const UsedLogin& used : *there) {
    if (used.login.id != kept) found.push_back(used.login.id);
  }
  co_return found;
}

Task<Status> Logins::end_all(UserId user, LoginId kept, Revocation why, AuditNote note) {
  auto ended = co_await all_but(user, kept);
  if (!ended) co_return fail(std::move(ended.error()));
  co_return co_await end_these(user, std::move(*ended), why, std::move(note));
}

Task<Result<Account>> Logins::end_all_with(UserId user, LoginId kept, Revocation why, std::function<Status(Account&)> change,
                                           AuditNote note) {
  auto ended = co_await all_but(user, kept);
  if (!ended) co_return fail(std::move(ended.error()));
  auto changed = co_await parts_.store.change_account(user, std::move(change), std::move(note), *ended);
  if (changed) co_await parts_.authenticator.revoke(user, std::move(*ended), why);
  co_return changed;
}

}  // namespace rookery::auth
