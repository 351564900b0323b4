#!/usr/bin/env bash
# Weighting inline with an estimate and in `weight`; nested cluster numbers. Numbers of the api data: R survey 4.1-1.
. tests/cli/lib.sh
need_program
shops=tests/cli/data/shops.csv
design="--weights weight --strata stratum --cluster psu"
totals='(intercept)=200, residence=urban: 90, spend=25000'
complete="$tmp/complete.csv"
awk -F, 'NR == 1 || $6 != ""' $shops >"$complete"

# a calibrated total is known: the estimate is the total, its error nothing
for method in linear raking "logit --bounds 0.1,10" "truncated --bounds 0.2,5" "raking --bounds 0.2,5"; do
  "$program" total "$complete" spend $design --calibrate $method --totals "$totals" --format csv >"$tmp/e.csv" 2>"$tmp/err" ||
    fail "$method: $(cat "$tmp/err")"
  near "$method" "$(cell "$tmp/e.csv" estimate 1)" 25000
  awk -v s="$(cell "$tmp/e.csv" std.error 1)" 'BEGIN { exit !(s < 1e-6) }' || fail "$method: the error of a known total"
done
# the same weights written to a file and read back give the same estimate
"$program" weight "$complete" $design --calibrate raking --totals "$totals" --name cal --output "$tmp/w.csv" 2>"$tmp/err" ||
  fail "weight: $(cat "$tmp/err")"
grep -q 'largest relative miss' "$tmp/err" || fail "weight: no report: $(cat "$tmp/err")"
"$program" total "$tmp/w.csv" online --weights cal --format csv >"$tmp/a.csv" 2>"$tmp/err"
"$program" total "$complete" online $design --calibrate raking --totals "$totals" --format csv >"$tmp/b.csv" 2>"$tmp/err"
near "written weights" "$(cell "$tmp/a.csv" estimate 1)" "$(cell "$tmp/b.csv" estimate 1)" 1e-12

# rake and post-stratification inline: one margin is the same thing
"$program" mean $shops spend $design --rake 'residence: urban=90, rural=100' --format csv >"$tmp/a.csv" 2>"$tmp/err" || fail "rake: $(cat "$tmp/err")"
"$program" mean $shops spend $design --poststratify 'residence: urban=90, rural=100' --format csv >"$tmp/b.csv" 2>"$tmp/err" || fail "post: $(cat "$tmp/err")"
near "one margin" "$(cell "$tmp/a.csv" std.error 1)" "$(cell "$tmp/b.csv" std.error 1)" 1e-12
"$program" mean $shops spend $design --trim 0,22 --format csv >"$tmp/a.csv" 2>"$tmp/err" || fail "trim: $(cat "$tmp/err")"
grep -q 'weights were trimmed' "$tmp/err" || fail "trim is not told"

run_fails 1 'no factors within 0.99 to 1.01 meet the totals.*nearest that can be met' "$program" mean "$complete" spend $design --calibrate raking --bounds 0.99,1.01 --totals "$totals"
# a=1 only with b=x: sum ((m - t)/t)^2 is least at a=1 = b=x = (1/50 + 1/20)/(1/50^2 + 1/20^2), the others at (1/50 + 1/80)/(1/50^2 + 1/80^2)
printf 'w,a,b,y\n1,1,x,3\n2,1,x,5\n3,1,x,4\n3,2,y,6\n1,2,x,2\n2,2,y,7\n' >"$tmp/inf.csv"
run_fails 1 'the nearest that can be met: a=1 24.13[78].* for 50.*58.42[67].* for 80' "$program" mean "$tmp/inf.csv" y --weights w --rake 'a: 1=50, 2=50' --rake 'b: x=20, y=80'
run_fails 2 'logit needs --bounds' "$program" mean $shops spend $design --calibrate logit --totals '(intercept)=1'
run_fails 2 'give the totals with --totals' "$program" mean $shops spend $design --calibrate linear
run_fails 2 'is not linear, raking, logit or truncated' "$program" mean $shops spend $design --calibrate greg --totals '(intercept)=1'
run_fails 2 'exclude one another' "$program" mean $shops spend $design --calibrate linear --totals '(intercept)=1' --rake 'residence: urban=90, rural=100'
run_fails 2 'belongs to --calibrate' "$program" mean $shops spend $design --totals '(intercept)=1'
run_fails 2 'a total is VARIABLE=TOTAL' "$program" mean $shops spend $design --calibrate linear --totals 'spend'
run_fails 1 'spend: case 4' "$program" mean $shops spend $design --calibrate linear --totals 'spend=1'
run_fails 2 'nothing to weight to' "$program" weight $shops $design --output "$tmp/none.csv"

# the page docs/methods/calibration.md
api=../shared/reference/data/apiclus1.csv
if [ -r "$api" ]; then
  "$program" total "$api" enroll --weights pw --cluster dnum --fpc fpc --calibrate linear \
    --totals '(intercept)=6194, stype=H: 755, stype=M: 1018, api99=3914069' --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "api: $(cat "$tmp/err")"
  page=$(cat docs/methods/calibration.md)
  for c in estimate std.error; do
    printf '%s' "$page" | grep -q "$(printf '%.6f' "$(cell "$tmp/e.csv" $c 1)")" || fail "the page has no $c $(cell "$tmp/e.csv" $c 1)"
  done
fi

# cluster numbers that start again in every stratum: an error, or with --nest the same as distinct ones
sed 's/,[a-z]\([0-9]*\),/,\1,/' $shops >"$tmp/nested.csv"
run_fails 1 'nest\|two strata\|stratum' "$program" mean "$tmp/nested.csv" spend $design
"$program" mean "$tmp/nested.csv" spend $design --nest --format csv >"$tmp/a.csv" 2>"$tmp/err" || fail "nest: $(cat "$tmp/err")"
near "nest" "$(cell "$tmp/a.csv" std.error 1)" 37.5784484509

# the same in a study
cp -r tests/unit/study/data "$tmp/tiny"
awk -F, 'NR == 1 { print $0 ",c"; next } { print $0 "," substr($3, 2) }' tests/unit/study/data/people.csv >"$tmp/tiny/people.csv"
sed -i 's/clusters: \[psu\]/clusters: [c]/' "$tmp/tiny/study.yaml"
run_fails 1 'PSU' "$program" run "$tmp/tiny/study.yaml" --out "$tmp/out1"
sed -i 's/clusters: \[c\]/clusters: [c], nest: true/' "$tmp/tiny/study.yaml"
"$program" run "$tmp/tiny/study.yaml" --out "$tmp/out2" >/dev/null 2>"$tmp/err"
code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "nest in a study: exit $code: $(cat "$tmp/err")"
finish
