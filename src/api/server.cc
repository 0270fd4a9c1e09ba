#include "api/server.h"

#include "base/check.h"
#include "base/random.h"

namespace rookery::api {
namespace {

constexpr std::size_t kRequestIdBytes = 9;
constexpr std::string_view kBearer = "Bearer ";

net::HttpResponse preflight() {
  net::HttpResponse response = net::HttpResponse::no_content();
  add_origin_headers(response);
  response.headers.set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  response.headers.set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key");
  response.headers.set("Access-Control-Max-Age", "86400");
  return response;
}

std::string bearer_token(const net::HttpRequest& request) {
  const std::string_view value = request.headers.get("Authorization");
  if (value.size() <= kBearer.size() || !net::equals_ignoring_case(value.substr(0, kBearer.size()), kBearer)) return {};
  return std::string(value.substr(kBearer.size()));
}

net::HttpResponse no_route(const Router::Match& match, std::string_view request_id) {
  if (match.allowed.empty()) return net::HttpResponse::error(Error(ErrorCode::kUnknownRoute), request_id);
  net::HttpResponse response = net::HttpResponse::error(Error(ErrorCode::kMethodNotAllowed), request_id);
  std::string allow;
  for (const std::string_view method : match.allowed) {
    if (!allow.empty()) allow += ", ";
    allow += method;
    if (method == "GET") allow += ", HEAD";
  }
  response.headers.set("Allow", allow + ", OPTIONS");
  return response;
}

}  // namespace

bool under_api(std::string_view path) { return path == "/api/v1" || path.starts_with("/api/v1/"); }

ApiServer::ApiServer(Cores& cores, const Router& router, Authenticate authenticate, RateLimiter& rates, const StaticFiles& files,
                     Gateway gateway, ApiServerOptions options)
    : cores_(cores),
      router_(router),
      authenticate_(std::move(authenticate)),
      rates_(rates),
      files_(files),
      gateway_(std::move(gateway)),
      options_(std::move(options)) {
  for (unsigned i = 0; i < cores.size(); ++i) tasks_.push_back(std::make_unique<TaskGroup>(options_.requests_per_core_max));
}

ApiServer::~ApiServer() = default;

Task<void> ApiServer::join() {
  Core& home = Core::current();
  for (unsigned i = 0; i < cores_.size(); ++i) {
    co_await hop(cores_.at(i));
    co_await tasks_[i]->join();
  }
  co_await hop(home);
}

std::size_t ApiServer::body_bytes_max(const net::HttpRequest& head) { return under_api(head.path) ? options_.limits.body_bytes : 0; }

// Nobody was asked for a token yet: it counts for the address.
net::HttpResponse ApiServer::refused(const net::HttpRequest& head, unsigned status, const Error& why) {
  const std::string request_id = system_random().token(kRequestIdBytes);
  const bool api = under_api(head.path);
  net::HttpResponse response = net::HttpResponse::json(status, error_json(why, request_id));
  if (api) {
    const RateAnswer rate = rates_.take(RateBucket::kUnauthorized, head.peer);
    if (!rate.allowed) response = net::HttpResponse::error(rate_refusal(rate), request_id);
    add_rate_headers(response, rate);
  }
  add_common_headers(response, api, request_id);
  return response;
}

void ApiServer::on_request(net::HttpRequest request, net::HttpResponder responder) {
  if (request.path == "/gateway") return gateway_(std::move(request), std::move(responder));
  TaskGroup& tasks = *tasks_[Core::current().index()];
  if (tasks.running() >= options_.requests_per_core_max) {
    return refuse(request, Error::retry(ErrorCode::kUnavailable, 1), std::move(responder));
  }
  // Whoever watches the server, and a browser that asks whether it may ask, are answered even now.
  Admission::Ticket ticket;
  if (options_.admission != nullptr && under_api(request.path) && request.method != "OPTIONS") {
    auto admitted = options_.admission->admit(request.body.size());
    if (!admitted) return refuse(request, admitted.error(), std::move(responder));
    ticket = *std::move(admitted);
  }
  CHECK(tasks.spawn(serve(std::move(request), std::move(responder), std::move(ticket))));
}

// Before the token was looked at: it counts as the address's.
void ApiServer::refuse(const net::HttpRequest& request, const Error& error, net::HttpResponder responder) {
  const std::string request_id = system_random().token(kRequestIdBytes);
  net::HttpResponse response = net::HttpResponse::error(error, request_id);
  if (options_.probe != nullptr) options_.probe->answered(response.status, std::chrono::nanoseconds(0));
  response.headers.set("X-Request-Id", request_id);
  if (under_api(request.path)) {
    add_origin_headers(response);
    add_rate_headers(response, rates_.take(RateBucket::kPublic, request.peer));
  }
  responder.respond(std::move(response));
}

Task<void> ApiServer::serve(net::HttpRequest request, net::HttpResponder responder, Admission::Ticket admitted) {
  const Admission::Ticket at_work = std::move(admitted);  // until this task ends
  Ticket ticket(request, std::move(responder), system_random().token(kRequestIdBytes), options_.probe);
  std::optional<net::HttpResponse> response = co_await answer(std::move(request), ticket);
  if (response) ticket.respond(*std::move(response));
}

Task<std::optional<net::HttpResponse>> ApiServer::answer(net::HttpRequest request, Ticket& ticket) {
  if (request.method == "OPTIONS" && (under_api(request.path) || request.path == "*")) co_return preflight();
  Result<std::vector<std::string>> segments = net::split_path(request.path);
  if (!segments) co_return net::HttpResponse::error(segments.error(), ticket.request_id());
  Result<net::QueryParameters> query = net::QueryParameters::parse(request.query);

  Call call;
  call.request_id = ticket.request_id();
  call.request = std::move(request);
  if (under_api(call.request.path)) {
    // What is wrong with the query is said when it is the route's turn to check it.
    if (query) {
      call.query = *std::move(query);
    } else {
      call.query_fault = query.error();
    }
    co_return co_await answer_api(call, *segments, ticket);
  }
  Router::Match match = router_.find(call.request.method, *segments);
  if (match.route == nullptr) co_return match.allowed.empty() ? files_.answer(call.request, *segments) : no_route(match, call.request_id);
  if (query) call.query = *std::move(query);
  Result<net::HttpResponse> response = co_await match.route->handler(call);
  co_return response ? *std::move(response) : net::HttpResponse::error(response.error(), call.request_id);
}

Task<std::optional<net::HttpResponse>> ApiServer::answer_api(Call& call, const std::vector<std::string>& segments, Ticket& ticket) {
  Router::Match match = router_.find(call.request.method, segments);
  const bool needs_token = match.route == nullptr || match.route->access == Access::kUser;
  RateAnswer& rate = call.rate;
  if (needs_token) {
    Result<auth::Principal> principal = co_await authenticate_(bearer_token(call.request));
    if (!principal) {
      rate = rates_.take(RateBucket::kUnauthorized, call.request.peer);
      ticket.set_rate(rate);
      const Error error = rate.allowed ? principal.error() : rate_refusal(rate);
      net::HttpResponse response = net::HttpResponse::error(error, call.request_id);
      if (rate.allowed && response.status == 401) response.headers.set("WWW-Authenticate", "Bearer");
      co_return response;
    }
    call.principal = *principal;
    rate = rates_.take(match.route == nullptr ? RateBucket::kRead : match.route->rate, principal->user);
  } else {
    rate = rates_.take(match.route->rate, call.request.peer);
  }
  ticket.set_rate(rate);

  if (!rate.allowed) co_return net::HttpResponse::error(rate_refusal(rate), call.request_id);
  if (match.route == nullptr) co_return no_route(match, call.request_id);
  call.parameters = std::move(match.parameters);
  if (match.route->take_over) {
    match.route->take_over(call, std::move(ticket));
    co_return std::nullopt;
  }
  Result<net::HttpResponse> answered = co_await match.route->handler(call);
  ticket.set_rate(rate);
  co_return answered ? *std::move(answered) : net::HttpResponse::error(answered.error(), call.request_id);
}

}  // namespace rookery::api
