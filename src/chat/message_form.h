// The form of messages: what a body may be, before anybody looks at the channel. The same for REST and the gateway.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json_reader.h"
#include "base/result.h"
#include "model/command.h"
#include "model/limits.h"

namespace rookery::chat {

// {content, nonce?, reply_to?, attachments?, allowed_mentions?}. `idempotency_key`: the header of that name, none when it
// is not there. The author is left empty. kInvalidBody, field by field.
Result<SendMessage> read_send(JsonValue body, std::optional<std::string_view> idempotency_key, const Limits& limits);

// {content, allowed_mentions?}. Actor and message are left empty.
Result<EditMessage> read_edit(JsonValue body, const Limits& limits);

}  // namespace rookery::chat
