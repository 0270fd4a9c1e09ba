// Repair: what a data directory holds and what is wrong with it, and a new directory made of what can be saved. Blocking, for
// commands; no server may have the directory.
#pragma once

#include <string>

#include "base/result.h"

namespace rookery::embedded {

struct RepairReport {
  std::string text;    // lines for the operator
  bool whole = false;  // nothing is wrong that can be seen: every row was read, nothing is missing, nothing contradicts another
};

// Reads everything and changes nothing of it. Takes as long as reading the tables. An error when there is no data directory, or
// it is in use.
Result<RepairReport> inspect_data_dir(const std::string& directory);

// Puts a consistent database in the place of a damaged one, made of every row that can be read; the damaged files are kept,
// moved to damaged-… in the data directory. The installation gets a new epoch, so that clients drop what they remember.
// Needs as much room as the database has. Answers lines that tell what was done. An error when nothing is wrong, or nothing
// can be read; then nothing was changed.
Result<std::string> save_what_is_left(const std::string& directory);

// Gives the installation a new epoch: after a backup was restored. Answers it. An error when the directory cannot be opened as a
// server opens it.
Result<std::string> renew_epoch(const std::string& directory);

}  // namespace rookery::embedded
