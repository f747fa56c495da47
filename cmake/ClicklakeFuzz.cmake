# Fuzz targets for everything that reads bytes from outside (libFuzzer, with address and undefined).
#
#   clicklake_fuzzer(NAME record_parser SRCS record_parser_fuzz.cc DEPS format [LIBS ...]
#                    [RUNS n] [MAX_LEN bytes] [DICT file])
#
# In preset `fuzz` this makes fuzz_<name> and the ctest entry `fuzz.<name>` (label fuzz): it replays the corpus in
# tests/fuzz/corpus/<name> and then mutates it RUNS times (default 100000) from a fixed seed. In every other preset it
# makes nothing.

if(CLICKLAKE_FUZZ)
  add_custom_target(fuzzers)
endif()

function(clicklake_fuzzer)
  cmake_parse_arguments(PARSE_ARGV 0 F "" "NAME;RUNS;MAX_LEN;DICT" "SRCS;DEPS;LIBS")
  if(F_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "fuzzer ${F_NAME}: unknown arguments: ${F_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT CLICKLAKE_FUZZ)
    return()
  endif()
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "fuzz targets need clang: cmake --preset fuzz")
  endif()
  set(corpus "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${F_NAME}")
  file(GLOB seeds "${corpus}/*")
  if(NOT seeds)
    message(FATAL_ERROR "fuzzer ${F_NAME}: its corpus ${corpus} is empty or missing")
  endif()
  if(NOT F_RUNS)
    set(F_RUNS 100000)
  endif()
  if(NOT F_MAX_LEN)
    set(F_MAX_LEN 4096)
  endif()
  set(target fuzz_${F_NAME})
  add_executable(${target} ${F_SRCS} "${PROJECT_SOURCE_DIR}/tests/sanitizer_options.cc")
  list(TRANSFORM F_DEPS PREPEND "clicklake::")
  clicklake_resolve_libs(libs ${F_LIBS})
  target_link_libraries(${target} PRIVATE ${F_DEPS} clicklake_options ${libs})
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzzers")
  add_dependencies(fuzzers ${target})
  set(arguments -seed=1 -max_len=${F_MAX_LEN} -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
      "-artifact_prefix=${PROJECT_BINARY_DIR}/crash-${F_NAME}-")
  if(F_DICT)
    list(APPEND arguments "-dict=${CMAKE_CURRENT_SOURCE_DIR}/${F_DICT}")
  endif()
  if(CLICKLAKE_HAVE_TESTS)
    # New inputs found go to a scratch folder first on the command line; the committed corpus is only read.
    set(found "${PROJECT_BINARY_DIR}/found/${F_NAME}")
    file(MAKE_DIRECTORY "${found}")
    add_test(NAME fuzz.${F_NAME} COMMAND ${target} -runs=${F_RUNS} -max_total_time=120 ${arguments} "${found}" "${corpus}")
    set_tests_properties(fuzz.${F_NAME} PROPERTIES LABELS fuzz TIMEOUT 600)
  endif()
endfunction()
