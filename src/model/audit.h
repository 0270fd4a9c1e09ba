// AuditEntry: one thing that an administrator did, as it is kept. Plain value.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace rookery {

// Stored by its number: new ones go to the end.
enum class AuditAction : std::uint8_t {
  kUserDisabled,
  kUserEnabled,
  kPasswordReset,
  kEmailVerified,
  kAdminGranted,
  kAdminRevoked,
  kUserDeleted,
  kLoginEnded,
  kLoginsEnded,
  kInviteCreated,
  kInviteRevoked,
  kRegistrationChanged,
  kAdminCreated,
};
inline constexpr std::array<std::string_view, 13> kAuditActionNames = {
    "user_disabled", "user_enabled", "password_reset", "email_verified", "admin_granted",        "admin_revoked", "user_deleted",
    "login_ended",   "logins_ended", "invite_created", "invite_revoked", "registration_changed", "admin_created",
};

// Names are those of the moment: the accounts may be gone when the entry is read.
struct AuditEntry {
  std::uint64_t number = 0;  // given by the store, ascending from 1; not in the encoding
  TimeMs at;
  AuditAction action = AuditAction::kUserDisabled;
  UserId actor;  // 0: whoever has the machine, by a command or the set-up link
  std::string actor_name;
  UserId target;  // 0: no account
  std::string target_name;
  std::string detail;  // the new registration mode; an invite's note; a login's device
  bool operator==(const AuditEntry&) const = default;
};

// What goes into the same write as a change; none where nobody needs to know.
using AuditNote = std::optional<AuditEntry>;

// How many entries are kept; older ones go.
inline constexpr std::uint64_t kAuditEntriesMax = 10'000;

std::string encode(const AuditEntry& entry);
std::optional<AuditEntry> decode_audit_entry(std::string_view bytes);

}  // namespace rookery
