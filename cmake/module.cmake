# rookery_module(NAME [NEEDS module...] [LIBS target...])
#
# The static library rookery_NAME from src/NAME/*.cc (but main.cc), and the program NAME_test from src/NAME/*_test.cc. NEEDS names the
# modules of the layers below; LIBS what comes from Debian.
function(rookery_module name)
  cmake_parse_arguments(arg "" "" "NEEDS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(TRANSFORM arg_NEEDS PREPEND rookery_)
  if(sources)
    add_library(rookery_${name} STATIC ${sources})
    target_include_directories(rookery_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(rookery_${name} PUBLIC ${arg_NEEDS} ${arg_LIBS})
  else()
    add_library(rookery_${name} INTERFACE)
    target_include_directories(rookery_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(rookery_${name} INTERFACE ${arg_NEEDS} ${arg_LIBS})
  endif()
  if(tests)
    rookery_test(${name}_test SOURCES ${tests} LIBS rookery_${name})
  endif()
endfunction()

# rookery_test(NAME SOURCES file... [LIBS target...]): a GoogleTest program, its tests known to ctest by name.
function(rookery_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE ROOKERY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")  # for files that tests compare with
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gtest GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120)
endfunction()
