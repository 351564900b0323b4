#!/usr/bin/env bash
# Negative weights of linear calibration count with their sign in quantiles and measures of inequality: tests/reference/negative.csv
# (negative.R: R survey 4.1-1, R 4.2.2). What has no meaning with them is refused with its reason; notes go with --quiet.
. tests/cli/lib.sh
need_program
data=tests/reference/negative_data.csv
expected=tests/reference/negative.csv
design=(--weights w --strata h --cluster psu --calibrate linear --totals '(intercept)=42000, x=1500000')
ask() { "$program" "$@" "${design[@]}" --quiet --format csv >"$tmp/o.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }
# want ID COLUMN: a number of the expectations, nothing where R has none
want() { awk -F, -v id="$1" -v c="$2" '$1 == id { print $c }' $expected | sed 's/^Na\?N\?A\?N\?$//'; }
# row WHAT ROW [REL]: estimate and, where expected has them, its error and limits
row() {
  local k column w
  near "$1" "$(cell "$tmp/o.csv" estimate "$2")" "$(want "$1" 2)" "${3:-1e-9}"
  for k in 3:std.error 4:conf.low 5:conf.high; do
    column=${k#*:}
    w=$(awk -F, -v id="$1" -v c="${k%%:*}" '$1 == id { print $c }' $expected)
    case $w in
      NA) ;;
      NaN) [ -z "$(cell "$tmp/o.csv" "$column" "$2")" ] || fail "$1: $column where R has none" ;;
      *) near "$1 $column" "$(cell "$tmp/o.csv" "$column" "$2")" "$w" "${3:-1e-9}" ;;
    esac
  done
}

# ---- quantiles, as R has them ----
for rule in math school hf3 hf4; do
  ask quantile $data y --probs 0.02,0.25,0.5,0.75,0.99 --qrule $rule --centre share
  k=0
  for p in 0.02 0.25 0.5 0.75 0.99; do
    k=$((k + 1))
    row "$rule.$p" $k
  done
  [ "$(cell "$tmp/o.csv" na_reason 5)" = "interval beyond the data" ] || fail "$rule: an error that is missing has a reason: $(cat "$tmp/o.csv")"
  [ "$(cell "$tmp/o.csv" n 1)" = "$(awk -F, 'NR > 1 && $4 != "" && $6 > 0' $data | wc -l)" ] || fail "$rule: the base"
done
for interval in xlogit asin; do
  ask quantile $data y --probs 0.25,0.5,0.75 --interval $interval --centre share
  k=0
  for p in 0.25 0.5 0.75; do
    k=$((k + 1))
    row "$interval.$p" $k
  done
done
[ ! -s "$tmp/err" ] || fail "--quiet: $(cat "$tmp/err")"
# equal values: the same from a file in another order
ask quantile $data z --probs 0.25,0.5,0.75
for k in 1 2 3; do row "tie.$(echo 0.25 0.5 0.75 | cut -d' ' -f$k)" $k; done
cut -d, -f8- "$tmp/o.csv" >"$tmp/before"
(head -1 $data && sed 1d $data | tac) >"$tmp/back.csv"
ask quantile "$tmp/back.csv" z --probs 0.25,0.5,0.75
for k in 1 2 3; do row "tie.$(echo 0.25 0.5 0.75 | cut -d' ' -f$k)" $k; done
ask quantile $data y --probs 0.5 --make-reps jkn --interval replicate
row jkn.0.5 1 1e-7

# ---- inequality and poverty, by the formulas of their pages ----
ask inequality $data x --of gini,p90/p10
row gini 1 1e-6
row p90_p10 2
ask inequality $data x --where 'x > 0' --of theil
row theil 1 1e-6
ask poverty $data x --of arpt,arpr
row arpt 1
row arpr 2

# ---- what has no meaning ----
run_fails 1 "y: weights are negative, and 'hf7' is a line through shares in order" "$program" quantile $data y --qrule hf7 "${design[@]}"
run_fails 1 "y: weights are negative, and the interval 'score' supposes that shares rise" "$program" quantile $data y --interval score "${design[@]}"
run_fails 1 "x: case [0-9]*: its weight is -.*: Zenga's index needs weights above 0" "$program" inequality $data x --where 'x > 0' --of zenga "${design[@]}"
run_fails 1 "y: case [0-9]*: its weight is -.*: a trimmed mean needs weights above 0" "$program" mean $data y --kind trimmed "${design[@]}"
"$program" quantile $data y "${design[@]}" >"$tmp/o" 2>"$tmp/err" || fail "with notes: $(cat "$tmp/err")"
grep -q "weights are negative: --bounds" "$tmp/err" || fail "negative weights are told"

# ---- weights that are no numbers ----
for bad in Inf 1e400 NaN many; do
  awk -F, -v OFS=, -v v=$bad 'NR == 6 { $6 = v } 1' $data >"$tmp/bad.csv"
  run_fails 2 "w: case 5: the weight is '$bad', which is not a finite number" "$program" mean "$tmp/bad.csv" x --weights w
done

# ---- nobody there ----
awk -F, -v OFS=, '{ print $0, NR == 1 ? "nothing" : "" }' $data >"$tmp/all.csv"
"$program" moment "$tmp/all.csv" nothing --weights w --format csv >"$tmp/o.csv" 2>"$tmp/err" || fail "moment: $(cat "$tmp/err")"
[ "$(cell "$tmp/o.csv" na_reason 1)" = "all missing" ] || fail "the moment of nothing: $(cat "$tmp/o.csv")"
"$program" moment "$tmp/all.csv" x --where 'x > 1e9' --weights w --format csv >"$tmp/o.csv" 2>"$tmp/err" || fail "moment: $(cat "$tmp/err")"
[ "$(cell "$tmp/o.csv" na_reason 1)" = "empty domain" ] || fail "the moment of nobody: $(cat "$tmp/o.csv")"
for sides in "h" "h psu"; do
  for share in row count; do
    # shellcheck disable=SC2086
    "$program" tab $data $sides --share $share --where 'x > 1e9' --weights w --format csv >"$tmp/o.csv" 2>"$tmp/err" || fail "tab: $(cat "$tmp/err")"
    [ "$(wc -l <"$tmp/o.csv")" = 2 ] && [ "$(cell "$tmp/o.csv" na_reason 1)" = "empty domain" ] || fail "tab $sides of nobody: $(cat "$tmp/o.csv")"
    # shellcheck disable=SC2086
    "$program" tab $data $sides --share $share --where 'x > 1e9' --weights w >"$tmp/o" 2>"$tmp/err" || fail "tab: $(cat "$tmp/err")"
    grep -q "empty domain" "$tmp/o" && ! grep -q "%" "$tmp/o" || fail "tab $sides of nobody: $(cat "$tmp/o")"
  done
done

# ---- help offers what is taken ----
for call in "mean y" "total y" "ratio y/x"; do
  "$program" ${call%% *} --help >"$tmp/help" || fail "--help of $call"
  ! grep -A1 -e '--ci ' "$tmp/help" | grep -q 'wilson\|beta\|xlogit' || fail "${call%% *} --help offers intervals that it refuses"
  run_fails 2 "'wilson' is an interval of shares" "$program" ${call%% *} $data ${call#* } --weights w --ci wilson
done
"$program" prop --help | grep -A1 -e '--ci ' | grep -q 'wilson, beta' || fail "prop --help has the intervals of shares"
finish
