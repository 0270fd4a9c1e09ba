#include "auth/refresh_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>
#include <span>

#include "base/bytes.h"
#include "base/check.h"

namespace rookery::auth {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kMarkBytes = 16;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kTokenTextMax = 128;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string random_bytes(Random& random, std::size_t count) {
  std::string bytes(count, '\0');
  random.fill(std::span(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()));
  return bytes;
}

std::string hmac(std::string_view key, std::string_view text) {
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  unsigned size = 0;
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
             reinterpret_cast<unsigned char*>(out.data()), &size) != nullptr);
  CHECK(size == out.size());
  return out;
}

std::string hash_of(std::string_view secret) {
  std::string out(SHA256_DIGEST_LENGTH, '\0');
  SHA256(bytes_of(secret), secret.size(), reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

bool same(std::string_view a, std::string_view b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

std::string mark_of(const RefreshFamily& family, std::string_view secret) { return hmac(family.key, secret).substr(0, kMarkBytes); }

std::string text_of(const RefreshFamily& family, UserId user, LoginId login, std::string_view secret) {
  std::string bytes;
  ByteWriter(bytes).u64(user.value).u64(login.value).bytes(secret).bytes(mark_of(family, secret));
  return base64url(bytes);
}

}  // namespace

std::optional<RefreshToken> parse_refresh_token(std::string_view text) {
  if (text.size() > kTokenTextMax) return std::nullopt;
  const auto bytes = decode_base64url(text);
  if (!bytes) return std::nullopt;
  ByteReader in(*bytes);
  RefreshToken token;
  token.user = UserId(in.u64());
  token.login = LoginId(in.u64());
  token.secret = in.bytes(kSecretBytes);
  token.mark = in.bytes(kMarkBytes);
  if (!in.at_end() || !token.user || !token.login) return std::nullopt;  // nobody and no login have none
  return token;
}

NewRefreshFamily make_refresh_family(UserId user, LoginId login, TimeMs now, Random& random) {
  NewRefreshFamily made;
  made.family.key = random_bytes(random, kSecretBytes);
  const std::string secret = random_bytes(random, kSecretBytes);
  made.family.current = hash_of(secret);
  made.family.last_used_at = now;
  made.token = text_of(made.family, user, login, secret);
  return made;
}

RefreshVerdict use_refresh_token(RefreshFamily& family, const RefreshToken& token, std::string_view salt, TimeMs now) {
  if (!same(token.mark, mark_of(family, token.secret))) return RefreshVerdict::kForged;
  const std::string hash = hash_of(token.secret);
  if (same(hash, family.current)) {
    family.previous = family.current;
    family.previous_first_use = now;
    family.salt = salt;
    family.current = hash_of(hmac(family.salt, token.secret));
    family.last_used_at = now;
    return RefreshVerdict::kAccepted;
  }
  if (same(hash, family.previous) && now - family.previous_first_use <= kRefreshRepeat) {
    family.last_used_at = now;
    return RefreshVerdict::kAccepted;
  }
  family.current.clear();
  family.previous.clear();
  family.salt.clear();
  return RefreshVerdict::kReused;
}

bool is_spent(const RefreshFamily& family) { return family.current.empty(); }

std::string successor(const RefreshFamily& family, const RefreshToken& token) {
  return text_of(family, token.user, token.login, hmac(family.salt, token.secret));
}

std::string fresh_salt(Random& random) { return random_bytes(random, kSaltBytes); }

}  // namespace rookery::auth
