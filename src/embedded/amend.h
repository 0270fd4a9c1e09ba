// Amend: makes what was saved of a damaged store consistent again. Internal to this folder; blocking, for repair.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "embedded/survey.h"

namespace rookery::embedded {

class Store;

// Positions stay dense: in the place of a lost message, between others, stands a deleted one; in the place of a lost change, one
// of the channel. Cursors, nonces, pins, reactions, mentions and memberships are made to agree with the messages that are there;
// what was deleted is deleted, where that is still known. `rows`: of this store. Answers sentences for the operator.
Result<std::vector<std::string>> amend(Store& store, const Survey& rows);

}  // namespace rookery::embedded
