// Channels: who opens, makes, joins and leaves conversations. Rights that the log cannot know (blocks, accounts that are not
// there) are checked here; everything else is decided by the fold.
//
// Any core; tasks resume on the core that awaited them. What it is made of must outlive it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json_reader.h"
#include "base/result.h"
#include "model/limits.h"
#include "ports/account_store.h"
#include "ports/channel_log.h"
#include "ports/conversations.h"
#include "ports/personal_store.h"
#include "runtime/snowflake.h"

namespace rookery::chat {

inline constexpr std::size_t kChannelNameMax = 100;    // code points
inline constexpr std::size_t kChannelTopicMax = 1024;  // code points

class Channels {
 public:
  Channels(ChannelLog& log, Conversations& conversations, AccountStore& accounts, PersonalStore& personal, IdSource& ids,
           const Limits& limits);

  // The channel as `user` sees it; kUnknownChannel when he does not.
  Task<Result<ChannelView>> view(UserId user, ChannelId channel);

  struct Opened {
    ChannelView view;
    bool created = false;
  };
  // POST /users/@me/channels {recipients, name?, type?}: the direct channel of two, or a new group.
  Task<Result<Opened>> open(UserId user, Json body);

  // PATCH /channels/{id} {name?, topic?}.
  Task<Result<Applied>> update(UserId user, ChannelId channel, std::optional<std::string> name, std::optional<std::string> topic);
  Task<Result<Applied>> add(UserId actor, ChannelId channel, UserId user);
  Task<Result<Applied>> remove(UserId actor, ChannelId channel, UserId user);

  // The direct channel of the two, if there is one, heeds the block, or its end, from the answer on. The block itself is
  // stored already (auth/blocks.h).
  Task<Status> heed_block(UserId user, UserId other, bool blocked);

  // A deleted account: groups are left as by leaving, direct channels take nothing more.
  Task<Status> leave_all(UserId user);

 private:
  Task<Status> require_account(UserId user);
  Task<Result<Opened>> open_direct(UserId user, UserId other);
  Task<Result<Opened>> create_group(UserId user, std::vector<UserId> members, std::string name);
  Task<Status> carry_blocks(UserId a, UserId b, ChannelId direct);

  ChannelLog& log_;
  Conversations& conversations_;
  AccountStore& accounts_;
  PersonalStore& personal_;
  IdSource& ids_;
  const Limits& limits_;
};

}  // namespace rookery::chat
