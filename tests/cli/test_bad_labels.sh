#!/usr/bin/env bash
# What is odd in a study's words goes through every output whole: nothing computes, nothing is markup, nothing is lost, and every number is still found by the audit.
#
#   what is odd                       where it is tested
#   formula (=cmd, +a, -a, @SUM)      here: all outputs; test_publish_book.c, test_publish_xlsx.c, test_publish_pdf.c, test_publish_data.c, test_draw_random.c
#   markup (<b>, <script>, &, ")      here: all outputs; test_publish_docx.c, test_publish_pdf.c, test_report_html.c, test_draw_words.c
#   control characters                here: all outputs; test_publish_book.c, test_publish_pdf.c, test_draw_random.c; in a study file: test_io_doc.c
#   labels of 200 characters          here: levels, labels and titles of 200 characters of 3 bytes and of one word; test_publish_book.c, test_draw_random.c
#   500 columns                       here: a banner table by 500 levels; test_publish_banner.c, test_publish_book.c, test_publish_pdf.c
#   a table without rows              here: written out, and one of nobody; test_publish_pdf.c
#   right-to-left text, U+202E        here: levels and labels; test_publish_docx.c, test_draw_random.c
#   a character without a font        here: PDF refuses and says what to install, the others write it; test_publish_pdf.c, test_draw_paint.c
#   a template without the styles     here: the style is named, nothing is written; test_publish_docx.c
#   levels like numbers and times     here: "iPhone 16：30.0%" in the words of a drawing is no time of day; the untouched run holds
#   levels as references              here: a statistic and a domain named after any text bind in tables, figures, fields and cells (to 1,000 bytes)
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }
cd "$tmp" || exit 1
python3 - <<'P'
levels = ["=cmd|'/c calc'!A1", '<b>x</b> & "y"', "العربية", "+a+b", "@SUM(A1)", "-a+b", "长" * 200, "W" * 200]
with open("n.csv", "w") as f:
    f.write("w,st,psu,lev,big,x,y\n")
    for i in range(1000):
        f.write('%d,%d,%d,"%s",L%03d,%d,%d\n' % (10 + i % 3, i % 4, i % 24, levels[i % 8].replace('"', '""'), i % 500, i % 7, i % 2))
long, word = "很长的标签" * 40, "Anunbrokenword" * 15
open("study.yaml", "w").write(f'''study: odd
title: {{zh: "=cmd|'/c calc'!A <b>粗</b> & \\"引\\"", en: "<script>alert(x)</script> & \\"q\\" \\x07bell"}}
subtitle: {{zh: "{long}", en: "{word}"}}
publisher: {{zh: "العربية", en: "@SUM(A)"}}
note: {{zh: "+a+b <i>注</i>", en: "-a+b & \\x01"}}
date: 2025-12
data:
  people:
    file: n.csv
    text: [lev, big]
    variables:
      y: {{label: {{zh: "=a+a \\x02 <b>", en: "=a+a \\x02 <b>"}}, values: {{0: {{zh: "=no", en: "=no"}}, 1: {{zh: "{long}", en: "{word}"}}}}}}
      lev: {{label: "=cmd"}}
design: {{weights: w, strata: st, clusters: psu, nest: true}}
groups:
  lev: {{label: {{zh: "=组 <b>", en: "=group <b>"}}, by: lev}}
  empty: {{label: {{zh: 空, en: Nobody}}, where: x > 100}}
indicators:
  a: {{mean: x, label: {{zh: "=cmd|'/c calc'!A <b>&", en: "=cmd|'/c calc'!A <b>&"}}, unit: 元, by: [lev, empty], question: {{zh: "+问 <b>", en: "@q \\x03"}}}}
  b: {{prop: y == 1, label: {{zh: "{long}", en: "{word}"}}, by: [lev, empty]}}
  c: {{shares: lev, label: {{zh: "العربية \\u202E翻转", en: "العربية \\u202Eesrever"}}}}
tables:
  - {{id: t1, title: {{zh: "=表 <b>&", en: "=T \\x04 <b>&"}}, note: {{zh: "=注", en: "=note"}}, source: {{zh: "@来源", en: "@source"}}, indicators: [a, b, c], domains: [total, lev], show: [estimate, se, n]}}
  - {{id: t2, title: {{zh: "{long}", en: "{word}"}}, indicators: [a], domains: [empty]}}
  - {{id: t3, title: {{zh: 无行, en: No rows}}, columns: [{{label: {{zh: 列, en: C}}, format: "plain 0"}}], rows: []}}
  - {{id: b1, title: {{zh: 五百列, en: Many columns}}, rows: y, cols: total + big, stats: [col_pct]}}
  - {{id: b2, title: {{zh: 空表, en: Answered by none}}, rows: y, cols: total + lev, where: x > 100, stats: [col_pct]}}
figures:
  - {{id: f1, type: bars, title: {{zh: "=图 <b>&", en: "=F \\x05"}}, indicators: [a], domains: [lev], interval: true}}
  - {{id: f2, type: grouped, title: {{zh: "{long}", en: "{word}"}}, indicators: [b], domains: [lev]}}
annex: [assumptions, design, provenance]
''')
P
"$program" run study.yaml --to all --out res --quiet >out.txt 2>err.txt || fail "run: exit $?: $(head -c 800 err.txt)"
for page in zh en; do grep -Eq 'No case has an answer|没有样本回答该题' res/report.$page.html || fail "a table that nobody answered: no reason on the page ($page)"; done
"$program" audit res >audit.txt 2>&1 || fail "audit of the folder: $(grep -v agree audit.txt | head -5 | cut -c1-300)"
grep -Eq '^numbers: +[0-9]+ agree with their results, 0 differ, 0 unbound' audit.txt || fail "audit: $(tail -1 audit.txt)"
[ "$(sed -n 's/^numbers: *\([0-9]*\) agree.*/\1/p' audit.txt)" -gt 20000 ] || fail "too few numbers were found: $(tail -1 audit.txt)"

python3 - <<'P' || fail "outputs"
import csv, glob, html, json, re, sys, zipfile
import xml.etree.ElementTree as tree
from html.parser import HTMLParser
bad = []
def check(holds, *what):
    if not holds: bad.append(" ".join(map(str, what)))
def controls(text): return [hex(ord(c)) for c in set(text) if (ord(c) < 32 and c not in "\r\n\t") or ord(c) == 127]
LONG, W, WORD, LABEL = "长" * 200, "W" * 200, "Anunbrokenword" * 15, "很长的标签" * 40
LEVELS = ["=cmd|'/c calc'!A1", '<b>x</b> & "y"', "العربية", "+a+b", "@SUM(A1)", "-a+b", LONG, W]

class Page(HTMLParser):
    def __init__(self): super().__init__(); self.text = []; self.stack = []; self.scripts = []; self.last = ""
    def handle_starttag(self, tag, attrs):
        if tag == "script": self.scripts.append("")
        self.last = tag
    def handle_data(self, data):
        if self.last == "script" and self.scripts: self.scripts[-1] += data
        self.text.append(data)
for lang in "zh", "en":
    source = open(f"res/report.{lang}.html").read()
    page = Page(); page.feed(source)
    text = re.sub(r"\s+", " ", "".join(page.text))
    check(not controls(source), lang, "html: control characters", controls(source))
    for raw in "<b>粗", "<b>x", "<i>注", "<b>&", "<script>alert": check(raw not in source, lang, "html: an element of a label", raw)
    check(not any("alert(x)" in s for s in page.scripts), lang, "html: a script of a title")
    for level in LEVELS: check(level in text, lang, "html: no", level[:20])
    check((LABEL if lang == "zh" else WORD) in text, lang, "html: the long label")
    z = zipfile.ZipFile(f"res/odd.{lang}.docx")
    for n in z.namelist():
        if n.endswith((".xml", ".rels", ".svg")):
            part = z.read(n).decode(); tree.fromstring(part); check(not controls(part), n, controls(part))
    body = z.read("word/document.xml").decode()
    text = "".join(html.unescape(t) for t in re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", body))
    for level in LEVELS: check(level in text, lang, "docx: no", level[:20])
    check("<w:rtl/>" in body, lang, "docx: no run from right to left")
    check(not re.search(r"\b(DDE|DDEAUTO)\b", body), "docx: a field that calls")
    z = zipfile.ZipFile(f"res/odd_tables.{lang}.xlsx")
    for n in z.namelist():
        if n.endswith((".xml", ".rels")):
            part = z.read(n).decode(); tree.fromstring(part); check(not controls(part), n, controls(part))
            for f in re.findall(r"<f>([^<]*)</f>", part): check("cmd" not in f and "SUM(A" not in f, n, f)
    texts = html.unescape(z.read("xl/sharedStrings.xml").decode())
    for level in LEVELS: check(level in texts, lang, "xlsx: no", level[:20])
wide = max(len(set(re.findall(r'<c r="([A-Z]+)', zipfile.ZipFile("res/odd_tables.en.xlsx").read(n).decode()))) for n in zipfile.ZipFile("res/odd_tables.en.xlsx").namelist() if n.startswith("xl/worksheets/sheet"))
check(wide >= 501, "xlsx: the table of 500 columns has", wide)
for f in glob.glob("res/*.ddi.xml") + glob.glob("res/*.sdmx.xml"): tree.parse(f)
check("=cmd" in open("res/odd.ddi.xml").read() and "&lt;b&gt;" in open("res/odd.ddi.xml").read(), "ddi: labels")
for f in glob.glob("res/*.json"): check(LONG in json.dumps(json.load(open(f)), ensure_ascii=False), f, "no level of 200 characters")
plain, excel = (list(csv.reader(open(f, encoding="utf-8-sig"))) for f in ("res/odd.csv", "res/odd.excel.csv"))
check(len(set(map(len, plain))) == 1 and len(plain) == len(excel), "csv: fields")
for a, b in zip(plain, excel):
    for x, y in zip(a, b):
        number = re.fullmatch(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?|-?Inf", x)
        check(y == ("'" + x if x[:1] in ("=", "+", "-", "@") and x and not number else x), "excel.csv:", x, "is", y)
check({l for r in plain for l in r} >= set(LEVELS), "csv: a level is not there as it is in the data")
for f in glob.glob("res/*.px"):
    t = open(f).read()
    check(not controls(t) and max(map(len, t.split("\n"))) <= 256, f)
    check(t.count('"') % 2 == 0, f, "quotes")
t = open("res/odd_codebook.en.md").read()
check("\\<b\\>" in t and "<script>" not in t and not controls(t), "codebook")
print("\n".join(bad[:20])); sys.exit(bool(bad))
P
if command -v pdftotext >/dev/null; then
  for lang in zh en; do
    pdftotext -raw res/odd.$lang.pdf text
    tr -d ' \n\f' <text | sed 's/‐//g' >flat
    for words in "=cmd|'/ccalc'!A1" '<b>x</b>&"y"' '+a+b' '@SUM(A1)' '-a+b'; do grep -qF -- "$words" flat || fail "$lang.pdf has no '$words'"; done
    [ "$(grep -o '长' flat | wc -l)" -ge 400 ] || fail "$lang.pdf: the level of 200 characters is cut: $(grep -o '长' flat | wc -l)"
    # a head of 200 characters is no column of single letters: rows stand on the page of their head
    [ "$(pdfinfo res/odd.$lang.pdf | awk '/^Pages/ { print $2 }')" -lt 60 ] || fail "$lang.pdf: $(pdfinfo res/odd.$lang.pdf | grep Pages)"
  done
fi
if command -v soffice >/dev/null; then
  HOME=$tmp soffice --headless --convert-to fods --outdir lo res/odd_tables.en.xlsx >/dev/null 2>&1
  grep -q "=cmd|" lo/odd_tables.en.fods && ! grep -E 'table:formula="[^"]*(cmd|calc|SUM\(A)' lo/odd_tables.en.fods || fail "LibreOffice takes a label for a formula"
fi

# a banner book by hand
for form in xlsx csv md json; do
  "$program" tab n.csv --weights w --strata st --cluster psu --nest --rows lev --cols 'total + y' -o "book.$form" --quiet 2>err.txt || fail "tab -o book.$form: $(cat err.txt)"
done
python3 - <<'P' || fail "banner books"
import csv, json, re, zipfile
z = zipfile.ZipFile("book.xlsx")
assert not any("cmd" in f for n in z.namelist() for f in re.findall(r"<f>([^<]*)</f>", z.read(n).decode("utf-8", "ignore")))
assert "长" * 200 in z.read("xl/sharedStrings.xml").decode()
assert any("长" * 200 in r for r in csv.reader(open("book.csv")))
json.load(open("book.json"))
md = open("book.md").read()
assert "\\<b\\>" in md and len({len(re.findall(r"(?<!\\)\|", l)) for l in md.split("\n") if l.startswith("|")}) == 1
P

# a character that no font has: the format that draws it itself refuses, with what to install
sed 's/en: Nobody/en: "Nobo\\U000F0000dy"/' study.yaml >font.yaml
run_fails 1 "no font of this machine has the character U+F0000: install one (apt install" "$program" run font.yaml --to pdf --out font --quiet
[ ! -e font/odd.en.pdf ] && [ ! -e font/odd.zh.pdf ] || fail "half a PDF release"
"$program" run font.yaml --to html,docx,xlsx,csv --out font --quiet >/dev/null 2>err.txt || fail "formats that only name the character: $(cat err.txt)"

# levels that end in numbers, in every place where the study names them: the run's own audit holds
mkdir names
python3 - <<'P' || fail "names"
levels = ["iPhone 16", "11", "13", "3+2", "שלום 12", "折扣50%", "x\x07y", "<b>x</b>&\"{{users}} `a` |", "`^G", "`", "``", "a`", "\x01", "\x1fy", "x\x7f", "u\u0085v 7", "a\tb",
          "line\nbreak 9", "{{", "}}", "a|b", "<b>&\"'", "العربية 12", "长" * 200, "W" * 200, "=cmd|'/c calc'!A1", "", " ", "a:b", "a*b", "[@fig f1]", ":::", "\u202Eabc", "\ufeff", "\ufffe", "**b**", "%", "total"]
open("names/levels.txt", "w", newline="").write("\x00".join(levels))
with open("names/d.csv", "w", newline="") as f:
    f.write("w,g,many,y,z\n")
    for i in range(3800):
        f.write('%d,"%s",%d,%d,%d\n' % (10 + i % 3, levels[i % len(levels)].replace('"', '""'), i % 160, (i * 7 // 3) % 10 < 3, (i * 11 // 3) % 97))
open("names/n.md", "w").write("# R\n\n{{figure f1}}\n\n{{rank p by=g n=6 | % 1}}\n\n{{rank m by=g n=1 | 元 2}}\n\n{{parts p.g:`<b>&\"'` p.g:`a``` p.g:`x``^Gy` p.g:`u``^(85)v 7` p.g:`` | % 1}}\n")
open("names/study.yaml", "w").write('''study: names
title: {zh: 名, en: Names}
languages: [zh, en]
data: {main: {file: d.csv, text: [g]}}
design: {weights: w}
groups: {g: {label: {zh: 组, en: Group}, by: g}, many: {label: {zh: 多, en: Many}, by: many}}
indicators:
  p: {label: {zh: 甲, en: P}, prop: y == 1, by: [g, many]}
  m: {label: {zh: 均值, en: Mean}, mean: z, unit: 元, format: 元 2, by: [g]}
  s: {label: {zh: 份, en: S}, shares: g}
tables:
  - {id: t, title: {zh: 表, en: T}, indicators: [p, m, s], domains: [total, g], show: [estimate, se]}
  - {id: b, title: {zh: 头, en: Head}, rows: y, cols: total + g, stats: [col_pct]}
  - {id: c, title: {zh: 行, en: Rows}, rows: g, cols: total + y, stats: [col_pct]}
figures:
  - {id: f1, type: bars, title: {zh: 一, en: One}, indicators: [p], domains: [g], interval: true}
  - {id: f2, type: bars, title: {zh: 二, en: Two}, indicators: [m], domains: [g], interval: true}
  - {id: f3, type: bars, title: {zh: 三, en: Three}, indicators: [p], domains: [many]}
narrative: {zh: [n.md], en: [n.md]}
''')
P
"$program" run names/study.yaml --to all --out names/out --quiet >out.txt 2>err.txt || fail "levels of any text: exit $?: $(head -c 600 err.txt)"
"$program" audit names/out >audit.txt 2>&1 || fail "audit of levels of any text: $(grep -E 'differs|unbound' audit.txt | head -8 | cut -c1-200)"
grep -Eq '^numbers: +[0-9]+ agree with their results, 0 differ, 0 unbound' audit.txt || fail "audit of levels of any text: $(tail -1 audit.txt)"
grep -q "3,800 cases, 1 stratum, 3,800 primary sampling units" names/out/report.en.html || fail "the words of the design: $(grep -o "3,800 cases[^<]*" names/out/report.en.html | head -1)"
for file in names/out/*.docx names/out/*.xlsx names/out/report.*.html; do # and each file without its folder
  "$program" audit "$file" --against names/out/results.db >audit.txt 2>&1 || fail "$file: $(grep -E 'differs|unbound' audit.txt | head -4 | cut -c1-200) $(tail -1 audit.txt)"
done
python3 - <<'P' || fail "files of levels of any text"
import csv, glob, json, sys, zipfile
import xml.etree.ElementTree as tree
bad = []
for f in glob.glob("names/out/*.docx") + glob.glob("names/out/*.xlsx"):
    z = zipfile.ZipFile(f)
    for n in z.namelist():
        if not n.endswith((".xml", ".rels", ".svg")): continue
        try: tree.fromstring(z.read(n))
        except Exception as e: bad.append("%s %s: %s" % (f, n, e))
for f in glob.glob("names/out/*.xml"): tree.parse(f)
for f in glob.glob("names/out/*.json"): json.load(open(f))
assert zipfile.ZipFile(glob.glob("names/out/*.zip")[0]).testzip() is None
levels = open("names/levels.txt", newline="").read().split("\x00")
rows = list(csv.reader(open("names/out/names.csv", newline="", encoding="utf-8")))
at = rows[0].index("g")
missing = [l for l in levels if l not in {r[at] for r in rows[1:] if r[1] == "p"}]
if missing: bad.append("csv: no %r" % missing)
if ',p,prop,"",,' not in open("names/out/names.csv").read(): bad.append("csv: a level without a name is the total")
print("\n".join(bad[:10])); sys.exit(bool(bad))
P

# a run of fewer formats names the files that are not its own, and one of all has none
"$program" run names/study.yaml --to html,csv --out names/out --quiet >out.txt 2>&1 || fail "a run of fewer formats: $(tail -3 out.txt)"
others=$(ls names/out | LC_ALL=C grep -v '^report\|^results.db\|^names.csv$\|^names.excel.csv$' | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')
grep -qxF "of earlier runs:  $others" out.txt || fail "files of earlier runs, not '$others': $(cat out.txt)"
"$program" run names/study.yaml --to all --out names/out --quiet >out.txt 2>&1 || fail "a run of all formats: $(tail -3 out.txt)"
! grep -q "of earlier runs" out.txt || fail "files of earlier runs where all are this one's: $(cat out.txt)"

# tables in a file are for spreadsheets, on standard output for programs
"$program" tab n.csv --weights w --rows lev --cols y -o tab.csv 2>err.txt || fail "tab -o: $(cat err.txt)"
"$program" tab n.csv --weights w --rows lev --cols y --format csv >plain.csv 2>err.txt || fail "tab: $(cat err.txt)"
grep -q ",'=cmd|'/c calc'!A1," tab.csv && ! grep -Eq '(^|,)"?[=+@]' tab.csv || fail "tab -o: a spreadsheet computes: $(cat tab.csv)"
grep -q ",=cmd|'/c calc'!A1," plain.csv || fail "tab on standard output: $(cat plain.csv)"

# a template without a style that is needed
python3 - <<'P'
import re, zipfile
a = zipfile.ZipFile("res/odd.zh.docx"); b = zipfile.ZipFile("t.docx", "w")
for n in a.namelist():
    d = a.read(n)
    if n == "word/styles.xml": d = re.sub(rb'<w:style [^>]*w:styleId="Heading1".*?</w:style>', b"", d, flags=re.S)
    b.writestr(n, d)
b.close()
P
printf 'publish: {template: t.docx}\n' >>study.yaml
for command in "check study.yaml" "run study.yaml --to docx,csv --out styles --quiet"; do
  run_fails 2 "t.docx: the template has no style 'heading 1': add it" "$program" $command
done
[ ! -e styles/odd.csv ] || fail "half a release beside a template that lacks a style"
# levels with '*' and backquotes in the groups of a block and in references
cd "$tmp" || exit 1
printf 'id,g,h,k\n1,a*b,u,1\n2,c,u,0\n3,a*b,v,1\n4,c,v,1\n5,x`y,u,0\n6,x`y,v,1\n' >star.csv
cat >star.yaml <<'END'
study: t
title: {zh: 题, en: T}
data: {p: {file: star.csv}}
design: {weights: none}
groups: {g: {label: {zh: 组, en: G}, by: g}, h: {label: {zh: 户, en: H}, by: h}}
indicators: {a: {prop: k > 0, by: [g, "g*h"]}}
tables:
- {id: t1, title: {zh: 表, en: Table}, indicators: [a], domains: ["g:`a*b`", "g:`a*b`*h:u", "h:v*g:`x``y`", "g:x`y*h:u"]}
- {id: t2, title: {zh: 表, en: Table}, columns: [{label: c}], rows: [{label: r, cells: [{ref: "a.g:`a*b`*h:u"}]}]}
END
"$program" run star.yaml --to csv --out star >o 2>e || fail "levels with signs: $(cat e)"
finish
