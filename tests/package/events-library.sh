#!/usr/bin/env bash
# The event matcher's library, installed, compiles and runs a program that knows nothing else of the project.
#
#   tests/package/events-library.sh BUILD CXX
set -euo pipefail
build=$1
cxx=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --component events-library --prefix "$work/installed" >/dev/null
cat >"$work/shop.cc" <<'CODE'
#include <cstdio>

#include "events/matcher.h"

int main() {
  clicklake::events::Matcher matcher;
  if (!matcher.put("big", R"({"detail": {"total": [{"numeric": [">", 100]}]}})")) return 1;
  clicklake::events::MatchReader reader(matcher);
  const auto names = reader.match(R"({"detail": {"total": 250.5}})");
  if (!names || names->size() != 1) return 1;
  std::puts("matched");
}
CODE
libs=("$work/installed/lib/libclicklake_events.a" "$work/installed/lib/libclicklake_base.a")
if [[ -f $work/installed/lib/libclicklake_fmt.a ]]; then libs+=("$work/installed/lib/libclicklake_fmt.a"); else libs+=(-lfmt); fi
"$cxx" -std=c++20 -O1 -I"$work/installed/include" "$work/shop.cc" "${libs[@]}" -pthread -o "$work/shop"
[[ $("$work/shop") == matched ]]
echo "an installed header and archive are enough"
