#!/usr/bin/env bash
# A run that must not be published leaves the release as it was, byte for byte, with the store's record of it, and puts what it made aside in the folder
# `refused`: a typed number, a word against its result, a rule of the data; with a release before and without, in every format, again and again; the next good
# run takes the folder away. A folder in which nothing can be put aside; what is not ours in it.
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
indicators: {goods: {total: goods, by: [region]}, mean: {mean: goods, by: [region], gap: [region]}, high: {prop: goods > 200, by: [region], gap: [region]}}
tables: [{id: t1, title: {zh: 表, en: Table}, indicators: [goods, mean], domains: [total, region]}]
narrative: {zh: [zh.md], en: [en.md]}
END
good_text() { printf 'Goods: {{ goods.total | plain 0 }}.\n' >en.md; printf '共{{ goods.total | plain 0 }}元。\n' >zh.md; }
typed_text() { printf 'Goods: {{ goods.total | plain 0 }}.\n\nThere are 4321 shops.\n' >en.md; }
# release FOLDER: every byte of it, of the store too; what was put aside is none of it
release() { (cd "$1" && find . -type f ! -path './refused/*' ! -name 'results.db-journal' ! -name 'results.db.lock' | sort | xargs sha256sum); }
no_refused() { [ ! -e "$1/refused" ] || fail "$2: the folder refused is there: $(ls "$1/refused")"; }

good_text
# ---- a release before, in all formats
"$program" run s.yaml --to all >o 2>e || fail "the first run: $(cat e)"
no_refused out "a good run"
release out >before
typed_text
for i in 1 2; do # nothing is changed between: refused again
  run_fails 3 "^en.md:3:11: a typed number, bound to no result: 4321 (out/refused/report.en.html:[0-9]*:[0-9]*)" "$program" run s.yaml --to all
  grep -q "^bind these numbers" "$tmp/err" || fail "what to do: $(cat "$tmp/err")"
  grep -q "^nothing is published: the files and results.db are as they were" "$tmp/err" || fail "no word of the release: $(cat "$tmp/err")"
  grep -q "^what this run made, to look at: out/refused$" "$tmp/err" || fail "no word of the folder: $(cat "$tmp/err")"
  grep -q " 0 differ, 1 unbound" "$tmp/out" || fail "no counts: $(cat "$tmp/out")"
  ! grep -q "^run [0-9]" "$tmp/out" || fail "a refused run is called a run: $(cat "$tmp/out")"
  release out | diff before - >d || fail "refused, and yet the release changed: $(cat d)"
done
grep -q "4321 shops" out/refused/report.en.html || fail "the refused page does not lie there"
(cd out/refused && grep -E '^[0-9a-f]{64}  ' REFUSED.txt | sha256sum --quiet -c) || fail "the list of what was refused"
(cd out && ls -p | grep -v '/$' | grep -v '^results.db') >names
(cd out/refused && ls | grep -v '^REFUSED.txt$') | diff names - >d || fail "not the files that would have been published: $(cat d)"
python3 -c "
import sys, zipfile
for path in ('out/t.zip', 'out/refused/t.zip'):
    assert not [n for n in zipfile.ZipFile(path).namelist() if 'efused' in n or 'REFUSED' in n or '/' in n], path" || fail "the archive has what was refused"
"$program" audit out >o 2>&1 || fail "the audit of the release after a refused run: $(tail -3 o)"
(cd out && sha256sum --quiet -c SHA256SUMS) || fail "SHA256SUMS of the release"
run_fails 3 "手写的数字，没有绑定结果：4321 (out/refused/report.en.html" "$program" run s.yaml --to all --lang zh --quiet
grep -q "没有发布：已公布的文件和结果库保持原样" "$tmp/err" || fail "in Chinese: $(cat "$tmp/err")"

# fewer formats: what is put aside is what this run made; documents, books and results are looked at where there is no page
for formats in html docx xlsx,docx,csv; do
  run_fails 3 "typed number.*4321 (out/refused/[a-z._]*" "$program" run s.yaml --to $formats
  release out | diff before - >d || fail "--to $formats changed the release: $(cat d)"
  [ -n "$(ls out/refused/*.html 2>/dev/null)" ] && [ $formats != html ] && fail "--to $formats: what an earlier run put aside is there: $(ls out/refused)"
done
[ -s out/refused/t_tables.en.xlsx ] && [ -s out/refused/t.csv ] && [ ! -e out/refused/report.en.html ] || fail "--to xlsx,docx,csv: $(ls out/refused)"
# a PDF alone: the report that it shows is looked at
for formats in pdf pdf,csv; do
  run_fails 3 "^en.md:3:11: a typed number, bound to no result: 4321 (out/refused/t.en.pdf)$" "$program" run s.yaml --to $formats
  release out | diff before - >d || fail "--to $formats changed the release: $(cat d)"
  [ -s out/refused/t.en.pdf ] && [ -z "$(ls out/refused/*.html 2>/dev/null)" ] || fail "--to $formats: put aside: $(ls out/refused)"
done
# typed in the study file: in a title, in a note of one language, in a label, in quotes; one that stands in two titles has no place of its own
good_text
in_study() { # in_study SED PLACE NUMBER
  sed "$1" s.yaml >typed.yaml
  run_fails 3 "^$2a typed number, bound to no result: $3" "$program" run typed.yaml --to html,csv --out out
  release out | diff before - >d || fail "$1: the release changed: $(cat d)"
}
in_study 's/en: Table}/en: Table of 4321 shops}/' 'typed.yaml:7:47: ' '4321 (out/refused/report.en.html:[0-9:]*)'
in_study 's/zh: 表, /zh: "表：4321家", /' 'typed.yaml:7:34: ' '4321家 (out/refused/report.zh.html:[0-9:]*)'
in_study 's/indicators: \[goods, mean\]/note: {en: of 4321 shops}, &/' 'typed.yaml:7:60: ' '4321 (out/refused/report.zh.html:[0-9:]*)'
in_study 's/en: T}/en: T in 4321 shops}/; s/en: Table}/en: Table of 4321 shops}/' 'out.refused.report.en.html:[0-9]*:[0-9]*: ' '4321$'
# the study says that it is no result: published
typed_text
sed '$ a audit: {exempt: ["4321"]}' s.yaml >exempt.yaml
cp -r out kept
"$program" run exempt.yaml --to all --out out >o 2>e || fail "exempt: $(cat e)"
no_refused out exempt
grep -q "4321 shops" out/report.en.html || fail "exempt and not published"
rm -rf out && mv kept out

# the text mended: what is needed is made, the folder goes, and all is as it was
good_text
"$program" run s.yaml --to all >o 2>e || fail "the text mended: $(cat e)"
no_refused out "a good run after a refused one"
grep -q " 0 written$" o || fail "the text is as before, and yet: $(grep '^files' o)"
release out | grep -v results.db | diff <(grep -v results.db before) - >d || fail "the text mended: $(cat d)"
"$program" run s.yaml --to pdf --out pdf_alone >o 2>e || fail "a PDF alone: $(cat e)"
grep -q "^numbers: .* 0 differ, 0 unbound" o || fail "a PDF alone: not looked at: $(cat o)"
printf '\nMean {{ mean.total | plain 0 }}.\n' >>en.md
"$program" run s.yaml --to all >o 2>e || fail "another text: $(cat e)"
grep -q "Mean " out/report.en.html || fail "another text is not published"
"$program" audit out >o 2>&1 || fail "its audit: $(tail -3 o)"

# ---- formats that the published run was not asked for are made from it, and refused too
"$program" run s.yaml --to csv --out late >o 2>e || fail "csv: $(cat e)"
typed_text
"$program" run s.yaml --to csv --out late >o 2>e || fail "a text that no format prints: $(cat e)"
release late >late.before
run_fails 3 "en.md:3:11: .*4321 (late/refused/report.en.html" "$program" run s.yaml --to csv,html --out late
release late | diff late.before - >d || fail "formats made later: $(cat d)"
# nothing with a text in it was made: what earlier runs left there is not this run's
good_text
"$program" run s.yaml --to all --out px >o 2>e || fail "px: $(cat e)"
typed_text
"$program" run s.yaml --to px --out px >o 2>e || fail "a run of px alone looks at files of earlier runs: $(cat e)"
grep -q "nothing was audited" e || fail "it does not say so: $(cat e)"

# ---- without a release before: nothing but what was put aside
run_fails 3 "what this run made, to look at: none/refused" "$program" run s.yaml --to all --out none
[ -s none/refused/t.pdf ] || [ -s none/refused/t.en.pdf ] || fail "nothing was put aside: $(ls -R none)"
[ -z "$(find none -type f ! -name 'results.db*' ! -path 'none/refused/*')" ] || fail "published: $(ls none)"
run_fails 1 "" "$program" audit none
good_text
"$program" run s.yaml --to all --out none >o 2>e || fail "the first good run: $(cat e)"
no_refused none "the first good run"
"$program" audit none >o 2>&1 || fail "its audit: $(tail -3 o)"

# ---- words against a result
release out >before
printf '甲比乙低{{ high.region:a.gap | pp 1 sign:none }}。\n' >zh.md
run_fails 3 "^out/refused/report.zh.html:[0-9]*:[0-9]*: .*opposite direction" "$program" run s.yaml --to all
release out | diff before - >d || fail "words against a result changed the release: $(cat d)"
good_text

# ---- a rule of severity error
good_text
"$program" run s.yaml --to all >o 2>e || fail "before the rules: $(cat e)"
release out >before
sed '$ a rules: [{expr: goods < 200, name: low, meta: {severity: error}}]\nannex: [rules]' s.yaml >rules.yaml
for i in 1 2; do
  run_fails 3 "1 rules of severity error do not hold" "$program" run rules.yaml --to all --out out
  grep -q "what this run made, to look at: out/refused" "$tmp/err" || fail "rules: $(cat "$tmp/err")"
  release out | diff before - >d || fail "a rule changed the release: $(cat d)"
done
grep -q "low" out/refused/report.en.html || fail "the annex on rules is not in what was put aside"
sed -i 's/severity: error/severity: warning/' rules.yaml
"$program" run rules.yaml --to all --out out >o 2>e || fail "a warning: $(cat e)"
no_refused out "a rule that warns"

# ---- nothing can be put aside: the release is whole, the exit is the same, and it is said
good_text
"$program" run s.yaml --to all >o 2>e || fail "again: $(cat e)"
release out >before
typed_text
echo mine >out/refused
run_fails 3 "what this run made could not be put aside: out/refused" "$program" run s.yaml --to all
release out | grep -v ' ./refused$' | diff before - >d || fail "a file in the place of the folder: $(cat d)"
[ "$(cat out/refused)" = mine ] || fail "a file that is not ours is gone"
rm out/refused
# what is not ours in the folder stays there
run_fails 3 "4321" "$program" run s.yaml --to all
echo mine >out/refused/own.txt
echo old >out/refused/t.pdf.tmp-99999999
good_text
"$program" run s.yaml --to all >o 2>e || fail "after a refused run: $(cat e)"
[ "$(ls out/refused)" = own.txt ] || fail "the folder has not what is not ours alone: $(ls out/refused)"
rm -r out/refused

# ---- killed while it puts its files aside: the release is whole, and the next run leaves nothing of it
typed_text
release out >before
for delay in 0.02 0.05 0.08 0.11 0.14 0.17 0.2 0.25 0.3 0.4; do
  "$program" run s.yaml --to all --quiet >o 2>e &
  sleep $delay
  kill -9 $! 2>/dev/null
  wait $! 2>/dev/null
  release out | diff before - >d || fail "killed after $delay s: $(cat d)"
done
good_text
"$program" run s.yaml --to all >o 2>e || fail "after kills: $(cat e)"
no_refused out "after kills"
mkdir out/refused # killed before the list of what is there took its place
touch out/refused/{REFUSED.txt,SHA256SUMS,report.en.html,t.pdf}.tmp-99999999
"$program" run s.yaml --to all >o 2>e || fail "a folder without its list: $(cat e)"
no_refused out "a folder without its list"
finish
