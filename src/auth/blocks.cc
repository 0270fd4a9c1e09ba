#include "auth/blocks.h"

namespace rookery::auth {

Task<Status> Blocks::set(UserId user, UserId other, bool blocked) {
  if (user == other) co_return fail(Error::invalid("user_id", "must not be oneself"));
  const auto profile = co_await profiles_.get(other);
  if (!profile) co_return fail(profile.error());
  if (blocked && (*profile)->deleted) co_return fail(ErrorCode::kUnknownUser);
  auto stored = co_await store_.set_block(user, other, blocked);
  if (!stored) co_return stored;
  for (const BlockChanged& told : told_) {
    auto status = co_await told(user, other, blocked);
    if (!status) co_return status;
  }
  co_return Status();
}

Task<Result<std::vector<Profile>>> Blocks::list(UserId user) {
  const auto others = co_await store_.blocks_of(user);
  if (!others) co_return fail(others.error());
  std::vector<Profile> profiles;
  for (const UserId other : *others) {
    auto profile = co_await profiles_.get(other);
    if (profile) {
      profiles.push_back(std::move(*profile));
    } else if (profile.error().code != ErrorCode::kUnknownUser) {
      co_return fail(std::move(profile.error()));
    }
  }
  co_return profiles;
}

}  // namespace rookery::auth
