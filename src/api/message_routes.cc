#include "api/message_routes.h"

#include <algorithm>

#include "chat/emoji.h"

namespace rookery::api {
namespace {

constexpr std::uint32_t kPagePreset = 50;
constexpr std::string_view kSearchMissing = "Search is not available on this installation";

// Which of the four ways through the history a query names; kInvalidBody for more than one.
Result<std::string_view> way_of(const Call& call) {
  std::string_view way;
  for (const std::string_view name : {"before", "after", "around", "after_seq"}) {
    if (call.query.find(name) == nullptr) continue;
    if (!way.empty()) return fail(Error::invalid(std::string(name), "cannot stand together with " + std::string(way)));
    way = name;
  }
  return way;
}

}  // namespace

void MessageRoutes::add_to(Router& router) {
  const auto add = [&router](std::string_view method, std::string_view pattern, RateBucket rate, Handler handler) {
    router.add({method, pattern, Access::kUser, rate, std::move(handler)});
  };
  const auto route = [this, &add](std::string_view method, std::string_view pattern, RateBucket rate,
                                  Answer (MessageRoutes::*handler)(Call&)) {
    add(method, pattern, rate, [this, handler](Call& call) { return (this->*handler)(call); });
  };
  const auto toggle = [this, &add](std::string_view pattern, RateBucket rate, Answer (MessageRoutes::*handler)(Call&, bool)) {
    add("PUT", pattern, rate, [this, handler](Call& call) { return (this->*handler)(call, true); });
    add("DELETE", pattern, rate, [this, handler](Call& call) { return (this->*handler)(call, false); });
  };
  route("GET", "/api/v1/channels/{channel_id}/messages", RateBucket::kRead, &MessageRoutes::list);
  route("POST", "/api/v1/channels/{channel_id}/messages", RateBucket::kMessages, &MessageRoutes::send);
  route("GET", "/api/v1/channels/{channel_id}/messages/search", RateBucket::kSearch, &MessageRoutes::search);
  route("GET", "/api/v1/users/@me/messages/search", RateBucket::kSearch, &MessageRoutes::search_all);
  route("GET", "/api/v1/channels/{channel_id}/messages/{message_id}", RateBucket::kRead, &MessageRoutes::show);
  route("PATCH", "/api/v1/channels/{channel_id}/messages/{message_id}", RateBucket::kMessages, &MessageRoutes::edit);
  route("DELETE", "/api/v1/channels/{channel_id}/messages/{message_id}", RateBucket::kMessages, &MessageRoutes::remove);
  toggle("/api/v1/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me", RateBucket::kWrite, &MessageRoutes::react);
  route("GET", "/api/v1/channels/{channel_id}/messages/{message_id}/reactions/{emoji}", RateBucket::kRead, &MessageRoutes::reactors);
  toggle("/api/v1/channels/{channel_id}/messages/{message_id}/pin", RateBucket::kWrite, &MessageRoutes::pin);
  route("GET", "/api/v1/channels/{channel_id}/pins", RateBucket::kRead, &MessageRoutes::pins);
  route("GET", "/api/v1/channels/{channel_id}/changes", RateBucket::kRead, &MessageRoutes::changes);
}

Task<Result<ChannelView>> MessageRoutes::seen(Call& call) {
  const Result<ChannelId> channel = call.id<ChannelId>(0, ErrorCode::kUnknownChannel);
  if (!channel) co_return fail(channel.error());
  co_return co_await parts_.channels.view(call.principal.user, *channel);
}

Task<Result<Message>> MessageRoutes::target(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const Result<MessageId> message = call.id<MessageId>(1, ErrorCode::kUnknownMessage);
  if (!message) co_return fail(message.error());
  co_return co_await parts_.log.message(view->state.roster->id, *message);
}

MessageRoutes::Answer MessageRoutes::render(Call& call, unsigned status, Message message, bool replayed) {
  Result<std::string> text = co_await parts_.rendering.message(call.principal.user, std::move(message));
  if (!text) co_return fail(text.error());
  net::HttpResponse response = net::HttpResponse::json(status, *std::move(text));
  if (replayed) response.headers.set("Idempotency-Replayed", "true");
  co_return response;
}

Task<Result<std::vector<Message>>> MessageRoutes::around(ChannelId channel, MessageId id, std::uint32_t limit) {
  using enum HistoryQuery::Direction;
  const Result<std::uint64_t> at = co_await parts_.log.seq_at(channel, id);
  if (!at) co_return fail(at.error());
  std::uint64_t pivot = *at + 1;  // the next newer one, unless the id is a message's
  if (*at > 0) {
    const std::vector<std::uint64_t> seqs(1, *at);
    const Result<std::vector<Message>> exact = co_await parts_.log.messages(channel, seqs);
    if (!exact) co_return fail(exact.error());
    if (!exact->empty() && exact->front().id == id) pivot = *at;
  }
  const std::uint32_t newer = (limit - 1) / 2;
  // The pivot comes with the newer ones; ascending, so it is turned round below.
  const HistoryQuery upwards{kAfter, pivot - 1, newer + 1};
  Result<std::vector<Message>> from_pivot = co_await parts_.log.history(channel, upwards);
  if (!from_pivot) co_return fail(from_pivot.error());
  std::ranges::reverse(*from_pivot);
  if (limit - 1 - newer == 0) co_return from_pivot;
  const HistoryQuery downwards{kBefore, pivot, limit - 1 - newer};
  const Result<std::vector<Message>> older = co_await parts_.log.history(channel, downwards);
  if (!older) co_return fail(older.error());
  from_pivot->insert(from_pivot->end(), older->begin(), older->end());
  co_return from_pivot;
}

Task<Result<std::vector<Message>>> MessageRoutes::page(ChannelId channel, std::uint32_t limit, Call& call) {
  using enum HistoryQuery::Direction;
  const Result<std::string_view> way = way_of(call);
  if (!way) co_return fail(way.error());
  if (*way == "after_seq") {
    const Result<std::uint64_t> seq = call.query_number("after_seq");
    if (!seq) co_return fail(seq.error());
    const HistoryQuery query{kAfter, *seq, limit};
    co_return co_await parts_.log.history(channel, query);
  }
  if (way->empty()) {
    const HistoryQuery newest{kBefore, 0, limit};
    co_return co_await parts_.log.history(channel, newest);
  }
  const Result<MessageId> id = call.query_id<MessageId>(*way);
  if (!id) co_return fail(id.error());
  if (*way == "around") co_return co_await around(channel, *id, limit);
  const bool before = *way == "before";
  const MessageId edge = before ? MessageId(id->value - 1) : *id;
  const Result<std::uint64_t> seq = co_await parts_.log.seq_at(channel, edge);
  if (!seq) co_return fail(seq.error());
  const HistoryQuery query{before ? kBefore : kAfter, before ? *seq + 1 : *seq, limit};
  Result<std::vector<Message>> messages = co_await parts_.log.history(channel, query);
  if (messages && !before) std::ranges::reverse(*messages);
  co_return messages;
}

MessageRoutes::Answer MessageRoutes::list(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const Result<std::uint32_t> limit = call.limit(kPagePreset, parts_.limits.page);
  if (!limit) co_return fail(limit.error());
  Result<std::vector<Message>> messages = co_await page(view->state.roster->id, *limit, call);
  if (!messages) co_return fail(messages.error());
  Result<std::string> text = co_await parts_.rendering.messages(call.principal.user, *std::move(messages));
  if (!text) co_return fail(text.error());
  co_return net::HttpResponse::json(200, *std::move(text));
}

MessageRoutes::Answer MessageRoutes::send(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const Result<Json> body = call.json();
  if (!body) co_return fail(body.error());
  std::optional<std::string> key;
  if (call.request.headers.has("Idempotency-Key")) key = std::string(call.request.headers.get("Idempotency-Key"));
  const Result<auth::Profile> author = co_await parts_.profiles.get(call.principal.user);
  if (!author) co_return fail(author.error());
  const ChannelId channel = view->state.roster->id;
  const Result<Applied> applied =
      co_await parts_.messages.send(call.principal.user, (*author)->display_name, channel, body->root(), std::move(key));
  if (!applied) co_return fail(applied.error());
  const int status = applied->replayed ? 200 : 201;
  co_return co_await render(call, status, *applied->message, applied->replayed);
}

MessageRoutes::Answer MessageRoutes::show(Call& call) {
  Result<Message> message = co_await target(call);
  if (!message) co_return fail(message.error());
  co_return co_await render(call, 200, *std::move(message), false);
}

MessageRoutes::Answer MessageRoutes::edit(Call& call) {
  const Result<Message> message = co_await target(call);
  if (!message) co_return fail(message.error());
  const Result<Applied> applied = co_await parts_.messages.edit(call.principal.user, message->channel, message->id, call.json());
  if (!applied) co_return fail(applied.error());
  co_return co_await render(call, 200, *applied->message, false);
}

MessageRoutes::Answer MessageRoutes::remove(Call& call) {
  const Result<Message> message = co_await target(call);
  if (!message) co_return fail(message.error());
  const DeleteMessage deletion{call.principal.user, message->id};
  const Result<Applied> applied = co_await parts_.log.append(message->channel, deletion);
  if (!applied) co_return fail(applied.error());
  co_return net::HttpResponse::no_content();
}

MessageRoutes::Answer MessageRoutes::changes(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const Result<std::uint32_t> limit = call.limit(kPagePreset, parts_.limits.page);
  if (!limit) co_return fail(limit.error());
  const Result<std::uint64_t> after = call.query.find("after_rev") == nullptr ? Result<std::uint64_t>(0) : call.query_number("after_rev");
  if (!after) co_return fail(after.error());
  const ChannelId channel = view->state.roster->id;
  Result<std::vector<Change>> changes = co_await parts_.log.changes(channel, *after, *limit);
  if (!changes) co_return fail(changes.error());
  std::vector<std::uint64_t> seqs;
  for (const Change& change : *changes) {
    if (change.seq != 0) seqs.push_back(change.seq);
  }
  Result<std::vector<Message>> messages = co_await parts_.log.messages(channel, std::move(seqs));
  if (!messages) co_return fail(messages.error());
  Result<std::string> text = co_await parts_.rendering.changes(*view, *std::move(changes), *std::move(messages));
  if (!text) co_return fail(text.error());
  co_return net::HttpResponse::json(200, *std::move(text));
}

MessageRoutes::Answer MessageRoutes::react(Call& call, bool add) {
  const Result<Message> message = co_await target(call);
  if (!message) co_return fail(message.error());
  if (message->deleted) co_return fail(ErrorCode::kUnknownMessage);
  if (!chat::is_one_emoji(call.parameters[2])) co_return fail(ErrorCode::kUnknownEmoji);
  React reaction{call.principal.user, message->id, call.parameters[2], add};
  const Result<Applied> applied = co_await parts_.log.append(message->channel, std::move(reaction));
  if (!applied) co_return fail(applied.error());
  co_return net::HttpResponse::no_content();
}

MessageRoutes::Answer MessageRoutes::reactors(Call& call) {
  const Result<Message> message = co_await target(call);
  if (!message) co_return fail(message.error());
  if (!chat::is_one_emoji(call.parameters[2])) co_return fail(ErrorCode::kUnknownEmoji);
  const Result<std::uint32_t> limit = call.limit(kPagePreset, parts_.limits.page);
  if (!limit) co_return fail(limit.error());
  const Result<UserId> after = call.query_id<UserId>("after");
  if (!after) co_return fail(after.error());
  Result<std::vector<UserId>> users =
      co_await parts_.conversations.reactors(message->channel, message->seq, call.parameters[2], *after, *limit);
  if (!users) co_return fail(users.error());
  Result<std::string> text = co_await parts_.rendering.users(*std::move(users));
  if (!text) co_return fail(text.error());
  co_return net::HttpResponse::json(200, *std::move(text));
}

MessageRoutes::Answer MessageRoutes::pin(Call& call, bool pin) {
  const Result<Message> message = co_await target(call);
  if (!message) co_return fail(message.error());
  const Pin command{call.principal.user, message->id, pin};
  const Result<Applied> applied = co_await parts_.log.append(message->channel, command);
  if (!applied) co_return fail(applied.error());
  co_return net::HttpResponse::no_content();
}

MessageRoutes::Answer MessageRoutes::pins(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const ChannelId channel = view->state.roster->id;
  Result<std::vector<std::uint64_t>> seqs = co_await parts_.conversations.pins(channel);
  if (!seqs) co_return fail(seqs.error());
  Result<std::vector<Message>> messages = co_await parts_.log.messages(channel, *std::move(seqs));
  if (!messages) co_return fail(messages.error());
  Result<std::string> text = co_await parts_.rendering.messages(call.principal.user, *std::move(messages));
  if (!text) co_return fail(text.error());
  co_return net::HttpResponse::json(200, *std::move(text));
}

MessageRoutes::Answer MessageRoutes::search(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  co_return fail(ErrorCode::kNotImplemented, std::string(kSearchMissing));
}

MessageRoutes::Answer MessageRoutes::search_all(Call&) { co_return fail(ErrorCode::kNotImplemented, std::string(kSearchMissing)); }

}  // namespace rookery::api
