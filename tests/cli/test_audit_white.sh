#!/usr/bin/env bash
# White letters that a conditional format gives to cells of a workbook are told; those of the published file are not.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }
cd "$tmp" || exit 1
awk 'BEGIN { print "w,sex,y"; for (i = 1; i <= 200; i++) printf "%d,%s,%d\n", 10 + i % 3, i % 2 ? "m" : "f", (i * i) % 7 < 3 }' >d.csv
cat >study.yaml <<'Y2'
study: s
title: S
languages: [en]
data: {main: {file: d.csv}}
design: {weights: w}
groups: {sex: {label: Sex, by: sex}}
indicators: {m: {label: Share, prop: y == 1, by: [sex]}}
tables: [{id: t, title: T, indicators: [m], domains: [total, sex], show: [estimate]}]
Y2
"$program" run study.yaml --quiet --to xlsx --out out >said 2>&1 || fail "run: $(cat said)"
book=$(ls out/*_tables*.xlsx)
cat >white.py <<'PY'
import re, sys, zipfile
fill = '<fill><patternFill><bgColor rgb="FF003366"/></patternFill></fill>' if sys.argv[3] == "filled" else ""
dxf = '<dxf><font><color rgb="FFFFFFFF"/></font>%s</dxf>' % fill
with zipfile.ZipFile(sys.argv[1]) as book, zipfile.ZipFile(sys.argv[2], "w") as out:
    last = max(n for n in book.namelist() if re.match(r"xl/worksheets/sheet\d+\.xml", n))
    styles = book.read("xl/styles.xml").decode()
    found = re.search(r"<dxfs[^>]*?(/>|>.*?</dxfs>)", styles, re.S)
    at = len(re.findall("<dxf>", found.group(0)))
    inner = re.sub(r"^<dxfs[^>]*?/?>|</dxfs>$", "", found.group(0))
    for name in book.namelist():
        data = book.read(name)
        if name == "xl/styles.xml":
            data = styles.replace(found.group(0), '<dxfs count="%d">%s%s</dxfs>' % (at + 1, inner, dxf)).encode()
        if name == last:
            rule = ('<conditionalFormatting sqref="A1:Z60"><cfRule type="expression" dxfId="%d" priority="99"><formula>1=1</formula></cfRule>'
                    "</conditionalFormatting>" % at)
            data = data.decode().replace("</sheetData>", "</sheetData>" + rule).encode()
        out.writestr(name, data)
PY
python3 white.py "$book" white.xlsx white || fail "white.py"
"$program" audit "$book" --against out/results.db >said 2>&1 || fail "the published book: $(cat said)"
"$program" audit white.xlsx --against out/results.db >said 2>&1
[ $? = 3 ] || fail "white letters pass: $(cat said)"
grep -q 'A1:Z60.*white letters.*nobody sees it' said || fail "white letters are not told: $(cat said)"
python3 white.py "$book" filled.xlsx filled || fail "white.py"
"$program" audit filled.xlsx --against out/results.db >said 2>&1
grep -q 'white letters' said && fail "white letters on a fill of their own: $(cat said)"
finish
