#!/usr/bin/env bash
# What is wrong with a call of a macro is told once, and a note below several tables names the one that nobody answered.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
awk 'BEGIN { print "w,g,q1,q2,q3"; for (i = 0; i < 60; i++) printf "1,%s,,%d,\n", i % 2 ? "a" : "b", 1 + i % 3 }' >d.csv
cat >s.yaml <<'Y2'
study: s
title: T
languages: [zh, en]
data: {d: {file: d.csv, variables: {q1: {label: {zh: 问一, en: First question}, type: number}, q3: {type: number}}}}
design: {weights: w}
groups: {g: {by: g}}
indicators: {rate: {label: Rate, prop: q2 == 1, by: [g]}, users: {label: Users, total: q2 == 1, unit: 人}}
tables: [{id: b, title: T, rows: "q1 q2 q3", cols: total + g, stats: [col_pct]}]
Y2
"$program" run s.yaml --quiet --to html --out out >said 2>&1 || fail "run: $(cat said)"
for page in zh en; do sed 's/<[^>]*>//g' out/report.$page.html >$page; done
grep -q 'First question: No case has an answer\. q3: No case has an answer\.' en || fail "en: $(grep -o '.\{60\}No case has an answer' en)"
grep -q '问一：没有样本回答该题。q3：没有样本回答该题。' zh || fail "zh: $(grep -o '.\{20\}没有样本回答该题' zh)"
printf '{{scale users | 万人 1 share=rate}}\n' >n.md
printf 'narrative: {en: [n.md]}\n' >>s.yaml
sed -i 's/\[zh, en\]/[en]/' s.yaml
"$program" check s.yaml >said 2>&1 && fail "the call passes"
[ "$(grep -c "n.md:1:1: unknown unit 'share=rate'" said)" = 1 ] || fail "told several times: $(cat said)"
[ -z "$(sort said | uniq -d)" ] || fail "told several times: $(cat said)"
finish
