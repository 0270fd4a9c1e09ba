#include "app/account_services.h"

#include <algorithm>
#include <utility>

#include "auth/signing_key.h"

namespace rookery::app {
namespace {

constexpr unsigned kHashThreadsMax = 4;  // 19 MiB each while it works

Task<void> open_ring(AccountStore& store, auth::SigningKey signing, std::string issuer, std::optional<Result<auth::KeyRing>>& opened) {
  opened = co_await auth::open_key_ring(store, std::move(signing), std::move(issuer), system_clock().now());
}

}  // namespace

AccountServices::AccountServices(const Config& config, EmbeddedStores& stores, auth::KeyRing keys)
    : hashing_("passwords", std::min(stores.cores().size(), kHashThreadsMax), config.passwords_waiting_max),
      keys_(std::move(keys)),
      passwords_(hashing_, system_random()),
      authenticator_(stores.cores(), stores.accounts(), keys_),
      logins_({.store = stores.accounts(),
               .authenticator = authenticator_,
               .keys = keys_,
               .ids = stores.ids(),
               .clock = system_clock(),
               .random = system_random(),
               .logins_max = config.limits.logins_per_user}),
      profiles_(stores.cores(), stores.accounts()),
      accounts_({.cores = stores.cores(),
                 .store = stores.accounts(),
                 .passwords = passwords_,
                 .logins = logins_,
                 .profiles = profiles_,
                 .ids = stores.ids(),
                 .limits = config.limits,
                 .registration = config.registration}),
      blocks_(stores.accounts(), profiles_) {}

Result<std::unique_ptr<AccountServices>> AccountServices::open(const Config& config, EmbeddedStores& stores) {
  auto signing = auth::open_signing_key(config.jwt_key.empty() ? config.data_dir + "/jwt-key.pem" : config.jwt_key);
  if (!signing) return fail(std::move(signing.error()));
  std::optional<Result<auth::KeyRing>> ring;
  run_blocking(stores.cores().at(0), open_ring(stores.accounts(), *std::move(signing), config.name, ring));
  if (!*ring) return fail(std::move(ring->error()));
  return std::unique_ptr<AccountServices>(new AccountServices(config, stores, **std::move(ring)));
}

}  // namespace rookery::app
