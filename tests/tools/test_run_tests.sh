#!/bin/bash
# tools/run-tests.sh on a small tree of its own: counts, reasons, and the rule about skips beside ../shared.
set -u
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
bad=0
mkdir -p "$scratch/p/tools" "$scratch/p/tests/fuzz"
cp tools/run-tests.sh "$scratch/p/tools/"
: >"$scratch/p/tools/allowed-skips.txt"
cat >"$scratch/p/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(p NONE)
enable_testing()
add_test(NAME a.good COMMAND true)
add_test(NAME b.skip COMMAND sh -c "echo 'skipped: no <R> & co'; exit 77")
set_tests_properties(b.skip PROPERTIES SKIP_RETURN_CODE 77)
if(BROKEN)
  add_test(NAME c.bad COMMAND sh -c "echo the-output; exit 1")
  add_test(NAME d.absent COMMAND /nonexistent/program)
endif()
END
configure() { cmake -S "$scratch/p" -B "$scratch/p/b" "$@" >"$scratch/cmake.log" 2>&1 || cat "$scratch/cmake.log"; }
expect() { # exit code, last line, texts
  local want=$1 last=$2 got
  shift 2
  bash "$scratch/p/tools/run-tests.sh" b >"$scratch/out" 2>&1
  got=$?
  [ $got = "$want" ] || { echo "exit $got, not $want"; cat "$scratch/out"; bad=$((bad + 1)); }
  [ "$(tail -n 1 "$scratch/out")" = "$last" ] || { echo "the last line is not '$last'"; cat "$scratch/out"; bad=$((bad + 1)); }
  for text in "$@"; do
    grep -qF -- "$text" "$scratch/out" || { echo "does not say: $text"; cat "$scratch/out"; bad=$((bad + 1)); }
  done
}
configure
expect 0 "1 passed, 0 failed, 1 skipped" "  b.skip: no <R> & co"
mkdir "$scratch/shared" # from now on a skip must be on the list
expect 1 "1 passed, 1 failed, 0 skipped" "b.skip was skipped and is not in tools/allowed-skips.txt"
echo "sanitized b.* only there" >"$scratch/p/tools/allowed-skips.txt"
expect 1 "1 passed, 1 failed, 0 skipped"
configure -DSX_SANITIZE=address
expect 0 "1 passed, 0 failed, 1 skipped"
echo "any b.sk* reason" >"$scratch/p/tools/allowed-skips.txt"
configure -DSX_SANITIZE= -DBROKEN=ON
expect 1 "1 passed, 2 failed, 1 skipped" "  c.bad" "  d.absent" "the-output"
echo "$bad faults"
[ $bad = 0 ]
