#include "chat/mentions.h"

#include <algorithm>
#include <optional>

namespace rookery::chat {
namespace {

constexpr std::string_view kEveryone = "@everyone";

// The digits between `prefix` and '>' at the start of `text`.
std::optional<std::uint64_t> named(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  const std::size_t end = text.find('>');
  if (end == std::string_view::npos) return std::nullopt;
  return parse_snowflake(text.substr(0, end));
}

template <class AnyId>
void add_once(std::vector<AnyId>& ids, AnyId id) {
  const auto at = std::ranges::lower_bound(ids, id);
  if (ids.size() < kMentionsMax && (at == ids.end() || *at != id)) ids.insert(at, id);
}

template <class AnyId>
bool allows(bool all, const std::vector<AnyId>& listed, AnyId id) {
  return all || std::ranges::binary_search(listed, id);
}

}  // namespace

AllowedMentions read_allowed_mentions(JsonFields fields) {
  AllowedMentions allowed{.parse_users = false, .parse_roles = false, .parse_everyone = false};
  if (const auto parse = fields.array("parse")) {
    parse->each_element([&](std::size_t index, JsonValue value) {
      const auto kind = value.string();
      if (kind == "users") {
        allowed.parse_users = true;
      } else if (kind == "roles") {
        allowed.parse_roles = true;
      } else if (kind == "everyone") {
        allowed.parse_everyone = true;
      } else {
        fields.fault("parse." + std::to_string(index), "must be \"users\", \"roles\" or \"everyone\"");
        return false;
      }
      return true;
    });
  }
  if (auto users = fields.ids<UserId>("users", kMentionsMax)) allowed.users = *std::move(users);
  if (auto roles = fields.ids<RoleId>("roles", kMentionsMax)) allowed.roles = *std::move(roles);
  if (allowed.parse_users && !allowed.users.empty()) fields.fault("users", "cannot stand together with \"users\" in parse");
  if (allowed.parse_roles && !allowed.roles.empty()) fields.fault("roles", "cannot stand together with \"roles\" in parse");
  std::ranges::sort(allowed.users);
  std::ranges::sort(allowed.roles);
  return allowed;
}

MentionRequest find_mentions(std::string_view content, const AllowedMentions& allowed) {
  MentionRequest found;
  for (std::size_t at = 0; at < content.size(); ++at) {
    const std::string_view rest = content.substr(at);
    if (rest.front() == '@' && rest.starts_with(kEveryone)) {
      found.everyone = found.everyone || allowed.parse_everyone;
    } else if (rest.front() == '<') {
      if (const auto role = named(rest, "<@&")) {
        if (allows(allowed.parse_roles, allowed.roles, RoleId(*role))) add_once(found.roles, RoleId(*role));
      } else if (const auto user = named(rest, "<@")) {
        if (allows(allowed.parse_users, allowed.users, UserId(*user))) add_once(found.users, UserId(*user));
      }
    }
  }
  return found;
}

}  // namespace rookery::chat
