// User: an account as others see it. No e-mail, no secret.
#pragma once

#include <string>

#include "base/ids.h"
#include "base/json_writer.h"

namespace rookery {

struct User {
  UserId id;
  std::string username;
  std::string display_name;
  std::string avatar;  // empty: none
  bool bot = false;
  bool deleted = false;  // shown with the username "deleted" and nothing else of its own

  bool operator==(const User&) const = default;
};

// The User object of protocol.md §2; created_at is the time in the id.
void write_json(JsonWriter& json, const User& user);

}  // namespace rookery
