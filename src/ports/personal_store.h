// PersonalStore: what a user has set for himself: whom he blocks, and his settings.
//
// Guarantees of every adapter (tests/contract/personal_store_contract.h): what was answered is durable, and seen by every
// later read; what failed changed nothing, except kUnavailable, after which the outcome is unknown. Any core; tasks resume
// on the core that awaited them.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "model/account.h"
#include "runtime/task.h"

namespace rookery {

class PersonalStore {
 public:
  virtual ~PersonalStore() = default;

  // Repeats change nothing.
  virtual Task<Status> set_block(UserId user, UserId other, bool blocked) = 0;
  // Whom `user` blocks, ascending.
  virtual Task<Result<std::vector<UserId>>> blocks_of(UserId user) = 0;
  // Whether either has blocked the other.
  virtual Task<Result<bool>> blocked_between(UserId a, UserId b) = 0;

  // The defaults where nothing was set.
  virtual Task<Result<UserSettings>> settings(UserId user) = 0;
  virtual Task<Status> put_settings(UserId user, UserSettings settings) = 0;
  // None where nothing was set: the defaults depend on the kind of channel.
  virtual Task<Result<std::optional<ChannelSettings>>> channel_settings(UserId user, ChannelId channel) = 0;
  virtual Task<Status> put_channel_settings(UserId user, ChannelId channel, ChannelSettings settings) = 0;
};

}  // namespace rookery
