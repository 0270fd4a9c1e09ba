#include "api/instance_routes.h"

#include "base/json_writer.h"

namespace rookery::api {
namespace {

using Answer = Task<Result<net::HttpResponse>>;

Answer show_instance(const Instance& instance, Call&) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("name").string(instance.name);
  json.key("version").string(instance.version);
  json.key("registration").string(kRegistrationNames[static_cast<std::size_t>(instance.registration())]);
  json.key("features").begin_array();
  for (const std::string& feature : instance.features) json.string(feature);
  json.end_array().key("limits");
  write_limits(json, instance.limits);
  json.end_object();
  co_return net::HttpResponse::json(200, std::move(text));
}

Answer show_gateway(Call& call) {
  std::string text;
  const std::string scheme = call.request.secure ? "wss://" : "ws://";
  JsonWriter(text).begin_object().key("url").string(scheme + std::string(call.request.headers.get("Host")) + "/gateway").end_object();
  co_return net::HttpResponse::json(200, std::move(text));
}

Answer show_health(Call&) { co_return net::HttpResponse::json(200, R"({"status":"ok"})"); }

Answer show_readiness(const Instance& instance, Call&) {
  const Status ready = instance.ready();
  if (!ready) co_return fail(ready.error());
  co_return net::HttpResponse::json(200, R"({"status":"ready"})");
}

}  // namespace

void add_instance_routes(Router& router, const Instance& instance) {
  router.add(
      {"GET", "/api/v1/instance", Access::kPublic, RateBucket::kPublic, [&instance](Call& call) { return show_instance(instance, call); }});
  router.add({"GET", "/api/v1/gateway", Access::kPublic, RateBucket::kPublic, [](Call& call) { return show_gateway(call); }});
  router.add({"GET", "/healthz", Access::kPublic, RateBucket::kPublic, [](Call& call) { return show_health(call); }});
  router.add({"GET", "/readyz", Access::kPublic, RateBucket::kPublic, [&instance](Call& call) { return show_readiness(instance, call); }});
}

}  // namespace rookery::api
