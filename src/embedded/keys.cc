#include "embedded/keys.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"

namespace rookery::embedded {
namespace {

std::string number_key(Table table, std::uint64_t a) {
  std::string out;
  ByteWriter(out).u8(static_cast<std::uint8_t>(table)).u64(a);
  return out;
}

std::string number_key(Table table, std::uint64_t a, std::uint64_t b) {
  std::string out;
  ByteWriter(out).u8(static_cast<std::uint8_t>(table)).u64(a).u64(b);
  return out;
}

std::string text_key(Table table, std::string_view text) {
  std::string out;
  ByteWriter(out).u8(static_cast<std::uint8_t>(table)).bytes(text);
  return out;
}

// What follows the table's byte; reading on fails when it is another table's key.
ByteReader reader_of(Table table, std::string_view key) {
  const bool ours = !key.empty() && key.front() == static_cast<char>(table);
  ByteReader in(ours ? key.substr(1) : std::string_view());
  return in;
}

template <class A>
std::optional<A> parse_one(Table table, std::string_view key) {
  ByteReader in = reader_of(table, key);
  const A a(in.u64());
  if (!in.at_end()) return std::nullopt;
  return a;
}

template <class A, class B>
std::optional<std::pair<A, B>> parse_two(Table table, std::string_view key) {
  ByteReader in = reader_of(table, key);
  const A a(in.u64());
  const B b(in.u64());
  if (!in.at_end()) return std::nullopt;
  return std::pair(a, b);
}

std::optional<std::string_view> parse_text(Table table, std::string_view key) {
  if (key.empty() || key.front() != static_cast<char>(table)) return std::nullopt;
  return key.substr(1);
}

std::optional<ChannelPosition> parse_position(Table table, std::string_view key) {
  const auto parts = parse_two<ChannelId, std::uint64_t>(table, key);
  if (!parts) return std::nullopt;
  return ChannelPosition{.channel = parts->first, .position = parts->second};
}

}  // namespace

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  CHECK(!end.empty());
  ++end.back();
  return end;
}

std::string table_prefix(Table table) { return std::string(1, static_cast<char>(table)); }

std::string message_prefix(ChannelId channel) { return number_key(Table::kMessage, channel.value); }
std::string message_key(ChannelId channel, std::uint64_t seq) { return number_key(Table::kMessage, channel.value, ~seq); }
std::string change_prefix(ChannelId channel) { return number_key(Table::kChange, channel.value); }
std::string change_key(ChannelId channel, std::uint64_t rev) { return number_key(Table::kChange, channel.value, rev); }

std::optional<ChannelPosition> parse_message_key(std::string_view key) {
  auto position = parse_position(Table::kMessage, key);
  if (position) position->position = ~position->position;
  return position;
}
std::optional<ChannelPosition> parse_change_key(std::string_view key) { return parse_position(Table::kChange, key); }

std::string log_key(std::uint64_t offset) {
  std::string out;
  ByteWriter(out).u64(offset);
  return out;
}

std::optional<std::uint64_t> parse_log_key(std::string_view key) {
  ByteReader in(key);
  const std::uint64_t offset = in.u64();
  if (!in.at_end()) return std::nullopt;
  return offset;
}

std::string recent_day_prefix(std::uint32_t day) {
  std::string out;
  ByteWriter(out).u32(day);
  return out;
}

std::string recent_key(std::uint32_t day, ChannelId channel, UserId author, std::string_view nonce) {
  std::string out;
  ByteWriter(out).u32(day).u64(channel.value).u64(author.value).bytes(nonce);
  return out;
}

std::optional<RecentKey> parse_recent_key(std::string_view key) {
  ByteReader in(key);
  RecentKey out;
  out.day = in.u32();
  out.channel = ChannelId(in.u64());
  out.author = UserId(in.u64());
  out.nonce = in.rest();
  if (!in.ok()) return std::nullopt;
  return out;
}

std::string user_key(UserId user) { return number_key(Table::kUser, user.value); }
std::string name_key(std::string_view folded_name) { return text_key(Table::kName, folded_name); }
std::optional<std::string_view> parse_name_key(std::string_view key) { return parse_text(Table::kName, key); }
std::string login_prefix(UserId user) { return number_key(Table::kLogin, user.value); }
std::string login_key(UserId user, LoginId login) { return number_key(Table::kLogin, user.value, login.value); }
std::optional<std::pair<UserId, LoginId>> parse_login_key(std::string_view key) { return parse_two<UserId, LoginId>(Table::kLogin, key); }
std::string refresh_key(LoginId login) { return number_key(Table::kRefresh, login.value); }
std::string signing_key_key(std::string_view kid) { return text_key(Table::kSigningKey, kid); }
std::string invite_key(std::string_view code) { return text_key(Table::kInvite, code); }
std::optional<std::string_view> parse_invite_key(std::string_view key) { return parse_text(Table::kInvite, key); }
std::optional<UserId> parse_user_key(std::string_view key) { return parse_one<UserId>(Table::kUser, key); }
std::string roll_prefix(std::uint8_t roll) {
  std::string out;
  ByteWriter(out).u8(static_cast<std::uint8_t>(Table::kRoll)).u8(roll);
  return out;
}
std::string roll_key(std::uint8_t roll, UserId user) {
  std::string out = roll_prefix(roll);
  ByteWriter(out).u64(user.value);
  return out;
}
std::optional<UserId> parse_roll_key(std::string_view key) {
  ByteReader in = reader_of(Table::kRoll, key);
  in.u8();
  const UserId user(in.u64());
  if (!in.at_end()) return std::nullopt;
  return user;
}
std::string audit_key(std::uint64_t number) { return number_key(Table::kAudit, number); }
std::optional<std::uint64_t> parse_audit_key(std::string_view key) { return parse_one<std::uint64_t>(Table::kAudit, key); }
std::optional<std::string_view> parse_signing_key_key(std::string_view key) { return parse_text(Table::kSigningKey, key); }
std::string device_prefix(UserId user) { return number_key(Table::kDevice, user.value); }
std::string device_key(UserId user, std::string_view device) { return device_prefix(user).append(device); }

std::optional<std::pair<UserId, std::string_view>> parse_device_key(std::string_view key) {
  ByteReader in = reader_of(Table::kDevice, key);
  const UserId user(in.u64());
  if (!in.ok()) return std::nullopt;
  return std::pair(user, in.rest());
}

std::string settings_key(UserId user, std::uint64_t channel_or_guild) { return number_key(Table::kSettings, user.value, channel_or_guild); }
std::string block_prefix(UserId user) { return number_key(Table::kBlock, user.value); }
std::string block_key(UserId user, UserId blocked) { return number_key(Table::kBlock, user.value, blocked.value); }
std::optional<std::pair<UserId, UserId>> parse_block_key(std::string_view key) { return parse_two<UserId, UserId>(Table::kBlock, key); }
std::string presence_key(UserId user) { return number_key(Table::kPresence, user.value); }

std::string channel_key(ChannelId channel) { return number_key(Table::kChannel, channel.value); }
std::optional<ChannelId> parse_channel_key(std::string_view key) { return parse_one<ChannelId>(Table::kChannel, key); }
std::string member_prefix(ChannelId channel) { return number_key(Table::kMember, channel.value); }
std::string member_key(ChannelId channel, UserId user) { return number_key(Table::kMember, channel.value, user.value); }
std::optional<std::pair<ChannelId, UserId>> parse_member_key(std::string_view key) {
  return parse_two<ChannelId, UserId>(Table::kMember, key);
}
std::string mine_prefix(UserId user) { return number_key(Table::kMine, user.value); }
std::string mine_key(UserId user, ChannelId channel) { return number_key(Table::kMine, user.value, channel.value); }
std::optional<std::pair<UserId, ChannelId>> parse_mine_key(std::string_view key) { return parse_two<UserId, ChannelId>(Table::kMine, key); }
std::string direct_key(UserId a, UserId b) {
  const auto [low, high] = std::minmax(a.value, b.value);
  return number_key(Table::kDirect, low, high);
}
std::string cursor_key(UserId user, ChannelId channel) { return number_key(Table::kCursor, user.value, channel.value); }
std::optional<std::pair<UserId, ChannelId>> parse_cursor_key(std::string_view key) {
  return parse_two<UserId, ChannelId>(Table::kCursor, key);
}
std::string pin_prefix(ChannelId channel) { return number_key(Table::kPin, channel.value); }
std::string pin_key(ChannelId channel, std::uint64_t seq) { return number_key(Table::kPin, channel.value, seq); }
std::optional<ChannelPosition> parse_pin_key(std::string_view key) { return parse_position(Table::kPin, key); }

std::string reactions_prefix(ChannelId channel, std::uint64_t seq) { return number_key(Table::kReaction, channel.value, seq); }

std::string reaction_prefix(ChannelId channel, std::uint64_t seq, std::string_view emoji) {
  CHECK(emoji.size() <= 255);
  std::string out = reactions_prefix(channel, seq);
  ByteWriter(out).u8(static_cast<std::uint8_t>(emoji.size())).bytes(emoji);
  return out;
}

std::string reaction_key(ChannelId channel, std::uint64_t seq, std::string_view emoji, UserId user) {
  std::string out = reaction_prefix(channel, seq, emoji);
  ByteWriter(out).u64(user.value);
  return out;
}

std::optional<ReactionKey> parse_reaction_key(std::string_view key) {
  ByteReader in = reader_of(Table::kReaction, key);
  ReactionKey out;
  out.channel = ChannelId(in.u64());
  out.seq = in.u64();
  out.emoji = in.bytes(in.u8());
  out.user = UserId(in.u64());
  if (!in.at_end()) return std::nullopt;
  return out;
}

std::string mention_prefix(UserId user, ChannelId channel) { return number_key(Table::kMention, user.value, channel.value); }

std::string mention_key(UserId user, ChannelId channel, std::uint64_t seq) {
  std::string out = mention_prefix(user, channel);
  ByteWriter(out).u64(~seq);
  return out;
}

std::optional<MentionKey> parse_mention_key(std::string_view key) {
  ByteReader in = reader_of(Table::kMention, key);
  MentionKey out;
  out.user = UserId(in.u64());
  out.channel = ChannelId(in.u64());
  out.seq = ~in.u64();
  if (!in.at_end()) return std::nullopt;
  return out;
}

std::string mention_list_prefix(UserId user) { return number_key(Table::kMentionList, user.value); }
std::string mention_list_key(UserId user, MessageId message) { return number_key(Table::kMentionList, user.value, ~message.value); }
std::optional<std::pair<UserId, MessageId>> parse_mention_list_key(std::string_view key) {
  auto parts = parse_two<UserId, MessageId>(Table::kMentionList, key);
  if (parts) parts->second = MessageId(~parts->second.value);
  return parts;
}

std::string follower_key(std::string_view name) { return text_key(Table::kFollower, name); }
std::string meta_key(std::string_view name) { return text_key(Table::kMeta, name); }

}  // namespace rookery::embedded
