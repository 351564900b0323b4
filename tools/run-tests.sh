#!/bin/bash
# tools/run-tests.sh [BUILD_DIR] [ctest options]: runs every test of a build tree. Prints what was skipped and why; the last
# line is "N passed, N failed, N skipped". Fails when a test fails, and, while ../shared lies beside the checkout,
# when a test is skipped that tools/allowed-skips.txt does not name.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:-build/release}
[ $# -gt 0 ] && shift
xml=$(cd "$build" && pwd)/tests.xml || exit 1
rm -f "$xml"
export LSAN_OPTIONS=suppressions=$PWD/tests/fuzz/lsan.supp:print_suppressions=0
export TSAN_OPTIONS=suppressions=$PWD/tests/tsan.supp:history_size=4
jobs=$(($(nproc 2>/dev/null || echo 2) + 1)) # some wait: for a browser, for the moment of a kill
ctest --test-dir "$build" -j "$jobs" --output-on-failure --no-tests=error --output-junit "$xml" "$@" 2>&1 |
  grep -v -e '^Internal ctest' -e '^ *Start ' -e '^Errors while' -e '^Output from' -e '^Use "--rerun'
[ -f "$xml" ] || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

# One line per test: passed|failed|skipped TAB name TAB reason
results=$build/tests.tsv
awk '
  function attribute(line, key,    at) {
    at = index(line, key "=\"")
    if (!at) return ""
    line = substr(line, at + length(key) + 2)
    return substr(line, 1, index(line, "\"") - 1)
  }
  function plain(s) {
    gsub(/<[^>]*>/, "", s); gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s); gsub(/&quot;/, "\"", s); gsub(/&amp;/, "\\&", s)
    return s
  }
  /<testcase / { name = attribute($0, "name"); status = attribute($0, "status"); reason = ""; code = 0 }
  /<skipped message="SKIP_RETURN_CODE/ { code = 1 }
  /skipped: / { if (reason == "") { reason = plain($0); sub(/^.*skipped: /, "", reason) } }
  /<\/testcase>/ {
    if (status == "run") print "passed\t" name "\t"
    else if (status == "notrun" && code) print "skipped\t" name "\t" (reason == "" ? "no reason given" : reason)
    else print "failed\t" name "\t"
  }' "$xml" >"$results"

passed=$(grep -c '^passed' "$results")
failed=$(grep -c '^failed' "$results")
skipped=$(grep -c '^skipped' "$results")
echo
if [ "$skipped" -gt 0 ]; then
  echo "skipped:"
  awk -F'\t' '$1 == "skipped" { printf "  %s: %s\n", $2, $3 }' "$results"
fi
if [ "$failed" -gt 0 ]; then
  echo "failed:"
  awk -F'\t' '$1 == "failed" { print "  " $2 }' "$results"
fi
if [ -d ../shared ]; then
  # With the data beside the checkout only the named tests may be skipped.
  sanitized=$(grep -q '^SX_SANITIZE:[A-Z]*=..*' "$build/CMakeCache.txt" && echo yes || echo no)
  while IFS=$'\t' read -r _ name _; do
    allowed=no
    while read -r when pattern _; do
      case $when in '' | \#*) continue ;; sanitized | plain-only) [ $sanitized = yes ] || continue ;; esac
      # shellcheck disable=SC2254
      case $name in $pattern) allowed=yes ;; esac
    done <tools/allowed-skips.txt
    if [ $allowed = no ]; then
      echo "failed: $name was skipped and is not in tools/allowed-skips.txt"
      failed=$((failed + 1))
      skipped=$((skipped - 1))
    fi
  done < <(grep '^skipped' "$results")
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
