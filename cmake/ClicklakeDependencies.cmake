# Third-party libraries, by the short names that modules use in LIBS:
#   sqlite3 zstd z pcre2-8 fmt    compiled; the static archive where there is one, else the shared library
#   toml++ cli11 boost xxhash     headers only
#   duckdb                        DuckDB's C header; the library itself is opened at run time, never linked
#   curl                          the same of libcurl

function(clicklake_compiled_dependency name header)
  set(names ${name})
  if(CLICKLAKE_STATIC)
    set(names lib${name}.a ${name})
  endif()
  find_library(CLICKLAKE_LIB_${name} NAMES ${names})
  find_path(CLICKLAKE_INCLUDE_${name} NAMES ${header})
  mark_as_advanced(CLICKLAKE_LIB_${name} CLICKLAKE_INCLUDE_${name})
  if(NOT CLICKLAKE_LIB_${name} OR NOT CLICKLAKE_INCLUDE_${name})
    message(FATAL_ERROR "lib${name} or its header ${header} is missing: run tools/bootstrap")
  endif()
  add_library(dep_${name} INTERFACE)
  target_link_libraries(dep_${name} INTERFACE "${CLICKLAKE_LIB_${name}}")
  target_include_directories(dep_${name} SYSTEM INTERFACE "${CLICKLAKE_INCLUDE_${name}}")
endfunction()

function(clicklake_header_dependency name header)
  string(MAKE_C_IDENTIFIER "${name}" id)
  find_path(CLICKLAKE_INCLUDE_${id} NAMES ${header})
  mark_as_advanced(CLICKLAKE_INCLUDE_${id})
  if(NOT CLICKLAKE_INCLUDE_${id})
    message(FATAL_ERROR "${header} (${name}) is missing: run tools/bootstrap")
  endif()
  add_library(dep_${name} INTERFACE)
  target_include_directories(dep_${name} SYSTEM INTERFACE "${CLICKLAKE_INCLUDE_${id}}")
endfunction()

clicklake_compiled_dependency(sqlite3 sqlite3.h)
clicklake_compiled_dependency(zstd zstd.h)
clicklake_compiled_dependency(z zlib.h)
clicklake_compiled_dependency(pcre2-8 pcre2.h)
if(CLICKLAKE_LIB_pcre2-8 MATCHES "\\.a$")
  target_compile_definitions(dep_pcre2-8 INTERFACE PCRE2_STATIC)
endif()
clicklake_compiled_dependency(fmt fmt/format.h)
if(CLICKLAKE_STATIC AND NOT CLICKLAKE_LIB_fmt MATCHES "\\.a$")
  # Debian ships fmt without an archive, but with the whole of its source in format-inl.h: compiled here, once.
  file(STRINGS "${CLICKLAKE_INCLUDE_fmt}/fmt/core.h" fmt_version REGEX "^#define FMT_VERSION 9[0-9]+$")
  if(fmt_version)
    add_library(clicklake_fmt STATIC "${CMAKE_CURRENT_LIST_DIR}/fmt_instances.cc")
    target_include_directories(clicklake_fmt SYSTEM PUBLIC "${CLICKLAKE_INCLUDE_fmt}")
    set_property(TARGET dep_fmt PROPERTY INTERFACE_LINK_LIBRARIES clicklake_fmt)
  endif()
endif()
target_link_libraries(dep_sqlite3 INTERFACE ${CMAKE_DL_LIBS} m)
clicklake_header_dependency(toml++ toml++/toml.h)
clicklake_header_dependency(cli11 CLI/CLI.hpp)
clicklake_header_dependency(boost boost/unordered/unordered_flat_map.hpp)
clicklake_header_dependency(xxhash xxhash.h)
# A file that includes <xxhash.h> defines XXH_INLINE_ALL before it: then no symbol can meet another library's (the
# ctest `symbols` looks).

# DuckDB: header and the path of the library that the build tree's binary opens when there is none beside it
# in ../lib. CLICKLAKE_DUCKDB_VERSION is what header and library must both be.
set(CLICKLAKE_DUCKDB_VERSION "v1.5.5")
set(CLICKLAKE_DUCKDB_INCLUDE "${CLICKLAKE_DEPS_DIR}/duckdb/include")
set(CLICKLAKE_DUCKDB_LIBRARY_PATH "${CLICKLAKE_DEPS_DIR}/duckdb/lib/libduckdb.so")
if(NOT EXISTS "${CLICKLAKE_DUCKDB_INCLUDE}/duckdb.h" OR NOT EXISTS "${CLICKLAKE_DUCKDB_LIBRARY_PATH}")
  message(FATAL_ERROR "DuckDB is missing in ${CLICKLAKE_DEPS_DIR}: run tools/bootstrap")
endif()
add_library(clicklake_duckdb_headers INTERFACE)
target_include_directories(clicklake_duckdb_headers SYSTEM INTERFACE "${CLICKLAKE_DUCKDB_INCLUDE}")
target_compile_definitions(clicklake_duckdb_headers INTERFACE
  CLICKLAKE_DUCKDB_LIBRARY="${CLICKLAKE_DUCKDB_LIBRARY_PATH}"
  CLICKLAKE_DUCKDB_VERSION="${CLICKLAKE_DUCKDB_VERSION}")
target_link_libraries(clicklake_duckdb_headers INTERFACE ${CMAKE_DL_LIBS})
add_library(dep_duckdb ALIAS clicklake_duckdb_headers)

clicklake_header_dependency(curl curl/curl.h)
target_link_libraries(dep_curl INTERFACE ${CMAKE_DL_LIBS})

# Turns the short names into targets; anything else goes to the linker as it is.
function(clicklake_resolve_libs out)
  set(resolved "")
  foreach(lib IN LISTS ARGN)
    if(lib STREQUAL "zlib")
      set(lib z)
    endif()
    if(TARGET dep_${lib})
      list(APPEND resolved dep_${lib})
    else()
      list(APPEND resolved ${lib})
    endif()
  endforeach()
  set(${out} "${resolved}" PARENT_SCOPE)
endfunction()
