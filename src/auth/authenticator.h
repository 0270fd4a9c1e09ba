// Authenticator: from an access token to who asks; and the end of logins, told to every core.
//
// The stored logins are the authority. Each core keeps the tokens that it has verified and the logins that it knows to
// live, both bounded; a revocation empties both on all cores before it is answered.
//
// The cores are running, and outlive this. Unless a member says otherwise it is called on a core.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "auth/core_cache.h"
#include "auth/principal.h"
#include "auth/token.h"
#include "base/ids.h"
#include "base/result.h"
#include "model/account.h"
#include "runtime/core.h"
#include "runtime/task.h"

namespace rookery {
class AccountStore;
}

namespace rookery::auth {

// Why logins end, as their sockets are told.
enum class Revocation : std::uint8_t {
  kEnded,     // by a logout, a new password, an administrator
  kDisabled,  // with the account
};

// Told of ended logins on every core, before the request that ended them is answered. The gateway closes their sockets
// (4102). Must not block.
class RevocationObserver {
 public:
  virtual ~RevocationObserver() = default;
  virtual void on_revoked(UserId user, std::span<const LoginId> logins, Revocation why) noexcept = 0;
};

class Authenticator {
 public:
  // `keys` and `store` must outlive this.
  Authenticator(Cores& cores, AccountStore& store, const KeyRing& keys);
  ~Authenticator();
  // Before the first request; the observers must outlive this.
  void observe(RevocationObserver& observer) { observers_.push_back(&observer); }

  // kUnauthorized for a token that is none, or expired, or whose login has ended. When it resumes, no revocation of that
  // login has been told on this core: whoever starts to listen in the same turn misses none.
  Task<Result<Principal>> authenticate(std::string token);

  // A token that was just made needs no verifying, on this core.
  void remember(std::string_view token, const AccessClaims& claims);

  // The logins are gone from the store: forgets them on every core and tells the observers there. When it resumes, every
  // core refuses their tokens.
  Task<void> revoke(UserId user, std::vector<LoginId> logins, Revocation why);

 private:
  using TokenHash = std::array<std::uint8_t, 32>;  // SHA-256: no two tokens share one
  struct FirstBytes {
    std::size_t operator()(const TokenHash& hash) const noexcept;
  };
  struct LoginKey {
    UserId user;
    LoginId login;
    bool operator==(const LoginKey&) const = default;
  };
  struct LoginKeyHash {
    std::size_t operator()(const LoginKey& key) const noexcept { return mix(key.login.value); }
  };
  using VerifiedTokens = LruMap<TokenHash, AccessClaims, FirstBytes>;

  static TokenHash hash_of(std::string_view token);
  Result<AccessClaims> verify(std::string_view token);

  Cores& cores_;
  const KeyRing& keys_;
  std::vector<std::unique_ptr<VerifiedTokens>> verified_;  // one a core
  CoreCache<LoginKey, Login, LoginKeyHash> logins_;
  std::vector<RevocationObserver*> observers_;
};

}  // namespace rookery::auth
