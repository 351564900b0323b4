#!/usr/bin/env bash
# Levels of a text stand in one order in tables, figures and banner tables, whatever the order of the cases.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
awk 'BEGIN { split("65+ 10-19 6-9 20-64", a, " "); print "w,age,wave,y"; for (i = 1; i <= 240; i++) printf "%d,%s,Wave %d,%d\n", 10 + i % 3, a[1 + i % 4], i % 2 ? 10 : 2, (i * i) % 7 < 3 }' >d.csv
cat >study.yaml <<'Y2'
study: s
title: S
languages: [en]
data: {main: {file: d.csv}}
design: {weights: w}
groups: {age: {by: age}, wave: {by: wave}}
indicators:
  m: {label: Share, prop: y == 1, by: [age, wave, [age, wave]]}
  a: {label: Age, shares: age}
tables:
  - {id: t, title: T, indicators: [m], domains: [age, wave], show: [estimate]}
  - {id: b, title: B, rows: age, cols: age + wave}
figures:
  - {id: f, title: F, type: bars, indicators: [m], domains: [age]}
Y2
# heads PART: the ages and waves in it, in their order
levels() { grep -oE '6-9|10-19|20-64|65\+|Wave [0-9]+' | awk '!seen[$0]++' | paste -sd'|'; }
all() {
  rm -rf out
  "$program" run study.yaml --quiet --to html,csv,banner --out out >said 2>&1 || fail "run: $(cat said)"
  sed -n '/id="t1"/,/<\/figure>/p' out/report.en.html | sed 's/<[^>]*>/ /g' | levels
  sed -n '/id="t2"/,/<\/figure>/p' out/report.en.html | sed 's/<[^>]*>/ /g' | levels
  sed -n '/id="f1"/,/<\/figure>/p' out/report.en.html | sed 's/<[^>]*>/ /g' | levels
  awk -F, '$2 == "m" && !/Wave/' out/s.csv | levels
  awk -F, '$2 == "a"' out/s.csv | levels
  "$program" tab d.csv --rows age --cols wave --weights w --sig none | levels
  "$program" prop d.csv age --weights w | levels
  "$program" prop d.csv y --by age --weights w | levels
}
cat >want <<'W'
6-9|10-19|20-64|65+|Wave 2|Wave 10
6-9|10-19|20-64|65+|Wave 2|Wave 10
6-9|10-19|20-64|65+
6-9|10-19|20-64|65+
6-9|10-19|20-64|65+
Wave 2|Wave 10|6-9|10-19|20-64|65+
6-9|10-19|20-64|65+
6-9|10-19|20-64|65+
W
all >got
diff want got >said || fail "orders: $(cat said)"
cp out/s.csv first.csv
(head -n 1 d.csv; tail -n +2 d.csv | tac) >r.csv && mv r.csv d.csv
all >got
diff want got >said || fail "orders of the file turned round: $(cat said)"
cut -d, -f1-5 first.csv >one
cut -d, -f1-5 out/s.csv >two
cmp -s one two || fail "the rows of the CSV depend on the order of the cases"
finish
