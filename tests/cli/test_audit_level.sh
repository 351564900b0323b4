#!/usr/bin/env bash
# The note that a table of changes with intervals has ("its 95% confidence interval") stands between words of its study and quotes nothing: the level is that of the
# run's intervals. Another level there is told.
. tests/cli/lib.sh
need_program
mkdir "$tmp/st"
cd "$tmp/st" || exit 1
for wave in now before; do
  awk -v k="$([ $wave = now ] && echo 3 || echo 4)" 'BEGIN { print "id,g,y,w"; for (i = 1; i <= 120; i++) print i "," (i % 2 ? "a" : "b") "," (i % k == 0) "," 1 + i % 3 }' >$wave.csv
done
cat >s.yaml <<'END'
study: t
title: {zh: 题, en: T}
wave: 2025-S1
data: {main: {file: now.csv}}
design: {weights: w}
groups: {g: {by: g}}
indicators: {rate: {label: {zh: 率, en: Rate}, prop: y == 1, by: [g], change: true}}
waves: {series: [{wave: 2024-S2, data: {main: {file: before.csv}}}]}
tables: [{id: t1, title: {zh: 表, en: Table}, indicators: [rate], domains: [total, g], show: [change, ci]}]
END
"$program" run s.yaml --to html,docx,xlsx >o 2>e || fail "the run: $(tail -4 o e)"
grep -q "Below each estimate: its 95% confidence interval" out/report.en.html || fail "the table has no such note"
sed -i 's/Below each estimate: its 95%/Below each estimate: its 90%/' out/report.en.html
"$program" audit out >o 2>&1
[ $? = 3 ] && grep -q "90%.*not a number that the run quotes" o || fail "another level: $(grep -v agrees o | tail -4)"
