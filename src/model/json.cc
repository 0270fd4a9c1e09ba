#include "model/json.h"

#include "base/check.h"

namespace rookery {
namespace {

std::string_view name_of(SystemKind kind) {
  switch (kind) {
    case SystemKind::kMemberAdd: return "member_add";
    case SystemKind::kMemberRemove: return "member_remove";
    case SystemKind::kMemberLeave: return "member_leave";
    case SystemKind::kRename: return "rename";
  }
  CHECK(false);
}

template <class AnyId>
void write_ids(JsonWriter& json, const std::vector<AnyId>& ids, bool shown) {
  json.begin_array();
  if (shown) {
    for (const AnyId id : ids) json.id(id.value);
  }
  json.end_array();
}

void write_time(JsonWriter& json, std::string_view key, TimeMs time) { json.key(key).time(time); }

}  // namespace

void write_json(JsonWriter& json, const ReadState& state) {
  json.begin_object();
  json.key("channel_id").id(state.channel.value);
  json.key("read_seq").number(state.cursor.read_seq);
  json.key("delivered_seq").number(state.cursor.delivered_seq);
  json.key("unread").number(state.unread);
  json.key("mention_count").number(state.mention_count);
  if (state.cursor.last_read_at) write_time(json, "last_read_at", state.cursor.last_read_at);
  json.end_object();
}

void write_json(JsonWriter& json, const ChannelState& channel, const ProfileOf& profile_of, const ReadState* read_state) {
  CHECK(channel.exists());
  const Roster& roster = *channel.roster;
  json.begin_object();
  json.key("id").id(roster.id.value);
  json.key("type").string(name_of(roster.type));
  if (roster.guild) json.key("guild_id").id(roster.guild.value);
  if (!roster.name.empty()) json.key("name").string(roster.name);
  if (!roster.topic.empty()) json.key("topic").string(roster.topic);
  if (roster.owner) json.key("owner_id").id(roster.owner.value);
  if (roster.type != ChannelType::kGuild) {
    json.key("recipients").begin_array();
    for (const Member& member : roster.members) write_json(json, profile_of(member.user));
    json.end_array();
  }
  json.key("member_count").number(roster.members.size());
  json.key("last_seq").number(channel.last_seq);
  json.key("rev").number(channel.rev);
  if (channel.last_message) {
    json.key("last_message_id").id(channel.last_message.value);
    write_time(json, "last_message_at", snowflake_time(channel.last_message.value));
  }
  write_time(json, "created_at", roster.created_at);
  if (read_state != nullptr) write_json(json.key("read_state"), *read_state);
  json.end_object();
}

void write_json(JsonWriter& json, const Message& message, const User& author, std::span<const bool> mine) {
  const bool shown = !message.deleted;
  json.begin_object();
  json.key("id").id(message.id.value);
  json.key("channel_id").id(message.channel.value);
  json.key("seq").number(message.seq);
  json.key("type").string(message.type == MessageType::kSystem ? "system" : "text");
  write_json(json.key("author"), author);
  json.key("content").string(shown ? std::string_view(message.content) : std::string_view());
  if (!message.nonce.empty()) json.key("nonce").string(message.nonce);
  write_time(json, "created_at", snowflake_time(message.id.value));
  if (message.edited_at) write_time(json, "edited_at", message.edited_at);
  json.key("deleted").boolean(message.deleted);
  json.key("pinned").boolean(shown && message.pinned);
  if (message.reply_to) {
    json.key("reply_to").begin_object();
    json.key("id").id(message.reply_to->id.value);
    json.key("seq").number(message.reply_to->seq);
    json.end_object();
  }
  write_ids(json.key("mentions"), message.mentions, shown);
  json.key("mention_everyone").boolean(shown && message.mention_everyone);
  write_ids(json.key("mention_roles"), message.mention_roles, shown);
  json.key("attachments").begin_array().end_array();
  json.key("reactions").begin_array();
  for (std::size_t i = 0; shown && i < message.reactions.size(); ++i) {
    json.begin_object();
    json.key("emoji").string(message.reactions[i].emoji);
    json.key("count").number(message.reactions[i].count);
    if (i < mine.size() && mine[i]) json.key("me").boolean(true);
    json.end_object();
  }
  json.end_array();
  if (message.system) {
    json.key("system").begin_object();
    json.key("kind").string(name_of(message.system->kind));
    if (message.system->user) json.key("user_id").id(message.system->user.value);
    if (!message.system->name.empty()) json.key("name").string(message.system->name);
    json.end_object();
  }
  json.end_object();
}

}  // namespace rookery
