#!/usr/bin/env bash
# The word rules of a study: counts in the store, the annex, the gate, stop, reuse, what check refuses.
. tests/cli/lib.sh
need_program
mkdir "$tmp/st"
cp examples/validate/* "$tmp/st/"
cd "$tmp/st" || exit 1
cat >s.yaml <<'END'
study: t
title: {zh: 题, en: T}
data: {p: {file: panel.csv}}
design: {weights: none}
derived: {old: age >= 60}
rules: {file: rules.yaml, id: person}
indicators: {goods: {total: goods}}
tables: [{id: t1, title: {zh: 表, en: Table}, indicators: [goods]}]
annex: [design, rules]
END
"$program" run s.yaml >o 2>e || fail "run: $(cat e)"
text() { sed 's/<[^>]*>/ /g' "$1" | tr -s ' \n' ' '; }
text out/report.en.html | grep -q "Age in range warning 6 5 1 0 p4 Parts add up warning 6 4 1 1 p5 Who is no user spends nothing error 6 5 0 1 known info 6 6 0 0" || fail "annex: $(text out/report.en.html | grep -o 'Checks of the data.*' | head -c 600)"
text out/report.zh.html | grep -q "年龄范围 警告 6 5 1 0 p4" || fail "annex in Chinese"
[ "$(sqlite3 out/results.db "select cast(estimate as integer) from estimate where indicator = 'rule/sum' and statistic = 'fails'")" = 1 ] || fail "no row of the rule"
"$program" run s.yaml >o 2>e || fail "again: $(cat e)"
grep -q "10 steps, 10 reused" o || fail "a second run is not reused: $(cat o)"

# the gate, also of a run that has nothing to do; the rules alone are checked again, on what they name
sed -i '0,/severity: warning/s//severity: error/' rules.yaml
run_fails 3 "1 rules of severity error" "$program" run s.yaml
run_fails 3 "1 rules of severity error" "$program" run s.yaml
[ -s out/report.en.html ] || fail "no report"
sed -i 's/id: person}/id: person, stop: true}/' s.yaml
run_fails 1 "rule age_range does not hold in 1 of 6 cases (first: case 4)" "$program" run s.yaml

# inline, on a derived variable
sed -i 's/^rules:.*/rules: [{expr: old == 0, name: young, meta: {severity: info}}]/' s.yaml
"$program" run s.yaml >o 2>e || fail "inline: $(cat e)"
text out/report.en.html | grep -q "young info 6 4 2 0 3 4" || fail "inline annex"

# whole columns, in a file that another includes: a change of either is seen
printf 'rules:\n- {expr: all_unique(person), name: persons}\n- {expr: mean(old) < 1 & nrow(.) == 6, name: some}\n' >leaf.yaml
printf 'include: [leaf.yaml]\nrules:\n- {expr: all_complete(.), name: complete, meta: {severity: info}}\n' >top.yaml
sed -i 's/^rules:.*/rules: {file: top.yaml, id: person}/' s.yaml
"$program" run s.yaml >o 2>e || fail "whole columns: $(cat e)"
text out/report.en.html | grep -q "persons error 1 1 0 0 some error 1 1 0 0 complete info 1 0 1 0" || fail "annex of whole columns: $(text out/report.en.html | grep -o 'Checks of the data.*' | tail -c 300)"
"$program" run s.yaml >o 2>e || fail "again: $(cat e)"
grep -q "10 steps, 10 reused" o || fail "a second run is not reused: $(cat o)"
sed -i 's/nrow(.) == 6/nrow(.) == 7/' leaf.yaml
run_fails 3 "1 rules of severity error" "$program" run s.yaml
sed -i 's/id: person}/id: person, stop: true}/' s.yaml
run_fails 1 "rule some does not hold for the data set" "$program" run s.yaml

sed -i 's/^rules:.*/rules: rules.yaml/; ' s.yaml
sed -i 's/user == 0/usr == 0/' rules.yaml
run_fails 2 "rules.yaml:12:3: rule spends: .*user" "$program" check s.yaml
sed -i 's/^rules:.*/rules: {fil: rules.yaml}/' s.yaml
run_fails 2 "s.yaml:6" "$program" check s.yaml
printf -- '- expr: age >\n- expr: (age\n' >wrong.yaml # both are told
sed -i 's/^rules:.*/rules: wrong.yaml/' s.yaml
run_fails 2 "wrong.yaml:1:9: rule V1" "$program" check s.yaml
grep -q "wrong.yaml:2:9: rule V2" "$tmp/err" || fail "the second rule is not told: $(cat "$tmp/err")"
sed -i 's/^rules:.*/rules: none.yaml/' s.yaml
run_fails 2 "none.yaml" "$program" check s.yaml
sed -i 's/^rules:.*/rules: {file: rules.yaml, id: persn}/' s.yaml
run_fails 2 "person" "$program" check s.yaml
# NA among numbers makes them text: the note and the rule say where and what to do, and declared it is missing
printf 'id,x\n1,2\n2,NA\n3,4\n4,5\n' >na.csv
printf 'study: t\ntitle: T\ndata: {p: {file: na.csv}}\ndesign: {weights: none}\nrules: [{name: r1, expr: x >= 0}]\nindicators: {n: {count: id > 1}}\n' >na.yaml
run_fails 2 "'x' is text: numbers are compared with numbers .*the first is 'NA' in case 2: .*missing: ..NA" "$program" run na.yaml
"$program" run na.yaml >o 2>e
grep -q "na.csv:3:3: column 'x' is read as text because of 'NA' .*missing: ..NA" e || fail "no note of NA: $(cat e)"
# the check and the run both read the file: it is told once
sed '/^rules/s/.*/rules: [{name: r1, expr: id >= 0}]/' na.yaml >once.yaml
"$program" run once.yaml --out once >o 2>e || fail "once: $(cat e)"
[ "$(grep -c 'is read as text' e)" = 1 ] || fail "a warning is told again: $(cat e)"
sed -i 's/file: na.csv/&, missing: [NA]/' na.yaml
"$program" run na.yaml --out na >o 2>e || fail "NA declared: $(cat e)"
[ "$(sqlite3 na/results.db "select group_concat(cast(estimate as integer)) from (select estimate from estimate where indicator = 'rule/r1' and statistic in ('passes', 'missing') order by statistic)")" = 1,3 ] || fail "the rule on what is missing"
finish
