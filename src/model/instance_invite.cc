#include "model/instance_invite.h"

#include "base/bytes.h"

namespace rookery {
namespace {

constexpr std::uint8_t kFirstVersion = 1;  // without uses, created_by and note
constexpr std::uint8_t kVersion = 2;

}  // namespace

std::string encode(const InstanceInvite& invite) {
  std::string bytes;
  ByteWriter(bytes)
      .u8(kVersion)
      .u64(invite.uses_left)
      .u64(static_cast<std::uint64_t>(invite.created_at.unix_ms))
      .u64(static_cast<std::uint64_t>(invite.expires_at.unix_ms))
      .u64(invite.uses)
      .u64(invite.created_by.value)
      .string(invite.note);
  return bytes;
}

std::optional<InstanceInvite> decode_instance_invite(std::string_view bytes) {
  ByteReader in(bytes);
  const std::uint8_t version = in.u8();
  InstanceInvite invite;
  invite.uses_left = static_cast<std::uint32_t>(in.u64());
  invite.created_at = TimeMs(static_cast<std::int64_t>(in.u64()));
  invite.expires_at = TimeMs(static_cast<std::int64_t>(in.u64()));
  invite.uses = invite.uses_left;
  if (version == kVersion) {
    invite.uses = static_cast<std::uint32_t>(in.u64());
    invite.created_by = UserId(in.u64());
    invite.note = in.string();
  }
  if ((version != kVersion && version != kFirstVersion) || !in.at_end()) return std::nullopt;
  return invite;
}

}  // namespace rookery
