// serve: the whole server on this machine, from start to stop.
#pragma once

#include "runtime/config.h"

namespace rookery::app {

// Blocks until the server was told to stop (SIGTERM, SIGINT) and has; gives the exit status: 0 after a clean stop. Why it
// could not start, or stop, is in the log. Called once, on the main thread, before any other thread was started.
int serve(const Config& config);

}  // namespace rookery::app
