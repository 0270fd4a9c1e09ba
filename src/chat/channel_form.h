// The form of what opens a channel (protocol.md §3, Direct and group channels). Plain functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/json_reader.h"
#include "base/result.h"

namespace rookery::chat {

struct OpenForm {
  std::vector<UserId> others;  // ascending, each once, without oneself
  bool group = false;
  std::string name;
};

// {recipients, type?, name?}, an object, as `self` says it. kInvalidBody, field by field; how many may be in a group is not
// looked at.
Result<OpenForm> read_open(JsonValue body, UserId self);

}  // namespace rookery::chat
