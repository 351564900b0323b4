#!/usr/bin/env bash
# Three further seeds of the bundled study: other interviews, and at least 90% of the compared figures agree for each.
. tests/cli/lib.sh
need_program
bash tools/seeds.sh 3 "$(dirname "$program")" >"$tmp/out" 2>"$tmp/err" || fail "seeds: $(cat "$tmp/err")"
[ "$(grep -c '^| [1-3] | ' "$tmp/out")" = 3 ] || fail "not three seeds: $(cat "$tmp/out")"
awk -F'|' '/^\| [1-3] \|/ { if ($3 < 150 || $4 < 0.9 * $3) bad = 1 } END { exit bad }' "$tmp/out" || fail "below 90%: $(cat "$tmp/out")"
tail -1 "$tmp/out" | grep -Eq '^\| mean of 3 \| \| \| 9[0-9]\.[0-9]% \(range ' || fail "no mean: $(tail -1 "$tmp/out")"
run_fails 2 "not a number of seeds" bash tools/seeds.sh none
finish
