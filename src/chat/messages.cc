#include "chat/messages.h"

#include "chat/message_form.h"

namespace rookery::chat {

Task<Result<Applied>> Messages::send(UserId author, std::string author_name, ChannelId channel, JsonValue body,
                                     std::optional<std::string> idempotency_key) {
  Result<SendMessage> send = read_send(body, idempotency_key, limits_);
  if (!send) {
    const Result<ChannelView> view = co_await log_.view(channel, author);
    if (!view) co_return fail(view.error());
    if (!view->state.roster->sees(author)) co_return fail(ErrorCode::kUnknownChannel);
    co_return fail(send.error());
  }
  send->author = author;
  send->author_name = std::move(author_name);
  co_return co_await log_.append(channel, *std::move(send));
}

Task<Result<Message>> Messages::find(UserId user, ChannelId channel, MessageId message) {
  const Result<ChannelView> view = co_await log_.view(channel, user);
  if (!view) co_return fail(view.error());
  if (!view->state.roster->sees(user)) co_return fail(ErrorCode::kUnknownChannel);
  co_return co_await log_.message(channel, message);
}

Task<Result<Applied>> Messages::edit(UserId actor, ChannelId channel, MessageId message, Result<Json> body) {
  const Result<Message> target = co_await find(actor, channel, message);
  if (!target) co_return fail(target.error());
  if (target->deleted) co_return fail(ErrorCode::kUnknownMessage);
  if (target->author != actor) co_return fail(ErrorCode::kMissingPermission, "Only its author edits a message");
  if (!body) co_return fail(body.error());
  Result<EditMessage> edit = read_edit(body->root(), limits_);
  if (!edit) co_return fail(edit.error());
  edit->actor = actor;
  edit->message = message;
  co_return co_await log_.append(channel, *std::move(edit));
}

}  // namespace rookery::chat
