#include "model/audit.h"

#include "base/bytes.h"

namespace rookery {
namespace {

constexpr std::uint8_t kVersion = 1;

}  // namespace

std::string encode(const AuditEntry& entry) {
  std::string bytes;
  ByteWriter(bytes)
      .u8(kVersion)
      .u64(static_cast<std::uint64_t>(entry.at.unix_ms))
      .u8(static_cast<std::uint8_t>(entry.action))
      .u64(entry.actor.value)
      .string(entry.actor_name)
      .u64(entry.target.value)
      .string(entry.target_name)
      .string(entry.detail);
  return bytes;
}

std::optional<AuditEntry> decode_audit_entry(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.u8() != kVersion) return std::nullopt;
  AuditEntry entry;
  entry.at = TimeMs(static_cast<std::int64_t>(in.u64()));
  const std::uint8_t action = in.u8();
  if (action >= kAuditActionNames.size()) return std::nullopt;
  entry.action = static_cast<AuditAction>(action);
  entry.actor = UserId(in.u64());
  entry.actor_name = in.string();
  entry.target = UserId(in.u64());
  entry.target_name = in.string();
  entry.detail = in.string();
  if (!in.at_end()) return std::nullopt;
  return entry;
}

}  // namespace rookery
