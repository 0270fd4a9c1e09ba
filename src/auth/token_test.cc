#include "auth/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/bytes.h"
#include "base/json_reader.h"
#include "memory/memory_account_store.h"
#include "runtime/core.h"

namespace rookery::auth {
namespace {

const TimeMs kNow(1'795'176'000'000);
const AccessClaims kClaims{UserId(11), LoginId(22), false, kNow, kNow + std::chrono::seconds(900)};
const std::string kGoodClaims = R"({"iss":"rookery","sub":"11","sid":"22","iat":1795176000,"exp":1795176900,"permissions":["user"]})";

std::string header_of(std::string_view algorithm, std::string_view kid, std::string_view more = {}) {
  return R"({"alg":")" + std::string(algorithm) + R"(","typ":"at+jwt","kid":")" + std::string(kid) + "\"" + std::string(more) + "}";
}

std::string signed_by(const SigningKey& key, const std::string& header, const std::string& claims) {
  std::string token = base64url(header) + "." + base64url(claims);
  token += "." + base64url(key.sign(token));
  return token;
}

class AccessToken : public testing::TestWithParam<KeyAlgorithm> {
 protected:
  AccessToken() : key_(SigningKey::generate(GetParam())), keys_(key_, "rookery") {}
  std::string good_header() const { return header_of(name_of(GetParam()), key_.verifying().kid()); }
  std::string with_claims(const std::string& claims) const { return signed_by(key_, good_header(), claims); }
  bool accepted(const std::string& token, TimeMs now = kNow) const {
    const auto read = read_access_token(token, keys_, now);
    if (!read) {
      EXPECT_EQ(read.error().code, ErrorCode::kUnauthorized);
    }
    return read.has_value();
  }

  SigningKey key_;
  KeyRing keys_;
};

TEST_P(AccessToken, IsReadAsItWasWritten) {
  AccessClaims claims = kClaims;
  EXPECT_EQ(read_access_token(write_access_token(claims, keys_), keys_, kNow).value(), claims);
  claims.admin = true;
  EXPECT_EQ(read_access_token(write_access_token(claims, keys_), keys_, kNow).value(), claims);
  ASSERT_TRUE(accepted(with_claims(kGoodClaims)));
}

TEST_P(AccessToken, HasTheHeaderAndTheClaimsOfTheProtocol) {
  const std::string token = write_access_token(kClaims, keys_);
  const std::size_t dot = token.find('.');
  EXPECT_EQ(decode_base64url(token.substr(0, dot)), good_header());
  EXPECT_EQ(decode_base64url(token.substr(dot + 1, token.find('.', dot + 1) - dot - 1)), kGoodClaims);
}

TEST_P(AccessToken, IsGoodUntilItExpiresAndNotFromTheFuture) {
  const std::string token = with_claims(kGoodClaims);
  EXPECT_TRUE(accepted(token, kNow + std::chrono::milliseconds(899'999)));
  EXPECT_FALSE(accepted(token, kNow + std::chrono::seconds(900)));
  EXPECT_TRUE(accepted(token, kNow - kIssuedAheadMax));
  EXPECT_FALSE(accepted(token, kNow - kIssuedAheadMax - std::chrono::milliseconds(1)));
}

TEST_P(AccessToken, WithAnotherHeaderIsRefused) {
  const std::string kid = key_.verifying().kid();
  const std::string algorithm(name_of(GetParam()));
  const std::string other_algorithm(name_of(GetParam() == KeyAlgorithm::kEdDsa ? KeyAlgorithm::kEs256 : KeyAlgorithm::kEdDsa));
  const std::string headers[] = {
      header_of("none", kid),
      header_of("None", kid),
      header_of("HS256", kid),
      header_of(other_algorithm, kid),
      header_of("", kid),
      header_of(algorithm, "unknown"),
      header_of(algorithm, ""),
      header_of(algorithm, "../../" + kid),
      header_of(algorithm, kid, R"(,"crit":["exp"])"),
      header_of(algorithm, kid, R"(,"crit":[])"),
      header_of(algorithm, kid, R"(,"jku":"https://example.org/jwks.json")"),
      header_of(algorithm, kid, R"(,"jwk":{"kty":"OKP"})"),
      header_of(algorithm, kid, R"(,"alg":"none")"),
      header_of(algorithm, kid, R"(,"kid":"other")"),
      R"({"alg":")" + algorithm + R"(","kid":")" + kid + R"("})",
      R"({"alg":")" + algorithm + R"(","typ":"JWT","kid":")" + kid + R"("})",
      R"({"alg":")" + algorithm + R"(","typ":"AT+JWT","kid":")" + kid + R"("})",
      R"({"typ":"at+jwt","kid":")" + kid + R"("})",
      R"({"alg":")" + algorithm + R"(","typ":"at+jwt"})",
      R"({"alg":1,"typ":"at+jwt","kid":")" + kid + R"("})",
      "[]",
      "",
      "{",
      "null",
  };
  for (const std::string& header : headers) EXPECT_FALSE(accepted(signed_by(key_, header, kGoodClaims))) << header;
}

TEST_P(AccessToken, WithOtherClaimsIsRefused) {
  const std::string claims[] = {
      R"({"iss":"other","sub":"11","sid":"22","iat":1795176000,"exp":1795176900,"permissions":["user"]})",
      R"({"sub":"11","sid":"22","iat":1795176000,"exp":1795176900,"permissions":["user"]})",
      R"({"iss":["rookery"],"sub":"11","sid":"22","iat":1795176000,"exp":1795176900,"permissions":["user"]})",
      R"({"iss":"rookery","sid":"22","iat":1795176000,"exp":1795176900,"permissions":["user"]})",
      R"({"iss":"rookery","sub":11,"sid":"22","iat":1795176000,"exp":1795176900,"permissions":["user"]})",
      R"({"iss":"rookery","sub":"0","sid":"22","iat":1795176000,"exp":1795176900,"permissions":["user"]})",
      R"({"iss":"rookery","sub":"11","sid":"x","iat":1795176000,"exp":1795176900,"permissions":["user"]})",
      R"({"iss":"rookery","sub":"11","iat":1795176000,"exp":1795176900,"permissions":["user"]})",
      R"({"iss":"rookery","sub":"11","sid":"22","iat":1795176000,"permissions":["user"]})",
      R"({"iss":"rookery","sub":"11","sid":"22","exp":1795176900,"permissions":["user"]})",
      R"({"iss":"rookery","sub":"11","sid":"22","iat":1795176000,"exp":"1795176900","permissions":["user"]})",
      R"({"iss":"rookery","sub":"11","sid":"22","iat":1795176000,"exp":1795176901,"permissions":["user"]})",
      R"({"iss":"rookery","sub":"11","sid":"22","iat":1795176000,"exp":18446744073709551615,"permissions":["user"]})",
      R"({"iss":"rookery","sub":"11","sid":"22","iat":-1,"exp":1795176900,"permissions":["user"]})",
      R"({"iss":"rookery","sub":"11","sid":"22","iat":1795176900,"exp":1795176900,"permissions":["user"]})",
      R"({"iss":"rookery","sub":"11","sid":"22","iat":1795176000,"exp":1795176900})",
      R"({"iss":"rookery","sub":"11","sid":"22","iat":1795176000,"exp":1795176900,"permissions":"user"})",
      R"({"iss":"rookery","sub":"11","sid":"22","iat":1795176000,"exp":1795176900,"permissions":["admin"]})",
      "[]",
      "",
  };
  for (const std::string& text : claims) EXPECT_FALSE(accepted(with_claims(text))) << text;
}

TEST_P(AccessToken, WithAnotherShapeIsRefused) {
  const std::string good = with_claims(kGoodClaims);
  const std::size_t first = good.find('.');
  const std::size_t second = good.find('.', first + 1);
  const std::string tokens[] = {
      "",
      ".",
      "..",
      "...",
      good + ".",
      "." + good,
      good + "." + good.substr(second + 1),
      good.substr(0, second),
      good.substr(0, second + 1),
      good.substr(0, first) + ".." + good.substr(second + 1),
      good.substr(first),
      good + "=",
      good.substr(0, second) + "." + good.substr(second + 1) + "==",
      " " + good,
      good + " ",
      good + "\n",
      std::string(good).replace(second, 1, ". "),
      std::string(good).insert(first, "="),
      good + std::string(kAccessTokenBytesMax, 'A'),
      std::string(kAccessTokenBytesMax * 4, '.'),
  };
  for (const std::string& token : tokens) EXPECT_FALSE(accepted(token)) << token;
  for (std::size_t i = 0; i < good.size(); i += 5) {
    std::string bent = good;
    bent[i] = bent[i] == 'A' ? 'B' : 'A';
    if (bent != good) EXPECT_FALSE(accepted(bent)) << i;
  }
}

// 64 bytes end in a letter of which four bits count: the other four must be zero, or one token had sixteen spellings.
TEST_P(AccessToken, HasOneSpelling) {
  const std::string good = with_claims(kGoodClaims);
  const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  int spellings = 0;
  for (const char last : alphabet) {
    std::string token = good;
    token.back() = last;
    spellings += accepted(token);
  }
  EXPECT_EQ(spellings, 1);
}

TEST_P(AccessToken, OfAnotherKeyIsRefused) {
  const SigningKey other = SigningKey::generate(GetParam());
  EXPECT_FALSE(accepted(signed_by(other, good_header(), kGoodClaims)));
  EXPECT_FALSE(accepted(signed_by(other, header_of(name_of(GetParam()), other.verifying().kid()), kGoodClaims)));
}

TEST_P(AccessToken, SignedWithThePublicKeyAsASecretIsRefused) {
  for (const std::string_view algorithm : {std::string_view("HS256"), name_of(GetParam())}) {
    std::string token = base64url(header_of(algorithm, key_.verifying().kid())) + "." + base64url(kGoodClaims);
    const std::string secret = key_.verifying().der();
    std::array<unsigned char, 32> mac{};
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(token.data()), token.size(),
         mac.data(), &size);
    token += "." + base64url(std::string_view(reinterpret_cast<const char*>(mac.data()), mac.size()));
    EXPECT_FALSE(accepted(token)) << algorithm;
  }
}

INSTANTIATE_TEST_SUITE_P(BothAlgorithms, AccessToken, testing::Values(KeyAlgorithm::kEdDsa, KeyAlgorithm::kEs256));

Task<void> open_into(AccountStore& store, SigningKey key, TimeMs now, std::optional<KeyRing>& ring) {
  auto opened = co_await open_key_ring(store, std::move(key), "rookery", now);
  EXPECT_TRUE(opened.has_value());
  ring.emplace(std::move(*opened));
}

class KeyRingTest : public testing::Test {
 protected:
  KeyRingTest() : cores_(1, system_clock()) { cores_.start(); }
  ~KeyRingTest() override { cores_.stop(); }
  KeyRing open(const SigningKey& key, TimeMs now) {
    std::optional<KeyRing> ring;
    run_blocking(cores_.at(0), open_into(store_, key, now, ring));
    return std::move(*ring);
  }
  static std::size_t keys_in(const KeyRing& ring, TimeMs now) {
    const auto json = Json::parse_object(ring.jwks(now));
    std::size_t count = 0;
    json->root().member("keys")->each_element([&count](std::size_t, JsonValue) { return ++count, true; });
    return count;
  }
  Cores cores_;
  memory::MemoryAccountStore store_;
};

TEST_F(KeyRingTest, ATokenOutlivesTheRotationOfItsKeyUntilItExpires) {
  const SigningKey old_key = SigningKey::generate(KeyAlgorithm::kEdDsa);
  const SigningKey new_key = SigningKey::generate(KeyAlgorithm::kEs256);
  const std::string token = write_access_token(kClaims, open(old_key, kNow));

  const TimeMs rotated_at = kNow + std::chrono::seconds(10);
  const KeyRing ring = open(new_key, rotated_at);
  EXPECT_TRUE(read_access_token(token, ring, rotated_at).has_value());
  EXPECT_EQ(keys_in(ring, rotated_at), 2u);
  EXPECT_EQ(ring.signing().verifying().kid(), new_key.verifying().kid());
  const TimeMs later = rotated_at + kAccessTokenLifeMax;
  EXPECT_EQ(ring.find(old_key.verifying().kid(), later), nullptr);
  EXPECT_EQ(keys_in(ring, later), 1u);
  // A restart in between does not make the old key live longer.
  EXPECT_NE(open(new_key, rotated_at + std::chrono::seconds(5)).find(old_key.verifying().kid(), rotated_at), nullptr);
  EXPECT_EQ(open(new_key, later).find(old_key.verifying().kid(), later), nullptr);
}

TEST_F(KeyRingTest, AKeyThatSignsAgainIsRetiredNoMore) {
  const SigningKey first = SigningKey::generate(KeyAlgorithm::kEdDsa);
  const SigningKey second = SigningKey::generate(KeyAlgorithm::kEdDsa);
  open(first, kNow);
  open(second, kNow + std::chrono::hours(1));
  open(first, kNow + std::chrono::hours(2));
  const KeyRing ring = open(first, kNow + std::chrono::hours(3));
  EXPECT_EQ(keys_in(ring, kNow + std::chrono::hours(3)), 1u);
  EXPECT_NE(ring.find(first.verifying().kid(), kNow + std::chrono::hours(9)), nullptr);
}

}  // namespace
}  // namespace rookery::auth
