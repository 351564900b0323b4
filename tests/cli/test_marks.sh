#!/usr/bin/env bash
# Marks of reliability where readers look: one rule for tables, banner tables, figures, texts, the cover, workbooks and data files. The cells are judged
# once more here, from the CSV's own n, error and df.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
awk 'BEGIN { print "w,psu,g,y"; for (i = 1; i <= 400; i++) printf "%d,%d,%s,%d\n", 10 + i % 3, i % 40, i <= 20 ? "18-24" : substr("bcd", 1 + i % 3, 1), (i * i) % 7 < 3 }' >d.csv
cat >study.yaml <<'Y2'
study: s
title: S
languages: [zh, en]
data: {main: {file: d.csv}}
design: {weights: w, clusters: psu}
groups: {g: {by: g}}
indicators:
  m: {label: Share, prop: y == 1, by: [g]}
tables:
  - {id: t, title: T, indicators: [m], domains: [total, g], show: [estimate]}
  - {id: b, title: B, rows: y, cols: total + g, stats: "col_pct, count"}
figures:
  - {id: f, title: F, type: bars, indicators: [m], domains: [total, g]}
narrative: {zh: [n.zh.md], en: [n.en.md]}
quality: {min_n: 30, max_cv: 0.12}
publish: {symbols: uk}
key: [{label: Share, ref: "m.g:`18-24`", format: "% 1"}]
Y2
printf '# 标题\n\n年轻人为{{m.g:`18-24` | %% 1}}，总体为{{m.total | %% 1}}。\n' >n.zh.md
printf '# Head\n\nThe young have {{m.g:`18-24` | %% 1}}, all {{m.total | %% 1}}.\n' >n.en.md
"$program" run study.yaml --to all --out out >said 2>&1 || fail "run: exit $?: $(cat said)"

# the text is told of with file, line and column, and printed with the sign
grep -q 'n.en.md:3:16: m.g:`18-24` is of low reliability (n<30' said || fail "no warning of the text: $(cat said)"
grep -c 'low reliability' said | grep -qx 2 || fail "warnings: $(grep 'low rel' said)"
plain() { sed 's/<[^>]*>//g' "$1"; }
plain out/report.en.html | grep -q 'The young have 70.1%\[u\], all 71.5%\.' || fail "the text has no sign"
plain out/report.en.html | grep -q '^Share70.1%\[u\]' || fail "the cover's figure has no sign"
plain out/report.en.html | grep -q '^\[u\]: low reliability: large error or few cases\.$' || fail "the cover does not say what the sign means"
grep -q '>70.1% \[u\]<' out/report.en.html || fail "the figure's label has no sign"
plain out/report.en.html | grep -q '(18-24 · Share)\.' || fail "the figure's note does not name the value"
grep -o '<span class="mark"[^>]*>\[u\]<' out/report.zh.html | wc -l | grep -qx 8 || fail "marks of the page: $(grep -o '<span class="mark"[^>]*>\[u\]<' out/report.zh.html | wc -l)"
unzip -p out/s.en.docx word/document.xml | sed "s,<w:instrText[^>]*>[^<]*</w:instrText>,,g; s,<[^>]*>,,g" | grep -q "The young have 70.1%\[u\]" || fail "the Word text has no sign"
if command -v pdftotext >/dev/null; then
  pdftotext -layout out/s.zh.pdf - | grep -q '年轻人为70.1%\[u\]' || fail "the PDF's text has no sign"
fi
"$program" audit out >said 2>&1 || fail "audit: $(cat said)"

# data files: every estimate of the run judged anew; SDMX says U where and only where it is so
python3 - <<'P' || fail "data files"
import csv, math
bad = low = 0
for r in csv.DictReader(open("out/s.csv")):
    if r["statistic"] not in ("prop", "col_pct", "count") or not r["estimate"]: continue
    if r["std.error"] == "": continue
    n, est, se, df = float(r["n"]), float(r["estimate"]), float(r["std.error"]), float(r["df"])
    want = [w for w, yes in (("n<30", n < 30), ("cv>0.12", est != 0 and se / abs(est) > 0.12), ("df<8", df < 8 and se > 0)) if yes]
    low += bool(want)
    if r["quality"].split(";") != (want or [""]): bad += 1; print(r["indicator"], r["statistic"], r["quality"], want)
assert low >= 5, low
assert not bad
u = [r for r in csv.DictReader(open("out/s.sdmx.csv", newline="")) if r["OBS_STATUS"] == "U"]
assert len(u) == 1, u
P
# the banner book: the sign beside the number, with its meaning
unzip -p out/s_banner.en.xlsx xl/sharedStrings.xml >strings.xml
grep -q '>\[u\] *-<\|>\[u\]-<' strings.xml || fail "the banner book has no signs"
grep -q '>\[u\]: low reliability: large error or few cases<' strings.xml || fail "the banner book does not say what they mean"
# the workbook's figure sheet says whose and why, and nothing else is called unreliable
unzip -p out/s_tables.en.xlsx xl/sharedStrings.xml | grep -q '>Share: \[u\] n&lt;30' || fail "the figure's sheet does not say why"

# the asterisk is that of a small base in banner tables: doubled
sed -i 's/symbols: uk/symbols: cn/' study.yaml
"$program" run study.yaml --quiet --to html --out cn >said 2>&1 || fail "cn: $(cat said)"
plain cn/report.zh.html | grep -q '年轻人为70.1%\*\*，' || fail "the asterisk is not doubled"

# tab: by its own option alone
tab() { "$program" tab d.csv --rows y --cols 'total + g' --weights w --cluster psu "$@"; }
tab --quality min_n=30,max_cv=0 >said 2>&1 || fail "tab: $(cat said)"
grep -q '70.1% \[u\] -' said || fail "tab has no sign: $(cat said)"
grep -q '\[u\]: low reliability (n<30, df<8)' said || fail "tab's legend: $(cat said)"
tab --quality min_n=30,max_cv=0 -o b.md >/dev/null 2>&1
grep -q '70.1% \\\[u\\\] -' b.md || fail "Markdown has no sign: $(cat b.md)"
tab --quality min_n=30,max_cv=0 --format json | python3 -c '
import json, sys
t = json.load(sys.stdin)["tables"][0]
low = [c.get("quality") for r in t["rows"] for c in r["cells"] if "quality" in c]
assert low == ["n<30", "n<30"], low' || fail "JSON of tab"
tab --quality standard=nchs --format csv | cut -d, -f19 | grep -q 'nchs suppress: n<30' || fail "NCHS in tab"
tab | grep -q '\[u\]' && fail "tab marks without criteria"
tab --quality min_m=3 >said 2>&1 && fail "an unknown criterion passes"
grep -q "quality: 'min_m=3' is none of min_n=" said || fail "its error: $(cat said)"
finish
