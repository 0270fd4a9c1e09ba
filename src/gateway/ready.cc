#include "gateway/ready.h"

#include <algorithm>

#include "gateway/texts.h"

namespace rookery::gateway {

Task<Result<std::vector<ChannelView>>> last_active_first(ChannelLog& log, Conversations& conversations, UserId user) {
  auto channels = co_await conversations.channels_of(user);
  if (!channels) co_return fail(channels.error());
  auto views = co_await log.views(*std::move(channels), user);
  if (!views) co_return fail(views.error());
  std::erase_if(*views, [user](const ChannelView& view) { return !view.state.exists() || !view.state.roster->sees(user); });
  std::ranges::sort(*views, std::ranges::greater(), [](const ChannelView& view) { return view.state.last_activity(); });
  co_return views;
}

std::vector<UserId> shown_in_ready(UserId user, const std::vector<ChannelView>& views) {
  std::vector<UserId> users{user};
  for (std::size_t i = 0; i < std::min(views.size(), kReadyChannels); ++i) {
    for (const Member& member : views[i].state.roster->members) users.push_back(member.user);
  }
  std::ranges::sort(users);
  const auto repeats = std::ranges::unique(users);
  users.erase(repeats.begin(), repeats.end());
  return users;
}

net::SharedBuffer ready_text(const std::string& session_id, UserId user, const std::vector<ChannelView>& views, const std::string& epoch,
                             const ProfileOf& profile_of) {
  std::string d;
  JsonWriter json(d);
  json.begin_object();
  json.key("v").number(1);
  json.key("session_id").string(session_id);
  write_json(json.key("user"), profile_of(user));
  json.key("guilds").begin_array().end_array();
  json.key("epoch").string(epoch);
  json.key("channels").begin_array();
  std::size_t shown = 0;
  while (shown < std::min(views.size(), kReadyChannels)) {
    const ChannelView& view = views[shown];
    std::string one;
    JsonWriter channel(one);
    write_json(channel, view.state, profile_of, &view.read);
    if (d.size() + one.size() > kReadyBytesMax) break;
    json.raw(one);
    ++shown;
  }
  json.end_array();
  json.key("more").boolean(shown < views.size());
  json.end_object();
  return dispatch_text("READY", d);
}

}  // namespace rookery::gateway
