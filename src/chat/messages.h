// Messages: sending and editing, from a body as it came in. The same for REST and the gateway.
//
// Any core; tasks resume on the core that awaited them. What it is made of must outlive it.
#pragma once

#include <optional>
#include <string>

#include "base/json_reader.h"
#include "base/result.h"
#include "model/limits.h"
#include "ports/channel_log.h"

namespace rookery::chat {

class Messages {
 public:
  Messages(ChannelLog& log, const Limits& limits) : log_(log), limits_(limits) {}

  // {content, nonce?, reply_to?, attachments?, allowed_mentions?}. `author_name` is stored with the message. Sends of one
  // core to one channel are numbered in the order in which this was started: nothing is waited for before the log is asked.
  // A channel that the author does not see is kUnknownChannel whatever is wrong with the body, whose Json must outlive the task.
  Task<Result<Applied>> send(UserId author, std::string author_name, ChannelId channel, JsonValue body,
                             std::optional<std::string> idempotency_key);

  // {content, allowed_mentions?}. Checked in the order of protocol.md §1: channel, message, right, body.
  Task<Result<Applied>> edit(UserId actor, ChannelId channel, MessageId message, Result<Json> body);

  // The message as it is stored, for somebody who sees the channel; kUnknownChannel, kUnknownMessage.
  Task<Result<Message>> find(UserId user, ChannelId channel, MessageId message);

 private:
  ChannelLog& log_;
  const Limits& limits_;
};

}  // namespace rookery::chat
