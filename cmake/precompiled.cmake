# The standard headers that nearly every file includes, compiled once for all modules, and once more with GoogleTest for all
# test programs: a fifth of a clean build. The debug preset goes without, so that a file that forgets an include is found there.
option(ROOKERY_PRECOMPILED "Precompile the standard headers" OFF)

set(rookery_precompiled_headers
  <algorithm> <array> <atomic> <chrono> <coroutine> <cstdint> <deque> <expected> <functional> <map> <memory> <mutex> <optional>
  <ranges> <span> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>)

if(ROOKERY_PRECOMPILED)
  add_compile_options(-Xclang -fno-pch-timestamp) # what ccache needs to find the same header again
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled.cc CONTENT "")
  add_library(rookery_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cc)
  target_precompile_headers(rookery_precompiled PRIVATE ${rookery_precompiled_headers})
  # Programs are compiled with -fPIE where libraries are with -fPIC, and clang takes no precompiled header of the other kind.
  add_library(rookery_precompiled_tests OBJECT ${CMAKE_BINARY_DIR}/precompiled.cc)
  set_target_properties(rookery_precompiled_tests PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(rookery_precompiled_tests PRIVATE -fPIE)
  target_link_libraries(rookery_precompiled_tests PRIVATE GTest::gmock)
  target_precompile_headers(rookery_precompiled_tests PRIVATE ${rookery_precompiled_headers} <gmock/gmock.h> <gtest/gtest.h>)
endif()

# rookery_precompile(TARGET OWNER): the target, which has sources, uses the headers of OWNER.
function(rookery_precompile target owner)
  if(ROOKERY_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()
