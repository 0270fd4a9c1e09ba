// Accounts and logins as REST shows them.
#pragma once

#include <span>
#include <string>

#include "auth/accounts.h"
#include "auth/profiles.h"
#include "base/json_writer.h"
#include "ports/account_store.h"

namespace rookery::api {

// A User with what only its owner sees.
void write_own_user(JsonWriter& json, const Account& account);
// `session` of protocol.md §3.
void write_tokens(JsonWriter& json, const auth::Tokens& tokens);
// Session, in lists; `current`: the login that asks.
void write_login(JsonWriter& json, const UsedLogin& used, LoginId current);
// [User]
std::string users_json(std::span<const auth::Profile> users);

}  // namespace rookery::api
