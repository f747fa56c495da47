/* Opens DuckDB's library and compares its version with the one that its headers were published
 * with.
 *
 *   duckdb_library_version LIBRARY PRAGMA_VERSION_CPP EXPECTED
 *
 * Exit 0 where all three agree. The headers have no version macro of their own: pragma_version.cpp
 * of the same archive carries it. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "duckdb.h"

static int header_version(const char* path, char* version) {
  char line[512];
  FILE* file = fopen(path, "r");
  int found = 0;
  if (!file) {
    fprintf(stderr, "cannot read %s\n", path);
    return 0;
  }
  while (!found && fgets(line, sizeof line, file)) {
    found = sscanf(line, "#define DUCKDB_VERSION \"%63[^\"]\"", version);
  }
  fclose(file);
  return found == 1;
}

int main(int argc, char** argv) {
  char header[64];
  __typeof__(duckdb_library_version)* library_version;
  void* library;
  if (argc != 4) {
    fprintf(stderr, "usage: duckdb_library_version LIBRARY PRAGMA_VERSION_CPP EXPECTED\n");
    return 2;
  }
  if (!header_version(argv[2], header)) {
    fprintf(stderr, "%s: no DUCKDB_VERSION\n", argv[2]);
    return 2;
  }
  library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  *(void**)&library_version = dlsym(library, "duckdb_library_version");
  if (!library_version) {
    fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  printf("library %s, headers %s, expected %s: ", library_version(), header, argv[3]);
  if (strcmp(library_version(), header) != 0 || strcmp(header, argv[3]) != 0) {
    printf("they differ\n");
    return 1;
  }
  printf("they agree\n");
  return 0;
}
