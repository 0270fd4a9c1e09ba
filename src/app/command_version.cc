#include <fmt/format.h>

#include "app/command_list.h"
#include "base/version.h"

namespace rookery::app {

int version_command(Arguments arguments) {
  if (!arguments.empty()) return misused("version takes no arguments");
  fmt::print("rookery {}\n", version());
  return kDone;
}

}  // namespace rookery::app
