#!/usr/bin/env bash
# The bundled report as Word and PDF, from outside: the same bytes twice, fonts, outline, no heading at a page's foot; an edited Word file audited and filled anew.
. tests/cli/lib.sh
need_program
. tests/readers/readers.sh
command -v pdftotext >/dev/null && command -v python3 >/dev/null || { echo "skipped: poppler-utils or python3 is not installed"; exit 77; }
study=digital-consumption-2025h1
ran "$tmp/study"
# a box of the text, in both languages
for lang in zh en; do
  first=$(ls "$tmp"/study/narrative/$lang/*.md | head -1)
  printf '\n{{box title="Probe box" kind=method id=probe}}\nBOXED {{consumers.total | 亿人 2}}.\n\n- one\n{{end}}\n\n[@box probe]\n' >>"$first"
done
cd "$tmp" || exit 1
mv study/out one # its results
"$program" run study/study.yaml --out one --to docx,pdf --quiet >/dev/null 2>err || fail "run: $(cat err)"
if sanitized; then
  echo "sanitized build: the documents are made once; that two runs give the same bytes is seen in plain builds"
  ln -s one two
else
  mkdir two
  cp one/results.db two/
  "$program" run study/study.yaml --out two --to docx,pdf --quiet >/dev/null 2>err || fail "second run: $(cat err)"
fi
for lang in zh en; do
  for form in docx pdf; do
    [ -s one/$study.$lang.$form ] || fail "no $study.$lang.$form"
    cmp -s one/$study.$lang.$form two/$study.$lang.$form || fail "$study.$lang.$form: two runs differ"
  done
  pdf=one/$study.$lang.pdf
  pdffonts $pdf | awk 'NR > 2 && $(NF-4) $(NF-3) $(NF-2) != "yesyesyes"' | grep . && fail "$pdf: fonts that are not embedded as subsets"
  pdftotext -layout $pdf text
  grep -q $'\xef\xbf\xbd' text && fail "$pdf: characters that could not be shown"
  pdftohtml -xml -stdout -i $pdf 2>/dev/null | grep -c '<item ' | { read -r n; [ "$n" -ge 20 ] || fail "$pdf: outline of $n entries"; }
  # what HTML prints stands in the PDF
  python3 - "$pdf" one/$study.$lang.docx $(sanitized && echo small) <<'P' || fail "$lang: pages"
import re, subprocess, sys, zipfile
def text(mode):
    return subprocess.run(["pdftotext", mode, sys.argv[1], "-"], capture_output=True, text=True).stdout
pages = text("-layout").split("\f")
whole = re.sub(r"\s+", "", text("-raw")) # cells one after the other
bad = 0
custom = zipfile.ZipFile(sys.argv[2]).read("docProps/custom.xml").decode()
import html
sanitized = len(sys.argv) > 3
values = {html.unescape(v) for n, v in re.findall(r'name="([^"]*)"><vt:lpwstr>([^<]*)', custom) if not n.startswith(("=", "sxw_", "sxs_"))}
for v in values:
    if re.sub(r"\s+", "", v) not in whole:
        print("not in the PDF:", v); bad += 1
# the outline's headings: none is the last line of its page
xml = subprocess.run(["pdftohtml", "-xml", "-stdout", "-i", sys.argv[1]], capture_output=True, text=True).stdout
heads = [html.unescape(h) for h in re.findall(r"<item [^>]*>([^<]*)</item>", xml)]
for page in pages[3:]:
    lines = [l.strip() for l in page.split("\n") if l.strip()]
    if len(lines) > 2 and any(re.sub(r"\s+", "", lines[-2]) == re.sub(r"\s+", "", h) for h in heads):
        print("a heading ends a page:", lines[-2]); bad += 1
# pages are full: where the next page begins no chapter, what stands on a page reaches well down; a figure or table that has no room lets text come first, or is parted
boxed = subprocess.run(["pdftotext", "-bbox", sys.argv[1], "-"], capture_output=True, text=True).stdout
squeezed = [re.sub(r"\s+", "", p) for p in pages]
outline = re.search(r"<outline>.*</outline>", xml, re.S).group(0)
depth, chapters = 0, set()
for tag, head in re.findall(r"<(/?outline|item [^>]*)>([^<]*)", outline):
    depth += {"outline": 1, "/outline": -1}.get(tag, 0)
    if tag.startswith("item") and depth == 1:
        chapters.add(int(re.search(r'page="(\d+)"', tag).group(1)))
fills = []
for n, page in enumerate(re.findall(r"<page.*?</page>", boxed, re.S), 1):
    ends = [float(y) for y in re.findall(r'yMax="([\d.]+)">', page)]
    fills.append((n, (max([y for y in ends if y < 772], default=0) - 79.4) / (841.9 - 79.4 - 73.7)))
inner = [(n, f) for n, f in fills if n >= min(chapters) and n < len(fills) and n + 1 not in chapters]
if not sanitized:
    bad += len([print("page", n, "is filled to", round(f, 2)) for n, f in inner if f < 0.5])
    mean = sum(f for _, f in inner) / len(inner)
    print("mean fill", round(mean, 3), "of", len(inner), "pages")
    bad += mean < 0.9
# the coefficients of variation of the quality tables are those of the two columns before them, in the unit of their head
rows = re.findall(r"^ *\S.*? ([\d,]+\.?\d*) +([\d,]+\.?\d*) +([\d,]+\.?\d*) +([\d,]+\.?\d*) +(\d+\.\d)$", "\n".join(pages), re.M)
cvs = [r for r in ([float(x.replace(",", "")) for x in r] + [0.05 if "." in r[1] else 0.5] for r in rows) if r[1] < r[0] and abs(r[3] - r[2] - 3.92 * r[1]) < 0.1 * r[1] + 0.2]
for level, se, low, high, cv, half in cvs:
    if abs(100 * se / level - cv) > 0.051 + 100 * half / level:
        print("coefficient of variation:", level, se, cv); bad += 1
if len(cvs) < 10:
    print("quality table:", len(cvs), "rows"); bad += 1
sys.exit(bad > 0 or len(values) < 500 or len(heads) < 20)
P
done
pdftotext -layout one/$study.en.pdf - | grep -q 'Box [0-9]*  *Probe box \[Method\]' || fail "the box in the PDF"
unzip -p one/$study.zh.docx word/document.xml | grep -q 'SxBoxHead' || fail "the box in the Word document"
unzip -p one/$study.zh.docx word/document.xml | grep -q 'TOC \\h \\z \\c &quot;专栏&quot;' || fail "the list of boxes in the Word document"
# rows that a page may not part: the head and the first row of a table, and numbers from the letters below them, which stand near them beside a long label
python3 - one/$study.zh.docx one/$study.en.docx <<'P' || fail "rows that belong together in Word"
import re, sys, zipfile
import xml.etree.ElementTree as ET
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
bad = 0
for name in sys.argv[1:]:
    tables = lettered = 0
    for table in ET.fromstring(zipfile.ZipFile(name).read("word/document.xml")).iter(W + "tbl"):
        rows = table.findall(W + "tr")
        head = [r.find(f"{W}trPr/{W}tblHeader") is not None for r in rows]
        cells = [["".join(t.text or "" for t in c.iter(W + "t")) for c in r.findall(W + "tc")] for r in rows]
        if not any(head):
            continue
        tables += 1
        for i in range(len(rows) - 1):
            letters = not cells[i + 1][0] and not head[i + 1] and all(re.fullmatch(r"[A-Z ▲▼*a-z-]*", c) for c in cells[i + 1])
            lettered += letters
            if not (head[i] or head[i - 1] or letters):
                continue
            if not all(p.find(f"{W}pPr/{W}keepNext") is not None for p in rows[i].iter(W + "p")):
                print(f"{name}: may be parted from the row below: {cells[i]}"); bad += 1
            if letters and not all(c.find(f"{W}tcPr/{W}vAlign").get(W + "val") == "bottom" for c in rows[i].findall(W + "tc")[1:]):
                print(f"{name}: its letters may stand apart: {cells[i]}"); bad += 1
    print(f"{name}: {tables} tables, {lettered} rows of letters")
    bad += tables < 30 or lettered < 10
sys.exit(bad > 0)
P
# page by page: ours, and those that LibreOffice makes of the Word files
if command -v soffice >/dev/null && ! sanitized; then
  HOME=$tmp soffice --headless --convert-to pdf --outdir office one/$study.zh.docx one/$study.en.docx >/dev/null 2>&1
  for lang in zh en; do
    [ -s office/$study.$lang.pdf ] || { fail "LibreOffice does not open $study.$lang.docx"; continue; }
    python3 "$readers_home/pages.py" one/$study.$lang.docx one/$study.$lang.pdf office/$study.$lang.pdf >pages || fail "$lang: pages: $(cat pages)"
  done
  # a file that LibreOffice saved, nothing edited, is as clean as the one that it opened
  HOME=$tmp soffice --headless --convert-to docx --outdir office one/$study.en.docx >/dev/null 2>&1
  "$program" audit office/$study.en.docx --against one/results.db --lang en >out || fail "audit of what LibreOffice saved: exit $?: $(grep '^unbound\|^differs' out | head -5)"
  unzip -p office/$study.en.docx word/document.xml | grep -q 'DOCPROPERTY &quot;#' || fail "LibreOffice lost the keys of numbers that are no result"
fi
doc=one/$study.zh.docx
"$program" audit $doc --against one/results.db --lang en >out || fail "audit of the document as made: exit $?"
grep -Eq '^[0-9]+ bound fields and numbers: [0-9]+ agree, 0 differ, 0 unbound' out || fail "bound fields: $(tail -2 out)"
sanitized || "$program" audit one/$study.en.docx --against one/results.db --lang en >out || fail "audit of the English document as made: exit $?: $(grep unbound out | head)"
# a number typed over with its field, in a sentence and in a cell, is named with its place
python3 - one/$study.en.docx typed.docx <<'P'
import re, sys, zipfile
src = zipfile.ZipFile(sys.argv[1]); out = zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED)
run = r'<w:r><w:rPr>(?:(?!</w:rPr>).)*</w:rPr>'
def whole(key):
    return (run + r'<w:fldChar w:fldCharType="begin"/></w:r>' + run + r'<w:instrText[^>]*> DOCPROPERTY &quot;' + key + r' \|[^<]*</w:instrText></w:r>' +
            run + r'<w:fldChar w:fldCharType="separate"/></w:r>' + run + r'<w:t[^>]*>[^<]*</w:t></w:r>' + run + r'<w:fldChar w:fldCharType="end"/></w:r>')
for n in src.namelist():
    b = src.read(n)
    if n == "word/document.xml":
        t, hits = re.subn(whole(r"consumers\.total"), "<w:r><w:t>3,999 yuan</w:t></w:r>", b.decode(), flags=re.S)
        assert hits > 1
        key = r'[a-z_]+\.rural'
        cell = r'<w:tc>(?:(?!</w:tc>).)*DOCPROPERTY &quot;' + key + r' \|(?:(?!</w:tc>).)*</w:tc>'
        t, hits = re.subn(cell, lambda m: re.sub(whole(key), "<w:r><w:t>77.7</w:t></w:r>", m.group(0), count=1, flags=re.S), t, count=1, flags=re.S)
        assert hits == 1
        b = t.encode()
    out.writestr(n, b)
out.close()
P
"$program" audit typed.docx --against one/results.db --lang en --format csv >out
[ $? -eq 3 ] || fail "a number typed over with its field is no gate"
grep -Eq '^unbound,typed.docx: paragraph [0-9]+,"3,999 yuan' out || fail "typed over in a sentence: $(grep ^unbound out | head -5)"
grep -Eq '^unbound,"typed.docx: table [0-9]+, row [0-9]+, column [0-9]+",77.7' out || fail "typed over in a cell: $(grep ^unbound out | head -5)"
python3 - $doc edited.docx <<'P'
import re, sys, zipfile
src = zipfile.ZipFile(sys.argv[1]); out = zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED)
for n in src.namelist():
    b = src.read(n)
    if n == "word/document.xml":
        t = b.decode()
        # the first field of the text that prints this number with its unit, not a cell
        field = r"(DOCPROPERTY &quot;consumers\.total \|(?:(?!DOCPROPERTY).)*?<w:t [^>]*>)(\d+)(\.\d+亿人)"
        t, hits = re.subn(field, lambda m: m.group(1) + str(int(m.group(2)) + 3) + m.group(3), t, count=1, flags=re.S)
        assert hits == 1
        b = t.encode()
    out.writestr(n, b)
out.close()
P
"$program" audit edited.docx --against one/results.db --lang en --only differs --format csv >out
[ $? -eq 3 ] || fail "a number changed by hand is no gate"
[ "$(grep -c '^differs,' out)" -eq 1 ] || fail "changed by hand: $(cat out)"
grep -Eq '^differs,"?edited.docx: (paragraph|table) [0-9]+.*consumers.total' out || fail "its place: $(cat out)"
"$program" refill edited.docx --against one/results.db -o new.docx --lang en >out || fail "refill: exit $?"
grep -q ' 1 edited by hand and set right, 0 without a result' out || fail "refill: $(cat out)"
sanitized || "$program" audit new.docx --against one/results.db --lang en >out || fail "audit of the refilled document: exit $?"
"$program" refill one/results.db --against one/results.db -o x.docx 2>err && fail "a store is no document"
grep -q 'not a .docx file' err || fail "what is no document: $(cat err)"
"$program" refill $doc -o x.docx 2>/dev/null; [ $? -eq 2 ] || fail "without --against"
printf 'publish: {template: none.docx}\n' >>study/study.yaml
"$program" run study/study.yaml --out one --to docx --quiet >/dev/null 2>err && fail "a template that is not there"
grep -q 'none.docx' err || fail "a template that is not there: $(cat err)"
finish
