# Micro benchmarks (Google Benchmark).
#
#   clicklake_bench(NAME record_parser_bench SRCS record_parser_bench.cc [DEPS module...] [LIBS lib...])
#
# makes <build>/bench/<name>, where Google Benchmark is installed (tools/bootstrap --bench). Not a test: `make bench` runs it.
find_package(benchmark QUIET)

function(clicklake_bench)
  cmake_parse_arguments(PARSE_ARGV 0 B "" "NAME" "SRCS;DEPS;LIBS")
  if(B_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "clicklake_bench(${B_NAME}): unknown arguments: ${B_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT benchmark_FOUND OR CLICKLAKE_SANITIZE OR CLICKLAKE_FUZZ)
    return()
  endif()
  add_executable(${B_NAME} ${B_SRCS})
  list(TRANSFORM B_DEPS PREPEND "clicklake::")
  clicklake_resolve_libs(libs ${B_LIBS})
  target_link_libraries(${B_NAME} PRIVATE ${B_DEPS} clicklake_options ${libs} benchmark::benchmark
                                          benchmark::benchmark_main)
  set_target_properties(${B_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
endfunction()
