#!/usr/bin/env bash
# What a table of several domains shows is what `show` asks for: the interval below each estimate, with or without its standard error, in every document;
# and what the criteria of `quality` mark is marked there.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
awk 'BEGIN { print "w,psu,g,y"; for (i = 1; i <= 400; i++) printf "%d,%d,%s,%d\n", 10 + i % 3, i % 40, substr("abcd", 1 + i % 4, 1), (i * i) % 7 < 3 }' >d.csv
# show LIST: runs a study whose table shows the list; the table's text is in table.txt, its numbers' references in refs.txt.
show() {
  rm -rf out
  printf 'study: s\ntitle: S\nlanguages: [en]\ndata: {main: {file: d.csv}}\ndesign: {weights: w, clusters: psu}\ngroups: {g: {by: g}}\nindicators:\n  m: {label: Share, prop: y == 1, by: [g]}\ntables:\n  - {id: t, title: T, indicators: [m], domains: [total, g], show: [%s]}\n' "$1" >study.yaml
  "$program" run study.yaml --quiet --to html,pdf,docx,xlsx,csv --out out >said 2>&1 || fail "show $1: exit $?: $(cat said)"
  sed -n '/id="t1"/,/<\/figure>/p' out/report.en.html >table.html
  grep -o 'data-ref="[^"]*"' table.html | sort >refs.txt
}
each() { grep -c "data-ref=\"m\.[^\"]*\.$1\"" refs.txt; }
above() { grep -q "$1" table.html; }

show 'estimate, ci'
[ "$(each interval)" = 5 ] || fail "intervals of five domains: $(cat refs.txt)"
[ "$(each se)" = 0 ] || fail "standard errors that were not asked for: $(cat refs.txt)"
above 'Below each estimate: its 95% confidence interval' || fail "the note does not say what stands below: $(cat table.html)"
above 'Standard errors' && fail "the note speaks of errors that are not there"
# the interval printed is the run's: per cent to one decimal
want=$(python3 - <<'P'
import csv
r = [x for x in csv.DictReader(open("out/s.csv")) if x["indicator"] == "m" and x["statistic"] == "prop" and not x.get("g")]
print("%.1f – %.1f" % (100 * float(r[0]["conf.low"]), 100 * float(r[0]["conf.high"])))
P
)
grep -q "data-ref=\"m.total.interval\"[^>]*>$want<" table.html || fail "the interval of the whole is not $want: $(cat table.html)"
if command -v pdftotext >/dev/null; then
  pdftotext -layout out/s.pdf - | grep -q "$want" || fail "the PDF does not have $want"
fi
unzip -p out/*.docx word/document.xml | sed 's/<[^>]*>//g' | grep -q "$want" || fail "the Word file does not have $want"
unzip -p out/*.xlsx xl/sharedStrings.xml | grep -q 'upper' || fail "the workbook has no upper limits"
"$program" audit out >said 2>&1 || fail "audit: $(cat said)"

show 'estimate, se, ci, n'
for what in interval se n; do [ "$(each $what)" = 5 ] || fail "$what of five domains: $(cat refs.txt)"; done
show 'estimate, se'
[ "$(each interval) $(each se)" = "0 5" ] || fail "errors alone: $(cat refs.txt)"

# beside the estimate where there is room
sed -i 's/domains: \[total, g\], show: .*/domains: [total], show: [estimate, ci]}/' study.yaml
"$program" run study.yaml --quiet --to html --out out >said 2>&1 || fail "one domain: $(cat said)"
sed -n '/id="t1"/,/<\/figure>/p' out/report.en.html >table.html
grep -q 'data-ref="m.total.interval"' table.html || fail "one domain has no interval"
grep -q 'data-ref="m.total.se"' table.html && fail "one domain has an error that was not asked for"

# what the study's criteria of quality mark is marked where it is read, and the table says what the sign means
cat >>study.yaml <<'Y'
quality: {min_n: 150, max_cv: 0}
publish: {symbols: uk}
Y
sed -i 's/languages: .*/languages: [zh, en]/; s/domains: \[total\], show: .*/domains: [total, g], show: [estimate]}/' study.yaml
rm -rf out
"$program" run study.yaml --quiet --to html,pdf,docx,xlsx --out out >said 2>&1 || fail "marks: exit $?: $(cat said)"
for lang in zh en; do
  sed -n '/id="t1"/,/<\/figure>/p' out/report.$lang.html >table.html
  [ "$(grep -o '<span class="mark"[^>]*>\[u\]<' table.html | wc -l)" = 4 ] || fail "four groups of 100 cases have no mark in $lang: $(cat table.html)"
  grep -o 'data-ref="m.total"[^>]*>[^<]*</span><[^>]*>' table.html | grep -q mark && fail "400 cases are marked in $lang"
done
grep -q '\[u\]: low reliability' table.html || fail "the sign is not explained: $(cat table.html)"
for file in out/*.docx; do
  [ "$(unzip -p "$file" word/document.xml | grep -o '>\[u\]<' | wc -l)" -ge 4 ] || fail "$file has no marks"
done
if command -v pdftotext >/dev/null; then
  for file in out/*.pdf; do pdftotext -layout "$file" - | grep -q '\[u\]' || fail "$file has no marks"; done
fi
unzip -p out/s_tables.en.xlsx xl/sharedStrings.xml >strings.xml
grep -q 'b (%): \[u\] n&lt;150; c (%)' strings.xml || fail "the workbook does not say why"
grep -q '\[u\] n&lt;150; \[u\]' strings.xml && fail "the workbook says a mark twice"
"$program" audit out >said 2>&1 || fail "audit of marks: $(cat said)"
sed -i 's/symbols: uk/symbols: cn/' study.yaml
"$program" run study.yaml --quiet --to html --out out >said 2>&1 || fail "cn: $(cat said)"
[ "$(grep -o '<span class="mark"[^>]*>\*<' out/report.zh.html | wc -l)" = 4 ] || fail "the asterisk of Chinese yearbooks is not there"
sed -i '/^quality/d' study.yaml
"$program" run study.yaml --quiet --to html --out out >said 2>&1 || fail "no criteria: $(cat said)"
grep -q '<span class="mark"' out/report.zh.html && fail "marks without criteria of the study"
finish
