// ApiServer: from an HTTP request to a route's answer.
//
// In the order of protocol.md §1: token, rate, route, then the route's own checks. Every answer under /api/v1 carries a
// request id, the figures of its rate limit, and the headers for browsers of other origins. What is no route of the API
// goes to the gateway ("/gateway") or to the static files.
//
// Called on all cores at once; made before they serve, destroyed after they stopped.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/probe.h"
#include "api/router.h"
#include "api/static_files.h"
#include "api/ticket.h"
#include "model/limits.h"
#include "net/http.h"
#include "runtime/admission.h"
#include "runtime/core.h"
#include "runtime/rate_limit.h"
#include "runtime/task_group.h"

namespace rookery::api {

bool under_api(std::string_view path);

// From a bearer token to who asks; kUnauthorized.
using Authenticate = std::function<Task<Result<auth::Principal>>(std::string token)>;
// Takes over a request for "/gateway".
using Gateway = std::function<void(net::HttpRequest, net::HttpResponder)>;

struct ApiServerOptions {
  Limits limits;
  Admission* admission = nullptr;              // asked before each request; null: nothing is refused but by the next
  std::size_t requests_per_core_max = 10'000;  // at work at once, also outside of /api/v1; more are answered 503
  Probe* probe = nullptr;                      // null: nothing is counted
};

class ApiServer final : public net::HttpHandler {
 public:
  // Everything must outlive it; routes are not added any more.
  ApiServer(Cores& cores, const Router& router, Authenticate authenticate, RateLimiter& rates, const StaticFiles& files, Gateway gateway,
            ApiServerOptions options);
  ~ApiServer() override;

  void on_request(net::HttpRequest request, net::HttpResponder responder) override;
  std::size_t body_bytes_max(const net::HttpRequest& head) override;
  net::HttpResponse refused(const net::HttpRequest& head, unsigned status, const Error& why) override;

  // Resumes when no request is at work on any core. While cores run.
  Task<void> join();

 private:
  Task<void> serve(net::HttpRequest request, net::HttpResponder responder, Admission::Ticket admitted);
  void refuse(const net::HttpRequest& request, const Error& error, net::HttpResponder responder);
  // None: the ticket was taken over.
  Task<std::optional<net::HttpResponse>> answer(net::HttpRequest request, Ticket& ticket);
  Task<std::optional<net::HttpResponse>> answer_api(Call& call, const std::vector<std::string>& segments, Ticket& ticket);

  Cores& cores_;
  const Router& router_;
  const Authenticate authenticate_;
  RateLimiter& rates_;
  const StaticFiles& files_;
  const Gateway gateway_;
  const ApiServerOptions options_;
  std::vector<std::unique_ptr<TaskGroup>> tasks_;  // one a core
};

}  // namespace rookery::api
