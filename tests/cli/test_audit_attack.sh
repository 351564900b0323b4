#!/usr/bin/env bash
# One digit changed by hand in every kind of place of the Word files, workbooks and pages of a small study with figures (audit_attack.py has the table):
# the audit of the file alone finds each and names its place; what was not touched is clean. Then what the store remembers of the files it published.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }
attack=$PWD/tests/cli/audit_attack.py
cp -r tests/unit/study/data "$tmp/study"
cd "$tmp" || exit 1
# a heading with a result (the contents repeat it), a note, a box and what is computed of charts
for lang in zh en; do
  printf '\n## {{ rate.total | %% 1 }}\n\nBOXED[^one] {{ users.old | plain 0 }}.\n\n[^one]: NOTED {{ users.total | plain 0 }}.\n\n{{figure parts}}\n\n{{table t2}}\n' >>study/narrative/$lang.md
done
"$program" run study/study.yaml --out out --to html,docx,xlsx,csv,pdf,zip --quiet >said 2>&1 || fail "run: $(cat said)"
printf 'publish: {charts: native}\n' >>study/study.yaml
"$program" run study/study.yaml --out native --to docx --quiet >said 2>&1 || fail "run: $(cat said)"
samples=8
sanitized && samples=1
python3 "$attack" "$program" out/results.db 20251 $samples out/report.en.html out/report.zh.html out/tiny.en.docx out/tiny_tables.zh.xlsx >found || fail "$(grep -E '^FAULT' found)"
python3 "$attack" "$program" native/results.db 20252 $samples native/tiny.en.docx >more || fail "$(grep -E '^FAULT' more)"
cat more >>found
grep ' digits changed' found
for kind in 'document w:t' 'document wp:docPr@descr' 'footnotes w:t' 'svg text' 'svg desc' 'custom vt:lpwstr' 'html span@title' 'html desc' 'html text' \
  'html td' 'html script number' 'html script words' 'html script benchmark' 'sheet v' 'strings t' 'workbook definedName' 'drawing xdr:cNvPr@descr' 'chart c:v' 'book.sheet v'; do
  grep -q "^changed  *[1-9][0-9]*  $kind\$" found || fail "no '$kind' was tried: $(grep ^changed found)"
done

# ---- places that a run does not fill itself: a number put there by hand is one that nobody bound
typed() { # file part pattern replacement place
  python3 - "$1" changed.${1##*.} "$2" "$3" "$4" <<'PY'
import re, sys, zipfile
book, to, part, pattern, new = sys.argv[1:]
if book.endswith(".html"):
    text, n = re.subn(pattern, new, open(book, encoding="utf-8").read(), count=1)
    open(to, "w", encoding="utf-8").write(text)
else:
    n = 0
    with zipfile.ZipFile(book) as a, zipfile.ZipFile(to, "w") as b:
        for i in a.infolist():
            data = a.read(i)
            if i.filename == part:
                text, n = re.subn(pattern, new, data.decode(), count=1)
                data = text.encode()
            b.writestr(i, data)
        if not n:
            b.writestr(part, new)
            n = 1
assert n == 1, pattern
PY
  "$program" audit changed.${1##*.} --against out/results.db --lang en --format csv >rows 2>err
  [ $? = 3 ] && grep -Eq "^(unbound|differs),\"?changed.*$5" rows || fail "$1 $2: $4: $(grep -E '^(unb|diff)' rows) $(cat err)"
}
docx=out/tiny.en.docx book=out/tiny_tables.en.xlsx page=out/report.en.html
typed $docx word/header1.xml '(<w:t[^>]*>)' '\1 9731 people ' 'word/header1.xml, paragraph 1'
typed $docx word/footer1.xml '</w:p>' '<w:r><w:t>9731 people</w:t></w:r></w:p>' 'word/footer1.xml'
typed $docx word/document.xml '</w:p>' '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> QUOTE "x" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t xml:space="preserve"> 9731 people</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>' 'paragraph'
typed $docx word/comments.xml none '<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:comment w:id="1"><w:p><w:r><w:t>9731 people</w:t></w:r></w:p></w:comment></w:comments>' 'word/comments.xml'
typed $docx word/diagrams/data1.xml none '<d xmlns:a="a"><a:p><a:r><a:t>9731 people</a:t></a:r></a:p></d>' 'word/diagrams/data1.xml'
typed $docx docProps/core.xml '<dc:title>' '<dc:title>9731 people ' 'docProps/core.xml'
typed $book xl/worksheets/sheet4.xml '</worksheet>' '<headerFooter><oddHeader>&amp;C9731 people</oddHeader></headerFooter></worksheet>' 'Table_1!oddHeader'
typed $book xl/worksheets/sheet4.xml '<row r="1"' '<row r="90"><c r="B90" t="inlineStr"><is><t>9731 people</t></is></c></row><row r="1"' 'Table_1!B90'
typed $book xl/comments1.xml none '<comments><commentList><comment ref="B7"><text><r><t>9731 people</t></r></text></comment></commentList></comments>' 'xl/comments1.xml, B7'
typed $book xl/charts/chart1.xml '<a:t>' '<a:t>9731 people ' 'Figure_1 .xl/charts/chart1.xml'
typed $book xl/charts/chart1.xml '(<c:cat>.*?<c:v>)' '\g<1>9731 people ' 'Figure_1 .xl/charts/chart1.xml'
typed $book xl/styles.xml 'formatCode="0%"' 'formatCode="&quot;9731 people&quot;"' 'xl/styles.xml, number format'
typed $book xl/workbook.xml '<definedNames>' '<definedNames><definedName name="own">9731</definedName>' 'name!own'
typed $book xl/worksheets/sheet8.xml '<f>B6-C6</f>' '<f>B7-C6</f>' 'Figure_1!E6'
typed $page - '<p>' '<p aria-label="9731 people">' 'aria-label'
typed $page - '<p>' '<p title="9731 people">' 'title'
typed $page - '<p>' '<p data-note="9731 people">' 'data'
typed $page - '<p>' '<p style="display:none">9731 people</p><p>' ':[0-9]+:'
typed $page - '</style>' '.x::after{content:"9731 people"}</style>' 'style'
typed $page - '<p>' '<noscript>9731 people</noscript><p>' ':[0-9]+:'

# ---- programs pack the parts of a file in an order of their own: that is no difference, and one number changed in it is the only one
repacked() { # file to pattern replacement
  python3 - "$@" <<'PY'
import re, sys, zipfile
book, to, pattern, new = sys.argv[1:]
with zipfile.ZipFile(book) as a, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as b:
    parts, n = sorted(a.infolist(), key=lambda i: i.filename, reverse=True), 0
    assert [i.filename for i in parts] != a.namelist()
    for i in parts:
        data = a.read(i)
        if pattern and i.filename == "word/document.xml":
            text, n = re.subn(pattern, new, data.decode(), count=1)
            data = text.encode()
        b.writestr(i.filename, data)
    assert not pattern or n == 1, pattern
PY
}
for file in $docx out/tiny.zh.docx native/tiny.en.docx $book; do
  repacked $file packed.${file##*.} '' ''
  "$program" audit packed.${file##*.} --against ${file%%/*}/results.db --lang en --format csv >rows 2>err
  [ $? = 0 ] || fail "$file packed in another order: $(grep -E '^(unb|diff)' rows) $(cat err)"
done
repacked $docx packed.docx '(<w:t[^>]*>[0-9]*)[0-9](\.[0-9]+%?</w:t>)' '\g<1>77\2'
"$program" audit packed.docx --against out/results.db --lang en --format csv >rows 2>err
[ $? = 3 ] && [ "$(grep -cE '^(unbound|differs)' rows)" = 1 ] || fail "one number in a file packed in another order: $(grep -E '^(unb|diff)' rows) $(cat err)"

# ---- the store remembers what it published
"$program" audit out >said 2>&1 || fail "the folder as it was made: $(cat said)"
rm out/SHA256SUMS
"$program" audit out >said 2>&1
[ $? = 3 ] && grep -q "not there any more, though it was published: SHA256SUMS" said || fail "the list that is gone: $(cat said)"
printf x >>out/tiny.en.pdf
"$program" audit out >said 2>&1
[ $? = 3 ] && grep -q "changed since it was published: tiny.en.pdf" said || fail "without the list a changed PDF passes: $(cat said)"
"$program" audit out/tiny.en.pdf >said 2>&1
[ $? = 3 ] && grep -q "changed since it was published: tiny.en.pdf" said || fail "a changed PDF alone: $(cat said)"
"$program" audit out/tiny.zh.pdf >said 2>&1
[ $? = 0 ] && grep -q "its numbers were not read" said || fail "a PDF as it was made: $(cat said)"
cp out/tiny.zh.pdf other.pdf
"$program" audit other.pdf --against out/results.db >said 2>&1
[ $? = 3 ] && grep -q "published no file of this name" said || fail "a PDF of another name: $(cat said)"
python3 -c "
import sqlite3
c = sqlite3.connect('out/results.db')
c.execute(\"delete from step where step like 'report%'\") if 'step' in [r[1] for r in c.execute('pragma table_info(step)')] else c.execute(\"delete from step where id like 'report%'\")
c.commit()"
"$program" audit out >said 2>&1
[ $? = 0 ] && grep -q "not checked: neither the store nor a SHA256SUMS" said || fail "neither record nor list: $(cat said)"
finish
