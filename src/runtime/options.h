// Options: the one table of everything that can be configured.
//
// A row's name is its flag (--data-dir), its key in the file (data-dir) and, in capitals, its environment variable
// (ROOKERY_DATA_DIR). Help, documentation and `config show` are made from it. Built once, then constant: any thread.
#pragma once

#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "runtime/config.h"

namespace rookery {

struct Option {
  std::string name;     // "data-dir"
  std::string section;  // "Limits"
  std::string value;    // what it takes, as help shows it: "DIR", "on|off", "SECONDS"
  std::string description;
  bool numeric = false;  // a bare number in the file
  // Sets the field from text, or says what the value must be: "must be a whole number from 1 to 100".
  std::function<std::expected<void, std::string>(Config& config, std::string_view text)> set;
  // The field as text that set() takes; empty when there is none.
  std::function<std::string(const Config& config)> get;
  // What an empty default stands for; empty when the default speaks for itself.
  std::string unset_means;
};

std::span<const Option> option_table();

const Option* find_option(std::string_view name);
// The name with the fewest edits (Levenshtein); the first in the table among equals.
std::string_view nearest_option(std::string_view name);

// Whether `name` was probably meant to be an option: two edits away at most, or the beginning of one.
bool resembles_an_option(std::string_view name);

std::string flag_name(const Option& option);         // "--data-dir"
std::string environment_name(const Option& option);  // "ROOKERY_DATA_DIR"

}  // namespace rookery
