// Access and refresh tokens. The first byte says what the others are: a whole token; a header or claims that are signed with the
// true key, so that what is read is looked at and not only refused; changes to a good token; a refresh token.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "auth/refresh_token.h"
#include "auth/token.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/json_reader.h"

namespace {

using namespace rookery;
using namespace rookery::auth;

const TimeMs kNow(1'795'176'000'000);
constexpr std::string_view kClaims = R"({"iss":"rookery","sub":"11","sid":"22","iat":1795176000,"exp":1795176900,"permissions":["user"]})";

// The keys of RFC 8037 A.1 and RFC 7515 A.3.1, which everybody knows.
constexpr std::string_view kEd25519 =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
constexpr std::string_view kP256 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n"
    "H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n"
    "7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n"
    "-----END PRIVATE KEY-----\n";

struct Signer {
  explicit Signer(std::string_view pem) : key(SigningKey::from_pem(pem).value()), keys(key, "rookery") {
    header =
        R"({"alg":")" + std::string(name_of(key.verifying().algorithm())) + R"(","typ":"at+jwt","kid":")" + key.verifying().kid() + "\"}";
    good = token(header, kClaims);
    CHECK(read_access_token(good, keys, kNow).has_value());
  }
  std::string token(std::string_view head, std::string_view claims) const {
    const std::string text = base64url(head) + "." + base64url(claims);
    return text + "." + base64url(key.sign(text));
  }

  SigningKey key;
  KeyRing keys;
  std::string header;
  std::string good;
};

const Signer& signer(bool p256) {
  static const std::array<Signer, 2> signers = {Signer(kEd25519), Signer(kP256)};
  return signers[p256 ? 1 : 0];
}

void check_claims(const AccessClaims& claims) {
  CHECK(claims.user.value != 0 && claims.login.value != 0);
  CHECK(claims.issued_at < claims.expires_at && claims.expires_at - claims.issued_at <= kAccessTokenLifeMax);
  CHECK(kNow < claims.expires_at && claims.issued_at <= kNow + kIssuedAheadMax);
}

void whole(const Signer& with, std::string_view text) {
  const auto read = read_access_token(text, with.keys, kNow);
  if (read) check_claims(*read);
  // What is no token of this key's cannot be taken; nobody can make one here.
  if (read) CHECK(text.substr(0, text.rfind('.')) == with.good.substr(0, with.good.rfind('.')));
}

void head(const Signer& with, std::string_view text) {
  if (!read_access_token(with.token(text, kClaims), with.keys, kNow)) return;
  const auto json = Json::parse_object(text);
  CHECK(json.has_value());
  std::size_t members = 0;
  json->root().each_member([&members](std::string_view name, JsonValue) {
    ++members;
    CHECK(name == "alg" || name == "typ" || name == "kid");
    return true;
  });
  CHECK(members == 3);
  CHECK(json->root().member("alg")->string() == name_of(with.key.verifying().algorithm()));
  CHECK(json->root().member("kid")->string() == with.key.verifying().kid());
}

void claims(const Signer& with, std::string_view text) {
  const auto read = read_access_token(with.token(with.header, text), with.keys, kNow);
  if (!read) return;
  check_claims(*read);
  // As it would have been written, it says the same.
  const auto again = read_access_token(write_access_token(*read, with.keys), with.keys, kNow);
  CHECK(again && *again == *read);
}

// Pairs of bytes: where, and what is changed there.
void bent(const Signer& with, std::string_view changes) {
  std::string token = with.good;
  for (std::size_t i = 0; i + 1 < changes.size(); i += 2) {
    char& c = token[static_cast<std::uint8_t>(changes[i]) * std::size_t{3} % token.size()];
    c = static_cast<char>(c ^ changes[i + 1]);
  }
  if (token != with.good) CHECK(!read_access_token(token, with.keys, kNow));
}

void refresh(std::string_view text) {
  static SeededRandom random(1);
  static const NewRefreshFamily given = make_refresh_family(UserId(11), LoginId(22), kNow, random);
  const auto token = parse_refresh_token(text);
  if (!token) return;
  CHECK(token->user.value != 0 && token->login.value != 0);
  RefreshFamily family = given.family;
  const auto verdict = use_refresh_token(family, *token, std::string(16, 's'), kNow);
  if (verdict == RefreshVerdict::kAccepted)
    CHECK(text.substr(0, 22) == given.token.substr(0, 22) || token->secret == parse_refresh_token(given.token)->secret);
  if (verdict == RefreshVerdict::kForged) CHECK(family == given.family);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(data)) + 1, size - 1);
  const Signer& with = signer((data[0] & 0x80) != 0);
  switch (data[0] % 5) {
    case 0: whole(with, text); break;
    case 1: head(with, text); break;
    case 2: claims(with, text); break;
    case 3: bent(with, text); break;
    default: refresh(text); break;
  }
  return 0;
}
