// Result<T>: a value or an Error. Expected failures are returned, never thrown.
#pragma once

#include <expected>

#include "base/error.h"

namespace rookery {

template <class T>
using Result = std::expected<T, Error>;

// Done, or not and why.
using Status = Result<void>;

inline std::unexpected<Error> fail(Error error) { return std::unexpected<Error>(std::move(error)); }
inline std::unexpected<Error> fail(ErrorCode code, std::string message = {}) {
  return std::unexpected<Error>(Error(code, std::move(message)));
}

}  // namespace rookery
