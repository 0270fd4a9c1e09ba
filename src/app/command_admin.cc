#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <memory>

#include "admin/administration.h"
#include "app/account_services.h"
#include "app/command_list.h"
#include "app/embedded_stores.h"
#include "app/terminal.h"
#include "runtime/log.h"
#include "runtime/option_values.h"

namespace rookery::app {
namespace {

constexpr auto kInviteDaysMax = static_cast<std::uint64_t>(admin::kInviteLifeMax.count());

// The program's parts that know people, on one core, without listening.
struct Desk {
  std::unique_ptr<EmbeddedStores> stores;
  std::unique_ptr<AccountServices> services;
};

Result<Desk> open_desk(const Config& config) {
  Desk desk;
  auto stores = EmbeddedStores::open(config, 1);
  if (!stores) return fail(std::move(stores.error()));
  desk.stores = *std::move(stores);
  desk.stores->start();
  auto services = AccountServices::open(config, *desk.stores);
  if (!services) return fail(std::move(services.error()));
  desk.services = *std::move(services);
  return desk;
}

std::string in_words(const Error& error) {
  std::string sentence(error.sentence());
  for (const FieldError& field : error.fields) sentence += fmt::format("; {} {}", field.path, field.sentence);
  return sentence;
}

struct Password {
  std::string text;
  bool made = false;  // by us: whoever asked does not know it yet
};

// Typed twice, or made when nothing is typed or nobody is there to type. None when the two differ.
std::optional<Password> choose_password(std::string_view username) {
  if (!somebody_is_there()) return Password{auth::make_password(system_random()), true};
  const auto first = ask_hidden(fmt::format("Password for {} (nothing: one is made): ", username));
  if (!first || first->empty()) return Password{auth::make_password(system_random()), true};
  if (ask_hidden("Again: ") != first) return std::nullopt;
  return Password{*first, false};
}

using Work = Task<void> (*)(auth::Accounts& accounts, std::string username, std::string password, Status& done);

// "rookery admin … USERNAME [OPTION…]": does `work` with the account services.
int with_accounts(Arguments arguments, Work work, bool with_password, std::string_view done_sentence) {
  if (arguments.empty() || arguments[0].starts_with("-")) return misused("a username is missing");
  const std::string username(arguments[0]);
  const auto loaded = load_config_or_explain(arguments.subspan(1));
  if (!loaded) return kMisused;
  configure_log(LogLevel::kWarning, loaded->config.log_format);
  auto desk = open_desk(loaded->config);
  if (!desk) return failed(in_words(desk.error()));
  std::optional<Password> password = Password{};
  if (with_password) password = choose_password(username);
  if (!password) return failed("the two passwords differ; nothing was changed");

  Status done;
  run_blocking(desk->stores->cores().at(0), work(desk->services->accounts(), username, password->text, done));
  desk->services->stop();
  desk->stores->stop();
  if (!done) return failed(in_words(done.error()));
  fmt::print("{} {}\n", username, done_sentence);
  if (password->made) fmt::print("password (shown this once): {}\n", password->text);
  return kDone;
}

Task<void> create(auth::Accounts& accounts, std::string username, std::string password, Status& done) {
  auth::NewAccount wanted;
  wanted.username = std::move(username);
  wanted.password = std::move(password);
  AuditNote note = admin::entry_of(AuditAction::kAdminCreated, {}, {});
  const auto created = co_await accounts.create(std::move(wanted), true, std::move(note));
  if (!created) done = fail(created.error());
}

Task<void> reset(auth::Accounts& accounts, std::string username, std::string password, Status& done) {
  const auto account = co_await accounts.of_name(std::move(username));
  if (!account) {
    done = fail(account.error());
    co_return;
  }
  AuditNote note = admin::entry_of(AuditAction::kPasswordReset, {}, *account);
  done = co_await accounts.reset_password(account->id, std::move(password), std::move(note));
}

Task<void> verify(auth::Accounts& accounts, std::string username, std::string, Status& done) {
  const auto account = co_await accounts.of_name(std::move(username));
  if (!account) {
    done = fail(account.error());
    co_return;
  }
  AuditNote note = admin::entry_of(AuditAction::kEmailVerified, {}, *account, account->email);
  done = co_await accounts.verify_email(account->id, std::move(note));
}

struct Invite {
  std::uint32_t uses = 1;
  std::uint32_t days = 7;
};

// The numbers before the first option; none when one of them is none.
std::optional<Invite> read_invite(Arguments& arguments) {
  Invite invite;
  for (std::uint32_t* value : {&invite.uses, &invite.days}) {
    if (arguments.empty() || arguments[0].starts_with("-")) break;
    const bool is_uses = value == &invite.uses;
    const auto number = parse_whole_number(arguments[0], is_uses ? 1 : 0, is_uses ? admin::kInviteUsesMax : kInviteDaysMax);
    if (!number) return std::nullopt;
    *value = static_cast<std::uint32_t>(*number);
    arguments = arguments.subspan(1);
  }
  return invite;
}

Task<void> make_invite(AccountStore& store, Invite invite, Result<std::string>& code) {
  InstanceInvite made = admin::new_invite({.uses = invite.uses, .good_for = std::chrono::days(invite.days)}, {}, system_random());
  code = made.code;
  AuditNote note = admin::entry_of(AuditAction::kInviteCreated, {}, {});
  const auto stored = co_await store.put_invite(std::move(made), std::move(note));
  if (!stored) code = fail(stored.error());
}

}  // namespace

int admin_invite_command(Arguments arguments) {
  const auto invite = read_invite(arguments);
  if (!invite) return misused("an invite has 1 to 1000000 uses, and is good for 0 to 36500 days");
  const auto loaded = load_config_or_explain(arguments);
  if (!loaded) return kMisused;
  configure_log(LogLevel::kWarning, loaded->config.log_format);
  auto desk = open_desk(loaded->config);
  if (!desk) return failed(in_words(desk.error()));
  Result<std::string> code;
  run_blocking(desk->stores->cores().at(0), make_invite(desk->stores->accounts(), *invite, code));
  desk->services->stop();
  desk->stores->stop();
  if (!code) return failed(in_words(code.error()));
  fmt::print("{}\n", *code);
  return kDone;
}

int admin_create_command(Arguments arguments) { return with_accounts(arguments, create, true, "is an administrator"); }

int admin_reset_password_command(Arguments arguments) {
  return with_accounts(arguments, reset, true, "has a new password, and every login of the account has ended");
}

int admin_verify_email_command(Arguments arguments) {
  return with_accounts(arguments, verify, false, "can sign in with the account's e-mail");
}

}  // namespace rookery::app
