// Repair: what a data directory holds and what is wrong with it, and the one thing that can be done about a log that lost its
// end or was damaged: to go on with what stands before the damage. Blocking, for commands; no server may have the directory.
#pragma once

#include <string>

#include "base/result.h"

namespace rookery::embedded {

struct RepairReport {
  std::string text;    // lines for the operator
  bool whole = false;  // nothing is wrong that can be seen: every table was read, the log has no hole and reaches the watermark
};

// Reads everything and changes nothing of it. Takes as long as reading the tables. An error when there is no data directory, or
// it is in use.
Result<RepairReport> inspect_data_dir(const std::string& directory);

// Gives up what is missing or damaged at the end: takes the write-ahead log up to its first damage, makes the watermark say
// what is there, and gives the installation a new epoch, so that clients drop what they remember of the part that was lost.
// For a directory that is whole, and for damage elsewhere (tables, MANIFEST), an error: nothing was changed, or, when it says
// so, only the write-ahead log was.
Status give_up_lost_end(const std::string& directory);

}  // namespace rookery::embedded
