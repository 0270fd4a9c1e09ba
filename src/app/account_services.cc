#include "app/account_services.h"

#include <algorithm>
#include <utility>

#include "auth/signing_key.h"

namespace rookery::app {
namespace {

constexpr std::size_t kSetupCodeBytes = 18;
constexpr unsigned kHashThreadsMax = 4;  // 19 MiB each while it works

Task<void> open_ring(AccountStore& store, auth::SigningKey signing, std::string issuer, std::optional<Result<auth::KeyRing>>& opened) {
  opened = co_await auth::open_key_ring(store, std::move(signing), std::move(issuer), system_clock().now());
}

Task<void> read_registration(AdministrationStore& store, Result<std::optional<Registration>>& stored) {
  stored = co_await store.registration();
}

}  // namespace

AccountServices::AccountServices(const Config& config, EmbeddedStores& stores, auth::KeyRing keys, Registration registration)
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
                 .administration = stores.accounts(),
                 .passwords = passwords_,
                 .logins = logins_,
                 .profiles = profiles_,
                 .ids = stores.ids(),
                 .limits = config.limits,
                 .registration = registration}),
      blocks_(stores.accounts(), profiles_) {}

Result<std::unique_ptr<AccountServices>> AccountServices::open(const Config& config, EmbeddedStores& stores) {
  auto signing = auth::open_signing_key(config.jwt_key.empty() ? config.data_dir + "/jwt-key.pem" : config.jwt_key);
  if (!signing) return fail(std::move(signing.error()));
  std::optional<Result<auth::KeyRing>> ring;
  run_blocking(stores.cores().at(0), open_ring(stores.accounts(), *std::move(signing), config.name, ring));
  if (!*ring) return fail(std::move(ring->error()));
  Result<std::optional<Registration>> stored;
  run_blocking(stores.cores().at(0), read_registration(stores.accounts(), stored));
  if (!stored) return fail(std::move(stored.error()));
  const Registration registration = config.registration.value_or(stored->value_or(Registration::kOpen));
  std::unique_ptr<AccountServices> services(new AccountServices(config, stores, **std::move(ring), registration));
  Status looked;
  run_blocking(stores.cores().at(0), services->look_for_administrators(looked));
  if (!looked) return fail(std::move(looked.error()));
  return services;
}

// The code lives as long as the process: nothing that was written down before opens a server.
Task<void> AccountServices::look_for_administrators(Status& looked) {
  const auto nobody = co_await accounts_.nobody_administrates();
  if (!nobody) {
    looked = fail(nobody.error());
    co_return;
  }
  if (!*nobody) co_return;
  setup_code_ = system_random().token(kSetupCodeBytes);
  accounts_.await_setup(setup_code_);
}

}  // namespace rookery::app
