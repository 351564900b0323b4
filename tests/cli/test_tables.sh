#!/usr/bin/env bash
# shuxiao quantile, shuxiao tab and the intervals of shares against R survey 4.1.1 on R 4.2.2: tests/reference/shops_tables.R.
. tests/cli/lib.sh
need_program
data=tests/cli/data/shops.csv
design="--weights weight --strata stratum --cluster psu"
run() { "$program" "$@" $design --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }

run quantile $data spend --probs 0.5 --centre share
near median "$(cell "$tmp/e.csv" estimate 1)" 90
near median.low "$(cell "$tmp/e.csv" conf.low 1)" 40
near median.high "$(cell "$tmp/e.csv" conf.high 1)" 310
near median.se "$(cell "$tmp/e.csv" std.error 1)" 48.6233276312
[ "$(cell "$tmp/e.csv" statistic 1)" = quantile_0.5 ] || fail "statistic: $(cell "$tmp/e.csv" statistic 1)"
run quantile $data spend --probs 0.5 --qrule hf7 --interval xlogit --centre share
near hf7 "$(cell "$tmp/e.csv" estimate 1)" 88.5
near hf7.low "$(cell "$tmp/e.csv" conf.low 1)" 25.0477994298
near hf7.high "$(cell "$tmp/e.csv" conf.high 1)" 199.26215236
near hf7.se "$(cell "$tmp/e.csv" std.error 1)" 31.3736354096
# three quartiles are the default, by group and under a condition as everywhere
run quantile $data spend --by residence --where "spend > 0"
[ "$(awk 'END { print NR - 1 }' "$tmp/e.csv")" = 6 ] || fail "by: $(cat "$tmp/e.csv")"
# a limit beyond the data is said
"$program" quantile $data spend $design --probs 0.99 | grep -q "interval beyond the data" || fail "reason"

for ci in "asin 0.121179029831 0.988251218864" "beta 0.119510515059 0.971541134965" "xlogit 0.143867601961 0.941668657953"; do
  set -- $ci
  run prop $data "online == 1" --ci $1
  near $1.low "$(cell "$tmp/e.csv" conf.low 1)" $2
  near $1.high "$(cell "$tmp/e.csv" conf.high 1)" $3
done

run tab $data residence online
near share "$(cell "$tmp/e.csv" estimate 1)" 0.182926829268
near test.F "$(cell "$tmp/e.csv" estimate 5)" 8.13070777708
near test.df1 "$(cell "$tmp/e.csv" df 5)" 1
near test.p "$(cell "$tmp/e.csv" estimate 6)" 0.0463283330605
near test.df2 "$(cell "$tmp/e.csv" df 6)" 4
run tab $data residence online --test Wald --share column
near wald "$(cell "$tmp/e.csv" estimate 5)" 31.7888692712
near wald.p "$(cell "$tmp/e.csv" estimate 6)" 0.00487079694821
run tab $data residence online --share total --test none
near shares.add "$(awk -F, 'NR > 1 { s += $6 } END { printf "%.15g", s }' "$tmp/e.csv")" 1
run tab $data residence --expect 'rural = 45, urban = 55'
near gof "$(cell "$tmp/e.csv" estimate 3)" 6.48709315376
near gof.p "$(cell "$tmp/e.csv" estimate 4)" 0.465918903169
"$program" tab $data residence online $design | grep -q 'Independence (F): F = 8.1307, df 1, 4, p = 0.04633, n = 12' || fail "table"
# a table of one row is a table without a test
"$program" tab $data residence online $design --where 'residence == "rural"' >"$tmp/out" || fail "one row"
grep -q "residence: one category in the table" "$tmp/out" || fail "one row: $(cat "$tmp/out")"

run_fails 2 "'hf10' is not a rule" "$program" quantile $data spend $design --qrule hf10
run_fails 2 "'1.5' is not a number between 0 and 1" "$program" quantile $data spend $design --probs 1.5
run_fails 2 "needs a number" "$program" quantile $data satisfied $design
run_fails 2 "replicate weights" "$program" quantile $data spend $design --interval replicate
run_fails 2 "'beta' is an interval of shares" "$program" mean $data spend $design --ci beta
run_fails 2 "'exact' is not an interval" "$program" prop $data satisfied $design --ci exact
run_fails 2 "'rows' is not row, column, total or count" "$program" tab $data residence online $design --share rows
run_fails 2 "'urban' occurs but has no given share" "$program" tab $data residence $design --expect 'rural=1, x=1'
run_fails 2 "'rural' is not LEVEL=SHARE" "$program" tab $data residence $design --expect 'rural, urban'
run_fails 2 "no weights given" "$program" quantile $data spend
finish
