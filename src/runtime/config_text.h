// The option table and a configuration, as texts for people. Pure functions, any thread.
#pragma once

#include <string>

#include "runtime/config_sources.h"

namespace rookery {

// The options part of `rookery --help`.
std::string options_help();

// docs/configuration.md. A test compares; `rookery config docs` writes it.
std::string options_markdown();

// The whole configuration as a TOML file that gives the same one again; with where each value comes from, if asked for.
std::string show_config(const LoadedConfig& loaded, bool with_origins);

}  // namespace rookery
