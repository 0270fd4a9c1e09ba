// Profiles: users as others see them, at hand on every core.
//
// A profile in memory is as it is stored: who changes one tells every core before the change is answered. The cores are
// running, and outlive this. Called on a core.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "auth/core_cache.h"
#include "base/ids.h"
#include "base/result.h"
#include "model/user.h"
#include "runtime/core.h"
#include "runtime/task.h"

namespace rookery {
class AccountStore;
}

namespace rookery::auth {

using Profile = std::shared_ptr<const User>;

// Told of a profile that changed, once, on the user's core (Cores::of), when every core shows the new one and before the
// change is answered. Must not block.
class ProfileObserver {
 public:
  virtual ~ProfileObserver() = default;
  virtual void on_profile(Profile profile) noexcept = 0;
};

// Profiles held for the writing of one answer or event; usable as ProfileOf (model/json.h). Somebody who is not in it, or
// of whom there is no account, is shown as a deleted user.
class ProfileSet {
 public:
  void add(Profile profile);
  const User& operator()(UserId user) const;

 private:
  mutable std::unordered_map<UserId, Profile> profiles_;
};

class Profiles {
 public:
  Profiles(Cores& cores, AccountStore& store);
  // Before the first change; the observers must outlive this.
  void observe(ProfileObserver& observer) { observers_.push_back(&observer); }

  // What this core has in memory; null otherwise.
  Profile cached(UserId user) { return cache_.find(user); }
  // kUnknownUser for an id that was never a user's; a deleted account is a profile with `deleted`.
  Task<Result<Profile>> get(UserId user) { return cache_.get(user); }
  // All of them. Ids of no user are left to ProfileSet's answer for them.
  Task<Result<ProfileSet>> get_all(std::vector<UserId> users);

  // The stored account of `user` changed: every core forgets the old profile, then the observers are told the new one.
  Task<Status> changed(UserId user);

 private:
  Cores& cores_;
  CoreCache<UserId, User> cache_;
  std::vector<ProfileObserver*> observers_;
};

}  // namespace rookery::auth
