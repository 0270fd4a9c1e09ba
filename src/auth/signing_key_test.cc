#include "auth/signing_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/random.h"

namespace rookery::auth {
namespace {

class SigningKeyTest : public testing::TestWithParam<KeyAlgorithm> {};

TEST_P(SigningKeyTest, WhatItSignsItsOtherHalfVerifiesAndNothingElse) {
  const SigningKey key = SigningKey::generate(GetParam());
  const std::string signature = key.sign("text");
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(key.verifying().verifies("text", signature));
  EXPECT_FALSE(key.verifying().verifies("texu", signature));
  EXPECT_FALSE(SigningKey::generate(GetParam()).verifying().verifies("text", signature));
  for (std::size_t i = 0; i < signature.size(); i += 7) {
    std::string bent = signature;
    bent[i] = static_cast<char>(bent[i] ^ 1);
    EXPECT_FALSE(key.verifying().verifies("text", bent)) << i;
  }
  EXPECT_FALSE(key.verifying().verifies("text", ""));
  EXPECT_FALSE(key.verifying().verifies("text", signature + "x"));
  EXPECT_FALSE(key.verifying().verifies("text", std::string(64, '\0')));
}

TEST_P(SigningKeyTest, IsTheSameAfterARoundTripThroughPemAndDer) {
  const SigningKey key = SigningKey::generate(GetParam());
  const auto read = SigningKey::from_pem(key.pem());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->verifying().kid(), key.verifying().kid());
  EXPECT_TRUE(key.verifying().verifies("text", read->sign("text")));
  const auto verifying = VerifyingKey::from_der(key.verifying().der());
  ASSERT_TRUE(verifying.has_value());
  EXPECT_EQ(verifying->kid(), key.verifying().kid());
  EXPECT_EQ(verifying->algorithm(), GetParam());
  EXPECT_TRUE(verifying->verifies("text", key.sign("text")));
  EXPECT_FALSE(VerifyingKey::from_der(key.verifying().der() + "x").has_value());
}

INSTANTIATE_TEST_SUITE_P(BothAlgorithms, SigningKeyTest, testing::Values(KeyAlgorithm::kEdDsa, KeyAlgorithm::kEs256));

TEST(SigningKey, TheThumbprintOfAKnownKeyIsThatOfItsRfc) {
  // RFC 8037, appendix A: the private key of A.1 and the thumbprint of A.3.
  const auto key = SigningKey::from_pem(
      "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n");
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->verifying().kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  std::string jwk;
  JsonWriter json(jwk);
  key->verifying().write_jwk(json);
  EXPECT_EQ(jwk, R"({"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",)"
                 R"("kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","alg":"EdDSA","use":"sig"})");
}

TEST(SigningKey, OtherKindsOfKeysAreRefused) {
  for (const std::string_view pem : {"", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}) {
    EXPECT_FALSE(SigningKey::from_pem(pem).has_value()) << pem;
  }
  // X25519: agrees on secrets, signs nothing.
  const auto other = SigningKey::from_pem(
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VuBCIEIHgHYbJsgFgFPtMsVAQCyQn6OMj0SHYc3NWkvP7IdGF1\n"
      "-----END PRIVATE KEY-----\n");
  ASSERT_FALSE(other.has_value());
  EXPECT_THAT(other.error().message, testing::HasSubstr("Ed25519"));
}

class KeyFile : public testing::Test {
 protected:
  KeyFile() { std::filesystem::create_directories(folder_); }
  ~KeyFile() override { std::filesystem::remove_all(folder_); }
  const std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("rookery-key-" + system_random().token(9));
};

TEST_F(KeyFile, IsMadeWhenMissingForItsOwnerAloneAndKeptAfterwards) {
  const auto file = folder_ / "jwt-key.pem";
  const auto made = open_signing_key(file);
  ASSERT_TRUE(made.has_value());
  struct stat status{};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  const auto again = open_signing_key(file);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->verifying().kid(), made->verifying().kid());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(KeyFile, WhatCannotBeReadOrWrittenIsSaidWithItsName) {
  std::ofstream(folder_ / "bad.pem") << "nothing";
  const auto bad = open_signing_key(folder_ / "bad.pem");
  ASSERT_FALSE(bad.has_value());
  EXPECT_THAT(bad.error().message, testing::HasSubstr("bad.pem"));
  const auto nowhere = open_signing_key(folder_ / "missing" / "key.pem");
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_THAT(nowhere.error().message, testing::HasSubstr("missing"));
}

}  // namespace
}  // namespace rookery::auth
