# Language, warnings, visibility, sanitizers and linking: what holds for every target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O3 -g1 -DNDEBUG")

if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(CLICKLAKE_CCACHE ccache)
  mark_as_advanced(CLICKLAKE_CCACHE)
  if(CLICKLAKE_CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER "${CLICKLAKE_CCACHE}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CLICKLAKE_CCACHE}")
  endif()
endif()

include(CheckPIESupported)
check_pie_supported()

find_package(Threads REQUIRED)

# Carries the include root (`#include "base/result.h"`), the warnings and the sanitizers.
add_library(clicklake_options INTERFACE)
target_include_directories(clicklake_options INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_compile_options(clicklake_options INTERFACE -Wall -Wextra -Wshadow -Werror -ffunction-sections
                                                   -fdata-sections)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  # gcc 12's flow analysis of its own std::string and std::optional reports overlaps and reads that
  # cannot happen (GCC bugs 105329, 105651, 105562), as errors here.
  target_compile_options(clicklake_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict
                                                     -Wno-maybe-uninitialized>)
endif()
target_compile_definitions(clicklake_options INTERFACE CLICKLAKE_VERSION="${PROJECT_VERSION}")
target_link_libraries(clicklake_options INTERFACE Threads::Threads)
target_link_options(clicklake_options INTERFACE -Wl,-O1,--as-needed,--gc-sections)

if(CLICKLAKE_SANITIZE)
  target_compile_options(clicklake_options INTERFACE -fsanitize=${CLICKLAKE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(clicklake_options INTERFACE -fsanitize=${CLICKLAKE_SANITIZE})
  if(CLICKLAKE_SANITIZE MATCHES "undefined")
    target_compile_options(clicklake_options INTERFACE -fno-sanitize-recover=all)
  endif()
endif()

# The C++ runtime inside the executable: it starts faster and runs where another libstdc++ is installed.
# Sanitizers intercept the shared one, so they keep it.
set(CLICKLAKE_STATIC_RUNTIME_FLAGS "")
if(CLICKLAKE_STATIC AND NOT CLICKLAKE_SANITIZE AND NOT CLICKLAKE_FUZZ)
  set(CLICKLAKE_STATIC_RUNTIME_FLAGS -static-libstdc++ -static-libgcc)
endif()
