#include "auth/profiles.h"

#include "ports/account_store.h"

namespace rookery::auth {
namespace {

constexpr std::size_t kProfilesMax = 65'536;  // a core; some 300 bytes each

Task<Result<User>> load_profile(AccountStore& store, UserId user) {
  auto account = co_await store.account(user);
  if (!account) co_return fail(std::move(account.error()));
  co_return account->profile();
}

Profile nobody(UserId id) {
  User user;
  user.id = id;
  user.username = user.display_name = "deleted";
  user.deleted = true;
  return std::make_shared<const User>(std::move(user));
}

}  // namespace

void ProfileSet::add(Profile profile) {
  const UserId id = profile->id;
  profiles_.insert_or_assign(id, std::move(profile));
}

const User& ProfileSet::operator()(UserId user) const {
  auto at = profiles_.find(user);
  if (at == profiles_.end()) at = profiles_.emplace(user, nobody(user)).first;
  return *at->second;
}

Profiles::Profiles(Cores& cores, AccountStore& store)
    : cores_(cores), cache_(cores, kProfilesMax, [&store](UserId user) { return load_profile(store, user); }) {}

Task<Result<ProfileSet>> Profiles::get_all(std::vector<UserId> users) {
  ProfileSet set;
  for (const UserId user : users) {
    auto profile = co_await cache_.get(user);
    if (profile) {
      set.add(std::move(*profile));
    } else if (profile.error().code != ErrorCode::kUnknownUser) {
      co_return fail(std::move(profile.error()));
    }
  }
  co_return set;
}

Task<Status> Profiles::changed(UserId user) {
  auto forget = [this, user] { cache_.drop_here(user); };
  co_await on_every_core(cores_, std::move(forget));
  Core& home = Core::current();
  co_await hop(cores_.of(user));
  auto profile = co_await cache_.get(user);
  if (profile) {
    for (ProfileObserver* observer : observers_) observer->on_profile(*profile);
  }
  co_await hop(home);
  if (!profile) co_return fail(std::move(profile.error()));
  co_return Status();
}

}  // namespace rookery::auth
