#include "api/presence_routes.h"

#include "base/json_writer.h"
#include "presence/presence_text.h"

namespace rookery::api {
namespace {

using Answer = Task<Result<net::HttpResponse>>;

// The zone in which texts are wanted; empty when none are.
Result<std::string> wanted_zone(const Call& call) {
  if (call.query_fault) return fail(*call.query_fault);
  const std::string* format = call.query.find("format");
  if (format == nullptr) return std::string();
  if (*format != "text") return fail(Error::invalid("format", "must be \"text\""));
  const std::string* tz = call.query.find("tz");
  if (tz == nullptr) return std::string("UTC");
  if (!presence::is_time_zone(*tz)) return fail(Error::invalid("tz", "must be a time zone of the IANA database, as in Europe/Berlin"));
  return *tz;
}

void add_text(Presence& presence, const std::string& zone) {
  if (!zone.empty()) presence.text = presence::presence_text(presence, system_clock().now(), zone);
}

Answer show(presence::PresenceService& service, Call& call) {
  const Result<UserId> user = call.id<UserId>(0, ErrorCode::kUnknownUser);
  if (!user) co_return fail(user.error());
  Result<Presence> presence = co_await service.get(call.principal.user, *user);
  if (!presence) co_return fail(presence.error());
  const Result<std::string> zone = wanted_zone(call);
  if (!zone) co_return fail(zone.error());
  add_text(*presence, *zone);
  std::string text;
  JsonWriter json(text);
  write_json(json, *presence);
  co_return net::HttpResponse::json(200, std::move(text));
}

Answer query(presence::PresenceService& service, const Limits& limits, Call& call) {
  const Result<std::string> zone = wanted_zone(call);
  if (!zone) co_return fail(zone.error());
  const Result<Json> body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  std::vector<UserId> users = fields.required_ids<UserId>("user_ids", limits.presence_query).value_or(std::vector<UserId>());
  if (users.empty()) fields.fault("user_ids", "must name at least one user");
  if (const Status form = errors.status(); !form) co_return fail(form.error());
  Result<std::vector<Presence>> found = co_await service.query(call.principal.user, std::move(users));
  if (!found) co_return fail(found.error());
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (Presence& presence : *found) {
    add_text(presence, *zone);
    write_json(json, presence);
  }
  json.end_array();
  co_return net::HttpResponse::json(200, std::move(text));
}

}  // namespace

void add_presence_routes(Router& router, presence::PresenceService& presence, const Limits& limits) {
  router.add({"GET", "/api/v1/users/{user_id}/presence", Access::kUser, RateBucket::kRead,
              [&presence](Call& call) { return show(presence, call); }});
  router.add({"POST", "/api/v1/presence/query", Access::kUser, RateBucket::kRead,
              [&presence, &limits](Call& call) { return query(presence, limits, call); }});
}

}  // namespace rookery::api
