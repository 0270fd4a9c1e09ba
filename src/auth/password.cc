#include "auth/password.h"

#include <argon2.h>

#include <array>

#include "base/check.h"
#include "runtime/work_pool.h"

namespace rookery::auth {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

}  // namespace

std::string hash_password(std::string_view password, PasswordCost cost, Random& random) {
  std::array<std::uint8_t, kSaltBytes> salt{};
  random.fill(salt);
  std::string phc(argon2_encodedlen(cost.passes, cost.memory_kib, cost.lanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int outcome = argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, password.data(), password.size(), salt.data(),
                                            salt.size(), kHashBytes, phc.data(), phc.size());
  CHECK(outcome == ARGON2_OK);
  phc.resize(phc.find('\0'));
  return phc;
}

bool password_matches(std::string_view password, const std::string& phc) {
  return argon2id_verify(phc.c_str(), password.data(), password.size()) == ARGON2_OK;
}

std::string make_password(Random& random) {
  constexpr std::string_view kAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";  // without 0 O o 1 l I
  constexpr std::size_t kCharacters = 20;
  std::string password;
  for (std::size_t i = 0; i < kCharacters; ++i) password += kAlphabet[random.below(kAlphabet.size())];
  return password;
}

PasswordHasher::PasswordHasher(WorkPool& pool, Random& random, PasswordCost cost)
    : pool_(pool), random_(random), cost_(cost), nobodys_(hash_password(random.token(32), cost, random)) {}

Task<Result<std::string>> PasswordHasher::hash(std::string password) {
  auto work = [&password, this] { return hash_password(password, cost_, random_); };
  co_return co_await pool_.run(std::move(work));
}

Task<Result<bool>> PasswordHasher::matches(std::string password, std::string phc) {
  const bool somebody = !phc.empty();
  const std::string& compared = somebody ? phc : nobodys_;
  auto work = [&password, &compared] { return password_matches(password, compared); };
  auto matched = co_await pool_.run(std::move(work));
  if (!matched) co_return fail(std::move(matched.error()));
  co_return *matched&& somebody;
}

}  // namespace rookery::auth
