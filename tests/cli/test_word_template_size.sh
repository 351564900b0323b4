#!/usr/bin/env bash
# A Word template whose cells are set larger than ours, by their own style, by what that is based on, or by the document's defaults: the columns hold every number in
# the widest of the usual fonts, tables are split for that, and where the page has no room for it the cells have our size.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
cd "$tmp" || exit 1
awk 'BEGIN { print "w,use,spend,region"; for (i = 0; i < 900; i++) printf "%d,%d,%d,%s\n", 1100 + i % 7, (i % 3 > 0), 150 + 20 * (i % 9 - 4), substr("abcdef", 1 + i % 6, 1) }' >p.csv
cat >study.yaml <<'Y'
study: size
title: {en: Sizes, zh: 字号}
languages: [en]
data: {main: {file: p.csv}}
design: {weights: w}
groups:
  region: {label: {en: Region, zh: 地区}, by: region}
indicators:
  users: {label: {en: Users, zh: 用户}, count: use == 1, by: [region], unit: 人}
  spend: {label: {en: Spending, zh: 支出}, mean: spend, by: [region], unit: 元}
tables:
  - {id: t1, title: {en: Users, zh: 用户}, indicators: [users, spend], domains: [total, region], show: [estimate, se, ci, cv, n]}
narrative: {en: [en.md]}
annex: [definitions]
Y
printf '{{table t1}}\n' >en.md
"$program" run study.yaml --out plain --to docx --quiet >/dev/null 2>err || fail "run: $(cat err)"
template() { # template NAME EXPRESSION: the style sheet t of the plain report, changed
  python3 - "$@" <<'P' || fail "template $1"
import re, sys, zipfile
name, change = sys.argv[1:]
with zipfile.ZipFile("plain/size.docx") as z, zipfile.ZipFile(name, "w") as out:
    for i in z.infolist():
        data = z.read(i)
        if i.filename == "word/styles.xml":
            t = data.decode()
            cell = re.search(r'<w:style [^>]*w:styleId="SxCell".*?</w:style>', t, re.S).group(0)
            new = eval(change)
            assert new != t
            data = new.encode()
        out.writestr(i, data)
P
}
widths() { # widths FILE SIZE: what no column holds of a number set in half points; how many tables; how many runs of a size of their own
  python3 - "$@" <<'P'
import re, sys, zipfile
text = zipfile.ZipFile(sys.argv[1]).read("word/document.xml").decode()
em, tables, small = 10 * float(sys.argv[2]), 0, 0
wide = lambda s: sum(0.318 if c in ".," else 0.636 if c.isdigit() else 0.838 if c in "+−" else 0.95 if c == "%" else 0.69 for c in s) * em
for table in re.findall(r"<w:tbl>.*?</w:tbl>", text, re.S):
    if "DOCPROPERTY" not in table or "SxCell" not in table: continue
    tables += 1
    columns = [int(w) for w in re.findall(r'<w:gridCol w:w="(\d+)"', table)]
    for row in re.findall(r"<w:tr>.*?</w:tr>", table, re.S):
        at = 0
        for cell in re.findall(r"<w:tc>.*?</w:tc>", row, re.S):
            span = int((re.findall(r'<w:gridSpan w:val="(\d+)"', cell) or [1])[0])
            room = sum(columns[at:at + span]) - 140
            at += span
            if at == 1 or "<w:tblHeader/>" in row: continue
            for size, shown in re.findall(r'<w:r>(?:<w:rPr>(?:(?!</w:rPr>).)*?(?:<w:sz w:val="(\d+)"/>(?:(?!</w:rPr>).)*)?</w:rPr>)?<w:t[^>]*>([^<]*)', cell):
                small += size == "18"
                scale = float(size) / float(sys.argv[2]) if size else 1
                for word in re.split("[ \u00a0\u2007\u2008]", shown):
                    if re.search(r"\d", word) and len(word) < 40 and wide(word) * scale > room: print("broken:", word, room)
print("tables:", tables, "small:", small)
P
}
check() { # check NAME SIZE TABLES SMALL: TABLES, SMALL: patterns
  sed "\$a publish: {template: $1.docx}" study.yaml >$1.yaml
  "$program" run $1.yaml --out $1 --to docx --quiet >/dev/null 2>err || fail "run $1: $(cat err)"
  widths $1/size.docx "$2" >got
  grep -q '^broken' got && fail "$1: numbers break: $(cat got)"
  grep -Eq "^tables: $3 small: $4\$" got || fail "$1: $(cat got)"
}
widths plain/size.docx 18 >got
grep -q '^broken' got && fail "without a template: $(cat got)"
plain=$(sed -n 's/^tables: \([0-9]*\).*/\1/p' got)
template own.docx 't.replace(cell, re.sub(r"w:val=\"18\"", "w:val=\"24\"", cell))'
check own 24 '[2-9]' 0
template large.docx 't.replace(cell, re.sub(r"w:val=\"18\"", "w:val=\"36\"", cell))'
check large 36 '[2-9]' 0
[ "$(sed -n 's/^tables: \([0-9]*\).*/\1/p' got)" -gt "$plain" ] || fail "larger letters and no more parts than $plain: $(cat got)"
template based.docx 't.replace(cell, re.sub(r"<w:szC?s? w:val=\"18\"/>", "", cell).replace("w:val=\"Normal\"", "w:val=\"Big\"") + "<w:style w:type=\"paragraph\" w:styleId=\"Big\"><w:name w:val=\"Big\"/><w:rPr><w:sz w:val=\"26\"/></w:rPr></w:style>")'
check based 26 '[2-9]' 0
template defaults.docx 't.replace(cell, re.sub(r"<w:szC?s? w:val=\"18\"/>", "", cell)).replace("<w:sz w:val=\"22\"/>", "<w:sz w:val=\"24\"/>", 1)'
check defaults 24 '[2-9]' 0
# no page has room for that: our size
template huge.docx 't.replace(cell, re.sub(r"w:val=\"18\"", "w:val=\"160\"", cell))'
check huge 160 '[1-9]' '[1-9][0-9]*'
finish
