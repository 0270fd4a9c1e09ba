#include "api/admin_access.h"

namespace rookery::api {
namespace {

Task<Result<net::HttpResponse>> as_administrator(admin::Administration& administration, const AdminHandler& handler, Call& call) {
  auto who = co_await administration.actor(call.principal.user);
  if (!who) co_return fail(std::move(who.error()));
  co_return co_await handler(call, *std::move(who));
}

}  // namespace

void AdminRouter::add(std::string_view method, std::string_view pattern, RateBucket rate, AdminHandler handler) {
  auto guarded = [&administration = administration_, handler = std::move(handler)](Call& call) {
    return as_administrator(administration, handler, call);
  };
  router_.add({method, pattern, Access::kUser, rate, std::move(guarded)});
}

}  // namespace rookery::api
