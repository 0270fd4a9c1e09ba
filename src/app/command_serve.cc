#include "app/command_list.h"
#include "app/serve.h"
#include "runtime/log.h"

namespace rookery::app {

int serve_command(Arguments arguments) {
  const auto loaded = load_config_or_explain(arguments);
  if (!loaded) return kMisused;
  configure_log(loaded->config.log_level, loaded->config.log_format);
  return serve(loaded->config);
}

}  // namespace rookery::app
