// The version of the program: the instance page, `rookery version`, the metrics.
#pragma once

#include <string_view>

namespace rookery {

std::string_view version();  // "0.1.0": project(VERSION) in CMakeLists.txt

}  // namespace rookery
