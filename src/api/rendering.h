// Rendering: stored things as the JSON that one reader is answered, with the profiles of today.
//
// Any core; tasks resume on the core that awaited them. What it is made of must outlive it.
#pragma once

#include <string>
#include <vector>

#include "auth/profiles.h"
#include "base/result.h"
#include "model/json.h"
#include "ports/channel_log.h"
#include "ports/conversations.h"

namespace rookery::api {

class Rendering {
 public:
  Rendering(auth::Profiles& profiles, Conversations& conversations) : profiles_(profiles), conversations_(conversations) {}

  // Message, with `me` on the reader's reactions.
  Task<Result<std::string>> message(UserId reader, Message message);
  // [Message], in their order; of any channels.
  Task<Result<std::string>> messages(UserId reader, std::vector<Message> messages);
  // Channel with ReadState.
  Task<Result<std::string>> channel(ChannelView view);
  // Channel alone, or with its read state, appended to a text by the caller: profiles for all of them at once.
  Task<Result<std::vector<std::string>>> channels(std::vector<ChannelView> views);
  // [User].
  Task<Result<std::string>> users(std::vector<UserId> users);
  // [Member]: those of `members` in their order.
  Task<Result<std::string>> members(std::vector<Member> members);
  // [{rev, t, d}], as the gateway tells them; `messages` are those that the changes are about, as they now are.
  Task<Result<std::string>> changes(ChannelView view, std::vector<Change> changes, std::vector<Message> messages);

 private:
  auth::Profiles& profiles_;
  Conversations& conversations_;
};

}  // namespace rookery::api
