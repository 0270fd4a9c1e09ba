// What a store says of itself: format, epoch, where its log ends. Internal to this folder; blocking, for start-up and repair.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rookery::embedded {

class Store;

inline constexpr unsigned kFormat = 1;  // grows when an older program could no longer read what is written

Result<std::optional<std::string>> read_meta(Store& store, std::string_view name);
// Where the log ends: its last row, or, when rows went with age, what the last batch noted.
Result<std::uint64_t> read_log_end(Store& store);
inline constexpr std::size_t kEpochBytes = 16;  // of randomness
// Format and a new epoch, synced. Answers the epoch.
Result<std::string> write_first_meta(Store& store);

}  // namespace rookery::embedded
