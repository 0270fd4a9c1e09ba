// Target: where a URL leads. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/client.h"

namespace rookery::verify {

// "http://host:port" or "https://host", without a path but "/". kBadRequest says what is wrong with it; the authorities (PEM) are read for
// https only.
Result<net::Endpoint> endpoint_of(std::string_view url, const std::string& authorities_file);

}  // namespace rookery::verify
