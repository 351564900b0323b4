#!/usr/bin/env bash
# Further seeds of the bundled study, three of them (one in sanitized builds): other interviews, and at least 90% of the compared figures agree for each.
. tests/cli/lib.sh
need_program
seeds=3
sanitized && { seeds=1; echo "sanitized build: one seed in the place of three; SX_FULL=1: all"; }
bash tools/seeds.sh $seeds "$(dirname "$program")" >"$tmp/out" 2>"$tmp/err" || fail "seeds: $(cat "$tmp/err")"
[ "$(grep -c '^| [1-3] | ' "$tmp/out")" = $seeds ] || fail "not $seeds seeds: $(cat "$tmp/out")"
awk -F'|' '/^\| [1-3] \|/ { if ($3 < 150 || $4 < 0.9 * $3) bad = 1 } END { exit bad }' "$tmp/out" || fail "below 90%: $(cat "$tmp/out")"
tail -1 "$tmp/out" | grep -Eq "^\| mean of $seeds \| \| \| 9[0-9]\.[0-9]% \(range " || fail "no mean: $(tail -1 "$tmp/out")"
run_fails 2 "not a number of seeds" bash tools/seeds.sh none
finish
