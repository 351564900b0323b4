#!/usr/bin/env bash
# --phase2: the numbers of tests/reference/twophase_expected.csv through a command, and bad input.
. tests/cli/lib.sh
need_program
data=tests/reference/twophase_data.csv
want() { awk -F, -v c="$1" -v s="$2" -v f="$3" '$1 == c && $2 == s { print $f }' tests/reference/twophase_expected.csv; }
# check CASE options...
check() {
  local id=$1
  shift
  "$program" total $data y "$@" --format csv >"$tmp/t.csv" 2>"$tmp/err" || fail "$id: $(cat "$tmp/err")"
  "$program" ratio $data y/x "$@" --format csv >"$tmp/r.csv" 2>"$tmp/err" || fail "$id: $(cat "$tmp/err")"
  "$program" mean $data y "$@" --where 'dom == "a"' --format csv >"$tmp/d.csv" 2>"$tmp/err" || fail "$id: $(cat "$tmp/err")"
  near "$id total" "$(cell "$tmp/t.csv" estimate 1)" "$(want "$id" total 3)" 1e-12
  near "$id total se" "$(cell "$tmp/t.csv" std.error 1)" "$(want "$id" total 4)" 1e-10
  near "$id ratio se" "$(cell "$tmp/r.csv" std.error 1)" "$(want "$id" ratio 4)" 1e-10
  near "$id domain se" "$(cell "$tmp/d.csv" std.error 1)" "$(want "$id" domain 4)" 1e-10
}
check plain --weights none --phase2 in2 --phase2-strata g2
check fpc --fpc Nall --phase2 'in2 == 1' --phase2-strata g2
check uneven --strata u --fpc Nu --phase2 in2 --phase2-strata g2
check poisson --strata u --fpc Nu --phase2 inp --phase2-prob p2
check clusters --strata h --cluster c --fpc Nc --phase2 in2 --phase2-strata g2
check weights-clusters --weights w --strata h --cluster c --phase2 in2 --phase2-strata g2
check weights-strata --weights w --strata u --phase2 in2 --phase2-strata g2
check strata-approx --strata h --fpc N --phase2 in2 --phase2-strata g2 --phase2-method approx
"$program" mean $data y --fpc Nall --phase2 in2 --phase2-strata g2 | grep -q 'two phases: .* cases in the second' || fail "the design is not described"
# the other estimators take it as any design
"$program" quantile $data y --fpc Nall --phase2 in2 --phase2-strata g2 --probs 0.5 --format csv >"$tmp/q.csv" 2>"$tmp/err" || fail "quantile: $(cat "$tmp/err")"
[ -n "$(cell "$tmp/q.csv" std.error 1)" ] || fail "a median has no error: $(cat "$tmp/q.csv")"
"$program" tab $data dom g2 --fpc Nall --phase2 in2 --phase2-strata g2 >/dev/null 2>"$tmp/err" || fail "tab: $(cat "$tmp/err")"

run_fails 2 "phase2-strata belongs to --phase2" "$program" mean $data y --weights none --phase2-strata g2
run_fails 1 "do not take --make-reps" "$program" mean $data y --weights none --phase2 in2 --make-reps jk1
run_fails 1 "cannot be adjusted here" "$program" mean $data y --weights none --phase2 in2 --rake 'dom: a=10, b=10'
run_fails 1 "the first phase has one stage" "$program" mean $data y --weights none --phase2 in2 --cluster c,id
run_fails 2 "is not full or approx" "$program" mean $data y --weights none --phase2 in2 --phase2-method both
run_fails 2 "no weights" "$program" mean $data y --phase2 in2
run_fails 1 "no case of the second phase is in the stratum" "$program" mean $data y --weights none --phase2 'in2 == 1 and g2 < 4' --phase2-strata g2
run_fails 1 "clusters" "$program" mean $data y --weights none --cluster c --phase2 in2 --phase2-method approx
finish
