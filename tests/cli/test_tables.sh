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

# --by: in every combination the table, and the test, of its cases alone; the groups stand in columns before the sides
run tab $data residence online --by stratum
cp "$tmp/e.csv" "$tmp/by.csv"
head -1 "$tmp/by.csv" | grep -q '^wave,indicator,statistic,stratum,residence,online,estimate' || fail "by: $(head -1 "$tmp/by.csv")"
for h in A B; do
  run tab $data residence online --where "stratum == \"$h\""
  awk -F, -v h=$h -v OFS=, 'NR > 1 && $4 == h { $4 = ""; sub(",,", ","); print }' "$tmp/by.csv" >"$tmp/one"
  tail -n +2 "$tmp/e.csv" >"$tmp/want"
  diff "$tmp/want" "$tmp/one" >"$tmp/diff" || fail "by, $h: $(cat "$tmp/diff")"
done
near by.test "$(awk -F, '$3 == "test_F" && $4 == "A" { print $7 }' "$tmp/by.csv")" 40.3432377049
near by.p "$(awk -F, '$3 == "test_p" && $4 == "B" { print $7 }' "$tmp/by.csv")" 0.800057323016
run tab $data online --by residence,satisfied
[ "$(awk -F, '$4 == "rural" && $5 == "fair" && $6 == "1" { print $7 }' "$tmp/e.csv")" = 0.5263157894736842 ] || fail "two by: $(cat "$tmp/e.csv")"
run tab $data residence online --by stratum --share count --test none
near by.count "$(awk -F, 'NR > 1 { s += $7 } END { print s }' "$tmp/e.csv")" "$(awk -F, 'NR > 1 && $7 != "" { s += $4 } END { print s }' $data)"
# a group without a case in the table says so, one with a single level has no test
run tab $data residence online --by stratum --where 'stratum == "A"'
grep -q '^,residence\*online,row_share,B,,,.*empty domain' "$tmp/e.csv" || fail "empty group: $(cat "$tmp/e.csv")"
"$program" tab $data residence online $design --by satisfied >"$tmp/out" || fail "by table"
grep -q '^satisfied = fair' "$tmp/out" && grep -q 'F = 2.3721, df 1, 2, p = 0.2634, n = 4' "$tmp/out" && grep -q 'online: one category' "$tmp/out" || fail "by table: $(cat "$tmp/out")"
"$program" tab $data residence online $design --by stratum --format json | grep -q '"test_p","domain":{"stratum":"B"},"estimate":0.80005' || fail "by json"
run_fails 2 "stratun" "$program" tab $data residence online $design --by stratun

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
# a question that no case has answered: a row that says so, as of prop, and exit 0
printf 'a,b,c\nx,,1\ny,,2\nx,,1\n' >"$tmp/none.csv"
for words in b "a b" "b a"; do
  "$program" tab "$tmp/none.csv" $words --weights none >"$tmp/out" 2>"$tmp/err" || fail "tab $words: $(cat "$tmp/err")"
  grep -q 'b.*: all missing$' "$tmp/out" || fail "tab $words: $(cat "$tmp/out")"
  "$program" tab "$tmp/none.csv" $words --weights none --format csv >"$tmp/out" 2>/dev/null || fail "tab $words as CSV"
  grep -q 'all missing' "$tmp/out" || fail "tab $words as CSV: $(cat "$tmp/out")"
done
finish
