// The account services on the memory store, with two cores and a clock that the test sets: for tests of this folder and of
// what stands on it.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/accounts.h"
#include "auth/blocks.h"
#include "memory/memory_account_store.h"
#include "runtime/core.h"
#include "runtime/work_pool.h"

namespace rookery::auth {

class SetClock final : public Clock {
 public:
  TimeMs now() const override { return TimeMs(now_ms_.load()); }
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  void advance(std::chrono::milliseconds by) { now_ms_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_ms_ = 1'795'176'000'000;  // 2026-11-20T12:00:00Z
};

// As the server has them, with cheap hashes.
struct AccountServices {
  AccountServices(Cores& cores, AccountStore& store, PersonalStore& personal, WorkPool& pool, const Clock& clock, Limits limits,
                  Registration registration)
      : ids(cores.size(), TimeMs(), clock, nullptr),
        keys(SigningKey::generate(KeyAlgorithm::kEdDsa), "rookery"),
        passwords(pool, system_random(), PasswordCost{.memory_kib = 64, .passes = 1, .lanes = 1}),
        authenticator(cores, store, keys),
        profiles(cores, store),
        logins({store, authenticator, keys, ids, clock, system_random(), limits.logins_per_user}),
        accounts({cores, store, passwords, logins, profiles, ids, limits, registration}),
        blocks(personal, profiles) {}

  CoreIds ids;
  KeyRing keys;
  PasswordHasher passwords;
  Authenticator authenticator;
  Profiles profiles;
  Logins logins;
  Accounts accounts;
  Blocks blocks;
};

class AccountFixture : public testing::Test {
 protected:
  AccountFixture() : cores_(2, clock_) {
    cores_.start();
    serve({}, Registration::kOpen);
  }
  ~AccountFixture() override {
    pool_.stop();
    cores_.stop();
  }

  // Starts the services anew, on the same store.
  void serve(Limits limits, Registration registration) {
    services_.reset();
    services_ = std::make_unique<AccountServices>(cores_, store_, store_, pool_, clock_, limits, registration);
  }

  template <class T>
  T wait(Task<T> task, unsigned core = 0) {
    std::optional<T> outcome;
    run_blocking(cores_.at(core), keep(std::move(task), outcome));
    return std::move(*outcome);
  }

  // A new account with its first login.
  SignedIn registered(std::string username, std::string email = {}) {
    NewAccount wanted{std::move(username), kPassword, std::move(email), {}};
    auto made = wait(services_->accounts.register_account(std::move(wanted), std::nullopt));
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }
  Result<SignedIn> signed_in(std::string login, std::string password = kPassword) {
    return wait(services_->accounts.sign_in(std::move(login), std::move(password), std::nullopt));
  }
  Result<Principal> who_is(const std::string& token, unsigned core = 0) { return wait(services_->authenticator.authenticate(token), core); }
  Result<Tokens> refreshed(const std::string& token) { return wait(services_->logins.refresh(token)); }
  bool is_good(const std::string& token) { return who_is(token, 0).has_value() && who_is(token, 1).has_value(); }

  inline static const std::string kPassword = "correct horse";

  SetClock clock_;
  Cores cores_;
  WorkPool pool_{"password", 2, 100};
  memory::MemoryAccountStore store_;
  std::unique_ptr<AccountServices> services_;

 private:
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>& outcome) {
    outcome.emplace(co_await std::move(task));
  }
};

}  // namespace rookery::auth
