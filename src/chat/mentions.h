// Whom a content names: `<@user id>`, `<@&role id>`, `@everyone`, narrowed by `allowed_mentions` (protocol.md §2).
#pragma once

#include <string_view>
#include <vector>

#include "base/json_reader.h"
#include "model/command.h"

namespace rookery::chat {

inline constexpr std::size_t kMentionsMax = 100;  // people and roles a message may name; what comes after is plain text

// What of a content counts as a mention. By default everything does.
struct AllowedMentions {
  bool parse_users = true;
  bool parse_roles = true;
  bool parse_everyone = true;
  std::vector<UserId> users;  // besides parse_users: only these; ascending
  std::vector<RoleId> roles;

  bool operator==(const AllowedMentions&) const = default;
};

// Reads `allowed_mentions {parse?, users?, roles?}`; faults are noted in `errors`. A list of ids together with the same
// kind in `parse` is a fault, as in Discord.
AllowedMentions read_allowed_mentions(JsonFields fields);

MentionRequest find_mentions(std::string_view content, const AllowedMentions& allowed);

}  // namespace rookery::chat
