#include "auth/signing_key.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"

namespace rookery::auth {
namespace {

constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kCoordinateBytes = 32;
constexpr std::size_t kKeyFileBytesMax = 16'384;

// SEC 2 §2.4.2: the order of P-256's base point, and the half of it. With (r, s) the pair (r, order - s) is a signature of the
// same text too: only the one with the smaller s is made and taken, so that a token has one spelling.
constexpr std::array<unsigned char, kCoordinateBytes> kOrder = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                                                0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                                                0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
constexpr std::array<unsigned char, kCoordinateBytes> kHalfOrder = {0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff,
                                                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b,
                                                                    0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8};

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free>>;
using DigestPtr = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::optional<KeyAlgorithm> algorithm_of(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519")) return KeyAlgorithm::kEdDsa;
  std::array<char, 64> group{};
  std::size_t size = 0;
  if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(), &size) == 1 &&
      std::string_view(group.data(), size) == "prime256v1") {
    return KeyAlgorithm::kEs256;
  }
  return std::nullopt;
}

// Ed25519 signs the text itself, ECDSA its SHA-256.
const EVP_MD* digest_of(KeyAlgorithm algorithm) { return algorithm == KeyAlgorithm::kEs256 ? EVP_sha256() : nullptr; }

std::string coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string raw(kCoordinateBytes, '\0');
  CHECK(BN_bn2binpad(number, bytes_of(raw), kCoordinateBytes) == static_cast<int>(kCoordinateBytes));
  BN_free(number);
  return raw;
}

bool is_smaller_s(std::string_view pair) { return std::memcmp(pair.data() + kCoordinateBytes, kHalfOrder.data(), kCoordinateBytes) <= 0; }

void make_smaller_s(std::string& pair) {
  if (is_smaller_s(pair)) return;
  unsigned char* const s = bytes_of(pair) + kCoordinateBytes;
  const NumberPtr order(BN_bin2bn(kOrder.data(), kCoordinateBytes, nullptr));
  const NumberPtr number(BN_bin2bn(s, kCoordinateBytes, nullptr));
  CHECK(order && number && BN_sub(number.get(), order.get(), number.get()) == 1);
  CHECK(BN_bn2binpad(number.get(), s, kCoordinateBytes) == static_cast<int>(kCoordinateBytes));
}

// JWS wants r and s side by side, OpenSSL a DER sequence of the two.
std::string der_of_pair(std::string_view pair) {
  const SignaturePtr signature(ECDSA_SIG_new());
  CHECK(signature);
  BIGNUM* r = BN_bin2bn(bytes_of(pair), kCoordinateBytes, nullptr);
  BIGNUM* s = BN_bin2bn(bytes_of(pair) + kCoordinateBytes, kCoordinateBytes, nullptr);
  CHECK(ECDSA_SIG_set0(signature.get(), r, s) == 1);
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  CHECK(size > 0);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

std::string pair_of_der(std::string_view der) {
  const unsigned char* at = bytes_of(der);
  const SignaturePtr signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  CHECK(signature);
  std::string pair(kSignatureBytes, '\0');
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes_of(pair), kCoordinateBytes) > 0);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes_of(pair) + kCoordinateBytes, kCoordinateBytes) > 0);
  make_smaller_s(pair);
  return pair;
}

// The members that make the key, in the order that RFC 7638 wants for the thumbprint.
void write_key_members(JsonWriter& json, KeyAlgorithm algorithm, std::string_view x, std::string_view y) {
  const bool elliptic = algorithm == KeyAlgorithm::kEs256;
  json.key("crv").string(elliptic ? "P-256" : "Ed25519");
  json.key("kty").string(elliptic ? "EC" : "OKP");
  json.key("x").string(base64url(x));
  if (elliptic) json.key("y").string(base64url(y));
}

std::string thumbprint(KeyAlgorithm algorithm, std::string_view x, std::string_view y) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_key_members(json, algorithm, x, y);
  json.end_object();
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(bytes_of(std::string_view(text)), text.size(), bytes_of(hash));
  return base64url(hash);
}

}  // namespace

std::string_view name_of(KeyAlgorithm algorithm) { return algorithm == KeyAlgorithm::kEdDsa ? "EdDSA" : "ES256"; }

VerifyingKey::VerifyingKey(std::shared_ptr<evp_pkey_st> key, KeyAlgorithm algorithm) : key_(std::move(key)), algorithm_(algorithm) {
  if (algorithm_ == KeyAlgorithm::kEdDsa) {
    x_.resize(kCoordinateBytes);
    std::size_t size = x_.size();
    CHECK(EVP_PKEY_get_raw_public_key(key_.get(), bytes_of(x_), &size) == 1 && size == x_.size());
  } else {
    x_ = coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X);
    y_ = coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y);
  }
  kid_ = thumbprint(algorithm_, x_, y_);
}

std::optional<VerifyingKey> VerifyingKey::from_key(std::shared_ptr<evp_pkey_st> key) {
  if (!key) return std::nullopt;
  const auto algorithm = algorithm_of(key.get());
  if (!algorithm) return std::nullopt;
  return VerifyingKey(std::move(key), *algorithm);
}

std::optional<VerifyingKey> VerifyingKey::from_der(std::string_view der) {
  const unsigned char* at = bytes_of(der);
  auto key = owned(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!key || at != bytes_of(der) + der.size()) return std::nullopt;
  return from_key(std::move(key));
}

std::string VerifyingKey::der() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);
  CHECK(size > 0);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

bool VerifyingKey::verifies(std::string_view text, std::string_view signature) const {
  if (signature.size() != kSignatureBytes) return false;
  std::string der;
  if (algorithm_ == KeyAlgorithm::kEs256) {
    if (!is_smaller_s(signature)) return false;
    der = der_of_pair(signature);
    signature = der;
  }
  const DigestPtr digest(EVP_MD_CTX_new());
  CHECK(digest);
  CHECK(EVP_DigestVerifyInit(digest.get(), nullptr, digest_of(algorithm_), nullptr, key_.get()) == 1);
  const bool good = EVP_DigestVerify(digest.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

void VerifyingKey::write_jwk(JsonWriter& json) const {
  json.begin_object();
  write_key_members(json, algorithm_, x_, y_);
  json.key("kid").string(kid_).key("alg").string(name_of(algorithm_)).key("use").string("sig");
  json.end_object();
}

SigningKey SigningKey::generate(KeyAlgorithm algorithm) {
  auto key = owned(algorithm == KeyAlgorithm::kEdDsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                                     : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  auto verifying = VerifyingKey::from_key(std::move(key));
  CHECK(verifying);
  return SigningKey(std::move(*verifying));
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  CHECK(bio);
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  auto key = owned(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (!key) return fail(ErrorCode::kInternal, "there is no unencrypted private key in PEM form");
  auto verifying = VerifyingKey::from_key(std::move(key));
  if (!verifying) return fail(ErrorCode::kInternal, "the key must be an Ed25519 or an EC P-256 one");
  return SigningKey(std::move(*verifying));
}

std::string SigningKey::pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  CHECK(bio);
  CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), verifying_.key_.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

std::string SigningKey::sign(std::string_view text) const {
  const DigestPtr digest(EVP_MD_CTX_new());
  CHECK(digest);
  CHECK(EVP_DigestSignInit(digest.get(), nullptr, digest_of(verifying_.algorithm_), nullptr, verifying_.key_.get()) == 1);
  std::size_t size = 0;
  CHECK(EVP_DigestSign(digest.get(), nullptr, &size, bytes_of(text), text.size()) == 1);
  std::string signature(size, '\0');
  CHECK(EVP_DigestSign(digest.get(), bytes_of(signature), &size, bytes_of(text), text.size()) == 1);
  signature.resize(size);
  if (verifying_.algorithm_ == KeyAlgorithm::kEs256) signature = pair_of_der(signature);
  CHECK(signature.size() == kSignatureBytes);
  return signature;
}

namespace {

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> file_fault(const std::filesystem::path& file, std::string_view what) {
  return fail(ErrorCode::kInternal, "the key file " + file.string() + ": " + std::string(what));
}

// None when there is no such file.
Result<std::optional<std::string>> read_key_file(const std::filesystem::path& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0 && errno == ENOENT) return std::optional<std::string>();
  if (file.fd() < 0) return file_fault(path, std::strerror(errno));
  std::string text(kKeyFileBytesMax + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(file.fd(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_fault(path, std::strerror(errno));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > kKeyFileBytesMax) return file_fault(path, "too large to be a key");
  text.resize(size);
  return std::optional(std::move(text));
}

// Whole or not at all: written beside it, synced, and then given its name.
Status write_key_file(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path draft = path.string() + ".new";
  {
    ::unlink(draft.c_str());
    const File file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.fd() < 0) return file_fault(draft, std::strerror(errno));
    if (::write(file.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || ::fsync(file.fd()) != 0) {
      return file_fault(draft, std::strerror(errno));
    }
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) return file_fault(path, std::strerror(errno));
  const File folder(::open(path.has_parent_path() ? path.parent_path().c_str() : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0 || ::fsync(folder.fd()) != 0) return file_fault(path, std::strerror(errno));
  return {};
}

}  // namespace

Result<SigningKey> open_signing_key(const std::filesystem::path& file) {
  auto text = read_key_file(file);
  if (!text) return fail(std::move(text.error()));
  if (*text) {
    auto key = SigningKey::from_pem(**text);
    if (!key) return file_fault(file, key.error().message);
    return key;
  }
  SigningKey key = SigningKey::generate(KeyAlgorithm::kEdDsa);
  if (auto written = write_key_file(file, key.pem()); !written) return fail(std::move(written.error()));
  return key;
}

}  // namespace rookery::auth
