// What every adapter of the account ports keeps. The adapter's test includes this and instantiates the three suites with a
// function that makes its rig.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ports/account_store.h"
#include "ports/administration_store.h"
#include "ports/personal_store.h"
#include "runtime/core.h"
#include "runtime/task_group.h"

namespace rookery {

// One adapter, on cores that run.
class AccountStoreRig {
 public:
  virtual ~AccountStoreRig() = default;
  virtual Cores& cores() = 0;
  virtual AccountStore& accounts() = 0;
  virtual PersonalStore& personal() = 0;
  virtual AdministrationStore& administration() = 0;
  // As after a crash: everything in memory is gone. Nothing, for an adapter that keeps nothing.
  virtual void restart() = 0;
};

using MakeAccountStoreRig = std::function<std::unique_ptr<AccountStoreRig>()>;

template <class T>
Task<void> keep_outcome(Task<T> task, std::optional<T>& outcome) {
  outcome.emplace(co_await std::move(task));
}

inline Task<void> succeed(Task<Status> task) { EXPECT_TRUE((co_await std::move(task)).has_value()); }
inline Task<void> all_at_once(std::vector<Task<Status>> work) {
  TaskGroup tasks(work.size());
  for (Task<Status>& one : work) EXPECT_TRUE(tasks.spawn(succeed(std::move(one))));
  co_await tasks.join();
}

class AccountStoreSuite : public testing::TestWithParam<MakeAccountStoreRig> {
 protected:
  void SetUp() override { rig_ = GetParam()(); }
  AccountStore& accounts() { return rig_->accounts(); }
  PersonalStore& personal() { return rig_->personal(); }
  AdministrationStore& administration() { return rig_->administration(); }
  template <class T>
  T wait(Task<T> task, unsigned core = 0) {
    std::optional<T> outcome;
    run_blocking(rig_->cores().at(core), keep_outcome(std::move(task), outcome));
    return std::move(*outcome);
  }
  static Account an_account(std::uint64_t id, std::string username) {
    Account account;
    account.id = UserId(id);
    account.username = std::move(username);
    account.display_name = "Somebody";
    account.password_hash = "$hash$";
    return account;
  }
  static std::string field_of(const Error& error) { return error.fields.empty() ? "" : error.fields.front().path; }

  std::unique_ptr<AccountStoreRig> rig_;
};

class AccountStoreContract : public AccountStoreSuite {};
class PersonalStoreContract : public AccountStoreSuite {};
class AdministrationStoreContract : public AccountStoreSuite {};

TEST_P(AccountStoreContract, AnAccountIsReadAsItWasWrittenAlsoAfterARestart) {
  Account ada = an_account(1, "ada");
  ada.email = "ada@example.org";
  ASSERT_TRUE(wait(accounts().create_account(ada)).has_value());
  EXPECT_TRUE(wait(accounts().account(UserId(1))).value() == ada);
  rig_->restart();
  EXPECT_TRUE(wait(accounts().account(UserId(1)), 1).value() == ada);
  EXPECT_EQ(wait(accounts().user_of_name("ada")).value(), UserId(1));
  EXPECT_EQ(wait(accounts().user_of_name("ada@example.org")).value(), UserId());
  EXPECT_EQ(wait(accounts().account(UserId(2))).error().code, ErrorCode::kUnknownUser);
  EXPECT_EQ(wait(accounts().user_of_name("bob")).value(), UserId());
}

TEST_P(AccountStoreContract, ANameBelongsToOneAccount) {
  ASSERT_TRUE(wait(accounts().create_account(an_account(1, "ada"))).has_value());
  const auto second = wait(accounts().create_account(an_account(2, "ada")));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kTaken);
  EXPECT_EQ(field_of(second.error()), "username");
  EXPECT_EQ(wait(accounts().account(UserId(2))).error().code, ErrorCode::kUnknownUser);
}

inline Task<void> try_to_create(Cores& cores, AccountStore& store, Account account, unsigned core, int& taken, int& made) {
  co_await hop(cores.at(core));
  const auto status = co_await store.create_account(std::move(account));
  co_await hop(cores.at(0));
  if (status.has_value()) ++made;
  if (!status.has_value() && status.error().code == ErrorCode::kTaken) ++taken;
}

inline Task<void> create_at_once(Cores& cores, AccountStore& store, std::vector<Account> wanted, int& taken, int& made) {
  TaskGroup tasks(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_TRUE(tasks.spawn(try_to_create(cores, store, wanted[i], static_cast<unsigned>(i % cores.size()), taken, made)));
  }
  co_await tasks.join();
}

inline Task<void> come_with(AccountStore& store, Account account, int& came, int& refused) {
  InviteUse use{.code = "v1", .at = TimeMs(50)};
  const auto status = co_await store.create_account(std::move(account), std::move(use));
  if (status) {
    ++came;
  } else if (status.error().code == ErrorCode::kUnknownInvite) {
    ++refused;
  }
}

inline Task<void> come_at_once(AccountStore& store, std::vector<Account> accounts, int& came, int& refused) {
  TaskGroup tasks(accounts.size());
  for (Account& account : accounts) EXPECT_TRUE(tasks.spawn(come_with(store, std::move(account), came, refused)));
  co_await tasks.join();
}

TEST_P(AccountStoreContract, AnInviteIsUsedInTheWriteThatMakesTheAccountAndNoOftenerThanItHasUses) {
  const InstanceInvite invite{.code = "v1", .uses_left = 3, .created_at = TimeMs(1), .expires_at = TimeMs(100)};
  ASSERT_TRUE(wait(accounts().put_invite(invite, AuditNote())).has_value());
  rig_->restart();
  EXPECT_EQ(**wait(accounts().invite("v1")), invite);
  EXPECT_EQ(*wait(accounts().invite("v2")), std::nullopt);
  const auto code_of = [](const Status& status) { return status.error().code; };
  EXPECT_EQ(code_of(wait(accounts().create_account(an_account(1, "ada"), {.code = "v2", .at = TimeMs(50)}))), ErrorCode::kUnknownInvite);
  EXPECT_EQ(code_of(wait(accounts().create_account(an_account(1, "ada"), {.code = "v1", .at = TimeMs(100)}))), ErrorCode::kUnknownInvite);
  EXPECT_FALSE(*wait(accounts().user_of_name("ada"))) << "nothing is written";
  int came = 0;
  int refused = 0;
  std::vector<Account> many;
  for (std::uint64_t i = 1; i <= 8; ++i) many.push_back(an_account(i, "user" + std::to_string(i)));
  run_blocking(rig_->cores().at(0), come_at_once(accounts(), std::move(many), came, refused));
  EXPECT_EQ(came, 3);
  EXPECT_EQ(refused, 5);
  rig_->restart();
  EXPECT_EQ(*wait(accounts().invite("v1")), std::nullopt) << "used up";
}

TEST_P(AccountStoreContract, OfManyWhoWantANameAtOnceOneGetsIt) {
  std::vector<Account> wanted;
  for (std::uint64_t id = 1; id <= 40; ++id) wanted.push_back(an_account(id, "ada"));
  int taken = 0;
  int made = 0;
  run_blocking(rig_->cores().at(0), create_at_once(rig_->cores(), accounts(), wanted, taken, made));
  EXPECT_EQ(made, 1);
  EXPECT_EQ(taken, 39);
}

TEST_P(AccountStoreContract, AVerifiedEmailIsANameAndAnUnverifiedOneIsNot) {
  Account ada = an_account(1, "ada");
  ada.email = "x@example.org";
  Account bob = an_account(2, "bob");
  bob.email = "X@Example.org";
  ASSERT_TRUE(wait(accounts().create_account(ada)).has_value());
  ASSERT_TRUE(wait(accounts().create_account(bob)).has_value());
  const auto verify = [](Account& account) { return account.email_verified = true, Status(); };
  ASSERT_TRUE(wait(accounts().change_account(UserId(2), verify)).has_value());
  EXPECT_EQ(wait(accounts().user_of_name("x@example.org")).value(), UserId(2));
  const auto late = wait(accounts().change_account(UserId(1), verify));
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::kTaken);
  EXPECT_EQ(field_of(late.error()), "email");
  EXPECT_FALSE(wait(accounts().account(UserId(1))).value().email_verified);

  const auto drop = [](Account& account) { return account.email.clear(), account.email_verified = false, Status(); };
  ASSERT_TRUE(wait(accounts().change_account(UserId(2), drop)).has_value());
  EXPECT_EQ(wait(accounts().user_of_name("x@example.org")).value(), UserId());
  ASSERT_TRUE(wait(accounts().change_account(UserId(1), verify)).has_value());
  rig_->restart();
  EXPECT_EQ(wait(accounts().user_of_name("x@example.org")).value(), UserId(1));
}

TEST_P(AccountStoreContract, ARefusedChangeWritesNothing) {
  ASSERT_TRUE(wait(accounts().create_account(an_account(1, "ada"))).has_value());
  const auto refuse = [](Account& account) -> Status {
    account.display_name = "Changed";
    return fail(ErrorCode::kBadCredentials);
  };
  const auto refused = wait(accounts().change_account(UserId(1), refuse));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kBadCredentials);
  EXPECT_EQ(wait(accounts().account(UserId(1))).value().display_name, "Somebody");
  EXPECT_EQ(wait(accounts().change_account(UserId(9), refuse)).error().code, ErrorCode::kUnknownUser);
}

inline Task<void> append_a_letter(Cores& cores, AccountStore& store, unsigned core) {
  co_await hop(cores.at(core));
  const auto append = [](Account& account) { return account.display_name += "x", Status(); };
  std::function<Status(Account&)> change = append;
  EXPECT_TRUE((co_await store.change_account(UserId(1), std::move(change))).has_value());
  co_await hop(cores.at(0));
}

inline Task<void> append_at_once(Cores& cores, AccountStore& store, unsigned count) {
  TaskGroup tasks(count);
  for (unsigned i = 0; i < count; ++i) EXPECT_TRUE(tasks.spawn(append_a_letter(cores, store, i % cores.size())));
  co_await tasks.join();
}

TEST_P(AccountStoreContract, OfManyChangesAtOnceNoneIsLost) {
  Account ada = an_account(1, "ada");
  ada.display_name = "";
  ASSERT_TRUE(wait(accounts().create_account(ada)).has_value());
  run_blocking(rig_->cores().at(0), append_at_once(rig_->cores(), accounts(), 50));
  EXPECT_EQ(wait(accounts().account(UserId(1))).value().display_name, std::string(50, 'x'));
}

TEST_P(AccountStoreContract, UsernamesAreFoundByPrefixInOrderAndPageByPage) {
  std::uint64_t id = 1;
  for (const char* name : {"bea", "anna", "an", "anton", "ann.a", "ao"}) {
    ASSERT_TRUE(wait(accounts().create_account(an_account(id++, name))).has_value());
  }
  Account mailed = an_account(id, "zoe");
  mailed.email = "anna@example.org";
  mailed.email_verified = true;
  ASSERT_TRUE(wait(accounts().create_account(mailed)).has_value());
  const auto names = [this](std::string prefix, std::string after, std::size_t limit) {
    std::vector<std::string> found;
    for (const NameEntry& entry : wait(accounts().usernames(prefix, after, limit)).value()) found.push_back(entry.username);
    return found;
  };
  using testing::ElementsAre;
  EXPECT_THAT(names("an", "", 20), ElementsAre("an", "ann.a", "anna", "anton"));
  EXPECT_THAT(names("an", "", 2), ElementsAre("an", "ann.a"));
  EXPECT_THAT(names("an", "ann.a", 2), ElementsAre("anna", "anton"));
  EXPECT_THAT(names("x", "", 20), ElementsAre());
  EXPECT_THAT(wait(accounts().usernames("bea", "", 1)).value(), ElementsAre(NameEntry{"bea", UserId(1)}));
}

TEST_P(AccountStoreContract, LoginsAreListedOldestFirstAndEndWithTheirRefreshTokens) {
  Login first{LoginId(11), UserId(1), Device{"d", DeviceKind::kMobile, "Phone"}, TimeMs(100)};
  Login second{LoginId(12), UserId(1), std::nullopt, TimeMs(200)};
  Login foreign{LoginId(13), UserId(2), std::nullopt, TimeMs(300)};
  RefreshFamily family;
  family.current = "hash";
  family.last_used_at = TimeMs(500);
  for (const Login& login : {second, first, foreign}) ASSERT_TRUE(wait(accounts().put_login(login, family)).has_value());
  rig_->restart();
  const auto listed = wait(accounts().logins_of(UserId(1))).value();
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_TRUE(listed[0].login == first);
  EXPECT_TRUE(listed[1].login == second);
  EXPECT_EQ(listed[0].last_used_at, TimeMs(500));
  EXPECT_TRUE(wait(accounts().login(UserId(1), LoginId(11))).value() == first);
  EXPECT_EQ(wait(accounts().login(UserId(2), LoginId(11))).error().code, ErrorCode::kUnknownSession);

  ASSERT_TRUE(wait(accounts().end_logins(UserId(1), {LoginId(11), LoginId(99)}, AuditNote())).has_value());
  rig_->restart();
  EXPECT_EQ(wait(accounts().login(UserId(1), LoginId(11))).error().code, ErrorCode::kUnknownSession);
  const auto touch = [](RefreshFamily&) { return Status(); };
  EXPECT_EQ(wait(accounts().change_refresh(UserId(1), LoginId(11), touch)).error().code, ErrorCode::kUnknownSession);
  EXPECT_EQ(wait(accounts().logins_of(UserId(1))).value().size(), 1u);
  EXPECT_EQ(wait(accounts().logins_of(UserId(2))).value().size(), 1u);
}

TEST_P(AccountStoreContract, LoginsEndInTheWriteThatChangesTheirAccount) {
  ASSERT_TRUE(wait(accounts().create_account(an_account(1, "ada"))).has_value());
  for (const std::uint64_t id : {11, 12, 13}) {
    const Login login{LoginId(id), UserId(1), std::nullopt, TimeMs(100)};
    ASSERT_TRUE(wait(accounts().put_login(login, RefreshFamily())).has_value());
  }
  const auto refuse = [](Account&) -> Status { return fail(ErrorCode::kBadCredentials); };
  ASSERT_FALSE(wait(accounts().change_account(UserId(1), refuse, AuditNote(), {LoginId(11)})).has_value());
  EXPECT_EQ(wait(accounts().logins_of(UserId(1))).value().size(), 3u);
  const auto disable = [](Account& account) { return account.disabled = true, Status(); };
  ASSERT_TRUE(wait(accounts().change_account(UserId(1), disable, AuditNote(), {LoginId(11), LoginId(13), LoginId(99)})).has_value());
  rig_->restart();
  EXPECT_TRUE(wait(accounts().account(UserId(1))).value().disabled);
  ASSERT_EQ(wait(accounts().logins_of(UserId(1))).value().size(), 1u);
  EXPECT_TRUE(wait(accounts().login(UserId(1), LoginId(12))).has_value());
  const auto touch = [](RefreshFamily&) { return Status(); };
  EXPECT_EQ(wait(accounts().change_refresh(UserId(1), LoginId(11), touch)).error().code, ErrorCode::kUnknownSession);
}

TEST_P(AccountStoreContract, ARefreshFamilyIsChangedInPlace) {
  RefreshFamily family;
  family.key = "key";
  family.current = "one";
  ASSERT_TRUE(wait(accounts().put_login(Login{LoginId(11), UserId(1), std::nullopt, TimeMs(1)}, family)).has_value());
  const auto rotate = [](RefreshFamily& now) {
    now.previous = now.current;
    now.current = "two";
    now.previous_first_use = TimeMs(77);
    return Status();
  };
  EXPECT_EQ(wait(accounts().change_refresh(UserId(1), LoginId(11), rotate)).value().current, "two");
  rig_->restart();
  const auto look = [](RefreshFamily&) -> Status { return fail(ErrorCode::kUnauthorized); };
  EXPECT_EQ(wait(accounts().change_refresh(UserId(1), LoginId(11), look)).error().code, ErrorCode::kUnauthorized);
  const auto same = [](RefreshFamily&) { return Status(); };
  const auto read = wait(accounts().change_refresh(UserId(1), LoginId(11), same)).value();
  EXPECT_EQ(read.previous, "one");
  EXPECT_EQ(read.key, "key");
  EXPECT_EQ(read.previous_first_use, TimeMs(77));
}

TEST_P(AccountStoreContract, KeysAreKeptAndReplacedByTheirKid) {
  KeyRecord key{"k1", "der-1", TimeMs(1), TimeMs()};
  ASSERT_TRUE(wait(accounts().put_key(key)).has_value());
  ASSERT_TRUE(wait(accounts().put_key(KeyRecord{"k2", "der-2", TimeMs(2), TimeMs()})).has_value());
  key.retired_at = TimeMs(9);
  ASSERT_TRUE(wait(accounts().put_key(key)).has_value());
  rig_->restart();
  EXPECT_THAT(wait(accounts().keys()).value(), testing::UnorderedElementsAre(key, KeyRecord{"k2", "der-2", TimeMs(2), TimeMs()}));
}

inline AuditEntry an_entry(std::uint64_t target, AuditAction action = AuditAction::kUserDisabled) {
  AuditEntry entry;
  entry.at = TimeMs(1000 + static_cast<std::int64_t>(target));
  entry.action = action;
  entry.actor = UserId(7);
  entry.actor_name = "root";
  entry.target = UserId(target);
  entry.target_name = "user" + std::to_string(target);
  entry.detail = "a detail";
  return entry;
}

TEST_P(AdministrationStoreContract, RollsAgreeWithAccountsAlsoAfterARestart) {
  using testing::ElementsAre;
  const auto on = [this](Roll roll) { return wait(administration().roll(roll, UserId(), 100)).value(); };
  for (std::uint64_t id = 1; id <= 4; ++id) {
    Account account = an_account(id, "user" + std::to_string(id));
    account.admin = id % 2 == 0;
    ASSERT_TRUE(wait(accounts().create_account(account)).has_value());
  }
  EXPECT_THAT(on(Roll::kAdministrators), ElementsAre(UserId(4), UserId(2)));
  const auto disable = [](Account& account) { return account.disabled = true, Status(); };
  ASSERT_TRUE(wait(accounts().change_account(UserId(1), disable)).has_value());
  ASSERT_TRUE(wait(accounts().change_account(UserId(4), disable)).has_value());
  rig_->restart();
  EXPECT_THAT(on(Roll::kDisabled), ElementsAre(UserId(4), UserId(1)));
  EXPECT_THAT(on(Roll::kAdministrators), ElementsAre(UserId(4), UserId(2)));
  EXPECT_THAT(wait(administration().roll(Roll::kDisabled, UserId(4), 1)).value(), ElementsAre(UserId(1)));
  const auto enable = [](Account& account) { return account.disabled = false, account.admin = false, Status(); };
  ASSERT_TRUE(wait(accounts().change_account(UserId(4), enable)).has_value());
  const auto remove = [](Account& account) { return account.deleted = true, Status(); };
  ASSERT_TRUE(wait(accounts().change_account(UserId(1), remove)).has_value());
  rig_->restart();
  EXPECT_THAT(on(Roll::kDisabled), ElementsAre());
  EXPECT_THAT(on(Roll::kAdministrators), ElementsAre(UserId(2)));
  EXPECT_TRUE(wait(accounts().account(UserId(1))).value().disabled);
}

TEST_P(AdministrationStoreContract, AccountsAreListedNewestFirst) {
  for (std::uint64_t id = 1; id <= 5; ++id) ASSERT_TRUE(wait(accounts().create_account(an_account(id, "user" + std::to_string(id)))));
  const auto ids = [this](UserId before, std::size_t limit) {
    std::vector<std::uint64_t> found;
    for (const Account& account : wait(administration().accounts_before(before, limit)).value()) found.push_back(account.id.value);
    return found;
  };
  EXPECT_THAT(ids(UserId(), 3), testing::ElementsAre(5, 4, 3));
  EXPECT_THAT(ids(UserId(3), 3), testing::ElementsAre(2, 1));
}

TEST_P(AdministrationStoreContract, ANoteIsThereWithItsChangeAndNotWithoutIt) {
  ASSERT_TRUE(wait(accounts().create_account(an_account(1, "ada"), InviteUse(), an_entry(1, AuditAction::kAdminCreated))).has_value());
  ASSERT_FALSE(wait(accounts().create_account(an_account(2, "ada"), InviteUse(), an_entry(2))).has_value());
  const auto refuse = [](Account&) -> Status { return fail(ErrorCode::kTaken); };
  ASSERT_FALSE(wait(accounts().change_account(UserId(1), refuse, an_entry(3))).has_value());
  const auto change = [](Account& account) { return account.disabled = true, Status(); };
  ASSERT_TRUE(wait(accounts().change_account(UserId(1), change, an_entry(4))).has_value());
  rig_->restart();
  ASSERT_TRUE(wait(accounts().end_logins(UserId(1), {LoginId(1)}, an_entry(5))).has_value());
  const auto all = wait(administration().audit(0, 10)).value();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].target, UserId(5));
  EXPECT_EQ(all[1].target, UserId(4));
  AuditEntry first = an_entry(1, AuditAction::kAdminCreated);
  first.number = all[2].number;
  EXPECT_EQ(all[2], first);
  EXPECT_THAT(wait(administration().audit(all[0].number, 1)).value(), testing::ElementsAre(all[1]));
}

TEST_P(AdministrationStoreContract, TheNewestNotesAreKeptAndOlderOnesGo) {
  for (std::uint64_t i = 1; i <= 3; ++i) ASSERT_TRUE(wait(administration().put_registration(Registration::kInvite, an_entry(i))));
  const std::uint64_t first = wait(administration().audit(0, 3)).value().back().number;
  std::vector<Task<Status>> more;
  for (std::uint64_t i = 4; i <= kAuditEntriesMax + 2; ++i) {
    more.push_back(administration().put_registration(Registration::kInvite, an_entry(i)));
  }
  run_blocking(rig_->cores().at(0), all_at_once(std::move(more)));
  EXPECT_THAT(wait(administration().audit(first + 2, 10)).value(), testing::IsEmpty());
  EXPECT_EQ(wait(administration().audit(first + 3, 10)).value().size(), 1u);
}

TEST_P(AdministrationStoreContract, InvitesAreListedAndRemoved) {
  const InstanceInvite one{
      .code = "a", .uses = 3, .uses_left = 3, .created_at = TimeMs(1), .expires_at = {}, .created_by = UserId(7), .note = "new colleagues"};
  const InstanceInvite two{
      .code = "b", .uses = 1, .uses_left = 1, .created_at = TimeMs(2), .expires_at = TimeMs(9), .created_by = {}, .note = ""};
  ASSERT_TRUE(wait(accounts().put_invite(one, an_entry(1))).has_value());
  ASSERT_TRUE(wait(accounts().put_invite(two, AuditNote())).has_value());
  rig_->restart();
  EXPECT_THAT(wait(administration().invites(10)).value(), testing::ElementsAre(one, two));
  EXPECT_EQ(wait(administration().remove_invite("c", an_entry(2))).error().code, ErrorCode::kUnknownInvite);
  ASSERT_TRUE(wait(administration().remove_invite("a", an_entry(3))).has_value());
  rig_->restart();
  EXPECT_THAT(wait(administration().invites(10)).value(), testing::ElementsAre(two));
  EXPECT_EQ(wait(administration().audit(0, 10)).value().size(), 2u);
}

TEST_P(AdministrationStoreContract, RegistrationIsAsItWasSet) {
  EXPECT_EQ(wait(administration().registration()).value(), std::nullopt);
  ASSERT_TRUE(wait(administration().put_registration(Registration::kClosed, an_entry(1))).has_value());
  rig_->restart();
  EXPECT_EQ(wait(administration().registration()).value(), Registration::kClosed);
}

TEST_P(PersonalStoreContract, BlocksAreSetListedAndLifted) {
  EXPECT_FALSE(wait(personal().blocked_between(UserId(1), UserId(2))).value());
  for (const std::uint64_t other : {5u, 2u, 2u, 300u}) ASSERT_TRUE(wait(personal().set_block(UserId(1), UserId(other), true)).has_value());
  ASSERT_TRUE(wait(personal().set_block(UserId(2), UserId(9), true)).has_value());
  rig_->restart();
  EXPECT_THAT(wait(personal().blocks_of(UserId(1))).value(), testing::ElementsAre(UserId(2), UserId(5), UserId(300)));
  EXPECT_TRUE(wait(personal().blocked_between(UserId(1), UserId(2))).value());
  EXPECT_TRUE(wait(personal().blocked_between(UserId(2), UserId(1))).value());
  EXPECT_FALSE(wait(personal().blocked_between(UserId(1), UserId(9))).value());
  ASSERT_TRUE(wait(personal().set_block(UserId(1), UserId(2), false)).has_value());
  ASSERT_TRUE(wait(personal().set_block(UserId(1), UserId(2), false)).has_value());
  EXPECT_FALSE(wait(personal().blocked_between(UserId(2), UserId(1))).value());
}

TEST_P(PersonalStoreContract, SettingsBeginWithTheirDefaultsAndAreKept) {
  EXPECT_TRUE(wait(personal().settings(UserId(1))).value().read_receipts);
  ASSERT_TRUE(wait(personal().put_settings(UserId(1), UserSettings{false})).has_value());
  rig_->restart();
  EXPECT_FALSE(wait(personal().settings(UserId(1))).value().read_receipts);
  EXPECT_TRUE(wait(personal().settings(UserId(2))).value().read_receipts);
}

TEST_P(PersonalStoreContract, ChannelSettingsAreKeptForEachChannel) {
  EXPECT_EQ(*wait(personal().channel_settings(UserId(1), ChannelId(2))), std::nullopt);
  const ChannelSettings settings{.notify = Notify::kMentions, .muted_until = TimeMs(77)};
  ASSERT_TRUE(wait(personal().put_channel_settings(UserId(1), ChannelId(2), settings)));
  rig_->restart();
  EXPECT_EQ(*wait(personal().channel_settings(UserId(1), ChannelId(2))), settings);
  EXPECT_EQ(*wait(personal().channel_settings(UserId(1), ChannelId(3))), std::nullopt);
}

}  // namespace rookery
