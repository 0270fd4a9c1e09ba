#include "api/read_routes.h"

#include <limits>

namespace rookery::api {
namespace {

constexpr std::uint32_t kPagePreset = 50;

}  // namespace

void ReadRoutes::add_to(Router& router) {
  const auto route = [this, &router](std::string_view method, std::string_view pattern, RateBucket rate,
                                     Answer (ReadRoutes::*handler)(Call&)) {
    router.add({method, pattern, Access::kUser, rate, [this, handler](Call& call) { return (this->*handler)(call); }});
  };
  route("POST", "/api/v1/channels/{channel_id}/read", RateBucket::kWrite, &ReadRoutes::read);
  route("POST", "/api/v1/channels/{channel_id}/delivered", RateBucket::kWrite, &ReadRoutes::delivered);
  route("GET", "/api/v1/channels/{channel_id}/receipts", RateBucket::kRead, &ReadRoutes::receipts);
  route("GET", "/api/v1/channels/{channel_id}/messages/{message_id}/receipts", RateBucket::kRead, &ReadRoutes::message_receipts);
  route("GET", "/api/v1/users/@me/unread", RateBucket::kRead, &ReadRoutes::unread);
  route("GET", "/api/v1/users/@me/mentions", RateBucket::kRead, &ReadRoutes::mentions);
}

Task<Result<ChannelView>> ReadRoutes::seen(Call& call) {
  const Result<ChannelId> channel = call.id<ChannelId>(0, ErrorCode::kUnknownChannel);
  if (!channel) co_return fail(channel.error());
  co_return co_await parts_.channels.view(call.principal.user, *channel);
}

// {seq} of somebody who sees the channel, as the caller will use it for one cursor or the other.
Task<Result<CursorMove>> ReadRoutes::move_of(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const Result<Json> body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  const auto seq = fields.required_whole_number("seq", 0, std::numeric_limits<std::uint64_t>::max());
  if (const Status form = errors.status(); !form) co_return fail(form.error());
  co_return CursorMove{.channel = view->state.roster->id, .user = call.principal.user, .read_seq = *seq, .delivered_seq = *seq};
}

ReadRoutes::Answer ReadRoutes::move(CursorMove move) {
  const Status moved = co_await parts_.cursors.move_cursor(move);
  if (!moved) co_return fail(moved.error());
  co_return net::HttpResponse::no_content();
}

ReadRoutes::Answer ReadRoutes::read(Call& call) {
  const Result<CursorMove> wanted = co_await move_of(call);
  if (!wanted) co_return fail(wanted.error());
  co_return co_await move(*wanted);
}

ReadRoutes::Answer ReadRoutes::delivered(Call& call) {
  Result<CursorMove> wanted = co_await move_of(call);
  if (!wanted) co_return fail(wanted.error());
  wanted->read_seq = 0;
  co_return co_await move(*wanted);
}

ReadRoutes::Answer ReadRoutes::receipts(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const Roster& roster = *view->state.roster;
  if (roster.members.size() >= parts_.limits.large_channel)
    co_return fail(ErrorCode::kMissingPermission, "A large channel has no receipts");
  const Result<std::vector<Cursor>> cursors = co_await parts_.cursors.cursors(roster.id);
  if (!cursors) co_return fail(cursors.error());
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  for (std::size_t i = 0; i < roster.members.size() && i < cursors->size(); ++i) {
    const bool self = roster.members[i].user == call.principal.user;
    json.key(to_string(roster.members[i].user)).begin_object();
    json.key("delivered_seq").number((*cursors)[i].delivered_seq);
    json.key("read_seq").number(self ? (*cursors)[i].read_seq : (*cursors)[i].public_read_seq);
    json.end_object();
  }
  json.end_object();
  co_return net::HttpResponse::json(200, std::move(text));
}

ReadRoutes::Answer ReadRoutes::message_receipts(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const Result<MessageId> id = call.id<MessageId>(1, ErrorCode::kUnknownMessage);
  if (!id) co_return fail(id.error());
  const Roster& roster = *view->state.roster;
  const Result<Message> message = co_await parts_.log.message(roster.id, *id);
  if (!message) co_return fail(message.error());
  const Result<std::vector<Cursor>> cursors = co_await parts_.cursors.cursors(roster.id);
  if (!cursors) co_return fail(cursors.error());
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  for (std::size_t i = 0; i < roster.members.size() && i < cursors->size(); ++i) {
    if (roster.members[i].user == message->author) continue;
    const bool self = roster.members[i].user == call.principal.user;
    json.key(to_string(roster.members[i].user)).begin_object();
    json.key("delivered").boolean((*cursors)[i].delivered_seq >= message->seq);
    json.key("read").boolean((self ? (*cursors)[i].read_seq : (*cursors)[i].public_read_seq) >= message->seq);
    json.end_object();
  }
  json.end_object();
  co_return net::HttpResponse::json(200, std::move(text));
}

ReadRoutes::Answer ReadRoutes::unread(Call& call) {
  const UserId self = call.principal.user;
  Result<std::vector<ChannelId>> channels = co_await parts_.conversations.channels_of(self);
  if (!channels) co_return fail(channels.error());
  const Result<std::vector<ChannelView>> views = co_await parts_.log.views(*std::move(channels), self);
  if (!views) co_return fail(views.error());
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const ChannelView& view : *views) {
    if (view.read.unread > 0 && view.state.roster->sees(self)) write_json(json, view.read);
  }
  json.end_array();
  co_return net::HttpResponse::json(200, std::move(text));
}

ReadRoutes::Answer ReadRoutes::mentions(Call& call) {
  const Result<std::uint32_t> limit = call.limit(kPagePreset, parts_.limits.page);
  if (!limit) co_return fail(limit.error());
  const Result<MessageId> before = call.query_id<MessageId>("before");
  if (!before) co_return fail(before.error());
  const Result<std::vector<MentionEntry>> entries = co_await parts_.conversations.mentions_of(call.principal.user, *before, *limit);
  if (!entries) co_return fail(entries.error());
  std::vector<Message> messages;
  for (const MentionEntry& entry : *entries) {
    Result<Message> message = co_await parts_.log.message(entry.channel, entry.message);
    if (message) messages.push_back(*std::move(message));
  }
  Result<std::string> text = co_await parts_.rendering.messages(call.principal.user, std::move(messages));
  if (!text) co_return fail(text.error());
  co_return net::HttpResponse::json(200, *std::move(text));
}

}  // namespace rookery::api
