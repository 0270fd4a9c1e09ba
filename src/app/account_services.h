// AccountServices: passwords, tokens and accounts over the stores, for the server and for commands.
#pragma once

#include <memory>
#include <optional>

#include "app/embedded_stores.h"
#include "auth/accounts.h"
#include "auth/authenticator.h"
#include "auth/blocks.h"
#include "auth/logins.h"
#include "auth/password.h"
#include "auth/profiles.h"
#include "auth/token.h"

namespace rookery::app {

class AccountServices {
 public:
  // The stores are started, and stopped after this is destroyed or hashing has been stopped. Makes the signing key when there
  // is none. Not on a core; blocks.
  static Result<std::unique_ptr<AccountServices>> open(const Config& config, EmbeddedStores& stores);
  AccountServices(const AccountServices&) = delete;
  AccountServices& operator=(const AccountServices&) = delete;

  // The code by which the first administrator registers; empty when there is one already.
  const std::string& setup_code() const { return setup_code_; }

  // Finishes what is being hashed and takes nothing more. While cores run, not on one.
  void stop() { hashing_.stop(); }

  auth::KeyRing& keys() { return keys_; }
  auth::Authenticator& authenticator() { return authenticator_; }
  auth::Logins& logins() { return logins_; }
  auth::Profiles& profiles() { return profiles_; }
  auth::Accounts& accounts() { return accounts_; }
  auth::Blocks& blocks() { return blocks_; }
  WorkPool& hashing() { return hashing_; }

 private:
  AccountServices(const Config& config, EmbeddedStores& stores, auth::KeyRing keys, Registration registration);
  Task<void> look_for_administrators(Status& looked);

  WorkPool hashing_;
  auth::KeyRing keys_;
  auth::PasswordHasher passwords_;
  auth::Authenticator authenticator_;
  auth::Logins logins_;
  auth::Profiles profiles_;
  auth::Accounts accounts_;
  auth::Blocks blocks_;
  std::string setup_code_;
};

}  // namespace rookery::app
