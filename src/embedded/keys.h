// Keys of the rows of embedded mode: architecture.md's table, byte by byte.
//
// Numbers are big-endian; ~x stands for the complement, so that the newest comes first in a forward scan. In `history` and
// `state` the first byte is the table. Keys are made here and nowhere else; a parse_…() answers none for bytes that the
// matching …_key() cannot have made. Plain functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.h"

namespace rookery::embedded {

enum class Table : char {
  // `history`
  kMessage = 'm',  // channel, ~seq
  kChange = 'r',   // channel, rev
  // `state`
  kUser = 'u',         // user
  kName = 'n',         // folded username or verified e-mail (the latter has an '@')
  kLogin = 'l',        // user, login
  kRefresh = 'f',      // login
  kSigningKey = 'k',   // kid
  kInvite = 'v',       // code, of an invite to the installation
  kDevice = 'd',       // user, device's own id
  kSettings = 's',     // user, channel or guild or 0
  kChannel = 'c',      // channel
  kMember = 'b',       // channel, user ("belongs")
  kMine = 'y',         // user, channel
  kDirect = '2',       // lower user, higher user
  kCursor = 'o',       // user, channel
  kReaction = 'e',     // channel, seq, emoji, user
  kPin = 'p',          // channel, seq
  kMention = 'a',      // user, channel, ~seq: for counting; user 0 is everyone
  kMentionList = 'i',  // user, ~message: for listing
  kBlock = 'x',        // who blocks, whom
  kPresence = 't',     // user
  kFollower = 'w',     // follower's name
  kRoll = 'j',         // roll, user: accounts of which there are few
  kAudit = 'q',        // number, of what an administrator did
  kMeta = 'z',         // name
};

// The first key that does not begin with `prefix`: where a scan of the prefix ends. `prefix` has a byte other than 0xff.
std::string prefix_end(std::string_view prefix);
std::string table_prefix(Table table);

// history. A channel's messages, newest first, are the range [message_key(c, newest), prefix_end(message_prefix(c))).
std::string message_prefix(ChannelId channel);
std::string message_key(ChannelId channel, std::uint64_t seq);
std::string change_prefix(ChannelId channel);
std::string change_key(ChannelId channel, std::uint64_t rev);
struct ChannelPosition {
  ChannelId channel;
  std::uint64_t position = 0;  // seq or rev
  bool operator==(const ChannelPosition&) const = default;
};
std::optional<ChannelPosition> parse_message_key(std::string_view key);
std::optional<ChannelPosition> parse_change_key(std::string_view key);

// log
std::string log_key(std::uint64_t offset);
std::optional<std::uint64_t> parse_log_key(std::string_view key);

// recent: day is the number of days since 1970-01-01 UTC.
std::string recent_day_prefix(std::uint32_t day);
std::string recent_key(std::uint32_t day, ChannelId channel, UserId author, std::string_view nonce);
struct RecentKey {
  std::uint32_t day = 0;
  ChannelId channel;
  UserId author;
  std::string_view nonce;
};
std::optional<RecentKey> parse_recent_key(std::string_view key);

// state: accounts
std::string user_key(UserId user);
std::string name_key(std::string_view folded_name);  // also the prefix of the names that begin so
std::optional<std::string_view> parse_name_key(std::string_view key);
std::string login_prefix(UserId user);
std::string login_key(UserId user, LoginId login);
std::optional<std::pair<UserId, LoginId>> parse_login_key(std::string_view key);
std::string refresh_key(LoginId login);
std::string signing_key_key(std::string_view kid);
std::optional<std::string_view> parse_signing_key_key(std::string_view key);
std::string invite_key(std::string_view code);
std::optional<std::string_view> parse_invite_key(std::string_view key);
std::optional<UserId> parse_user_key(std::string_view key);
std::string roll_prefix(std::uint8_t roll);
std::string roll_key(std::uint8_t roll, UserId user);
std::optional<UserId> parse_roll_key(std::string_view key);
std::string audit_key(std::uint64_t number);
std::optional<std::uint64_t> parse_audit_key(std::string_view key);
std::string device_prefix(UserId user);
std::string device_key(UserId user, std::string_view device);
std::optional<std::pair<UserId, std::string_view>> parse_device_key(std::string_view key);
std::string settings_key(UserId user, std::uint64_t channel_or_guild);
std::string block_prefix(UserId user);
std::string block_key(UserId user, UserId blocked);
std::optional<std::pair<UserId, UserId>> parse_block_key(std::string_view key);
std::string presence_key(UserId user);

// state: conversations
std::string channel_key(ChannelId channel);
std::optional<ChannelId> parse_channel_key(std::string_view key);
std::string member_prefix(ChannelId channel);
std::string member_key(ChannelId channel, UserId user);
std::optional<std::pair<ChannelId, UserId>> parse_member_key(std::string_view key);
std::string mine_prefix(UserId user);
std::string mine_key(UserId user, ChannelId channel);
std::optional<std::pair<UserId, ChannelId>> parse_mine_key(std::string_view key);
std::string direct_key(UserId a, UserId b);  // the same for (b, a)
std::string cursor_key(UserId user, ChannelId channel);
std::optional<std::pair<UserId, ChannelId>> parse_cursor_key(std::string_view key);
std::string pin_prefix(ChannelId channel);
std::string pin_key(ChannelId channel, std::uint64_t seq);
std::optional<ChannelPosition> parse_pin_key(std::string_view key);

// An emoji is at most 255 bytes.
std::string reactions_prefix(ChannelId channel, std::uint64_t seq);                         // of a message
std::string reaction_prefix(ChannelId channel, std::uint64_t seq, std::string_view emoji);  // of one emoji
std::string reaction_key(ChannelId channel, std::uint64_t seq, std::string_view emoji, UserId user);
struct ReactionKey {
  ChannelId channel;
  std::uint64_t seq = 0;
  std::string_view emoji;
  UserId user;
};
std::optional<ReactionKey> parse_reaction_key(std::string_view key);

// Mentions of a user in a channel, newest first; those after read_seq are [mention_prefix(u, c), mention_key(u, c, read_seq)).
std::string mention_prefix(UserId user, ChannelId channel);
std::string mention_key(UserId user, ChannelId channel, std::uint64_t seq);
struct MentionKey {
  UserId user;
  ChannelId channel;
  std::uint64_t seq = 0;
};
std::optional<MentionKey> parse_mention_key(std::string_view key);
std::string mention_list_prefix(UserId user);
std::string mention_list_key(UserId user, MessageId message);
std::optional<std::pair<UserId, MessageId>> parse_mention_list_key(std::string_view key);

// state: the installation
std::string follower_key(std::string_view name);
std::string meta_key(std::string_view name);
inline constexpr std::string_view kMetaFormat = "format";              // of the data directory, decimal
inline constexpr std::string_view kMetaEpoch = "epoch";                // random, made with the installation
inline constexpr std::string_view kMetaLogEnd = "log_end";             // the last offset given, as in a log key
inline constexpr std::string_view kMetaIdsUpTo = "ids_up_to";          // the id high-water mark
inline constexpr std::string_view kMetaRolls = "rolls";                // there when every account is on its rolls
inline constexpr std::string_view kMetaRegistration = "registration";  // as administrators set it

}  // namespace rookery::embedded
