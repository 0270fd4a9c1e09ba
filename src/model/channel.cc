#include "model/channel.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/check.h"

namespace rookery {
namespace {

constexpr std::uint8_t kRosterVersion = 1;
constexpr std::uint8_t kMemberVersion = 1;
constexpr std::uint8_t kCursorVersion = 1;

}  // namespace

std::string_view name_of(ChannelType type) {
  switch (type) {
    case ChannelType::kDirect: return "direct";
    case ChannelType::kGroup: return "group";
    case ChannelType::kGuild: return "guild";
  }
  CHECK(false);
}

const Member* Roster::find(UserId user) const noexcept {
  const auto at = std::lower_bound(members.begin(), members.end(), user, [](const Member& m, UserId u) { return m.user < u; });
  return at != members.end() && at->user == user ? &*at : nullptr;
}

std::string encode(const Roster& roster) {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(kRosterVersion).u8(static_cast<std::uint8_t>(roster.type)).u8(roster.closed ? 1 : 0).u64(roster.id.value).u64(roster.guild.value);
  out.u64(roster.owner.value).string(roster.name).string(roster.topic).varint(static_cast<std::uint64_t>(roster.created_at.unix_ms));
  out.varint(roster.blockers.size());
  for (const UserId user : roster.blockers) out.u64(user.value);
  return bytes;
}

std::optional<Roster> decode_roster(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kRosterVersion) return std::nullopt;
  const std::uint8_t type = in.u8();
  if (type > static_cast<std::uint8_t>(ChannelType::kGuild)) return std::nullopt;
  Roster roster;
  roster.type = static_cast<ChannelType>(type);
  roster.closed = in.u8() != 0;
  roster.id = ChannelId(in.u64());
  roster.guild = GuildId(in.u64());
  roster.owner = UserId(in.u64());
  roster.name = in.string();
  roster.topic = in.string();
  roster.created_at = TimeMs(static_cast<std::int64_t>(in.varint()));
  const std::uint64_t blockers = in.varint();
  for (std::uint64_t i = 0; i < blockers && in.ok(); ++i) roster.blockers.push_back(UserId(in.u64()));
  if (!in.at_end()) return std::nullopt;
  return roster;
}

std::string encode(const Member& member) {
  std::string bytes;
  ByteWriter(bytes)
      .u8(kMemberVersion)
      .u8(member.visible ? 1 : 0)
      .varint(member.joined_seq)
      .varint(static_cast<std::uint64_t>(member.joined_at.unix_ms));
  return bytes;
}

std::optional<Member> decode_member(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kMemberVersion) return std::nullopt;
  Member member;
  member.visible = in.u8() != 0;
  member.joined_seq = in.varint();
  member.joined_at = TimeMs(static_cast<std::int64_t>(in.varint()));
  if (!in.at_end()) return std::nullopt;
  return member;
}

std::string encode(const Cursor& cursor) {
  std::string bytes;
  ByteWriter(bytes)
      .u8(kCursorVersion)
      .varint(cursor.read_seq)
      .varint(cursor.delivered_seq)
      .varint(static_cast<std::uint64_t>(cursor.last_read_at.unix_ms))
      .varint(cursor.public_read_seq);
  return bytes;
}

std::optional<Cursor> decode_cursor(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kCursorVersion) return std::nullopt;
  Cursor cursor;
  cursor.read_seq = in.varint();
  cursor.delivered_seq = in.varint();
  cursor.last_read_at = TimeMs(static_cast<std::int64_t>(in.varint()));
  cursor.public_read_seq = in.varint();
  if (!in.at_end()) return std::nullopt;
  return cursor;
}

}  // namespace rookery
