#include "gateway/texts.h"

#include <charconv>
#include <cstring>

#include "base/check.h"
#include "base/json_writer.h"

namespace rookery::gateway {
namespace {

using net::SharedBuffer;

// `"t":"TYPE","d":` and the closing brace of the frame around what `write` appends.
template <class Write>
SharedBuffer dispatch(std::string_view type, Write write) {
  std::string d;
  JsonWriter json(d);
  write(json);
  return dispatch_text(type, d);
}

std::string_view numbered_prefix(std::string_view head, std::uint64_t number, std::span<char> out) {
  std::memcpy(out.data(), head.data(), head.size());
  char* end = std::to_chars(out.data() + head.size(), out.data() + out.size() - 1, number).ptr;
  *end++ = ',';
  return {out.data(), static_cast<std::size_t>(end - out.data())};
}

SharedBuffer change_text(std::string_view type, ChannelId channel, std::uint64_t rev, std::string_view message) {
  return dispatch(type, [&](JsonWriter& json) {
    json.begin_object();
    json.key("channel_id").id(channel.value);
    json.key("rev").number(rev);
    json.key("message").raw(message);
    json.end_object();
  });
}

SharedBuffer reaction_text(const Event& event) {
  const bool added = event.kind == EventKind::kReactionAdd;
  return dispatch(added ? "MESSAGE_REACTION_ADD" : "MESSAGE_REACTION_REMOVE", [&](JsonWriter& json) {
    json.begin_object();
    json.key("channel_id").id(event.channel.value);
    json.key("rev").number(event.rev);
    json.key("user_id").id(event.user.value);
    json.key("emoji").string(event.emoji);
    json.key("message_id").id(event.message->id.value);
    json.key("count").number(event.count);
    json.end_object();
  });
}

SharedBuffer channel_update_text(const Event& event, const ProfileOf& profile_of) {
  return dispatch("CHANNEL_UPDATE", [&](JsonWriter& json) {
    json.begin_object();
    json.key("channel_id").id(event.channel.value);
    json.key("rev").number(event.rev);
    write_json(json.key("channel"), event.state, profile_of);
    json.end_object();
  });
}

SharedBuffer member_add_text(const Event& event, const ProfileOf& profile_of) {
  return dispatch("CHANNEL_MEMBER_ADD", [&](JsonWriter& json) {
    json.begin_object();
    json.key("channel_id").id(event.channel.value);
    json.key("rev").number(event.rev);
    write_json(json.key("user"), profile_of(event.user));
    json.end_object();
  });
}

}  // namespace

std::string_view dispatch_prefix(std::uint64_t s, std::span<char> out) { return numbered_prefix(R"({"op":0,"s":)", s, out); }
std::string_view reply_prefix(std::uint64_t i, std::span<char> out) { return numbered_prefix(R"({"op":65,"i":)", i, out); }

SharedBuffer dispatch_text(std::string_view type, std::string_view d) {
  return SharedBuffer::joined({R"("t":")", type, R"(","d":)", d, "}"});
}

std::string message_json(const Message& message, const User& author) {
  std::string text;
  JsonWriter json(text);
  write_json(json, message, author);
  return text;
}

SharedBuffer message_text(Form form, ChannelId channel, std::uint64_t rev, std::string_view message) {
  switch (form) {
    case Form::kNone: CHECK(false);
    case Form::kCreate: return dispatch_text("MESSAGE_CREATE", message);
    case Form::kUpdate: return change_text("MESSAGE_UPDATE", channel, rev, message);
    case Form::kDelete: return change_text("MESSAGE_DELETE", channel, rev, message);
    case Form::kMention: {
      std::string id;
      append_decimal(id, channel.value);
      return SharedBuffer::joined({R"("t":"MENTION_CREATE","d":{"channel_id":")", id, R"(","message":)", message, "}}"});
    }
    case Form::kReply: return SharedBuffer::joined({R"("d":{"message":)", message, "}}"});
  }
  CHECK(false);
}

SharedBuffer event_text(const Event& event, const ProfileOf& profile_of) {
  switch (event.kind) {
    case EventKind::kMessageCreate: return dispatch_text("MESSAGE_CREATE", message_json(*event.message, profile_of(event.message->author)));
    case EventKind::kMessageUpdate:
      return change_text("MESSAGE_UPDATE", event.channel, event.rev, message_json(*event.message, profile_of(event.message->author)));
    case EventKind::kMessageDelete:
      return change_text("MESSAGE_DELETE", event.channel, event.rev, message_json(*event.message, profile_of(event.message->author)));
    case EventKind::kReactionAdd:
    case EventKind::kReactionRemove: return reaction_text(event);
    case EventKind::kChannelUpdate: return channel_update_text(event, profile_of);
    case EventKind::kMemberAdd: return member_add_text(event, profile_of);
    case EventKind::kMemberRemove: return member_remove_text(event.channel, event.rev, event.user);
    case EventKind::kChannelCreate: CHECK(false);
  }
  CHECK(false);
}

SharedBuffer channel_create_text(const ChannelState& channel, const ReadState& read, const ProfileOf& profile_of) {
  return dispatch("CHANNEL_CREATE", [&](JsonWriter& json) { write_json(json, channel, profile_of, &read); });
}

SharedBuffer channel_delete_text(ChannelId channel) {
  return dispatch("CHANNEL_DELETE", [&](JsonWriter& json) { json.begin_object().key("channel_id").id(channel.value).end_object(); });
}

SharedBuffer member_remove_text(ChannelId channel, std::uint64_t rev, UserId user) {
  return dispatch("CHANNEL_MEMBER_REMOVE", [&](JsonWriter& json) {
    json.begin_object();
    json.key("channel_id").id(channel.value);
    json.key("rev").number(rev);
    json.key("user_id").id(user.value);
    json.end_object();
  });
}

SharedBuffer unread_text(ChannelId channel, std::uint64_t last_seq) {
  return dispatch("CHANNEL_UNREAD", [&](JsonWriter& json) {
    json.begin_object().key("channel_id").id(channel.value).key("last_seq").number(last_seq).end_object();
  });
}

SharedBuffer synced_text(ChannelId channel, std::uint64_t seq, std::uint64_t rev, bool recovered) {
  return dispatch("SYNCED", [&](JsonWriter& json) {
    json.begin_object();
    json.key("channel_id").id(channel.value);
    json.key("seq").number(seq);
    json.key("rev").number(rev);
    json.key("recovered").boolean(recovered);
    json.end_object();
  });
}

SharedBuffer gone_text(ChannelId channel) {
  return dispatch(
      "SYNCED", [&](JsonWriter& json) { json.begin_object().key("channel_id").id(channel.value).key("gone").boolean(true).end_object(); });
}

SharedBuffer read_update_text(const ReadState& read) {
  return dispatch("READ_UPDATE", [&](JsonWriter& json) { write_json(json, read); });
}

SharedBuffer typing_text(ChannelId channel, UserId user, TimeMs time) {
  return dispatch("TYPING_START", [&](JsonWriter& json) {
    json.begin_object();
    json.key("channel_id").id(channel.value);
    json.key("user_id").id(user.value);
    json.key("timestamp").time(time);
    json.end_object();
  });
}

SharedBuffer user_update_text(const User& user) {
  return dispatch("USER_UPDATE", [&](JsonWriter& json) { write_json(json, user); });
}

SharedBuffer resumed_text() { return dispatch_text("RESUMED", "{}"); }

std::string hello_frame(std::uint32_t heartbeat_interval_ms, std::uint32_t session_ttl_s, const Limits& limits) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("op").number(10).key("d").begin_object();
  json.key("heartbeat_interval").number(heartbeat_interval_ms);
  json.key("session_ttl").number(session_ttl_s);
  json.key("limits");
  write_limits(json, limits);
  json.end_object().end_object();
  return text;
}

std::string heartbeat_ack_frame() { return R"({"op":11})"; }
std::string invalid_session_frame() { return R"({"op":9,"d":{"resumable":false}})"; }

std::string reconnect_frame(std::uint32_t after_ms) {
  std::string text = R"({"op":7,"d":{"after_ms":)";
  append_decimal(text, after_ms);
  return text + "}}";
}

SharedBuffer reply_rest(std::string_view d) { return SharedBuffer::joined({R"("d":)", d, "}"}); }
SharedBuffer error_rest(const Error& error) { return SharedBuffer::joined({R"("error":)", error_json(error, {}), "}"}); }

}  // namespace rookery::gateway
