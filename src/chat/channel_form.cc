#include "chat/channel_form.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "chat/channels.h"

namespace rookery::chat {
namespace {

constexpr std::size_t kRecipientsRead = 1000;  // a list beyond this is no form at all; the limit of members comes after the form
constexpr std::array<std::string_view, 2> kTypes = {"direct", "group"};

}  // namespace

Result<OpenForm> read_open(JsonValue body, UserId self) {
  FieldErrors errors;
  JsonFields fields(body, errors);
  OpenForm form;
  form.others = fields.required_ids<UserId>("recipients", kRecipientsRead).value_or(std::vector<UserId>());
  const auto type = fields.choice("type", kTypes);
  const auto name = fields.string("name", {1, kChannelNameMax});
  if (const Status read = errors.status(); !read) return fail(read.error());

  std::ranges::sort(form.others);
  const auto repeats = std::ranges::unique(form.others);
  form.others.erase(repeats.begin(), repeats.end());
  std::erase(form.others, self);
  form.group = form.others.size() > 1 || (type && kTypes[*type] == "group");
  form.name = std::string(name.value_or(""));
  if (form.others.empty()) fields.fault("recipients", "must name somebody besides yourself");
  if (type && kTypes[*type] == "direct" && form.others.size() > 1) fields.fault("recipients", "must name one person for a direct channel");
  if (name && !form.group) fields.fault("name", "cannot be given to a direct channel");
  if (const Status sound = errors.status(); !sound) return fail(sound.error());
  return form;
}

}  // namespace rookery::chat
