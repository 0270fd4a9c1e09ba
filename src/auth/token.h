// Access tokens: JWTs (RFC 7519, 9068) that this installation signs and nobody else.
//
// protocol.md §3 has their form. The reader takes exactly what the writer makes: three parts of canonical base64url, no claim
// of ours twice, a header of alg, typ and kid and nothing else, the algorithm of the key that kid names (RFC 8725). Plain functions and
// immutable values, any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/signing_key.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/task.h"

namespace rookery {
class AccountStore;
}

namespace rookery::auth {

inline constexpr std::size_t kAccessTokenBytesMax = 2048;
inline constexpr std::chrono::seconds kAccessTokenLifeMax{900};
// How far in the future `iat` may lie: the clocks of two nodes.
inline constexpr std::chrono::seconds kIssuedAheadMax{60};

struct AccessClaims {
  UserId user;
  LoginId login;
  bool admin = false;
  TimeMs issued_at;   // whole seconds
  TimeMs expires_at;  // whole seconds; from then on it is refused
  // Also not before it was issued: the clock may have been set back.
  bool good_at(TimeMs now) const { return now < expires_at && issued_at <= now + kIssuedAheadMax; }
  bool operator==(const AccessClaims&) const = default;
};

// The key that signs, and those that did so within the life of a token.
class KeyRing {
 public:
  KeyRing(SigningKey signing, std::string issuer);
  // A key that no longer signs: what it signed is good before `until`.
  void add_retired(VerifyingKey key, TimeMs until);

  const SigningKey& signing() const { return signing_; }
  const std::string& issuer() const { return issuer_; }
  // Null when no key of that name may verify now.
  const VerifyingKey* find(std::string_view kid, TimeMs now) const;
  // RFC 7517: the body of /.well-known/jwks.json.
  std::string jwks(TimeMs now) const;

 private:
  struct Retired {
    VerifyingKey key;
    TimeMs until;
  };
  SigningKey signing_;
  std::string issuer_;
  std::vector<Retired> retired_;
};

// Registers the signing key in the store, retires the one that signed until now, and brings along those that were retired
// less than a token's life ago. At start-up.
Task<Result<KeyRing>> open_key_ring(AccountStore& store, SigningKey signing, std::string issuer, TimeMs now);

std::string write_access_token(const AccessClaims& claims, const KeyRing& keys);
// kUnauthorized for everything that is not a token of ours, good now.
Result<AccessClaims> read_access_token(std::string_view token, const KeyRing& keys, TimeMs now);

}  // namespace rookery::auth
