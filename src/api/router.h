// Router: which route a request means. Routes are added at start-up and read by all cores afterwards.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/json_reader.h"
#include "base/result.h"
#include "net/http.h"
#include "net/url.h"
#include "runtime/rate_limit.h"
#include "runtime/rates.h"
#include "runtime/task.h"

namespace rookery::api {

// One request on its way through its route. Lives until the handler's task has ended.
struct Call {
  net::HttpRequest request;
  std::vector<std::string> parameters;  // what stood for the {…} of the pattern, decoded, in order
  net::QueryParameters query;
  std::optional<Error> query_fault;  // the query could not be read: kInvalidBody
  auth::Principal principal;         // zeros on public routes
  std::string request_id;
  RateAnswer rate;  // what the answer's headers will say; a route that counts in a second bucket shows the tighter one

  // An id in the path; what is no snowflake is an unknown thing.
  template <class AnyId>
  Result<AnyId> id(std::size_t parameter, ErrorCode unknown) const {
    if (const auto id = parse_id<AnyId>(parameters[parameter])) return *id;
    return fail(unknown);
  }
  // The body as a JSON object: kUnsupportedMediaType, kInvalidBody.
  Result<Json> json(std::size_t depth_max = kJsonDepthMax) const;
  // `limit`: 1 to `max`, `preset` when left out; kInvalidBody.
  Result<std::uint32_t> limit(std::uint32_t preset, std::uint32_t max) const;
  // A snowflake in the query; empty when left out; kInvalidBody.
  template <class AnyId>
  Result<AnyId> query_id(std::string_view name) const {
    if (query_fault) return fail(*query_fault);
    const std::string* text = query.find(name);
    if (text == nullptr) return AnyId();
    if (const auto id = parse_id<AnyId>(*text)) return *id;
    return fail(Error::invalid(std::string(name), "must be a snowflake"));
  }
  // A whole number from 0 in the query; kInvalidBody, also when it is left out.
  Result<std::uint64_t> query_number(std::string_view name) const;
};

using Handler = std::function<Task<Result<net::HttpResponse>>(Call&)>;
class Ticket;
// Takes the request over, to be answered later: no task of the API waits meanwhile. On the core that accepted it.
using TakeOver = std::function<void(Call&, Ticket)>;

enum class Access : std::uint8_t {
  kUser,    // needs a token
  kPublic,  // needs none, and looks at none
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // "/api/v1/channels/{channel}"
  Access access = Access::kUser;
  RateBucket rate = RateBucket::kRead;
  Handler handler;
  TakeOver take_over = {};  // instead of a handler
};

class Router {
 public:
  // Patterns and methods must outlive the router: literals.
  void add(Route route);

  struct Match {
    const Route* route = nullptr;  // null: see allowed
    std::vector<std::string> parameters;
    std::vector<std::string_view> allowed;  // methods that the path has; empty: an unknown path
  };
  // `segments` decoded, of the path without its query.
  Match find(std::string_view method, const std::vector<std::string>& segments) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  // A pattern with the routes that share it.
  struct Pattern {
    std::string_view text;
    std::vector<std::string> segments;  // "" stands for a parameter
    std::size_t literals = 0;
    std::vector<std::size_t> routes;
  };
  std::vector<Route> routes_;
  std::vector<std::vector<Pattern>> by_length_;  // by the number of segments
};

}  // namespace rookery::api
