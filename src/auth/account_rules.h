// The form of what people type in for an account (protocol.md §3, Auth). Plain functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json_reader.h"
#include "model/account.h"
#include "model/limits.h"

namespace rookery::auth {

inline constexpr TextLength kDisplayNameLength{1, 64};
inline constexpr TextLength kDeviceTextLength{1, 64};
inline constexpr TextLength kEmailLength{1, 254};  // RFC 5321
inline constexpr std::size_t kUsersFoundMax = 20;

// Each says in a sentence what is wrong, or nothing.
std::optional<std::string> username_fault(std::string_view folded_username, const Limits& limits);
std::optional<std::string> password_fault(std::string_view password, const Limits& limits);
std::optional<std::string> email_fault(std::string_view email);

// What somebody who registers says.
struct NewAccount {
  std::string username;  // folded
  std::string password;
  std::string email;         // empty: none
  std::string display_name;  // empty: the username
};

// The fields of a registration; faults are noted.
NewAccount read_new_account(JsonFields& fields, const Limits& limits);
// kInvalidBody with what is wrong in username and password.
Status check_form(const NewAccount& account, const Limits& limits);

// `device` of a login or an Identify: none when it is left out, or faulty, which is noted.
std::optional<Device> read_device(JsonFields& fields);

}  // namespace rookery::auth
