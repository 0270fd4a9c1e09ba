#include "admin/user_search.h"

#include <unicode/unistr.h>

#include "base/bytes.h"

namespace rookery::admin {
namespace {

constexpr std::size_t kReadAtOnce = 100;

enum class Phase : std::uint8_t { kNames = 1, kAges = 2 };

std::string case_folded(std::string_view text) {
  std::string out;
  icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size()))).foldCase().toUTF8String(out);
  return out;
}

bool passes(const UserFilter& filter, const Account& account) {
  return !account.deleted && (!filter.disabled || account.disabled == *filter.disabled) &&
         (!filter.admin || account.admin == *filter.admin);
}

}  // namespace

// Where a search is, and what it has found.
struct UserSearch::Search {
  UserFilter filter;
  std::size_t limit;
  std::string username;      // folded
  std::string display_name;  // case folded
  Phase phase = Phase::kNames;
  std::string after_name;
  UserId before;
  std::size_t looked_at = 0;
  std::vector<Account> found;

  bool enough() const { return found.size() == limit || looked_at >= kLookedAtMax; }

  Status go_on_from(const std::string& next) {
    const auto bytes = decode_base64url(next);
    ByteReader in(bytes ? std::string_view(*bytes) : std::string_view());
    const std::uint8_t number = in.u8();
    if (number == static_cast<std::uint8_t>(Phase::kNames)) {
      after_name = in.string();
    } else {
      before = UserId(in.u64());
    }
    phase = static_cast<Phase>(number);
    if (!in.at_end() || (phase != Phase::kNames && phase != Phase::kAges)) return fail(Error::invalid("before", "must be a page's cursor"));
    return {};
  }

  std::string next() const {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(static_cast<std::uint8_t>(phase));
    if (phase == Phase::kNames) {
      out.string(after_name);
    } else {
      out.u64(before.value);
    }
    return base64url(bytes);
  }
};

Task<Result<UserPage>> UserSearch::find(UserFilter filter, std::string next, std::size_t limit) {
  Search search{.filter = std::move(filter), .limit = limit};
  search.username = folded(search.filter.words);
  search.display_name = case_folded(search.filter.words);
  if (search.filter.words.empty()) search.phase = Phase::kAges;
  if (!next.empty()) {
    if (auto good = search.go_on_from(next); !good) co_return fail(std::move(good.error()));
  }
  if (search.phase == Phase::kNames) {
    if (auto done = co_await by_name(search); !done) co_return fail(std::move(done.error()));
  }
  UserPage page;
  bool more = search.phase == Phase::kNames;
  if (!more) {
    if (search.enough()) {
      more = true;
    } else {
      if (auto done = co_await by_age(search); !done) co_return fail(std::move(done.error()));
      more = search.before != UserId();
    }
  }
  if (more) page.next = search.next();
  page.users = std::move(search.found);
  co_return page;
}

// Ends in phase kAges when there are no more names.
Task<Status> UserSearch::by_name(Search& search) {
  while (!search.enough()) {
    const auto names = co_await accounts_.usernames(search.username, search.after_name, kReadAtOnce);
    if (!names) co_return fail(names.error());
    for (const NameEntry& entry : *names) {
      if (search.enough()) co_return Status();
      auto account = co_await accounts_.account(entry.user);
      if (!account) co_return fail(std::move(account.error()));
      search.after_name = entry.username;
      ++search.looked_at;
      if (passes(search.filter, *account)) search.found.push_back(std::move(*account));
    }
    if (names->size() < kReadAtOnce) {
      search.phase = Phase::kAges;
      co_return Status();
    }
  }
  co_return Status();
}

Task<Result<std::vector<Account>>> UserSearch::newest(const UserFilter& filter, UserId before) {
  const bool disabled = filter.disabled.value_or(false);
  if (!disabled && !filter.admin.value_or(false)) co_return co_await store_.accounts_before(before, kReadAtOnce);
  const Roll of = disabled ? Roll::kDisabled : Roll::kAdministrators;
  const auto users = co_await store_.roll(of, before, kReadAtOnce);
  if (!users) co_return fail(users.error());
  std::vector<Account> accounts;
  for (const UserId user : *users) {
    auto account = co_await accounts_.account(user);
    if (!account) co_return fail(std::move(account.error()));
    accounts.push_back(std::move(*account));
  }
  co_return accounts;
}

// `before` is empty afterwards when nobody is left.
Task<Status> UserSearch::by_age(Search& search) {
  const bool by_words = !search.filter.words.empty();
  while (!search.enough()) {
    auto accounts = co_await newest(search.filter, search.before);
    if (!accounts) co_return fail(std::move(accounts.error()));
    for (Account& account : *accounts) {
      if (search.enough()) co_return Status();
      search.before = account.id;
      ++search.looked_at;
      if (!passes(search.filter, account)) continue;
      // Who is found by the username was so in the phase before.
      if (by_words && (account.username.starts_with(search.username) ||
                       case_folded(account.display_name).find(search.display_name) == std::string::npos)) {
        continue;
      }
      search.found.push_back(std::move(account));
    }
    if (accounts->size() < kReadAtOnce) {
      search.before = UserId();
      co_return Status();
    }
  }
  co_return Status();
}

}  // namespace rookery::admin
