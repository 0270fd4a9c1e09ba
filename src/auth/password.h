// Passwords: argon2id (RFC 9106) as PHC strings, on a pool of threads of their own.
//
// A hash costs 19 MiB and some 20 ms: the pool's threads and its bounded queue are what a flood of logins can cost. Any
// core; tasks resume on the core that awaited them. kUnavailable with the seconds to wait when the queue is full.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "runtime/task.h"

namespace rookery {
class WorkPool;
}

namespace rookery::auth {

// OWASP's choice for argon2id. Tests take less.
struct PasswordCost {
  std::uint32_t memory_kib = 19'456;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;
};

// Blocks for as long as the cost says. 16 bytes of salt, 32 of hash.
std::string hash_password(std::string_view password, PasswordCost cost, Random& random);
// Blocks likewise, with the cost that stands in the hash. Compares in constant time. False for what is no PHC string too.
bool password_matches(std::string_view password, const std::string& phc);

// A password to be told once: 20 letters and digits (116 bits), none that look alike.
std::string make_password(Random& random);

class PasswordHasher {
 public:
  // Makes a hash, on the calling thread. `pool` must outlive this and should do nothing else.
  PasswordHasher(WorkPool& pool, Random& random, PasswordCost cost = {});

  Task<Result<std::string>> hash(std::string password);
  // An empty `phc` (nobody of that name) is false, after the same work as for any other.
  Task<Result<bool>> matches(std::string password, std::string phc);

 private:
  WorkPool& pool_;
  Random& random_;
  const PasswordCost cost_;
  const std::string nobodys_;  // a hash that no password is known for
};

}  // namespace rookery::auth
