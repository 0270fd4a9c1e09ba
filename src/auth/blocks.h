// Blocks: whom a user does not want to hear from.
//
// Called on a core; tasks resume there.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "auth/profiles.h"
#include "base/result.h"
#include "ports/personal_store.h"
#include "runtime/task.h"

namespace rookery::auth {

// What other services do before a block, or its end, is answered: tell the direct channel of the two.
using BlockChanged = std::function<Task<Status>(UserId user, UserId other, bool blocked)>;

class Blocks {
 public:
  // Both must outlive this.
  Blocks(PersonalStore& store, Profiles& profiles) : store_(store), profiles_(profiles) {}
  // Before the first request.
  void at_change(BlockChanged told) { told_.push_back(std::move(told)); }

  // kUnknownUser; kInvalidBody for oneself. A deleted account can be unblocked, not blocked. Repeats change nothing.
  Task<Status> set(UserId user, UserId other, bool blocked);
  // By user id, ascending.
  Task<Result<std::vector<Profile>>> list(UserId user);

 private:
  PersonalStore& store_;
  Profiles& profiles_;
  std::vector<BlockChanged> told_;
};

}  // namespace rookery::auth
