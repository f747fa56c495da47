// What the sanitizers need to know at run time, in every test program: it holds for a program run
// by hand as for one that ctest runs.

// The runtimes are shared libraries: what they look for must be visible from outside.
#define CLICKLAKE_VISIBLE __attribute__((visibility("default"), used))

extern "C" {

CLICKLAKE_VISIBLE const char* __asan_default_options() {
  return "detect_stack_use_after_return=1:strict_string_checks=1";
}

CLICKLAKE_VISIBLE const char* __ubsan_default_options() { return "print_stacktrace=1"; }

CLICKLAKE_VISIBLE const char* __tsan_default_options() {
  return "halt_on_error=1:second_deadlock_stack=1:ignore_noninstrumented_modules=1";
}

// DuckDB's library is opened at run time and not instrumented: its own locks order what
// ThreadSanitizer can't see.
CLICKLAKE_VISIBLE const char* __tsan_default_suppressions() {
  return "called_from_lib:libduckdb.so\n"
         "race:libduckdb.so\n"
         "mutex:libduckdb.so\n";
}

}  // extern "C"
