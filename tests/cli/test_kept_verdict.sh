#!/usr/bin/env bash
# What the audit found of a page holds for the same page in the next run, and only there: after a change in the other language the counts are those of pages that are
# all traced; where the study no longer exempts a word, the same page is refused; a number typed in one language is found though the other page is kept.
. tests/cli/lib.sh
need_program
mkdir "$tmp/st"
cd "$tmp/st" || exit 1
awk 'BEGIN { print "id,region,goods,w"; for (i = 1; i <= 60; i++) print i "," (i % 2 ? "a" : "b") "," 100 + i * 3 + 40 * (i % 2) "," 1 + i % 3 }' >p.csv
cat >s.yaml <<'END'
study: t
title: {zh: 题, en: T}
data: {p: {file: p.csv}}
design: {weights: w}
groups: {region: {by: region}}
indicators: {goods: {total: goods, by: [region]}, mean: {mean: goods, by: [region], gap: [region]}}
tables: [{id: t1, title: {zh: 表, en: Table}, indicators: [goods, mean], domains: [total, region]}]
narrative: {zh: [zh.md], en: [en.md]}
audit: {exempt: ["4321"]}
END
printf 'Goods: {{ goods.total | plain 0 }}.\n' >en.md
printf '共{{ goods.total | plain 0 }}元，商店4321家。\n' >zh.md
numbers() { sed -n 's/^numbers: *//p' "$1"; }

"$program" run s.yaml >o 2>e || fail "the first run: $(cat e)"
sed -i 's/en: Table}/en: Another table}/' s.yaml
"$program" run s.yaml >o 2>e || fail "a title in English: $(cat e)"
grep -q " 1 kept .*, 1 written: report.en.html" o || fail "the page in Chinese is not kept: $(grep '^files' o)"
"$program" run s.yaml --force --out forced >f 2>e || fail "all anew: $(cat e)"
[ -n "$(numbers o)" ] && [ "$(numbers o)" = "$(numbers f)" ] || fail "kept: $(numbers o), traced: $(numbers f)"
grep -q "4321" <<<"$(numbers o)" || fail "the word that is exempt is not told: $(numbers o)"

# the same page, and no excuse for its number any more
sed -i '/^audit:/d' s.yaml
run_fails 3 "a typed number, bound to no result: 4321.*report.zh.html" "$program" run s.yaml
sed -i '$ a audit: {exempt: ["4321"]}' s.yaml
"$program" run s.yaml >o 2>e || fail "exempt again: $(cat e)"
# the other page with a number of its own
printf '\nIn 77 shops.\n' >>en.md
run_fails 3 "en.md:3:4: a typed number, bound to no result: 77" "$program" run s.yaml
! grep -q "zh.md" "$tmp/err" || fail "the page in Chinese is blamed: $(cat "$tmp/err")"
printf 'Goods: {{ goods.total | plain 0 }}.\n' >en.md
# a page altered on the disk is made again
sed -i 's/4321/4322/' out/report.zh.html
"$program" run s.yaml >o 2>e || fail "a page altered: $(cat e)"
! grep -q 4322 out/report.zh.html || fail "the altered page is kept"
"$program" audit out >o 2>&1 || fail "the audit of the folder: $(tail -3 o)"
