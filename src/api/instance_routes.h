// The instance page, the gateway's address, health and readiness (protocol.md §1, §4).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/router.h"
#include "model/limits.h"
#include "runtime/config.h"

namespace rookery::api {

struct Instance {
  std::string name;
  std::string version;
  std::function<Registration()> registration;  // who may make an account now; any core
  std::vector<std::string> features;           // what is there
  Limits limits;                               // as they are in force: without rate limits frames_per_minute and connections_per_user are 0
  std::function<Status()> ready;               // why requests cannot be served, or nothing; any core
};

// `instance` must outlive the router.
void add_instance_routes(Router& router, const Instance& instance);

}  // namespace rookery::api
