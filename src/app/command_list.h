// What each command's file defines, for the table in commands.cc. All take what follows their words and give the exit status.
#pragma once

#include <optional>
#include <string_view>

#include "app/command.h"
#include "runtime/config_sources.h"

namespace rookery::app {

int serve_command(Arguments arguments);
int config_show_command(Arguments arguments);
int config_docs_command(Arguments arguments);
int admin_create_command(Arguments arguments);
int admin_reset_password_command(Arguments arguments);
int admin_verify_email_command(Arguments arguments);
int admin_invite_command(Arguments arguments);
int admin_new_epoch_command(Arguments arguments);
int repair_command(Arguments arguments);
int bench_command(Arguments arguments);
int verify_command(Arguments arguments);
int compact_command(Arguments arguments);
int routes_command(Arguments arguments);
int version_command(Arguments arguments);
int help_command(Arguments arguments);

// Prints "rookery: …" to stderr and gives kMisused.
int misused(std::string_view sentence);
// The same, and kFailed.
int failed(std::string_view sentence);
// The configuration of these flags and this process's environment; what is wrong was printed when there is none.
std::optional<LoadedConfig> load_config_or_explain(Arguments flags);

}  // namespace rookery::app
