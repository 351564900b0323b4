#!/usr/bin/env bash
# Names of levels with numbers in them are names in the heads of tables too, with a unit behind them and over several columns: a run is no gate for them, and a number
# that is no name's still is.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
awk 'BEGIN { print "w,age,q"; for (i = 0; i < 240; i++) print 1 + i % 3 "," 18 + i * 7 % 60 "," 1 + i * 5 % 7 % 3 }' >d.csv
study() { # labels show
  cat >s.yaml <<Y
study: heads
title: {zh: 试验, en: Probe}
date: 2025-12
data: {survey: {file: d.csv}}
design: {weights: w}
derived: {ages: {cut: age, breaks: [35, 55], labels: [$1], label: {zh: 年龄, en: Age}}}
groups: {a: {by: ages, label: {zh: 年龄, en: Age}}}
indicators:
  one: {prop: q == 1, by: [a], format: "% 1", label: {zh: 甲, en: First}}
  two: {prop: q == 2, by: [a], format: "% 1", label: {zh: 乙, en: Second}}
tables: [{id: t, title: {zh: 表, en: Table}, indicators: [one, two], domains: [total, a], show: [$2]}]
Y
}
for labels in '"18-34", "35-54", "55+"' '"18 to 34", "35 to 54", "55 and over"' '"1", "2", "3"' '"34", "54", "100%"'; do
  for show in estimate 'estimate, se, ci, n' 'estimate, cv'; do
    study "$labels" "$show"
    rm -rf out
    "$program" run s.yaml --quiet --to html,docx,xlsx --out out >said 2>&1 || fail "$labels; $show: exit $?: $(grep 'typed' said)"
    "$program" audit out >said 2>&1 || fail "$labels; $show: audit: exit $?: $(grep unbound said | head -3)"
  done
done
study '"18-34", "35-54", "55+"' 'estimate, se'
"$program" run s.yaml --quiet --to html --out out >/dev/null 2>&1 || fail "the run"
cp out/report.en.html page
for typed in 56 7 155 554 ; do # digits of no name, or more of them than a name's
  sed "0,/<th scope=\"col\"[^>]*>55+/s//<th scope=\"col\">$typed+ /; 0,/<th scope=\"colgroup\"[^>]*>55+/s//<th scope=\"colgroup\">$typed+ %/" page >out/report.en.html
  cmp -s page out/report.en.html && fail "no head to change"
  "$program" audit out >said 2>&1
  [ $? -eq 3 ] && grep -q "unbound.*$typed" said || fail "'$typed+ %' typed into a head is no gate: $(tail -1 said)"
done
finish
