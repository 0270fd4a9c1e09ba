// UserSearch: the accounts that an administrator looks for, a page at a time.
//
// Without words newest first. With words, who is called so by username (its beginning) in the order of the names, then who
// is by display name (anywhere in it, whatever the case), newest first. A call looks at kLookedAtMax accounts at most: a page may be short,
// and even empty, while there is a next one. Called on a core; tasks resume there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "ports/account_store.h"
#include "ports/administration_store.h"
#include "runtime/task.h"

namespace rookery::admin {

inline constexpr std::size_t kLookedAtMax = 1000;

struct UserFilter {
  std::string words;             // empty: everybody
  std::optional<bool> disabled;  // none: both
  std::optional<bool> admin;
};

struct UserPage {
  std::vector<Account> users;  // deleted ones are left out
  std::string next;            // of find(); empty: this was the last page
};

class UserSearch {
 public:
  // Both must outlive this.
  UserSearch(AccountStore& accounts, AdministrationStore& store) : accounts_(accounts), store_(store) {}

  // `next`: of the page before, with the same filter; empty: the first page. kInvalidBody ("before") for what no page gave.
  Task<Result<UserPage>> find(UserFilter filter, std::string next, std::size_t limit);

 private:
  struct Search;
  Task<Status> by_name(Search& search);
  Task<Status> by_age(Search& search);
  Task<Result<std::vector<Account>>> newest(const UserFilter& filter, UserId before);

  AccountStore& accounts_;
  AdministrationStore& store_;
};

}  // namespace rookery::admin
