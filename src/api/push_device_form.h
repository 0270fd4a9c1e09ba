// The form of a registration for push (protocol.md §7). Plain functions, any thread.
#pragma once

#include "base/json_reader.h"
#include "base/result.h"
#include "model/push_device.h"

namespace rookery::api {

// {transport, token | {endpoint, keys}, content}, an object. The id is left empty. kInvalidBody, field by field.
Result<PushDevice> read_push_device(JsonValue body);

}  // namespace rookery::api
