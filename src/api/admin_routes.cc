#include "api/admin_routes.h"

#include <memory>

#include "api/admin_access.h"
#include "base/json_writer.h"
#include "runtime/options.h"

namespace rookery::api {
namespace {

using Answer = Task<Result<net::HttpResponse>>;
using admin::Actor;
using admin::Administration;

constexpr std::uint32_t kPagePreset = 50;
constexpr std::uint32_t kPageMax = 100;

net::HttpResponse registration_response(const Administration& administration) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("mode").string(kRegistrationNames[static_cast<std::size_t>(administration.registration())]);
  json.key("fixed").boolean(administration.registration_fixed());
  json.end_object();
  return net::HttpResponse::json(200, std::move(text));
}

Answer show_registration(const Administration& administration) { co_return registration_response(administration); }

Answer change_registration(Administration& administration, Call& call, Actor who) {
  const auto body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  const auto mode = fields.required_choice("mode", kRegistrationNames);
  if (auto status = errors.status(); !status) co_return fail(std::move(status.error()));
  auto set = co_await administration.set_registration(std::move(who), static_cast<Registration>(*mode));
  if (!set) co_return fail(std::move(set.error()));
  co_return registration_response(administration);
}

void write_invite(JsonWriter& json, const InstanceInvite& invite) {
  json.begin_object();
  json.key("code").string(invite.code);
  json.key("uses").number(invite.uses);
  json.key("uses_left").number(invite.uses_left);
  json.key("created_at").time(invite.created_at);
  if (invite.expires_at != TimeMs()) json.key("expires_at").time(invite.expires_at);
  if (!invite.note.empty()) json.key("note").string(invite.note);
  json.end_object();
}

Answer list_invites(Administration& administration) {
  const auto invites = co_await administration.invites();
  if (!invites) co_return fail(invites.error());
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const InstanceInvite& invite : *invites) write_invite(json, invite);
  json.end_array();
  co_return net::HttpResponse::json(200, std::move(text));
}

Answer create_invite(Administration& administration, Call& call, Actor who) {
  const auto body = call.json();
  if (!body) co_return fail(body.error());
  FieldErrors errors;
  JsonFields fields(body->root(), errors);
  admin::NewInvite wanted;
  wanted.uses = static_cast<std::uint32_t>(fields.whole_number("uses", 1, admin::kInviteUsesMax).value_or(1));
  constexpr std::chrono::seconds kLifeMax = admin::kInviteLifeMax;
  constexpr std::chrono::seconds kWeek = std::chrono::days(7);
  wanted.good_for = std::chrono::seconds(
      fields.whole_number("max_age", 0, static_cast<std::uint64_t>(kLifeMax.count())).value_or(static_cast<std::uint64_t>(kWeek.count())));
  if (const auto note = fields.string("note", {0, admin::kInviteNoteMax})) wanted.note = std::string(*note);
  if (auto status = errors.status(); !status) co_return fail(std::move(status.error()));
  const auto made = co_await administration.create_invite(std::move(who), std::move(wanted));
  if (!made) co_return fail(made.error());
  std::string text;
  JsonWriter json(text);
  write_invite(json, *made);
  co_return net::HttpResponse::json(201, std::move(text));
}

Answer revoke_invite(Administration& administration, Call& call, Actor who) {
  auto revoked = co_await administration.revoke_invite(std::move(who), call.parameters[0]);
  if (!revoked) co_return fail(std::move(revoked.error()));
  co_return net::HttpResponse::no_content();
}

// Options hold no secrets: keys are files, and only their names stand here.
Answer show_config(const Config& config) {
  static const Config kDefaults;
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const Option& option : option_table()) {
    const std::string value = option.get(config);
    const std::string preset = option.get(kDefaults);
    json.begin_object();
    json.key("name").string(option.name);
    json.key("section").string(option.section);
    json.key("description").string(option.description);
    json.key("value").string(value.empty() ? option.unset_means : value);
    json.key("default").string(preset.empty() ? option.unset_means : preset);
    json.key("changed").boolean(value != preset);
    json.end_object();
  }
  json.end_array();
  co_return net::HttpResponse::json(200, std::move(text));
}

Answer show_health(const AdminParts& parts) {
  const ServerHealth health = parts.health();
  const TimeMs now = Core::current().clock().now();
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("version").string(parts.version);
  json.key("started_at").time(health.started_at);
  json.key("uptime_s").number(std::max<std::int64_t>(0, (now.unix_ms - health.started_at.unix_ms) / 1000));
  json.key("connections").number(health.connections);
  json.key("connections_max").number(health.connections_max);
  json.key("gateway_connections").number(health.gateway_connections);
  json.key("sessions").number(health.sessions);
  json.key("events_per_second").number(health.events_per_second);
  json.key("requests_at_work").number(health.requests_at_work);
  json.key("refused").number(health.refused);
  json.key("memory_bytes").number(health.memory_bytes);
  json.key("memory_bytes_max").number(health.memory_bytes_max);
  json.key("memory_short").boolean(health.memory_is_short);
  json.key("writable").boolean(health.writable);
  json.key("commits").begin_object();
  json.key("count").number(health.commits.count);
  json.key("p50_ms").number(health.commits.p50_ms);
  json.key("p95_ms").number(health.commits.p95_ms);
  json.key("p99_ms").number(health.commits.p99_ms);
  json.end_object().end_object();
  co_return net::HttpResponse::json(200, std::move(text));
}

void write_count(JsonWriter& json, std::string_view name, const Count& count) {
  json.key(name).begin_object();
  json.key("count").number(count.value);
  json.key("exact").boolean(count.exact);
  json.end_object();
}

Answer show_storage(const AdminParts& parts) {
  const auto report = co_await parts.storage();
  if (!report) co_return fail(report.error());
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("families").begin_array();
  for (const FamilySize& family : report->families) {
    json.begin_object();
    json.key("name").string(family.name);
    json.key("bytes").number(family.bytes);
    json.key("memory_bytes").number(family.memory_bytes);
    json.end_object();
  }
  json.end_array();
  json.key("log_bytes").number(report->log_bytes);
  json.key("disk_free_bytes").number(report->disk_free_bytes);
  json.key("disk_bytes").number(report->disk_bytes);
  json.key("reserve_bytes").number(report->reserve_bytes);
  json.key("writable").boolean(report->writable);
  write_count(json, "users", report->users);
  write_count(json, "channels", report->channels);
  write_count(json, "messages", report->messages);
  json.end_object();
  co_return net::HttpResponse::json(200, std::move(text));
}

void write_somebody(JsonWriter& json, std::string_view name, UserId user, const std::string& username) {
  if (!user) return;
  json.key(name).begin_object();
  json.key("id").id(user.value);
  json.key("username").string(username);
  json.end_object();
}

Answer show_audit(Administration& administration, Call& call) {
  const auto limit = call.limit(kPagePreset, kPageMax);
  if (!limit) co_return fail(limit.error());
  std::uint64_t before = 0;
  if (call.query.find("before") != nullptr) {
    const auto given = call.query_number("before");
    if (!given) co_return fail(given.error());
    before = *given;
  }
  const auto entries = co_await administration.audit(before, *limit);
  if (!entries) co_return fail(entries.error());
  std::string text;
  JsonWriter json(text);
  json.begin_array();
  for (const AuditEntry& entry : *entries) {
    json.begin_object();
    json.key("number").number(entry.number);
    json.key("at").time(entry.at);
    json.key("action").string(kAuditActionNames[static_cast<std::size_t>(entry.action)]);
    write_somebody(json, "actor", entry.actor, entry.actor_name);
    write_somebody(json, "target", entry.target, entry.target_name);
    if (!entry.detail.empty()) json.key("detail").string(entry.detail);
    json.end_object();
  }
  json.end_array();
  co_return net::HttpResponse::json(200, std::move(text));
}

}  // namespace

void add_admin_routes(Router& router, AdminParts given) {
  Administration& a = given.administration;
  AdminRouter routes(router, a);
  const auto parts = std::make_shared<const AdminParts>(std::move(given));
  routes.read("/api/v1/admin/registration", [&a](Call&, Actor) { return show_registration(a); });
  routes.write("PATCH", "/api/v1/admin/registration", [&a](Call& call, Actor who) { return change_registration(a, call, std::move(who)); });
  routes.read("/api/v1/admin/invites", [&a](Call&, Actor) { return list_invites(a); });
  routes.write("POST", "/api/v1/admin/invites", [&a](Call& call, Actor who) { return create_invite(a, call, std::move(who)); });
  routes.write("DELETE", "/api/v1/admin/invites/{code}", [&a](Call& call, Actor who) { return revoke_invite(a, call, std::move(who)); });
  routes.read("/api/v1/admin/config", [parts](Call&, Actor) { return show_config(parts->config); });
  routes.read("/api/v1/admin/health", [parts](Call&, Actor) { return show_health(*parts); });
  routes.read("/api/v1/admin/storage", [parts](Call&, Actor) { return show_storage(*parts); });
  routes.read("/api/v1/admin/audit", [&a](Call& call, Actor) { return show_audit(a, call); });
}

}  // namespace rookery::api
