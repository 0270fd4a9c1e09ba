#include "embedded/rocks_account_store.h"

#include <algorithm>

#include "base/bytes.h"
#include "embedded/database.h"
#include "embedded/keys.h"
#include "runtime/log.h"

namespace rookery::embedded {
namespace {

constexpr std::size_t kRowsMax = 100'000;  // of one user, and of keys: far above every limit on them
constexpr std::size_t kAccountsAtOnce = 1000;
constexpr std::uint8_t kNameVersion = 1;
constexpr std::uint8_t kRegistrationVersion = 1;

Error taken(std::string field) {
  Error error(ErrorCode::kTaken);
  error.fields.push_back({std::move(field), "is taken"});
  return error;
}

std::unexpected<Error> damaged(std::string_view what) {
  log_error("a stored record cannot be read", {{"record", what}});
  return fail(ErrorCode::kInternal);
}

std::string encode_owner(UserId user) {
  std::string bytes;
  ByteWriter(bytes).u8(kNameVersion).u64(user.value);
  return bytes;
}

std::optional<UserId> decode_owner(std::string_view bytes) {
  ByteReader in(bytes);
  const bool known = in.u8() == kNameVersion;
  const UserId user(in.u64());
  return known && in.at_end() ? std::optional(user) : std::nullopt;
}

bool is_on(const Account& account, Roll roll) {
  if (account.deleted) return false;
  return roll == Roll::kAdministrators ? account.admin : account.disabled;
}

// `before`: as it is stored; an account of no name where it is new.
void put_account(Batch& batch, const Account& before, const Account& account) {
  batch.put(Family::kState, user_key(account.id), encode(account));
  for (const Roll roll : {Roll::kAdministrators, Roll::kDisabled}) {
    const std::string key = roll_key(static_cast<std::uint8_t>(roll), account.id);
    if (is_on(account, roll)) {
      batch.put(Family::kState, key, std::string(1, '\1'));
    } else if (is_on(before, roll)) {
      batch.erase(Family::kState, key);
    }
  }
}
void erase_logins(Batch& batch, UserId user, const std::vector<LoginId>& logins) {
  for (const LoginId login : logins) {
    batch.erase(Family::kState, login_key(user, login));
    batch.erase(Family::kState, refresh_key(login));
  }
}
void put_name(Batch& batch, const std::string& name, UserId user) { batch.put(Family::kState, name_key(name), encode_owner(user)); }

}  // namespace

RocksAccountStore::RocksAccountStore(Cores& cores, Database& database) : cores_(cores), database_(database) {
  for (unsigned i = 0; i < cores.size(); ++i) locks_.push_back(std::make_unique<Locks>());
}

RocksAccountStore::~RocksAccountStore() = default;

Status RocksAccountStore::prepare() {
  const auto newest = database_.scan_now(Family::kState, ScanRange::of_prefix(table_prefix(Table::kAudit), 1, true));
  if (!newest) return fail(newest.error());
  if (!newest->empty()) last_note_ = parse_audit_key(newest->front().first).value_or(0);

  const auto made = database_.get_now(Family::kState, meta_key(kMetaRolls));
  if (!made) return fail(made.error());
  if (*made) return {};
  ScanRange range = ScanRange::of_prefix(table_prefix(Table::kUser), kAccountsAtOnce);
  for (bool more = true; more;) {
    const auto rows = database_.scan_now(Family::kState, range);
    if (!rows) return fail(rows.error());
    more = rows->size() == range.limit;
    Batch batch;
    for (const auto& [key, value] : *rows) {
      const auto user = parse_user_key(key);
      auto account = decode_account(value);
      if (!user || !account) return damaged("account");
      account->id = *user;
      if (account->admin || account->disabled) put_account(batch, Account(), *account);
      range.from = key + '\0';
    }
    if (!more) batch.put(Family::kState, meta_key(kMetaRolls), std::string(1, '\1'));
    if (!batch.empty()) database_.commit_now(std::move(batch));
  }
  return {};
}

void RocksAccountStore::add_note(Batch& batch, const AuditNote& note) {
  if (!note) return;
  const std::uint64_t number = ++last_note_;
  batch.put(Family::kState, audit_key(number), encode(*note));
  if (number > kAuditEntriesMax) batch.erase(Family::kState, audit_key(number - kAuditEntriesMax));
}

template <class T>
Task<T> RocksAccountStore::locked_here(std::string key, Task<T> work) {
  const auto guard = co_await locks_[Core::current().index()]->acquire(std::move(key));
  co_return co_await std::move(work);
}

template <class T>
Task<T> RocksAccountStore::under_lock(std::string key, Task<T> work) {
  Core& home = Core::current();
  Core& owner = cores_.at(static_cast<unsigned>(std::hash<std::string>()(key) % cores_.size()));
  co_await hop(owner);
  auto outcome = co_await locked_here(std::move(key), std::move(work));
  co_await hop(home);
  co_return outcome;
}

Task<Status> RocksAccountStore::create_account(Account account, InviteUse use, AuditNote note) {
  std::string name = name_key(account.username);
  const std::string email = account.email_name();
  const std::string code = use.code;
  auto work = create_under_lock(std::move(account), std::move(use), std::move(note));
  if (!email.empty()) work = under_lock(name_key(email), std::move(work));
  work = under_lock(std::move(name), std::move(work));
  if (!code.empty()) work = under_lock(invite_key(code), std::move(work));
  co_return co_await std::move(work);
}

Task<Status> RocksAccountStore::create_under_lock(Account account, InviteUse use, AuditNote note) {
  const auto name_owner = co_await user_of_name(account.username);
  if (!name_owner) co_return fail(name_owner.error());
  if (*name_owner) co_return fail(taken("username"));
  Batch batch;
  if (const std::string email = account.email_name(); !email.empty()) {
    const auto email_owner = co_await user_of_name(email);
    if (!email_owner) co_return fail(email_owner.error());
    if (*email_owner) co_return fail(taken("email"));
    put_name(batch, email, account.id);
  }
  if (!use.code.empty()) {
    auto used = co_await use_invite(std::move(use), batch);
    if (!used) co_return used;
  }
  put_name(batch, account.username, account.id);
  put_account(batch, Account(), account);
  add_note(batch, note);
  co_return co_await database_.commit(std::move(batch));
}

// Under its lock: of many who use it at once, as many come in as it has uses left.
Task<Status> RocksAccountStore::use_invite(InviteUse use, Batch& batch) {
  auto found = co_await invite(use.code);
  if (!found) co_return fail(found.error());
  if (!*found || !(*found)->good_at(use.at)) co_return fail(ErrorCode::kUnknownInvite);
  InstanceInvite& left = **found;
  if (--left.uses_left == 0) {
    batch.erase(Family::kState, invite_key(left.code));
  } else {
    batch.put(Family::kState, invite_key(left.code), encode(left));
  }
  co_return Status();
}

Task<Status> RocksAccountStore::put_invite(InstanceInvite invite, AuditNote note) {
  Batch batch;
  batch.put(Family::kState, invite_key(invite.code), encode(invite));
  add_note(batch, note);
  co_return co_await database_.commit(std::move(batch));
}

Task<Result<std::optional<InstanceInvite>>> RocksAccountStore::invite(std::string code) {
  const auto row = co_await database_.get(Family::kState, invite_key(code));
  if (!row) co_return fail(row.error());
  if (!*row) co_return std::nullopt;
  auto found = decode_instance_invite(**row);
  if (!found) co_return damaged("invite");
  found->code = std::move(code);
  co_return found;
}

Task<Result<Account>> RocksAccountStore::account(UserId user) {
  const auto row = co_await database_.get(Family::kState, user_key(user));
  if (!row) co_return fail(row.error());
  if (!*row) co_return fail(ErrorCode::kUnknownUser);
  auto account = decode_account(**row);
  if (!account) co_return damaged("account");
  account->id = user;
  co_return std::move(*account);
}

Task<Result<Account>> RocksAccountStore::change_account(UserId user, std::function<Status(Account&)> change, AuditNote note,
                                                        std::vector<LoginId> ended) {
  const bool ends_logins = !ended.empty();
  auto work = change_under_lock(user, std::move(change), std::move(note), std::move(ended));
  work = under_lock(user_key(user), std::move(work));
  if (ends_logins) work = under_lock(login_prefix(user), std::move(work));
  co_return co_await std::move(work);
}

Task<Result<Account>> RocksAccountStore::change_under_lock(UserId user, std::function<Status(Account&)> change, AuditNote note,
                                                           std::vector<LoginId> ended) {
  auto before = co_await account(user);
  if (!before) co_return before;
  Account after = *before;
  if (auto changed = change(after); !changed) co_return fail(std::move(changed.error()));
  const std::string email = after.email_name();
  const bool new_name = !email.empty() && email != before->email_name();
  auto work = replace(std::move(*before), std::move(after), std::move(note), std::move(ended));
  if (new_name) work = under_lock(name_key(email), std::move(work));
  co_return co_await std::move(work);
}

Task<Result<Account>> RocksAccountStore::replace(Account before, Account after, AuditNote note, std::vector<LoginId> ended) {
  const std::string old_email = before.email_name();
  const std::string new_email = after.email_name();
  Batch batch;
  if (old_email != new_email) {
    if (!old_email.empty()) batch.erase(Family::kState, name_key(old_email));
    if (!new_email.empty()) {
      const auto owner = co_await user_of_name(new_email);
      if (!owner) co_return fail(owner.error());
      if (*owner && *owner != after.id) co_return fail(taken("email"));
      put_name(batch, new_email, after.id);
    }
  }
  put_account(batch, before, after);
  erase_logins(batch, after.id, ended);
  add_note(batch, note);
  auto written = co_await database_.commit(std::move(batch));
  if (!written) co_return fail(std::move(written.error()));
  co_return after;
}

Task<Result<UserId>> RocksAccountStore::user_of_name(std::string name) {
  const auto row = co_await database_.get(Family::kState, name_key(name));
  if (!row) co_return fail(row.error());
  if (!*row) co_return UserId();
  const auto owner = decode_owner(**row);
  if (!owner) co_return damaged("name");
  co_return *owner;
}

Task<Result<std::vector<NameEntry>>> RocksAccountStore::usernames(std::string prefix, std::string after, std::size_t limit) {
  std::vector<NameEntry> found;
  ScanRange range{name_key(std::max(prefix, after)), prefix_end(name_key(prefix)), limit + 1, false};
  while (found.size() < limit) {
    const auto rows = co_await database_.scan(Family::kState, range);
    if (!rows) co_return fail(rows.error());
    for (const auto& [key, value] : *rows) {
      const auto name = parse_name_key(key);
      const auto owner = decode_owner(value);
      if (!name || !owner) co_return damaged("name");
      if (*name != after && !name->contains('@') && found.size() < limit) found.push_back({std::string(*name), *owner});
    }
    if (rows->size() < range.limit) break;
    range.from = rows->back().first + '\0';
  }
  co_return found;
}

Task<Status> RocksAccountStore::put_login(Login login, RefreshFamily family) {
  Batch batch;
  batch.put(Family::kState, login_key(login.user, login.id), encode(login));
  batch.put(Family::kState, refresh_key(login.id), encode(family));
  co_return co_await database_.commit(std::move(batch));
}

Task<Result<Login>> RocksAccountStore::login(UserId user, LoginId login) {
  const auto row = co_await database_.get(Family::kState, login_key(user, login));
  if (!row) co_return fail(row.error());
  if (!*row) co_return fail(ErrorCode::kUnknownSession);
  auto found = decode_login(**row);
  if (!found) co_return damaged("login");
  found->user = user;
  found->id = login;
  co_return std::move(*found);
}

Task<Result<std::vector<UsedLogin>>> RocksAccountStore::logins_of(UserId user) {
  const auto rows = co_await database_.scan(Family::kState, ScanRange::of_prefix(login_prefix(user), kRowsMax));
  if (!rows) co_return fail(rows.error());
  std::vector<UsedLogin> found;
  for (const auto& [key, value] : *rows) {
    const auto ids = parse_login_key(key);
    auto login = decode_login(value);
    if (!ids || !login) co_return damaged("login");
    login->user = user;
    login->id = ids->second;
    const auto row = co_await database_.get(Family::kState, refresh_key(login->id));
    if (!row) co_return fail(row.error());
    const auto family = *row ? decode_refresh_family(**row) : std::nullopt;
    const TimeMs used_at = family ? family->last_used_at : login->created_at;
    found.push_back({std::move(*login), used_at});
  }
  co_return found;
}

// A user's logins are changed one at a time: a refresh does not bring back the row of a login that ends.
Task<Result<RefreshFamily>> RocksAccountStore::change_refresh(UserId user, LoginId login, std::function<Status(RefreshFamily&)> change) {
  auto work = refresh_under_lock(user, login, std::move(change));
  co_return co_await under_lock(login_prefix(user), std::move(work));
}

Task<Result<RefreshFamily>> RocksAccountStore::refresh_under_lock(UserId user, LoginId login,
                                                                  std::function<Status(RefreshFamily&)> change) {
  const auto there = co_await this->login(user, login);
  if (!there) co_return fail(there.error());
  const auto row = co_await database_.get(Family::kState, refresh_key(login));
  if (!row) co_return fail(row.error());
  auto family = *row ? decode_refresh_family(**row) : std::nullopt;
  if (!family) co_return damaged("refresh family");
  if (auto changed = change(*family); !changed) co_return fail(std::move(changed.error()));
  Batch batch;
  batch.put(Family::kState, refresh_key(login), encode(*family));
  auto written = co_await database_.commit(std::move(batch));
  if (!written) co_return fail(std::move(written.error()));
  co_return std::move(*family);
}

Task<Status> RocksAccountStore::end_logins(UserId user, std::vector<LoginId> logins, AuditNote note) {
  auto work = end_under_lock(user, std::move(logins), std::move(note));
  co_return co_await under_lock(login_prefix(user), std::move(work));
}

Task<Status> RocksAccountStore::end_under_lock(UserId user, std::vector<LoginId> logins, AuditNote note) {
  Batch batch;
  erase_logins(batch, user, logins);
  add_note(batch, note);
  if (batch.empty()) co_return Status();
  co_return co_await database_.commit(std::move(batch));
}

Task<Status> RocksAccountStore::put_key(KeyRecord key) {
  Batch batch;
  batch.put(Family::kState, signing_key_key(key.kid), encode(key));
  co_return co_await database_.commit(std::move(batch));
}

Task<Result<std::vector<KeyRecord>>> RocksAccountStore::keys() {
  const auto rows = co_await database_.scan(Family::kState, ScanRange::of_prefix(table_prefix(Table::kSigningKey), kRowsMax));
  if (!rows) co_return fail(rows.error());
  std::vector<KeyRecord> all;
  for (const auto& [key, value] : *rows) {
    const auto kid = parse_signing_key_key(key);
    auto record = decode_key_record(value);
    if (!kid || !record) co_return damaged("signing key");
    record->kid = *kid;
    all.push_back(std::move(*record));
  }
  co_return all;
}

Task<Status> RocksAccountStore::set_block(UserId user, UserId other, bool blocked) {
  Batch batch;
  if (blocked) {
    batch.put(Family::kState, block_key(user, other), std::string(1, '\1'));
  } else {
    batch.erase(Family::kState, block_key(user, other));
  }
  co_return co_await database_.commit(std::move(batch));
}

Task<Result<std::vector<UserId>>> RocksAccountStore::blocks_of(UserId user) {
  const auto rows = co_await database_.scan(Family::kState, ScanRange::of_prefix(block_prefix(user), kRowsMax));
  if (!rows) co_return fail(rows.error());
  std::vector<UserId> others;
  for (const auto& [key, value] : *rows) {
    const auto pair = parse_block_key(key);
    if (!pair) co_return damaged("block");
    others.push_back(pair->second);
  }
  co_return others;
}

Task<Result<bool>> RocksAccountStore::blocked_between(UserId a, UserId b) {
  const auto one = co_await database_.get(Family::kState, block_key(a, b));
  if (!one) co_return fail(one.error());
  if (*one) co_return true;
  const auto other = co_await database_.get(Family::kState, block_key(b, a));
  if (!other) co_return fail(other.error());
  co_return other->has_value();
}

Task<Result<UserSettings>> RocksAccountStore::settings(UserId user) {
  const auto row = co_await database_.get(Family::kState, settings_key(user, 0));
  if (!row) co_return fail(row.error());
  if (!*row) co_return UserSettings();
  const auto settings = decode_user_settings(**row);
  if (!settings) co_return damaged("settings");
  co_return *settings;
}

Task<Status> RocksAccountStore::put_settings(UserId user, UserSettings settings) {
  Batch batch;
  batch.put(Family::kState, settings_key(user, 0), encode(settings));
  co_return co_await database_.commit(std::move(batch));
}

Task<Result<std::optional<ChannelSettings>>> RocksAccountStore::channel_settings(UserId user, ChannelId channel) {
  const auto row = co_await database_.get(Family::kState, settings_key(user, channel.value));
  if (!row) co_return fail(row.error());
  if (!*row) co_return std::nullopt;
  const auto settings = decode_channel_settings(**row);
  if (!settings) co_return damaged("channel settings");
  co_return settings;
}

Task<Status> RocksAccountStore::put_channel_settings(UserId user, ChannelId channel, ChannelSettings settings) {
  Batch batch;
  batch.put(Family::kState, settings_key(user, channel.value), encode(settings));
  co_return co_await database_.commit(std::move(batch));
}

Task<Result<std::vector<Account>>> RocksAccountStore::accounts_before(UserId before, std::size_t limit) {
  ScanRange range = ScanRange::of_prefix(table_prefix(Table::kUser), limit, true);
  if (before) range.to = user_key(before);
  const auto rows = co_await database_.scan(Family::kState, std::move(range));
  if (!rows) co_return fail(rows.error());
  std::vector<Account> found;
  for (const auto& [key, value] : *rows) {
    const auto user = parse_user_key(key);
    auto account = decode_account(value);
    if (!user || !account) co_return damaged("account");
    account->id = *user;
    found.push_back(std::move(*account));
  }
  co_return found;
}

Task<Result<std::vector<UserId>>> RocksAccountStore::roll(Roll roll, UserId before, std::size_t limit) {
  const auto number = static_cast<std::uint8_t>(roll);
  ScanRange range = ScanRange::of_prefix(roll_prefix(number), limit, true);
  if (before) range.to = roll_key(number, before);
  const auto rows = co_await database_.scan(Family::kState, std::move(range));
  if (!rows) co_return fail(rows.error());
  std::vector<UserId> found;
  for (const auto& [key, value] : *rows) {
    const auto user = parse_roll_key(key);
    if (!user) co_return damaged("roll");
    found.push_back(*user);
  }
  co_return found;
}

Task<Result<std::vector<InstanceInvite>>> RocksAccountStore::invites(std::size_t limit) {
  const auto rows = co_await database_.scan(Family::kState, ScanRange::of_prefix(table_prefix(Table::kInvite), limit));
  if (!rows) co_return fail(rows.error());
  std::vector<InstanceInvite> found;
  for (const auto& [key, value] : *rows) {
    const auto code = parse_invite_key(key);
    auto invite = decode_instance_invite(value);
    if (!code || !invite) co_return damaged("invite");
    invite->code = *code;
    found.push_back(std::move(*invite));
  }
  co_return found;
}

Task<Status> RocksAccountStore::remove_invite(std::string code, AuditNote note) {
  std::string key = invite_key(code);
  auto work = remove_invite_under_lock(std::move(code), std::move(note));
  co_return co_await under_lock(std::move(key), std::move(work));
}

Task<Status> RocksAccountStore::remove_invite_under_lock(std::string code, AuditNote note) {
  const auto there = co_await invite(code);
  if (!there) co_return fail(there.error());
  if (!*there) co_return fail(ErrorCode::kUnknownInvite);
  Batch batch;
  batch.erase(Family::kState, invite_key(code));
  add_note(batch, note);
  co_return co_await database_.commit(std::move(batch));
}

Task<Result<std::optional<Registration>>> RocksAccountStore::registration() {
  const auto row = co_await database_.get(Family::kState, meta_key(kMetaRegistration));
  if (!row) co_return fail(row.error());
  if (!*row) co_return std::nullopt;
  ByteReader in(**row);
  const std::uint8_t version = in.u8();
  const std::uint8_t mode = in.u8();
  if (version != kRegistrationVersion || mode > static_cast<std::uint8_t>(Registration::kClosed) || !in.at_end()) {
    co_return damaged("registration");
  }
  co_return static_cast<Registration>(mode);
}

Task<Status> RocksAccountStore::put_registration(Registration registration, AuditNote note) {
  std::string bytes;
  ByteWriter(bytes).u8(kRegistrationVersion).u8(static_cast<std::uint8_t>(registration));
  Batch batch;
  batch.put(Family::kState, meta_key(kMetaRegistration), std::move(bytes));
  add_note(batch, note);
  co_return co_await database_.commit(std::move(batch));
}

Task<Result<std::vector<AuditEntry>>> RocksAccountStore::audit(std::uint64_t before, std::size_t limit) {
  ScanRange range = ScanRange::of_prefix(table_prefix(Table::kAudit), limit, true);
  if (before != 0) range.to = audit_key(before);
  const auto rows = co_await database_.scan(Family::kState, std::move(range));
  if (!rows) co_return fail(rows.error());
  std::vector<AuditEntry> found;
  for (const auto& [key, value] : *rows) {
    const auto number = parse_audit_key(key);
    auto entry = decode_audit_entry(value);
    if (!number || !entry) co_return damaged("audit entry");
    entry->number = *number;
    found.push_back(std::move(*entry));
  }
  co_return found;
}

}  // namespace rookery::embedded
