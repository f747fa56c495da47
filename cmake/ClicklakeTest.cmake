# Tests: GoogleTest executables registered with ctest, one ctest entry per test case.
#
#   clicklake_test(NAME commit_test SRCS commit_test.cc [DEPS module...] [LIBS lib...] [LABELS label...]
#                  [TIMEOUT seconds] [WHOLE])
#
# LABELS default to `unit`; others in use: sql conformance integration parity fuzz slow. WHOLE registers the
# executable as one ctest entry, for tests whose cases share an expensive fixture.

set(CLICKLAKE_HAVE_TESTS OFF)
if(NOT CLICKLAKE_TESTS STREQUAL "OFF")
  if(CLICKLAKE_TESTS STREQUAL "AUTO")
    find_package(GTest QUIET)
  else()
    find_package(GTest)
  endif()
  if(GTest_FOUND)
    set(CLICKLAKE_HAVE_TESTS ON)
  elseif(CLICKLAKE_TESTS STREQUAL "AUTO")
    message(STATUS "GoogleTest is not installed: no tests (tools/bootstrap --dev installs it)")
  else()
    message(FATAL_ERROR "GoogleTest is missing: run tools/bootstrap --dev")
  endif()
endif()

if(CLICKLAKE_HAVE_TESTS)
  enable_testing()
  include(GoogleTest)
  add_custom_target(unit_tests)  # every executable with the label `unit`, without the program
endif()

# What every target of test sources has.
function(clicklake_test_settings target)
  # Test files are many assertions, run once: most of their cost is compiling them.
  target_compile_options(${target} PRIVATE -O0)
  target_compile_definitions(${target} PRIVATE
    CLICKLAKE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" CLICKLAKE_BINARY="${PROJECT_BINARY_DIR}/clicklake")
  target_link_libraries(${target} PRIVATE GTest::gmock GTest::gtest)
endfunction()

function(clicklake_test)
  cmake_parse_arguments(PARSE_ARGV 0 T "WHOLE" "NAME;TIMEOUT" "SRCS;DEPS;LIBS;LABELS")
  if(NOT CLICKLAKE_HAVE_TESTS OR CLICKLAKE_FUZZ)
    return()
  endif()
  if(T_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "clicklake_test(${T_NAME}): unknown arguments: ${T_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT T_LABELS)
    set(T_LABELS unit)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  add_executable(${T_NAME} ${T_SRCS})
  if(CLICKLAKE_SANITIZE)
    target_sources(${T_NAME} PRIVATE "${PROJECT_SOURCE_DIR}/tests/sanitizer_options.cc")
  endif()
  list(TRANSFORM T_DEPS PREPEND "clicklake::")
  clicklake_resolve_libs(libs ${T_LIBS})
  target_link_libraries(${T_NAME} PRIVATE ${T_DEPS} clicklake_options ${libs} GTest::gtest_main)
  clicklake_test_settings(${T_NAME})
  if(unit IN_LIST T_LABELS)
    add_dependencies(unit_tests ${T_NAME})
  endif()
  if(T_WHOLE)
    add_test(NAME ${T_NAME} COMMAND ${T_NAME})
    set_tests_properties(${T_NAME} PROPERTIES LABELS "${T_LABELS}" TIMEOUT ${T_TIMEOUT})
  else()
    gtest_discover_tests(${T_NAME} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
      PROPERTIES LABELS "${T_LABELS}" TIMEOUT ${T_TIMEOUT})
  endif()
endfunction()
