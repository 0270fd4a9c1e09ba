set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(ROOKERY_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize takes them (address,undefined or thread)")
option(ROOKERY_FUZZ "Build the libFuzzer targets" OFF)
option(ROOKERY_TEST_BUILD "Build a server that can be broken on purpose, to test what tests it; never to be run for users" OFF)

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "Rookery is built with clang 19 or newer: GCC before 13 corrupts memory in coroutine code "
                      "(docs/decisions/0001-compiler.md). Use the presets: cmake --preset release")
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
                    -Wimplicit-fallthrough -Wno-missing-designated-field-initializers -Werror -fno-omit-frame-pointer)
add_link_options(-fuse-ld=lld)

if(ROOKERY_TEST_BUILD)
  add_compile_definitions(ROOKERY_TEST_BUILD=1)
endif()

if(ROOKERY_SANITIZE)
  add_compile_options(-fsanitize=${ROOKERY_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ROOKERY_SANITIZE})
endif()

if(ROOKERY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link) # the fuzzers see which ways through our code an input takes
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # base_dir makes a hit in one checkout a hit in another; the two sloppinesses are what precompiled headers need.
  set(ccache_launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ccache_launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${ccache_launcher})
endif()
