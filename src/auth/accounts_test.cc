#include "auth/accounts.h"

#include <gmock/gmock.h>

#include "runtime/task_group.h"
#include "tests/fixtures/account_fixture.h"

namespace rookery::auth {
namespace {

Task<Status> done() { co_return Status(); }
Task<Status> not_now() { co_return fail(Error::retry(ErrorCode::kUnavailable, 1)); }

class AccountsTest : public AccountFixture {
 protected:
  Result<SignedIn> register_with(NewAccount wanted) { return wait(services_->accounts.register_account(std::move(wanted), std::nullopt)); }
  UserId id_of(const std::string& name) { return wait(services_->accounts.of_name(name))->id; }
  Status verify_email(const std::string& name) { return wait(services_->accounts.verify_email(id_of(name), AuditNote())); }
  std::string invite(std::uint32_t uses, std::chrono::milliseconds good_for) {
    InstanceInvite made;
    made.code = "invite" + std::to_string(++invites_);
    made.uses = made.uses_left = uses;
    made.created_at = clock_.now();
    if (good_for.count() > 0) made.expires_at = made.created_at + good_for;
    EXPECT_TRUE(wait(store_.put_invite(made, AuditNote())).has_value());
    return made.code;
  }
  static AuditNote a_note(AuditAction action) {
    AuditEntry entry;
    entry.action = action;
    return entry;
  }
  std::vector<AuditAction> written_down() {
    std::vector<AuditAction> actions;
    for (const AuditEntry& entry : *wait(store_.audit(0, 100))) actions.push_back(entry.action);
    return actions;
  }
  int invites_ = 0;
  static std::string field_of(const Error& error) { return error.fields.empty() ? "" : error.fields.front().path; }
};

TEST_F(AccountsTest, ANewAccountIsSignedInAndShownByItsNames) {
  const auto made = register_with({"ada", kPassword, "ada@example.org", "Ada Lovelace"});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->account.username, "ada");
  EXPECT_EQ(made->account.display_name, "Ada Lovelace");
  EXPECT_EQ(made->account.email, "ada@example.org");
  EXPECT_TRUE(is_good(made->tokens.access_token));
  EXPECT_EQ(registered("bob").account.display_name, "bob");
  EXPECT_EQ(snowflake_time(made->account.id.value), clock_.now());
}

TEST_F(AccountsTest, AUsernameIsTakenOnceAndForAll) {
  registered("ada");
  const auto second = register_with({"ada", kPassword, {}, {}});
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kTaken);
  EXPECT_EQ(field_of(second.error()), "username");
}

TEST_F(AccountsTest, AnEmailIsALoginOnceItIsVerifiedAndTakenFromThenOn) {
  registered("ada", "x@example.org");
  registered("bob", "x@example.org");
  EXPECT_EQ(signed_in("x@example.org").error().code, ErrorCode::kBadCredentials);
  ASSERT_TRUE((verify_email("bob")).has_value());
  const auto by_mail = signed_in("X@Example.Org");
  ASSERT_TRUE(by_mail.has_value());
  EXPECT_EQ(by_mail->account.username, "bob");
  EXPECT_EQ((verify_email("ada")).error().code, ErrorCode::kTaken);
  const auto third = register_with({"cat", kPassword, "x@example.org", {}});
  EXPECT_EQ(third.error().code, ErrorCode::kTaken);
  EXPECT_EQ(field_of(third.error()), "email");
  EXPECT_EQ(wait(services_->accounts.of_name("nobody")).error().code, ErrorCode::kUnknownUser);
  EXPECT_EQ(wait(services_->accounts.verify_email(UserId(1), AuditNote())).error().code, ErrorCode::kUnknownUser);
}

TEST_F(AccountsTest, AnUnknownNameAndAWrongPasswordAreTheSameAnswer) {
  registered("ada");
  EXPECT_TRUE(signed_in("ADA").has_value());
  const auto wrong = signed_in("ada", "wrong horse");
  const auto unknown = signed_in("nobody", "wrong horse");
  ASSERT_FALSE(wrong.has_value());
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(wrong.error().code, ErrorCode::kBadCredentials);
  EXPECT_EQ(error_json(wrong.error(), ""), error_json(unknown.error(), ""));
}

TEST_F(AccountsTest, RegistrationIsOpenByInviteOrClosed) {
  EXPECT_TRUE(wait(services_->accounts.may_register_with(std::nullopt)).has_value());
  serve({}, Registration::kClosed);
  EXPECT_EQ(services_->accounts.may_register().error().code, ErrorCode::kMissingPermission);
  EXPECT_EQ(wait(services_->accounts.may_register_with("x")).error().code, ErrorCode::kMissingPermission);
  serve({}, Registration::kInvite);
  EXPECT_TRUE(services_->accounts.may_register().has_value());
  EXPECT_EQ(field_of(wait(services_->accounts.may_register_with(std::nullopt)).error()), "invite");
  const auto unknown = wait(services_->accounts.may_register_with("x"));
  EXPECT_EQ(unknown.error().code, ErrorCode::kMissingPermission);
  EXPECT_EQ(field_of(unknown.error()), "invite");
}

TEST_F(AccountsTest, AnInviteLetsAsManyInAsItHasUsesUntilItExpires) {
  serve({}, Registration::kInvite);
  const std::string code = invite(2, std::chrono::hours(1));
  const std::string for_ever = invite(1, std::chrono::milliseconds(0));
  const auto come = [this](std::string name, std::string invite) {
    return wait(services_->accounts.register_account({std::move(name), kPassword, {}, {}}, std::nullopt, std::move(invite)));
  };
  EXPECT_EQ(field_of(come("ada", "").error()), "invite");
  EXPECT_TRUE(wait(services_->accounts.may_register_with(code)).has_value());
  EXPECT_TRUE(come("ada", code).has_value());
  EXPECT_EQ(come("ada", code).error().code, ErrorCode::kTaken) << "which is no use";
  EXPECT_TRUE(come("bob", code).has_value());
  EXPECT_EQ(field_of(come("cy", code).error()), "invite");
  EXPECT_EQ(wait(services_->accounts.may_register_with(code)).error().code, ErrorCode::kMissingPermission);
  const std::string late = invite(5, std::chrono::hours(1));
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(field_of(come("cy", late).error()), "invite");
  EXPECT_TRUE(come("cy", for_ever).has_value());
}

TEST_F(AccountsTest, ANewPasswordEndsEveryOtherLogin) {
  const SignedIn here = registered("ada");
  const SignedIn there = *signed_in("ada");
  const Principal who = *who_is(here.tokens.access_token);
  EXPECT_EQ(wait(services_->accounts.change_password(who, "wrong horse", "new password")).error().code, ErrorCode::kBadCredentials);
  EXPECT_TRUE(is_good(there.tokens.access_token));
  ASSERT_TRUE(wait(services_->accounts.change_password(who, kPassword, "new password")).has_value());
  EXPECT_TRUE(is_good(here.tokens.access_token));
  EXPECT_FALSE(who_is(there.tokens.access_token, 0).has_value());
  EXPECT_FALSE(who_is(there.tokens.access_token, 1).has_value());
  EXPECT_EQ(signed_in("ada").error().code, ErrorCode::kBadCredentials);
  EXPECT_TRUE(signed_in("ada", "new password").has_value());
}

Task<void> sign_in_now_and_then(Accounts& accounts, std::string password, std::vector<std::string>& tokens) {
  const auto made = co_await accounts.sign_in("ada", password, std::nullopt);
  if (made) tokens.push_back(made->tokens.access_token);
}

Task<void> change_while_they_sign_in(Accounts& accounts, Principal who, std::string password, std::vector<std::string>& tokens) {
  TaskGroup tasks(20);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(tasks.spawn(sign_in_now_and_then(accounts, password, tokens)));
  const auto changed = co_await accounts.change_password(who, password, "new password");
  EXPECT_TRUE(changed.has_value());
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(tasks.spawn(sign_in_now_and_then(accounts, password, tokens)));
  co_await tasks.join();
}

TEST_F(AccountsTest, ALoginProvedWithThePasswordOfBeforeIsNotGivenAfterTheChange) {
  const SignedIn ada = registered("ada");
  const Principal who = *who_is(ada.tokens.access_token);
  std::vector<std::string> tokens;
  run_blocking(cores_.at(0), change_while_they_sign_in(services_->accounts, who, kPassword, tokens));
  for (const std::string& token : tokens) EXPECT_FALSE(is_good(token));
  EXPECT_EQ(wait(services_->logins.list(ada.account.id))->size(), 1u);
}

TEST_F(AccountsTest, ADeletedAccountLeavesItsIdAndItsTakenName) {
  std::vector<UserId> farewells;
  services_->accounts.at_deletion([&farewells](UserId user) {
    farewells.push_back(user);
    return done();
  });
  const SignedIn ada = registered("ada", "ada@example.org");
  ASSERT_TRUE((verify_email("ada")).has_value());
  const Principal who = *who_is(ada.tokens.access_token);
  EXPECT_EQ(wait(services_->accounts.remove(who, "wrong horse")).error().code, ErrorCode::kBadCredentials);
  EXPECT_TRUE(farewells.empty());
  ASSERT_TRUE(wait(services_->accounts.remove(who, kPassword)).has_value());
  EXPECT_THAT(farewells, testing::Each(ada.account.id));
  EXPECT_FALSE(farewells.empty());

  EXPECT_FALSE(is_good(ada.tokens.access_token));
  EXPECT_FALSE(refreshed(ada.tokens.refresh_token).has_value());
  EXPECT_EQ(signed_in("ada").error().code, ErrorCode::kBadCredentials);
  EXPECT_EQ(register_with({"ada", kPassword, {}, {}}).error().code, ErrorCode::kTaken);
  EXPECT_TRUE(register_with({"new", kPassword, "ada@example.org", {}}).has_value());
  const auto profile = wait(services_->profiles.get(ada.account.id)).value();
  EXPECT_TRUE(profile->deleted);
  EXPECT_EQ(profile->username, "deleted");
  EXPECT_TRUE(wait(services_->accounts.find("ada"))->empty());
}

TEST_F(AccountsTest, AFarewellThatFailsLeavesTheAccountAsItWas) {
  const SignedIn ada = registered("ada");
  services_->accounts.at_deletion([](UserId) { return not_now(); });
  const Principal who = *who_is(ada.tokens.access_token);
  EXPECT_EQ(wait(services_->accounts.remove(who, kPassword)).error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(is_good(ada.tokens.access_token));
  EXPECT_FALSE(wait(services_->profiles.get(ada.account.id)).value()->deleted);
}

TEST_F(AccountsTest, PeopleAreFoundByPrefixAtMostTwentyAndNoDeletedOnes) {
  for (int i = 0; i < 30; ++i) registered("user" + std::to_string(100 + i));
  registered("uma");
  const SignedIn gone = registered("user000");
  ASSERT_TRUE(wait(services_->accounts.remove(*who_is(gone.tokens.access_token), kPassword)).has_value());
  const auto found = wait(services_->accounts.find("user")).value();
  ASSERT_EQ(found.size(), 20u);
  EXPECT_EQ(found.front()->username, "user100");
  EXPECT_EQ(found.back()->username, "user119");
  EXPECT_EQ(wait(services_->accounts.find("user12"))->size(), 10u);
  EXPECT_TRUE(wait(services_->accounts.find("zed"))->empty());
}

TEST_F(AccountsTest, AnAdministratorIsMadeAndSignsInWithAdminRights) {
  const auto made = wait(services_->accounts.create({"Root", kPassword, {}, {}}, true, AuditNote()));
  ASSERT_TRUE(made.has_value());
  const auto session = signed_in("root");
  ASSERT_TRUE(session.has_value());
  EXPECT_TRUE(who_is(session->tokens.access_token)->admin);
  const auto renewed = refreshed(session->tokens.refresh_token);
  EXPECT_TRUE(who_is(renewed->access_token)->admin);
  const auto bad = wait(services_->accounts.create({"x", "short", {}, {}}, true, AuditNote()));
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().fields.size(), 2u);
}

TEST_F(AccountsTest, ADisabledAccountHasNoLoginsAndGetsNoneUntilItIsEnabled) {
  const SignedIn ada = registered("ada");
  const SignedIn again = *signed_in("ada");
  const auto set = [&](bool disabled) {
    return wait(services_->accounts.set_disabled(ada.account.id, disabled,
                                                 a_note(disabled ? AuditAction::kUserDisabled : AuditAction::kUserEnabled)));
  };
  ASSERT_TRUE(set(true).has_value());
  EXPECT_FALSE(is_good(ada.tokens.access_token));
  EXPECT_FALSE(is_good(again.tokens.access_token));
  EXPECT_EQ(refreshed(ada.tokens.refresh_token).error().code, ErrorCode::kUnauthorized);
  EXPECT_EQ(signed_in("ada").error().code, ErrorCode::kMissingAccess);
  EXPECT_EQ(signed_in("ada", "wrong horse").error().code, ErrorCode::kBadCredentials);
  ASSERT_TRUE(set(true).has_value());
  ASSERT_TRUE(set(false).has_value());
  ASSERT_TRUE(set(false).has_value());
  EXPECT_TRUE(signed_in("ada").has_value());
  EXPECT_EQ(refreshed(ada.tokens.refresh_token).error().code, ErrorCode::kUnauthorized);
  EXPECT_THAT(written_down(), testing::ElementsAre(AuditAction::kUserEnabled, AuditAction::kUserDisabled));
}

// The power goes with the write that would end logins: what was to be ended by then is ended.
class CutShort final : public memory::MemoryAccountStore {
 public:
  Task<Status> end_logins(UserId, std::vector<LoginId>, AuditNote) override { co_return fail(Error::retry(ErrorCode::kUnavailable, 1)); }
};

TEST_F(AccountsTest, WhatShutsAnAccountIsOneWriteWithTheEndOfItsLogins) {
  using Shut = std::function<Task<Status>(Accounts&, const SignedIn&)>;
  const std::vector<Shut> shuts = {
      [](Accounts& accounts, const SignedIn& who) { return accounts.set_disabled(who.account.id, true, AuditNote()); },
      [](Accounts& accounts, const SignedIn& who) { return accounts.reset_password(who.account.id, "another one", AuditNote()); },
      [](Accounts& accounts, const SignedIn& who) { return accounts.remove_other(who.account.id, AuditNote()); },
  };
  for (const Shut& shut : shuts) {
    CutShort store;
    AccountServices services(cores_, store, pool_, clock_, {}, Registration::kOpen);
    const auto ada = wait(services.accounts.register_account({"ada", kPassword, {}, {}}, std::nullopt));
    ASSERT_TRUE(ada.has_value());
    EXPECT_TRUE(wait(shut(services.accounts, *ada)).has_value());
    AccountServices afterwards(cores_, store, pool_, clock_, {}, Registration::kOpen);
    EXPECT_FALSE(wait(afterwards.authenticator.authenticate(ada->tokens.access_token)).has_value());
    EXPECT_FALSE(wait(afterwards.logins.refresh(ada->tokens.refresh_token)).has_value());
    EXPECT_TRUE(wait(store.logins_of(ada->account.id))->empty());
  }
}

// An administrator who disables an account in the moment in which it is made.
class ShutAtOnce final : public memory::MemoryAccountStore {
 public:
  Task<Status> create_account(Account account, InviteUse use, AuditNote note) override {
    const UserId user = account.id;
    auto created = co_await MemoryAccountStore::create_account(std::move(account), std::move(use), std::move(note));
    if (!created) co_return created;
    std::function<Status(Account&)> shut = [](Account& at) { return at.disabled = true, Status(); };
    auto changed = co_await change_account(user, std::move(shut));
    if (!changed) co_return fail(std::move(changed.error()));
    co_return Status();
  }
};

TEST_F(AccountsTest, WhoIsDisabledWhileHeRegistersHasNoLogin) {
  ShutAtOnce store;
  AccountServices services(cores_, store, pool_, clock_, {}, Registration::kOpen);
  const auto ada = wait(services.accounts.register_account({"ada", kPassword, {}, {}}, std::nullopt));
  ASSERT_FALSE(ada.has_value());
  EXPECT_EQ(ada.error().code, ErrorCode::kMissingAccess);
  EXPECT_TRUE(wait(store.logins_of(*wait(store.user_of_name("ada"))))->empty());
}

// Left by a power cut under an earlier version, between the account's row and the end of its logins.
TEST_F(AccountsTest, ALoginThatADisabledAccountStillHasIsNotRenewedAndEndsWithTheNextDisabling) {
  const SignedIn ada = registered("ada");
  const auto disable = [](Account& account) { return account.disabled = true, Status(); };
  ASSERT_TRUE(wait(store_.change_account(ada.account.id, disable)).has_value());
  EXPECT_EQ(refreshed(ada.tokens.refresh_token).error().code, ErrorCode::kUnauthorized);
  ASSERT_TRUE(wait(services_->accounts.set_disabled(ada.account.id, true, AuditNote())).has_value());
  EXPECT_FALSE(is_good(ada.tokens.access_token));
}

TEST_F(AccountsTest, TheLastAdministratorStays) {
  auto& accounts = services_->accounts;
  EXPECT_TRUE(*wait(accounts.nobody_administrates()));
  const UserId root = *wait(accounts.create({"root", kPassword, {}, {}}, true, AuditNote()));
  const SignedIn ada = registered("ada");
  EXPECT_FALSE(*wait(accounts.nobody_administrates()));
  const Principal who{root, signed_in("root")->tokens.id, true};
  EXPECT_EQ(wait(accounts.set_admin(root, false, AuditNote())).error().code, ErrorCode::kMissingPermission);
  EXPECT_EQ(wait(accounts.set_disabled(root, true, AuditNote())).error().code, ErrorCode::kMissingPermission);
  EXPECT_EQ(wait(accounts.remove_other(root, AuditNote())).error().code, ErrorCode::kMissingPermission);
  EXPECT_EQ(wait(accounts.remove(who, kPassword)).error().code, ErrorCode::kMissingPermission);
  ASSERT_TRUE(wait(accounts.set_admin(ada.account.id, true, AuditNote())).has_value());
  ASSERT_TRUE(wait(accounts.set_disabled(ada.account.id, true, AuditNote())).has_value());
  EXPECT_EQ(wait(accounts.set_admin(root, false, AuditNote())).error().code, ErrorCode::kMissingPermission);
  ASSERT_TRUE(wait(accounts.set_disabled(ada.account.id, false, AuditNote())).has_value());
  EXPECT_TRUE(wait(accounts.remove(who, kPassword)).has_value());
  EXPECT_EQ(wait(accounts.set_admin(ada.account.id, false, AuditNote())).error().code, ErrorCode::kMissingPermission);
}

class SetUp : public AccountsTest, public testing::WithParamInterface<Registration> {};

TEST_P(SetUp, TheCodeMakesTheFirstAdministratorAndIsGoodForNothingElse) {
  serve({}, GetParam());
  auto& accounts = services_->accounts;
  accounts.await_setup("the code");
  const auto come = [&](std::string name, std::string code) {
    return wait(accounts.register_account({std::move(name), kPassword, {}, {}}, std::nullopt, std::move(code)));
  };
  EXPECT_TRUE(wait(accounts.may_register_with("the code")).has_value());
  const auto root = come("root", "the code");
  ASSERT_TRUE(root.has_value());
  EXPECT_TRUE(root->account.admin);
  EXPECT_EQ(field_of(wait(accounts.may_register_with("the code")).error()), "invite");
  EXPECT_EQ(field_of(come("eve", "the code").error()), "invite");
  EXPECT_FALSE(*wait(store_.user_of_name("eve")));
  EXPECT_THAT(written_down(), testing::ElementsAre(AuditAction::kAdminCreated));
}

INSTANTIATE_TEST_SUITE_P(Registration, SetUp, testing::Values(Registration::kOpen, Registration::kInvite, Registration::kClosed));

TEST_F(AccountsTest, AResetPasswordEndsEveryLogin) {
  const SignedIn ada = registered("ada");
  ASSERT_TRUE(wait(services_->accounts.reset_password(ada.account.id, "another one", AuditNote())).has_value());
  EXPECT_FALSE(is_good(ada.tokens.access_token));
  EXPECT_TRUE(signed_in("ada", "another one").has_value());
  EXPECT_EQ(wait(services_->accounts.reset_password(UserId(1), "another one", AuditNote())).error().code, ErrorCode::kUnknownUser);
  EXPECT_EQ(wait(services_->accounts.reset_password(ada.account.id, "short", AuditNote())).error().code, ErrorCode::kInvalidBody);
}

class Seen final : public ProfileObserver {
 public:
  void on_profile(Profile profile) noexcept override {
    core = static_cast<int>(Core::current().index());
    names.push_back(profile->display_name);
  }
  int core = -1;
  std::vector<std::string> names;
};

TEST_F(AccountsTest, ANewDisplayNameIsShownOnEveryCoreFromTheAnswerOn) {
  Seen seen;
  services_->profiles.observe(seen);
  const SignedIn ada = registered("ada");
  for (const unsigned core : {0u, 1u}) EXPECT_EQ(wait(services_->profiles.get(ada.account.id), core).value()->display_name, "ada");
  ASSERT_TRUE(wait(services_->accounts.rename(ada.account.id, "Ada")).has_value());
  for (const unsigned core : {0u, 1u}) EXPECT_EQ(wait(services_->profiles.get(ada.account.id), core).value()->display_name, "Ada");
  EXPECT_THAT(seen.names, testing::ElementsAre("Ada"));
  EXPECT_EQ(seen.core, static_cast<int>(cores_.of(ada.account.id).index()));
}

TEST_F(AccountsTest, ASetOfProfilesShowsADeletedUserForWhomThereIsNoAccount) {
  const SignedIn ada = registered("ada");
  const auto set = wait(services_->profiles.get_all({ada.account.id, UserId(5)})).value();
  EXPECT_EQ(set(ada.account.id).username, "ada");
  EXPECT_EQ(set(UserId(5)).username, "deleted");
  EXPECT_EQ(set(UserId(5)).id, UserId(5));
  EXPECT_EQ(wait(services_->profiles.get(UserId(5))).error().code, ErrorCode::kUnknownUser);
}

TEST_F(AccountsTest, BlocksAreOfOthersAndToldBeforeTheyAreAnswered) {
  std::vector<std::tuple<UserId, UserId, bool>> told;
  services_->blocks.at_change([&told](UserId user, UserId other, bool blocked) {
    told.emplace_back(user, other, blocked);
    return done();
  });
  const UserId ada = registered("ada").account.id;
  const SignedIn bob = registered("bob");
  EXPECT_EQ(wait(services_->blocks.set(ada, ada, true)).error().code, ErrorCode::kInvalidBody);
  EXPECT_EQ(wait(services_->blocks.set(ada, UserId(5), true)).error().code, ErrorCode::kUnknownUser);
  ASSERT_TRUE(wait(services_->blocks.set(ada, bob.account.id, true)).has_value());
  ASSERT_TRUE(wait(services_->blocks.set(ada, bob.account.id, true)).has_value());
  EXPECT_EQ(wait(services_->blocks.list(ada))->size(), 1u);
  ASSERT_TRUE(wait(services_->accounts.remove(*who_is(bob.tokens.access_token), kPassword)).has_value());
  EXPECT_EQ(wait(services_->blocks.set(ada, bob.account.id, true)).error().code, ErrorCode::kUnknownUser);
  ASSERT_TRUE(wait(services_->blocks.set(ada, bob.account.id, false)).has_value());
  EXPECT_TRUE(wait(services_->blocks.list(ada))->empty());
  EXPECT_EQ(told.front(), std::tuple(ada, bob.account.id, true));
  EXPECT_EQ(told.back(), std::tuple(ada, bob.account.id, false));
}

TEST(AccountRules, UsernamesAreFoldedAndOfAFewCharacters) {
  const Limits limits;
  for (const std::string_view good : {"ada", "a.b_c", "0123456789", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_FALSE(username_fault(good, limits)) << good;
  }
  for (const std::string_view bad : {"", "ab", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a b", "a-b", "äda", "Ada", "a@b", "ada\n"}) {
    EXPECT_TRUE(username_fault(bad, limits)) << bad;
  }
  EXPECT_EQ(folded("AdA_Z"), "ada_z");
}

TEST(AccountRules, PasswordsAreCountedInCharacters) {
  const Limits limits;
  EXPECT_FALSE(password_fault("ääääääää", limits));
  EXPECT_TRUE(password_fault("äääääää", limits));
  std::string longest;
  for (int i = 0; i < 128; ++i) longest += "€";
  EXPECT_FALSE(password_fault(longest, limits));
  EXPECT_TRUE(password_fault(longest + "€", limits));
}

TEST(AccountRules, AnEmailHasALocalPartAndADomain) {
  for (const std::string_view good : {"a@b.c", "ada.l+x@mail.example.org", "ü@exämple.org"}) EXPECT_FALSE(email_fault(good)) << good;
  for (const std::string_view bad : {"", "a", "a@b", "@b.c", "a@", "a@.c", "a@b.", "a@b..c", "a b@c.d", "a@@b.c", "a@b c.d", "a@b.c\n"}) {
    EXPECT_TRUE(email_fault(bad)) << bad;
  }
  EXPECT_TRUE(email_fault(std::string(65, 'a') + "@b.c"));
  EXPECT_TRUE(email_fault("a@" + std::string(251, 'b') + ".c"));
}

}  // namespace
}  // namespace rookery::auth
