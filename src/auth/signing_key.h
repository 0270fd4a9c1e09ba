// SigningKey and VerifyingKey: the two halves of a key for access tokens, Ed25519 or ECDSA P-256, by OpenSSL.
//
// Immutable values that share what they hold; any thread, also at once. One algorithm per key: what a key is decides the
// `alg` that it signs and the only one that it verifies (RFC 8725 §3.1).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_writer.h"
#include "base/result.h"

struct evp_pkey_st;

namespace rookery::auth {

enum class KeyAlgorithm : std::uint8_t { kEdDsa, kEs256 };
std::string_view name_of(KeyAlgorithm algorithm);  // "EdDSA", "ES256": as in a token's header

class VerifyingKey {
 public:
  // DER, SubjectPublicKeyInfo. None for other kinds of keys and for what is no key.
  static std::optional<VerifyingKey> from_der(std::string_view der);
  std::string der() const;

  KeyAlgorithm algorithm() const { return algorithm_; }
  // RFC 7638: the thumbprint of the key as JWK, base64url of SHA-256.
  const std::string& kid() const { return kid_; }
  // `signature` as in a JWS: 64 bytes for either algorithm (RFC 8037, RFC 7518 §3.4). Of the two that say the same in
  // ECDSA, only the one that sign() makes.
  bool verifies(std::string_view text, std::string_view signature) const;
  // RFC 7517, with kid, alg and use.
  void write_jwk(JsonWriter& json) const;

 private:
  friend class SigningKey;
  VerifyingKey(std::shared_ptr<evp_pkey_st> key, KeyAlgorithm algorithm);
  static std::optional<VerifyingKey> from_key(std::shared_ptr<evp_pkey_st> key);

  std::shared_ptr<evp_pkey_st> key_;
  KeyAlgorithm algorithm_;
  std::string x_;  // coordinates, raw
  std::string y_;  // empty for Ed25519
  std::string kid_;
};

class SigningKey {
 public:
  static SigningKey generate(KeyAlgorithm algorithm);
  // PKCS #8 or SEC 1, not encrypted. Fails with a sentence for whoever runs the server.
  static Result<SigningKey> from_pem(std::string_view pem);
  std::string pem() const;  // PKCS #8

  const VerifyingKey& verifying() const { return verifying_; }
  std::string sign(std::string_view text) const;

 private:
  explicit SigningKey(VerifyingKey verifying) : verifying_(std::move(verifying)) {}
  VerifyingKey verifying_;  // of the whole key
};

// Reads the key that `file` holds; when there is no such file, makes an Ed25519 key and stores it there, readable by the
// owner alone, durably. Blocks. Fails with a sentence that names the file.
Result<SigningKey> open_signing_key(const std::filesystem::path& file);

}  // namespace rookery::auth
