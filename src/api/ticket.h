// Ticket: a request of the API on its way to its answer: what every answer carries, whoever gives it and when.
//
// Answers once, on any core; at most one thread at a time. Destroyed unanswered, the client gets a bare 500.
#pragma once

#include <optional>
#include <string>

#include "api/probe.h"
#include "base/time.h"
#include "net/http.h"
#include "runtime/rate_limit.h"

namespace rookery::api {

class Ticket {
 public:
  // `probe` outlives it; null: nothing is counted.
  Ticket(const net::HttpRequest& request, net::HttpResponder responder, std::string request_id, Probe* probe);
  Ticket(Ticket&&) noexcept = default;

  const std::string& request_id() const noexcept { return request_id_; }
  void set_rate(const RateAnswer& rate) { rate_ = rate; }
  // The answer waits for something to happen: the time it takes is no measure of the server.
  void set_held() noexcept { held_ = true; }

  void respond(net::HttpResponse response);
  void respond(const Error& error) { respond(net::HttpResponse::error(error, request_id_)); }

 private:
  net::HttpResponder responder_;
  std::string request_id_;
  std::string method_;
  std::string path_;
  SteadyTime began_;
  std::optional<RateAnswer> rate_;
  bool held_ = false;
  Probe* probe_;
};

// What browsers of other origins need.
void add_origin_headers(net::HttpResponse& response);
void add_rate_headers(net::HttpResponse& response, const RateAnswer& rate);
// `api`: what every answer under /api/v1 has.
void add_common_headers(net::HttpResponse& response, bool api, std::string_view request_id);

}  // namespace rookery::api
