#!/usr/bin/env bash
# The text of the sample report (unit test's store, made-up numbers) against the kept one: everything from <main> on, the
# drawings left out but for their descriptions. A difference is shown; to take the new text as right:
#   SX_BUILD=build/dev bash tests/golden/test_report.sh --accept
set -u
build=${SX_BUILD:?SX_BUILD names the build tree}
here=$(dirname "$(readlink -f "$0")")
[ -x "$build/tests/t_unit_report_test_report_html" ] || { echo "skipped: the report room is not built"; exit 77; }
"$build/tests/t_unit_report_test_report_html" sample || exit 1
failed=0
for lang in zh en; do
  got=$build/sample-report/golden.$lang.html
  sed -n '/<main/,/<\/main>/p' "$build/sample-report/report.$lang.html" |
    grep -vE '^<(rect|line|path|polygon|circle|text)[ >]' >"$got"
  if [ "${1:-}" = --accept ]; then
    cp "$got" "$here/report.$lang.html"
  elif ! diff -u "$here/report.$lang.html" "$got"; then
    failed=1
  fi
done
exit $failed
