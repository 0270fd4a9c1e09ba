// InstanceInvite: lets people register where registration needs an invite. Plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace rookery {

struct InstanceInvite {
  std::string code;
  std::uint32_t uses = 0;  // in all
  std::uint32_t uses_left = 0;
  TimeMs created_at;
  TimeMs expires_at;  // 0: never
  UserId created_by;  // 0: made by a command
  std::string note;   // for administrators

  bool good_at(TimeMs now) const { return uses_left > 0 && (expires_at == TimeMs() || now < expires_at); }
  bool operator==(const InstanceInvite&) const = default;
};

// One use of an invite; an empty code is none.
struct InviteUse {
  std::string code;
  TimeMs at;
};

// The code stands in the key: the caller sets it.
std::string encode(const InstanceInvite& invite);
std::optional<InstanceInvite> decode_instance_invite(std::string_view bytes);

}  // namespace rookery
