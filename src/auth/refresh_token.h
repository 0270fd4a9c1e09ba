// Refresh tokens: opaque to clients, kept as hashes, each good for one step.
//
// A token names its login and carries a secret of 32 bytes and a mark, which shows that the secret was given out for this
// login: only a token with a genuine mark can end a login by being used twice, so that nobody ends another's by guessing.
// The next secret is made from the one that is presented and a salt that is kept: so the successor can be given once more
// to whoever still holds its predecessor, and not by anybody who only reads the store. Plain functions, any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/random.h"
#include "base/time.h"
#include "model/account.h"

namespace rookery::auth {

// How long after its first use a token is accepted again (protocol.md §3, refresh).
inline constexpr std::chrono::seconds kRefreshRepeat{60};

struct RefreshToken {
  UserId user;
  LoginId login;
  std::string secret;
  std::string mark;
};

// None for what cannot be a token.
std::optional<RefreshToken> parse_refresh_token(std::string_view text);

struct NewRefreshFamily {
  RefreshFamily family;
  std::string token;
};
// The first token of a login.
NewRefreshFamily make_refresh_family(UserId user, LoginId login, TimeMs now, Random& random);

enum class RefreshVerdict {
  kAccepted,  // successor() is the token to give
  kForged,    // never given out for this login: nothing changes
  kReused,    // used a second time, and not as one may: the family is spent, and the login must end
};
// Presents a token to its family. `salt` is 16 fresh random bytes, used when the token rotates. The same arguments give the
// same outcome.
RefreshVerdict use_refresh_token(RefreshFamily& family, const RefreshToken& token, std::string_view salt, TimeMs now);
// No token of a spent family is accepted ever again.
bool is_spent(const RefreshFamily& family);
// The token that follows `token`, which use_refresh_token() accepted last.
std::string successor(const RefreshFamily& family, const RefreshToken& token);

std::string fresh_salt(Random& random);

}  // namespace rookery::auth
