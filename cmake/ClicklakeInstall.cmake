# The relocatable tree: bin/clicklake finds lib/libduckdb.so beside itself, wherever the tree lies.
#
#   bin/clicklake   lib/libduckdb.so   share/doc/clicklake/{LICENSE,README.md,CHANGELOG.md,third-party/*}

if(TARGET clicklake)
  install(TARGETS clicklake RUNTIME DESTINATION bin)
  install(FILES "${CLICKLAKE_DUCKDB_LIBRARY_PATH}" DESTINATION lib)
  foreach(document LICENSE README.md CHANGELOG.md)
    install(FILES "${PROJECT_SOURCE_DIR}/${document}" DESTINATION share/doc/clicklake OPTIONAL)
  endforeach()
  # The licences of what the program carries inside it.
  foreach(list uap-core crawler-user-agents)
    install(FILES "${CLICKLAKE_DEPS_DIR}/agent-lists/${list}.LICENSE" DESTINATION share/doc/clicklake/third-party RENAME ${list}
            OPTIONAL)
  endforeach()
  install(FILES "${CLICKLAKE_DEPS_DIR}/duckdb/LICENSE" DESTINATION share/doc/clicklake/third-party RENAME duckdb OPTIONAL)
  foreach(package libsqlite3-dev libzstd-dev zlib1g-dev libfmt-dev libtomlplusplus-dev libcli11-dev libboost1.81-dev
                  libxxhash-dev libpcre2-dev libstdc++6)
    install(FILES "/usr/share/doc/${package}/copyright" DESTINATION share/doc/clicklake/third-party RENAME ${package}
            OPTIONAL)
  endforeach()
endif()

# The event matcher as a library: cmake --install <build> --component events-library --prefix DIR
#
#   include/{base/result.h,events/*.h of its door}   lib/libclicklake_{events,base}.a (and libclicklake_fmt.a where fmt has no archive)

if(TARGET clicklake_events)
  install(TARGETS clicklake_events clicklake_base ARCHIVE DESTINATION lib COMPONENT events-library EXCLUDE_FROM_ALL)
  if(TARGET clicklake_fmt)
    install(TARGETS clicklake_fmt ARCHIVE DESTINATION lib COMPONENT events-library EXCLUDE_FROM_ALL)
  endif()
  foreach(header base/result.h events/matcher.h events/pattern.h events/ip_address.h)
    get_filename_component(folder "${header}" DIRECTORY)
    install(FILES "${PROJECT_SOURCE_DIR}/src/${header}" DESTINATION "include/${folder}" COMPONENT events-library
            EXCLUDE_FROM_ALL)
  endforeach()
endif()
