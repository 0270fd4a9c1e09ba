#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace rookery {

void check_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "rookery: bug: CHECK(%s) failed at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace rookery
