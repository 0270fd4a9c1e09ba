#include "auth/account_rules.h"

#include <algorithm>

namespace rookery::auth {
namespace {

constexpr TextLength kAnyLength{0, SIZE_MAX};   // the rule has its own
constexpr std::size_t kEmailLocalPartMax = 64;  // RFC 5321

bool is_username_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; }

// A name of labels with a dot between them, no label empty.
bool is_domain(std::string_view domain) {
  if (!domain.contains('.') || domain.starts_with('.') || domain.ends_with('.') || domain.contains("..")) return false;
  return std::ranges::none_of(domain, [](char c) { return c == '@' || static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

}  // namespace

std::optional<std::string> username_fault(std::string_view folded_username, const Limits& limits) {
  if (!std::ranges::all_of(folded_username, is_username_letter)) return "may only hold letters from a to z, digits, _ and .";
  return text_fault(folded_username, {limits.username_min, limits.username_max});
}

std::optional<std::string> password_fault(std::string_view password, const Limits& limits) {
  return text_fault(password, {limits.password_min, limits.password_max});
}

std::optional<std::string> email_fault(std::string_view email) {
  if (auto fault = text_fault(email, kEmailLength)) return fault;
  const std::size_t at = email.rfind('@');
  const bool good =
      at != std::string_view::npos && at >= 1 && at <= kEmailLocalPartMax && is_domain(email.substr(at + 1)) &&
      std::ranges::none_of(email.substr(0, at), [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '@'; });
  if (!good) return "must be an e-mail address";
  return std::nullopt;
}

NewAccount read_new_account(JsonFields& fields, const Limits& limits) {
  NewAccount account;
  if (const auto username = fields.required_string("username", kAnyLength)) {
    account.username = folded(*username);
    if (auto fault = username_fault(account.username, limits)) fields.fault("username", std::move(*fault));
  }
  if (const auto password = fields.required_string("password", kAnyLength)) {
    account.password = *password;
    if (auto fault = password_fault(account.password, limits)) fields.fault("password", std::move(*fault));
  }
  if (const auto email = fields.string("email", kAnyLength)) {
    account.email = *email;
    if (auto fault = email_fault(account.email)) fields.fault("email", std::move(*fault));
  }
  account.display_name = fields.string("display_name", kDisplayNameLength).value_or("");
  return account;
}

Status check_form(const NewAccount& account, const Limits& limits) {
  FieldErrors errors;
  if (auto fault = username_fault(account.username, limits)) errors.add("username", std::move(*fault));
  if (auto fault = password_fault(account.password, limits)) errors.add("password", std::move(*fault));
  return errors.status();
}

std::optional<Device> read_device(JsonFields& fields) {
  auto object = fields.object("device");
  if (!object) return std::nullopt;
  const auto id = object->required_string("id", kDeviceTextLength);
  const auto kind = object->required_choice("kind", kDeviceKindNames);
  const auto name = object->string("name", kDeviceTextLength);
  if (!id || !kind) return std::nullopt;
  return Device{std::string(*id), static_cast<DeviceKind>(*kind), std::string(name.value_or(""))};
}

}  // namespace rookery::auth
