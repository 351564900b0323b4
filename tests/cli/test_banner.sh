#!/usr/bin/env bash
# shuxiao tab --rows: banner tables, the book in three forms, and what is refused.
. tests/cli/lib.sh
need_program
data=tests/reference/banner_data.csv
design="--weights w --strata h --cluster psu"
run() { "$program" tab $data $design "$@" >"$tmp/out" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }
has() { grep -qF -- "$1" "$tmp/out" || fail "no '$1' in: $(head -30 "$tmp/out")"; }

# the numbers of docs/methods/banner.md, which R's survey gave
run --rows q4 --cols 'total + sex + age' --where 'x > 2.5' --sig 'none, compare=within_span, adjust=bh, upper=0.05, lower=0.1, min_base=60' --format csv
awk -F, '$2 == 1 && $6 == "sex=1" { printf "%.12f %.12f %s\n", $9, $10, $13 }' "$tmp/out" >"$tmp/cell"
[ "$(cat "$tmp/cell")" = "0.590839991313 0.038966695014 B" ] || fail "sex=1: $(cat "$tmp/cell")"

run --rows 'q1-q3 amount' --cols 'total + sex + (sex > g)' --stats 'col_pct, se, n_eff'
has 'Unweighted base'
has 'Effective base'
has 'sex / 1 / g / 0 (A)'
has 'A letter: the column'
run --rows q1 --cols sex --net '{Low: [1, 2]}' --sig displayr --lang zh
has 'Low'
has '未加权基数'
has '字母表示该列百分比'
run --rows q1 --format json
python3 -c 'import json,sys; b = json.load(open(sys.argv[1])); assert b["tables"][0]["id"] == "q1" and b["columns"][0]["key"] == "total"' "$tmp/out" || fail "json"

for form in csv json md; do
  "$program" tab $data $design --rows 'q1 q2' --cols 'total + sex' -o "$tmp/book.$form" >"$tmp/out" 2>"$tmp/err" || fail "-o $form: $(cat "$tmp/err")"
  [ -s "$tmp/book.$form" ] && [ ! -s "$tmp/out" ] || fail "-o $form wrote nothing, or to stdout"
  "$program" tab $data $design --rows 'q1 q2' --cols 'total + sex' -o "$tmp/again.$form" --threads 1 2>"$tmp/err"
  cmp -s "$tmp/book.$form" "$tmp/again.$form" || fail "$form differs between two runs"
done
grep -q '2 tables' "$tmp/err" || fail "it does not say how many: $(cat "$tmp/err")"

# what is read is never written over, under whatever name: words and options that are files
cp $data "$tmp/own.csv"
ln "$tmp/own.csv" "$tmp/linked.csv"
ln -s own.csv "$tmp/named.csv"
for out in own linked named; do
  run_fails 2 "$out.csv: it is read by this command and would be overwritten" "$program" tab "$tmp/own.csv" $design --rows q1 --cols sex -o "$tmp/$out.csv"
  run_fails 2 "$out.csv: it is read by this command" "$program" tab $data $design --rows q1 --cols sex --previous "$tmp/own.csv" -o "$tmp/$out.csv"
done
run_fails 2 "own.csv: it is read by this command" "$program" weight "$tmp/own.csv" $design --output "$tmp/own.csv"
cmp -s $data "$tmp/own.csv" || fail "the interviews are overwritten"
"$program" tab "$tmp/own.csv" $design --rows q1 --cols sex -o "$tmp/book.csv" --lang en 2>"$tmp/err" || fail "a file that is there already: $(cat "$tmp/err")"
grep -q '1 table$' "$tmp/err" || fail "one table: $(cat "$tmp/err")"

# the earlier wave: the same file is no change at all
run --rows q1 --cols 'total + sex' --sig waves --previous $data
grep -q '▲ \|▼ ' "$tmp/out" && ! grep -q '▲▼:' "$tmp/out" && fail "arrows without a change"
has '▲▼: significantly above or below the earlier wave'

bad() { run_fails "$1" "$2" "$program" tab "${@:3}"; }
bad 2 "did you mean .q1." $data $design --rows q1x
bad 2 "columns" $data $design --rows q1 --cols 'sexx'
bad 2 "--sig" $data $design --rows q1 --sig spsss
bad 2 "--net" $data $design --rows q1 --net '{A: 1}'
bad 2 "says what is written" $data $design --rows q1 -o "$tmp/book.pdf"
bad 2 "does not belong\|belongs to a table of one" $data $design --rows q1 --share row
bad 2 "give the file alone" $data q1 $design --rows q2
bad 2 "belongs to --previous" $data $design --rows q1 --unit id
bad 2 "name their questions with --rows" $data $design --cols sex
bad 2 "usage: shuxiao tab FILE" $data $design
bad 1 "nosuch" $data $design --rows q1 --previous nosuch.sav
# a question that no case has answered: its table is empty and named, alone and beside others
printf 'w,q1,q2,q3,s\n1,,1,,a\n2,,2,,b\n1,,1,,a\n1,,2,,b\n' >"$tmp/empty.csv"
"$program" tab "$tmp/empty.csv" --rows q1 --cols s --weights w --lang en >"$tmp/out" 2>"$tmp/err" || fail "an empty table alone ends the command: $(cat "$tmp/err")"
grep -q 'q1: no case has an answer: its table is empty' "$tmp/err" || fail "an empty table alone is not told: $(cat "$tmp/err")"
for form in xlsx csv json md; do
  "$program" tab "$tmp/empty.csv" --rows q1,q3 --cols s --weights w --lang en -o "$tmp/none.$form" >"$tmp/out" 2>"$tmp/err" || fail "a book of empty tables ($form): $(cat "$tmp/err")"
  [ -s "$tmp/none.$form" ] && [ "$(grep -c 'its table is empty' "$tmp/err")" = 2 ] || fail "a book of empty tables ($form): $(cat "$tmp/err")"
done
for form in "" "-o $tmp/some.xlsx" "--format json"; do
  "$program" tab "$tmp/empty.csv" --rows q1,q2 --cols s --weights w --lang en $form >"$tmp/out" 2>"$tmp/err" || fail "an empty table beside another ends the command ($form): $(cat "$tmp/err")"
  grep -q 'q1: no case has an answer: its table is empty' "$tmp/err" || fail "an empty table is not told ($form): $(cat "$tmp/err")"
  grep -q 'q2: no case' "$tmp/err" && fail "q2 has answers"
done
"$program" tab "$tmp/empty.csv" --rows q1,q2 --cols s --weights w --lang zh 2>&1 >/dev/null | grep -q '没有样本回答该题：表中没有数据' || fail "in Chinese"
# a population without an error has the sign of it, as shares have: everyone of b is of one sampling unit
awk 'BEGIN { print "psu,g,q,w"; for (i = 1; i <= 60; i++) print 1 + int((i - 1) / 15) "," (i > 50 ? "b" : "a") "," (i % 3 ? "\"no\"" : "\"\"") ",2" }' >"$tmp/units.csv"
"$program" tab "$tmp/units.csv" --rows q --cols total+g --weights w --cluster psu --stats count,se >"$tmp/out" 2>"$tmp/err" || fail "units: $(cat "$tmp/err")"
grep -Eq '^no +Population +[0-9]+ \([0-9]+\) +[0-9]+ \([0-9]+\) +[0-9]+ \(-\)$' "$tmp/out" || fail "no sign of a population without an error: $(cat "$tmp/out")"
# an empty text in quotes is a level: it has a name in both languages, also as a column
grep -q '^(empty) ' "$tmp/out" || fail "an empty level has no label: $(cat "$tmp/out")"
"$program" tab "$tmp/units.csv" --rows g --cols total+q --weights w --lang zh >"$tmp/out" 2>&1 && grep -q '（空）' "$tmp/out" || fail "an empty level as a column: $(cat "$tmp/out")"
finish
