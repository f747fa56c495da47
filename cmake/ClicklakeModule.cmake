# Modules: one folder of src/, one static library, declared once.
#
#   clicklake_module(NAME catalog BAND 1
#                    SRCS commit.cc ...          # relative to the folder
#                    [DEPS base model ...]       # modules whose headers it includes: earlier, in no higher band
#                    [LIBS sqlite3 ...]          # third-party libraries, see ClicklakeDependencies.cmake
#                    [TESTS commit_test.cc ...]  # one GoogleTest executable each, label `unit`; its target has the
#                                               # file's name, or <module>_<file> where that name is taken
#                    [TEST_DEPS objstore ...]    # modules that only the tests include
#                    [TEST_LIBS ...]
#                    [TEST_SRCS ...])            # sources shared by the tests (fakes)
#
# makes the target clicklake_<name>, alias clicklake::<name>. Band-2 modules never depend on each other. What was
# declared is written to <build>/modules.json, against which tools/check-layering holds the #includes.
#
#   clicklake_binary(NAME clicklake SRCS main.cc DEPS cli [LIBS ...])
#
# makes <build>/<name>, linked as the installed program is.

function(clicklake_check_dependency module band dep what)
  get_property(declared GLOBAL PROPERTY CLICKLAKE_DECLARED)
  if(NOT dep IN_LIST declared)
    message(FATAL_ERROR "module ${module}: ${what} ${dep} is not declared before it (declared: ${declared}; "
                        "the order is that of CMakeLists.txt)")
  endif()
  get_property(dep_band GLOBAL PROPERTY CLICKLAKE_BAND_${dep})
  if(dep_band GREATER band)
    message(FATAL_ERROR "module ${module} (band ${band}): ${what} ${dep} sits in the higher band ${dep_band}")
  endif()
  if(band EQUAL 2 AND dep_band EQUAL 2)
    message(FATAL_ERROR "modules ${module} and ${dep} are both in band 2 and may not depend on each other: they "
                        "meet through catalog tables and model, and only pipeline composes them")
  endif()
endfunction()

function(clicklake_module)
  cmake_parse_arguments(PARSE_ARGV 0 M "" "NAME;BAND" "SRCS;DEPS;LIBS;TESTS;TEST_DEPS;TEST_LIBS;TEST_SRCS")
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "module ${M_NAME}: unknown arguments: ${M_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT M_NAME OR NOT M_BAND MATCHES "^[0-5]$")
    message(FATAL_ERROR "clicklake_module needs NAME and BAND 0..5 (got '${M_NAME}', '${M_BAND}')")
  endif()
  get_filename_component(folder "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
  if(NOT folder STREQUAL M_NAME)
    message(FATAL_ERROR "module ${M_NAME} lies in the folder ${folder}: the names must be the same")
  endif()
  if(M_NAME MATCHES "^(parquet|arrow|duckdb|util|utils|helper|helpers|common|misc|manager)$")
    message(FATAL_ERROR "module ${M_NAME}: this name is kept out of the tree (docs/architecture.md, Names)")
  endif()
  foreach(dep IN LISTS M_DEPS)
    clicklake_check_dependency(${M_NAME} ${M_BAND} ${dep} "dependency")
  endforeach()
  foreach(dep IN LISTS M_TEST_DEPS)
    clicklake_check_dependency(${M_NAME} ${M_BAND} ${dep} "test dependency")
  endforeach()
  set_property(GLOBAL APPEND PROPERTY CLICKLAKE_DECLARED ${M_NAME})
  set_property(GLOBAL PROPERTY CLICKLAKE_BAND_${M_NAME} ${M_BAND})

  set(target clicklake_${M_NAME})
  list(TRANSFORM M_DEPS PREPEND "clicklake::" OUTPUT_VARIABLE dep_targets)
  clicklake_resolve_libs(libs ${M_LIBS})
  if(M_SRCS)
    add_library(${target} STATIC ${M_SRCS})
    target_link_libraries(${target} PUBLIC clicklake_options ${dep_targets} ${libs})
  else()
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE clicklake_options ${dep_targets} ${libs})
  endif()
  add_library(clicklake::${M_NAME} ALIAS ${target})

  set(fixtures "")
  if(M_TEST_SRCS AND CLICKLAKE_HAVE_TESTS AND NOT CLICKLAKE_FUZZ)
    set(fixtures ${target}_fixtures)  # compiled once, linked into each of the module's tests
    add_library(${fixtures} OBJECT EXCLUDE_FROM_ALL ${M_TEST_SRCS})
    list(TRANSFORM M_TEST_DEPS PREPEND "clicklake::" OUTPUT_VARIABLE test_dep_targets)
    clicklake_resolve_libs(test_libs ${M_TEST_LIBS})
    target_link_libraries(${fixtures} PUBLIC clicklake::${M_NAME} ${test_dep_targets} ${test_libs})
    clicklake_test_settings(${fixtures})
  endif()
  foreach(test IN LISTS M_TESTS)
    get_filename_component(test_name "${test}" NAME_WE)
    if(NOT test_name MATCHES "_test$")
      message(FATAL_ERROR "module ${M_NAME}: test ${test} must be named <subject>_test.cc")
    endif()
    if(TARGET ${test_name})  # another module tests a file of the same name
      set(test_name ${M_NAME}_${test_name})
    endif()
    clicklake_test(NAME ${test_name} SRCS ${test} DEPS ${M_NAME} ${M_TEST_DEPS} LIBS ${M_TEST_LIBS} ${fixtures}
                   LABELS unit)
  endforeach()

  list(JOIN M_DEPS "\", \"" deps_json)
  list(JOIN M_TEST_DEPS "\", \"" test_deps_json)
  if(M_DEPS)
    set(deps_json "\"${deps_json}\"")
  endif()
  if(M_TEST_DEPS)
    set(test_deps_json "\"${test_deps_json}\"")
  endif()
  set_property(GLOBAL APPEND PROPERTY CLICKLAKE_MODULES_JSON
    "{\"name\": \"${M_NAME}\", \"band\": ${M_BAND}, \"deps\": [${deps_json}], \"test_deps\": [${test_deps_json}]}")
endfunction()

function(clicklake_binary)
  cmake_parse_arguments(PARSE_ARGV 0 B "" "NAME" "SRCS;DEPS;LIBS")
  if(B_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "binary ${B_NAME}: unknown arguments: ${B_UNPARSED_ARGUMENTS}")
  endif()
  add_executable(${B_NAME} ${B_SRCS})
  if(CLICKLAKE_SANITIZE)
    target_sources(${B_NAME} PRIVATE "${PROJECT_SOURCE_DIR}/tests/sanitizer_options.cc")
  endif()
  list(TRANSFORM B_DEPS PREPEND "clicklake::")
  clicklake_resolve_libs(libs ${B_LIBS})
  target_link_libraries(${B_NAME} PRIVATE ${B_DEPS} clicklake_options ${libs})
  target_link_options(${B_NAME} PRIVATE ${CLICKLAKE_STATIC_RUNTIME_FLAGS} -Wl,-z,now -Wl,-z,relro)
  set_target_properties(${B_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}"
    INSTALL_RPATH "$ORIGIN/../lib" BUILD_WITH_INSTALL_RPATH ON)
endfunction()

macro(clicklake_add_modules)
  foreach(module ${ARGN})
    if(EXISTS "${PROJECT_SOURCE_DIR}/src/${module}/CMakeLists.txt"
       AND (NOT CLICKLAKE_MODULES OR "${module}" IN_LIST CLICKLAKE_MODULES))
      add_subdirectory(src/${module})
    endif()
  endforeach()
  file(GLOB clicklake_folders RELATIVE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/src/*/CMakeLists.txt")
  set(clicklake_known ${ARGN})
  foreach(folder IN LISTS clicklake_folders)
    get_filename_component(folder "${folder}" DIRECTORY)
    if(NOT folder IN_LIST clicklake_known)
      message(FATAL_ERROR "src/${folder} is not in the list of modules in CMakeLists.txt")
    endif()
  endforeach()
  get_property(clicklake_json GLOBAL PROPERTY CLICKLAKE_MODULES_JSON)
  list(JOIN clicklake_json ",\n  " clicklake_json)
  file(WRITE "${PROJECT_BINARY_DIR}/modules.json.new" "[\n  ${clicklake_json}\n]\n")
  file(COPY_FILE "${PROJECT_BINARY_DIR}/modules.json.new" "${PROJECT_BINARY_DIR}/modules.json" ONLY_IF_DIFFERENT)
endmacro()
