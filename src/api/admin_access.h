// Routes for administrators: who is none gets 403 whatever he asks for, so that he learns nothing of what is there.
//
// The stored account decides, not the token: rights that were taken are gone with the next request.
#pragma once

#include <functional>

#include "admin/administration.h"
#include "api/router.h"

namespace rookery::api {

using AdminHandler = std::function<Task<Result<net::HttpResponse>>(Call&, admin::Actor)>;

// `administration` outlives the router.
class AdminRouter {
 public:
  AdminRouter(Router& router, admin::Administration& administration) : router_(router), administration_(administration) {}
  void read(std::string_view pattern, AdminHandler handler) { add("GET", pattern, RateBucket::kRead, std::move(handler)); }
  void write(std::string_view method, std::string_view pattern, AdminHandler handler) {
    add(method, pattern, RateBucket::kWrite, std::move(handler));
  }

 private:
  void add(std::string_view method, std::string_view pattern, RateBucket rate, AdminHandler handler);

  Router& router_;
  admin::Administration& administration_;
};

}  // namespace rookery::api
