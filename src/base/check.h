// CHECK: a bug ends the process, in release builds too.
//
// For what the code itself guarantees, never for what comes from outside: input has Result and Error (base/result.h).
#pragma once

namespace rookery {

// Prints the condition, the place and the backtrace hint to stderr and aborts. Any thread.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace rookery

#define CHECK(condition) \
  (__builtin_expect(static_cast<bool>(condition), 1) ? static_cast<void>(0) : ::rookery::check_failed(#condition, __FILE__, __LINE__))
