#!/usr/bin/env bash
# Sheets of figures in print: a table that is broader than two thirds of its size allow stands on several pages with its first column on each, and shaded
# cells stand below it, where they are read; narrower ones stay on one page with the shades beside.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
awk 'BEGIN { print "w,g,h,y"; for (i = 1; i <= 1200; i++) printf "%d,g%d,h%d,%d\n", 10 + i % 3, 1 + i % 6, 1 + int(i / 6) % 5, (i * i) % 7 < 3 }' >d.csv
cat >study.yaml <<'Y2'
study: s
title: S
languages: [en]
data: {main: {file: d.csv}}
design: {weights: w}
groups: {g: {by: g}, h: {by: h}}
indicators:
  m: {label: Share, prop: y == 1, by: [g, h, [g, h]]}
  n: {label: Other, prop: y == 0, by: [g, h, [g, h]]}
figures:
  - {id: broad, title: Broad, type: heat, indicators: [m, n], domains: [g]}
  - {id: narrow, title: Narrow, type: heat, indicators: [m], domains: ["g*h"]}
Y2
"$program" run study.yaml --quiet --to xlsx --out out >said 2>&1 || fail "run: $(cat said)"
python3 - <<'P' || fail "sheets"
import re, zipfile
z = zipfile.ZipFile("out/s_tables.xlsx")
book = z.read("xl/workbook.xml").decode()
names = re.findall(r'<sheet name="([^"]*)"', book)
def sheet(name): return z.read("xl/worksheets/sheet%d.xml" % (names.index(name) + 1)).decode()
def breadth(x):
    last = max(int(m) for m in re.findall(r'<col min="\d+" max="(\d+)"', x))
    return sum((int(b) - int(a) + 1) * float(w) for a, b, w in re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', x))
broad, narrow = sheet("Figure_1"), sheet("Figure_2")
pages = lambda x: int((re.search(r'fitToWidth="(\d+)"', x) or [0, "1"])[1])
assert 'orientation="landscape"' in narrow and 'orientation="landscape"' in broad
assert pages(narrow) == 1 and breadth(narrow) <= 200, (pages(narrow), breadth(narrow))
assert pages(broad) == 2 and breadth(broad) / pages(broad) <= 200, (pages(broad), breadth(broad))
assert re.search(r'Print_Titles[^>]*>[^<]*Figure_1.?!\$A:\$A', book), "the first column is not on each page"
# shades: conditional formats beside the narrow table, below the broad one from its second column on
at = lambda x: re.search(r'<conditionalFormatting sqref="([A-Z]+)(\d+):', x).groups()
assert at(narrow)[0] > "E", at(narrow)
assert at(broad)[0] == "B" and int(at(broad)[1]) > 7, at(broad)
assert "downwards" not in z.read("xl/sharedStrings.xml").decode(), "shades need no columns of differences"
P
# the chart of a broad sheet lies below its table and off the first column, which each page prints again
echo '  - {id: dots, title: "two by groups", type: dots, indicators: [m, n], domains: [g]}' >>study.yaml
"$program" run study.yaml --quiet --to xlsx --out out >said 2>&1 || fail "run with a chart: $(cat said)"
python3 - <<'P' || fail "a chart"
import re, zipfile
z = zipfile.ZipFile("out/s_tables.xlsx")
drawing, = [z.read(n).decode() for n in z.namelist() if n.startswith("xl/drawings/drawing")]
where = re.search(r"<xdr:from><xdr:col>(\d+)</xdr:col><xdr:colOff>(\d+)</xdr:colOff><xdr:row>(\d+)<", drawing).groups()
assert int(where[0]) == 1 and int(where[1]) > 0 and int(where[2]) >= 7, where
P
"$program" audit out >said 2>&1 || fail "audit: $(cat said)"
finish
