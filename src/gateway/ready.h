// READY: what a session begins with.
#pragma once

#include <string>
#include <vector>

#include "gateway/services.h"
#include "model/json.h"
#include "model/limits.h"
#include "net/shared_buffer.h"
#include "ports/channel_log.h"
#include "ports/conversations.h"

namespace rookery::gateway {

inline constexpr std::size_t kReadyChannels = 100;
// Below the size at which an unsent frame counts as a slow reader's.
inline constexpr std::size_t kReadyBytesMax = std::size_t{250} * 1024;

// The direct and group channels that the user sees, last active first.
Task<Result<std::vector<ChannelView>>> last_active_first(ChannelLog& log, Conversations& conversations, UserId user);

// Whose profiles READY shows.
std::vector<UserId> shown_in_ready(UserId user, const std::vector<ChannelView>& views);

// `views` as above: as many as READY may show and has room for.
net::SharedBuffer ready_text(const std::string& session_id, UserId user, const std::vector<ChannelView>& views, const std::string& epoch,
                             const ProfileOf& profile_of);

}  // namespace rookery::gateway
