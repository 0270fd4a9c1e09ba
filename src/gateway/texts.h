// The texts of the gateway's frames (protocol.md §4): the shared rest of each dispatch, and what is no dispatch.
//
// A dispatch goes out as a prefix of its session (`{"op":0,"s":42,`) and the rest written here (`"t":"…","d":{…}}`).
// Plain functions, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "gateway/parcel.h"
#include "model/channel.h"
#include "model/event.h"
#include "model/json.h"
#include "model/limits.h"

namespace rookery::gateway {

// --- dispatches ---

// `{"op":0,"s":42,` written into `out` (at least 46 bytes); answers what was written.
std::string_view dispatch_prefix(std::uint64_t s, std::span<char> out);

// `"t":"<type>","d":<d>}`; `d` is JSON.
net::SharedBuffer dispatch_text(std::string_view type, std::string_view d);

std::string message_json(const Message& message, const User& author);

// The text in which a message (JSON) stands; `form` is not kNone, and kReply is a reply's rest. `rev` is for kUpdate and kDelete.
net::SharedBuffer message_text(Form form, ChannelId channel, std::uint64_t rev, std::string_view message);

// The event as all its receivers get it, kChannelCreate aside (it differs by receiver).
net::SharedBuffer event_text(const Event& event, const ProfileOf& profile_of);
net::SharedBuffer channel_create_text(const ChannelState& channel, const ReadState& read, const ProfileOf& profile_of);
net::SharedBuffer channel_delete_text(ChannelId channel);
net::SharedBuffer member_remove_text(ChannelId channel, std::uint64_t rev, UserId user);
net::SharedBuffer unread_text(ChannelId channel, std::uint64_t last_seq);
net::SharedBuffer synced_text(ChannelId channel, std::uint64_t seq, std::uint64_t rev, bool recovered);
net::SharedBuffer gone_text(ChannelId channel);
net::SharedBuffer read_update_text(const ReadState& read);
net::SharedBuffer typing_text(ChannelId channel, UserId user, TimeMs time);
net::SharedBuffer user_update_text(const User& user);
net::SharedBuffer resumed_text();

// --- what is no dispatch ---

std::string hello_frame(std::uint32_t heartbeat_interval_ms, std::uint32_t session_ttl_s, const Limits& limits);
std::string heartbeat_ack_frame();
std::string invalid_session_frame();
std::string reconnect_frame(std::uint32_t after_ms);
// `{"op":65,"i":7,` written into `out` (at least 46 bytes).
std::string_view reply_prefix(std::uint64_t i, std::span<char> out);
// `"d":<d>}` and `"error":{…}}`.
net::SharedBuffer reply_rest(std::string_view d);
net::SharedBuffer error_rest(const Error& error);

}  // namespace rookery::gateway
