#!/usr/bin/env bash
# Charts of office programs: the note says what intervals are drawn there, bars are as high as the labels in them, no label lies under the line of an interval, the
# legend has short names, and a figure without a note does not hold on to the next one.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
python3 - <<'P'
long = "An answer whose label was written by somebody who had all the time of the world and left out nothing that could matter to any reader"
with open("d.csv", "w") as f:
    f.write("w,g,y,op,long\n")
    for i in range(1200):
        f.write('%d,g%02d,%d,%d,"%s"\n' % (10 + i % 3, i % 24, (i * i) % 31 < 2 + i % 24 // 4, 1 + (i * 7) % 11 % 5, [long + " (a)", long + " (b)", "Short"][i % 3]))
P
cat >study.yaml <<'Y2'
study: n
title: Native
languages: [en]
data: {main: {file: d.csv}}
design: {weights: w}
groups: {g: {by: g}, long: {by: long}}
indicators:
  m: {label: Share, prop: y == 1, by: [g]}
  o1: {label: Strongly disagree, prop: op == 1, by: [long]}
  o2: {label: Disagree, prop: op == 2, by: [long]}
  o3: {label: Neither, prop: op == 3, by: [long]}
  o4: {label: Agree, prop: op == 4, by: [long]}
figures:
  - {id: many, title: Many bars, type: bars, indicators: [m], domains: [g]}
  - {id: op, title: Opinions, type: likert, indicators: [o1, o2, o3, o4], domains: [total]}
  - {id: legend, title: Long names, type: grouped, indicators: [o1, o2], domains: [long]}
  - {id: moves, title: Moves, type: tornado, format: "% 1", centre: m.total, series: [{label: Less}, {label: More}], categories: [{label: Input}], cells: [[m.g:g01, m.g:g20]]}
  - {id: falls, title: Falls, type: waterfall, format: "plain 2 sign:plus", series: [{label: Share}], categories: [{label: Start, whole: true}, {label: Step}], cells: [[m.g:g01], [m.g:g20]]}
publish: {charts: native}
Y2
"$program" run study.yaml --quiet --to docx,xlsx,html --out out >said 2>&1 || fail "run: $(cat said)"
grep -q 'Small numbers are 95% confidence intervals' out/report.en.html || fail "the page's drawing has its small numbers"
grep -q '<span>Small' out/report.en.html && fail "the page has an empty element"
python3 - <<'P' || fail "charts"
import csv, re, zipfile
z = zipfile.ZipFile("out/n.docx")
body = z.read("word/document.xml").decode()
paragraphs = re.findall(r"<w:p>.*?</w:p>", body, re.S)
text = lambda p: re.sub(r"<w:instrText[^>]*>.*?</w:instrText>|<[^>]*>", "", p)
notes = [text(p) for p in paragraphs if text(p).startswith("Note:")]
assert notes == ["Note: Lines are 95% confidence intervals."] * 2, notes
captions = {text(p)[-8:]: p for p in paragraphs if '"SxCaption"' in p or 'Caption' in p[:80]}
assert '<w:keepNext w:val="0"/>' in captions["Opinions"], captions.keys()
assert '<w:keepNext w:val="0"/>' not in captions["any bars"]
charts = {re.search(r"<c:grouping val=\"(\w+)\"", c)[1] + str(c.count("<c:ser>")): c for c in (z.read(n).decode() for n in z.namelist() if re.match(r"word/charts/sxchart\d+\.xml", n))}
assert all('<c:gapWidth val="50"/>' in c for c in charts.values() if '<c:barDir val="bar"/>' in c), "bars are thin"
names = re.findall(r"<c:tx>.*?<c:v>(.*?)</c:v>", charts["clustered3"], re.S)
colours = re.findall(r'<c:ser>.*?<c:spPr><a:solidFill><a:srgbClr val="(\w+)"', charts["clustered2"], re.S)
assert colours == ["E69F00", "0072B2"], colours  # of a tornado as drawn: the lower end orange, the upper blue
fall = next(c for c in charts.values() if '<c:barDir val="col"/>' in c)
assert 'numFmt formatCode="0.00"' in fall or 'numFmt formatCode="#,##0.00"' in fall, re.findall("<c:numFmt[^>]*>", fall)  # levels have no sign
assert "Short" in names and all(len(n) <= 48 for n in names) and len(set(names)) == 3, names
assert any(n.startswith("An answer whose label") and n.endswith("any reader (b)"[-9:]) for n in names), names
P
"$program" run study.yaml --quiet --to csv --out data >said 2>&1 || fail "csv: $(cat said)"
python3 - <<'P' || fail "labels"
import csv, re, zipfile
rows = [r for r in csv.DictReader(open("data/n.csv")) if r["indicator"] == "m" and r["g"]]
z = zipfile.ZipFile("out/n.docx")
chart = next(c for c in (z.read(n).decode() for n in z.namelist() if re.match(r"word/charts/sxchart\d+\.xml", n)) if c.count("<c:ser>") == 1 and 'clustered' in c)
off = {int(i) for i in re.findall(r'<c:dLbl><c:idx val="(\d+)"/><c:delete val="1"/>', chart)}
top = max(float(r["conf.high"]) for r in rows)
want = {i for i, r in enumerate(rows) if float(r["estimate"]) < 0.18 * top or float(r["conf.low"]) < 0.12 * top}
assert off == want and 0 < len(want) < len(rows), (sorted(off), sorted(want))
P
unzip -p out/n_tables.xlsx xl/sharedStrings.xml | grep -q 'Small numbers' && fail "the workbook's notes speak of the drawing's numbers"
"$program" audit out >said 2>&1 || fail "audit: $(cat said)"
finish
