#include "api/channel_routes.h"

#include <algorithm>

#include "api/list_cursor.h"

namespace rookery::api {
namespace {

constexpr std::uint32_t kPagePreset = 50;
constexpr std::uint32_t kMembersPreset = 100;
constexpr std::uint32_t kMembersMax = 1000;
constexpr std::array<std::string_view, 3> kNotify = {"all", "mentions", "none"};

// Where a channel stands in the list by activity; one of its own, as ids are.
std::uint64_t place_of(const ChannelView& view) { return view.state.last_activity(); }

}  // namespace

void ChannelRoutes::add_to(Router& router) {
  const auto route = [this, &router](std::string_view method, std::string_view pattern, RateBucket rate,
                                     Answer (ChannelRoutes::*handler)(Call&)) {
    router.add({method, pattern, Access::kUser, rate, [this, handler](Call& call) { return (this->*handler)(call); }});
  };
  route("POST", "/api/v1/users/@me/channels", RateBucket::kWrite, &ChannelRoutes::open);
  route("GET", "/api/v1/users/@me/channels", RateBucket::kRead, &ChannelRoutes::list);
  route("GET", "/api/v1/channels/{channel_id}", RateBucket::kRead, &ChannelRoutes::show);
  route("PATCH", "/api/v1/channels/{channel_id}", RateBucket::kWrite, &ChannelRoutes::update);
  route("DELETE", "/api/v1/channels/{channel_id}", RateBucket::kWrite, &ChannelRoutes::leave);
  route("GET", "/api/v1/channels/{channel_id}/members", RateBucket::kRead, &ChannelRoutes::members);
  route("PUT", "/api/v1/channels/{channel_id}/recipients/{user_id}", RateBucket::kWrite, &ChannelRoutes::add_recipient);
  route("DELETE", "/api/v1/channels/{channel_id}/recipients/{user_id}", RateBucket::kWrite, &ChannelRoutes::remove_recipient);
  route("POST", "/api/v1/channels/{channel_id}/typing", RateBucket::kTyping, &ChannelRoutes::typing);
  route("GET", "/api/v1/channels/{channel_id}/settings", RateBucket::kRead, &ChannelRoutes::show_settings);
  route("PUT", "/api/v1/channels/{channel_id}/settings", RateBucket::kWrite, &ChannelRoutes::settings);
}

Task<Result<ChannelView>> ChannelRoutes::seen(Call& call) {
  const Result<ChannelId> channel = call.id<ChannelId>(0, ErrorCode::kUnknownChannel);
  if (!channel) co_return fail(channel.error());
  co_return co_await parts_.channels.view(call.principal.user, *channel);
}

ChannelRoutes::Answer ChannelRoutes::open(Call& call) {
  Result<Json> body = call.json();
  if (!body) co_return fail(body.error());
  Result<chat::Channels::Opened> opened = co_await parts_.channels.open(call.principal.user, *std::move(body));
  if (!opened) co_return fail(opened.error());
  Result<std::string> text = co_await parts_.rendering.channel(std::move(opened->view));
  if (!text) co_return fail(text.error());
  co_return net::HttpResponse::json(opened->created ? 201 : 200, *std::move(text));
}

ChannelRoutes::Answer ChannelRoutes::list(Call& call) {
  const Result<std::uint32_t> limit = call.limit(kPagePreset, parts_.limits.page);
  if (!limit) co_return fail(limit.error());
  std::optional<std::uint64_t> before;
  if (const std::string* cursor = call.query.find("before")) {
    before = read_list_cursor(*cursor);
    if (!before) co_return fail(Error::invalid("before", "is no cursor of an earlier page"));
  }
  Result<std::vector<ChannelId>> ids = co_await parts_.conversations.channels_of(call.principal.user);
  if (!ids) co_return fail(ids.error());
  Result<std::vector<ChannelView>> views = co_await parts_.log.views(*std::move(ids), call.principal.user);
  if (!views) co_return fail(views.error());
  std::erase_if(*views, [&](const ChannelView& view) {
    return !view.state.roster->sees(call.principal.user) || (before && place_of(view) >= *before);
  });
  std::ranges::sort(*views, std::greater<>(), place_of);
  const bool more = views->size() > *limit;
  if (more) views->resize(*limit);
  const std::string cursor = more ? write_list_cursor(place_of(views->back())) : std::string();
  const Result<std::vector<std::string>> texts = co_await parts_.rendering.channels(*std::move(views));
  if (!texts) co_return fail(texts.error());
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("channels").begin_array();
  for (const std::string& channel : *texts) json.raw(channel);
  json.end_array().key("cursor");
  if (more) {
    json.string(cursor);
  } else {
    json.null();
  }
  json.end_object();
  co_return net::HttpResponse::json(200, std::move(text));
}

ChannelRoutes::Answer ChannelRoutes::show(Call& call) {
  Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  Result<std::string> text = co_await parts_.rendering.channel(*std::move(view));
  if (!text) co_return fail(text.error());
  co_return net::HttpResponse::json(200, *std::move(text));
}

ChannelRoutes::Answer ChannelRoutes::update(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  if (view->state.roster->type == ChannelType::kDirect)
    co_return fail(ErrorCode::kMissingPermission, "A direct channel has no name of its own");
  const Result<Json> body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  const auto name = fields.string("name", {0, chat::kChannelNameMax});
  const auto topic = fields.string("topic", {0, chat::kChannelTopicMax});
  if (const Status read = errors.status(); !read) co_return fail(read.error());
  const ChannelId channel = view->state.roster->id;
  std::optional<std::string> new_name(name);
  std::optional<std::string> new_topic(topic);
  const Result<Applied> applied = co_await parts_.channels.update(call.principal.user, channel, std::move(new_name), std::move(new_topic));
  if (!applied) co_return fail(applied.error());
  co_return co_await show(call);
}

ChannelRoutes::Answer ChannelRoutes::leave(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const UserId self = call.principal.user;
  const Result<Applied> left = co_await parts_.channels.remove(self, view->state.roster->id, self);
  if (!left) co_return fail(left.error());
  co_return net::HttpResponse::no_content();
}

ChannelRoutes::Answer ChannelRoutes::members(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const Result<std::uint32_t> limit = call.limit(kMembersPreset, kMembersMax);
  if (!limit) co_return fail(limit.error());
  const Result<UserId> after = call.query_id<UserId>("after");
  if (!after) co_return fail(after.error());
  const std::vector<Member>& all = view->state.roster->members;
  auto from = std::ranges::upper_bound(all, *after, {}, &Member::user);
  const auto count = std::min<std::ptrdiff_t>(*limit, all.end() - from);
  Result<std::string> text = co_await parts_.rendering.members(std::vector<Member>(from, from + count));
  if (!text) co_return fail(text.error());
  co_return net::HttpResponse::json(200, *std::move(text));
}

ChannelRoutes::Answer ChannelRoutes::add_recipient(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const Result<UserId> user = call.id<UserId>(1, ErrorCode::kUnknownUser);
  if (!user) co_return fail(user.error());
  const Result<Applied> added = co_await parts_.channels.add(call.principal.user, view->state.roster->id, *user);
  if (!added) co_return fail(added.error());
  co_return net::HttpResponse::no_content();
}

ChannelRoutes::Answer ChannelRoutes::remove_recipient(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const Result<UserId> user = call.id<UserId>(1, ErrorCode::kUnknownUser);
  if (!user) co_return fail(user.error());
  const Result<Applied> removed = co_await parts_.channels.remove(call.principal.user, view->state.roster->id, *user);
  if (!removed) co_return fail(removed.error());
  co_return net::HttpResponse::no_content();
}

ChannelRoutes::Answer ChannelRoutes::typing(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  parts_.tell_typing(view->state, call.principal.user);
  co_return net::HttpResponse::no_content();
}

ChannelRoutes::Answer ChannelRoutes::show_settings(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const auto stored = co_await parts_.personal.channel_settings(call.principal.user, view->state.roster->id);
  if (!stored) co_return fail(stored.error());
  const ChannelSettings settings = stored->value_or(ChannelSettings());
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("notify").string(kNotify[static_cast<std::size_t>(settings.notify)]);
  if (settings.muted_until != TimeMs()) json.key("muted_until").time(settings.muted_until);
  json.end_object();
  co_return net::HttpResponse::json(200, std::move(text));
}

ChannelRoutes::Answer ChannelRoutes::settings(Call& call) {
  const Result<ChannelView> view = co_await seen(call);
  if (!view) co_return fail(view.error());
  const Result<Json> body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  ChannelSettings settings;
  settings.notify = static_cast<Notify>(fields.required_choice("notify", kNotify).value_or(0));
  if (const auto muted = fields.string("muted_until", {1, 40})) {
    const auto until = parse_rfc3339(*muted);
    if (until) settings.muted_until = *until;
    if (!until) fields.fault("muted_until", "must be a time as in RFC 3339");
  }
  if (const Status read = errors.status(); !read) co_return fail(read.error());
  const Status stored = co_await parts_.personal.put_channel_settings(call.principal.user, view->state.roster->id, settings);
  if (!stored) co_return fail(stored.error());
  co_return net::HttpResponse::no_content();
}

}  // namespace rookery::api
