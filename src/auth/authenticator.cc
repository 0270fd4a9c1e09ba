#include "auth/authenticator.h"

#include <openssl/sha.h>

#include <cstring>

#include "ports/account_store.h"

namespace rookery::auth {
namespace {

constexpr std::size_t kVerifiedTokensMax = 16'384;  // a core; some 150 bytes each
constexpr std::size_t kLoginsMax = 65'536;          // a core; some 250 bytes each

}  // namespace

std::size_t Authenticator::FirstBytes::operator()(const TokenHash& hash) const noexcept {
  std::size_t first = 0;
  std::memcpy(&first, hash.data(), sizeof first);
  return first;
}

Authenticator::Authenticator(Cores& cores, AccountStore& store, const KeyRing& keys)
    : cores_(cores), keys_(keys), logins_(cores, kLoginsMax, [&store](LoginKey key) { return store.login(key.user, key.login); }) {
  for (unsigned i = 0; i < cores.size(); ++i) verified_.push_back(std::make_unique<VerifiedTokens>(kVerifiedTokensMax));
}

Authenticator::~Authenticator() = default;

Authenticator::TokenHash Authenticator::hash_of(std::string_view token) {
  TokenHash hash;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  return hash;
}

void Authenticator::remember(std::string_view token, const AccessClaims& claims) {
  verified_[Core::current().index()]->put(hash_of(token), claims);
}

Result<AccessClaims> Authenticator::verify(std::string_view token) {
  if (token.size() > kAccessTokenBytesMax) return fail(ErrorCode::kUnauthorized);
  const TokenHash hash = hash_of(token);
  const TimeMs now = Core::current().clock().now();
  VerifiedTokens& verified = *verified_[Core::current().index()];
  if (const AccessClaims* known = verified.find(hash)) {
    if (known->good_at(now)) return *known;
    verified.erase(hash);
    return fail(ErrorCode::kUnauthorized);
  }
  auto claims = read_access_token(token, keys_, now);
  if (claims) verified.put(hash, *claims);
  return claims;
}

Task<Result<Principal>> Authenticator::authenticate(std::string token) {
  const auto claims = verify(token);
  if (!claims) co_return fail(claims.error());
  const LoginKey key{claims->user, claims->login};
  const auto login = co_await logins_.get(key);
  if (!login) {
    const bool gone = login.error().code == ErrorCode::kUnknownSession;
    co_return fail(gone ? Error(ErrorCode::kUnauthorized) : login.error());
  }
  co_return Principal{claims->user, claims->login, claims->admin};
}

Task<void> Authenticator::revoke(UserId user, std::vector<LoginId> logins, Revocation why) {
  if (logins.empty()) co_return;
  auto forget = [this, user, &logins, why] {
    for (const LoginId login : logins) logins_.drop_here({user, login});
    for (RevocationObserver* observer : observers_) observer->on_revoked(user, logins, why);
  };
  co_await on_every_core(cores_, std::move(forget));
}

}  // namespace rookery::auth
