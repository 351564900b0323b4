#!/usr/bin/env bash
# Places of words that follow from numbers in an edited Word document: blanks at the ends of branches, branches in branches, the look of each place, what a
# person put among such words, and a person's own signs behind numbers.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
cd "$tmp" || exit 1

# sample FILE: how many say yes
sample() { awk -v v="$1" 'BEGIN { print "w,psu,g,y"
  for (i = 1; i <= 400; i++) {
    g = v == "late" ? substr("aabcd", 1 + i % 5, 1) : substr("abcd", 1 + i % 4, 1) # late: enough of a
    y = v == "before" ? i % 2 : v == "early" ? i % 10 < 7 : i % 10 < 3
    printf "%d,%d,%s,%d\n", 10 + i % 3, i % 40, g, y } }'; }
sample before >before.csv
cat >study.yaml <<'Y'
study: words
title: {en: Words}
wave: 2025-S1
languages: [en]
data: {main: {file: now.csv}}
design: {weights: w, clusters: psu}
groups: {g: {by: g}}
indicators:
  rate: {label: {en: Rate}, prop: y == 1, by: [g], change: true}
waves: {series: [{wave: 2024-S2, data: {main: {file: before.csv}}}]}
narrative: {en: [en.md]}
quality: {min_n: 105}
publish: {symbols: uk}
Y
cat >en.md <<'M'
# The rate

All {{if down rate}}but the young, {{end}}agree, and {{if up rate}}now {{end}}they {{if up rate}}go up {{else}}go down {{end}}fast{{if up rate}} indeed{{end}}.

The rate {{if tested rate}}{{change rate}}{{else}}is not known{{end}} in all. It is {{if up rate}}so{{else}}{{if down rate}}thus{{else}}neither{{end}}{{end}} again.

**{{updown rate}}** first, {{updown rate}} plain, *{{updown rate}}* leaning, [see {{updown rate}} here](https://example.org).

Alone {{if up rate}}since it rose, more{{else}}since it fell, fewer{{end}} came.

The young: {{rate.g:a | % 1}}; all: {{rate.total | % 1}} of them; dee: {{rate.g:d | % 1}}.
M
for run in early late; do
  sample $run >now.csv
  "$program" run study.yaml --out $run --to docx --quiet >/dev/null 2>err || fail "$run: $(cat err)"
done
cat >words.py <<'P' # what a reader sees in the text, each run of another look in brackets
import re, sys, zipfile
t = zipfile.ZipFile(sys.argv[1]).read("word/document.xml").decode()
t = re.sub(r"<w:instrText[^>]*>[^<]*</w:instrText>", "", t)
for p in re.findall(r"<w:p[ >].*?</w:p>", t, re.S):
    words = ""
    for r in re.findall(r"<w:r[ >].*?</w:r>", p, re.S):
        text = "".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", r))
        look = "".join(k for k, s in (("b", "<w:b/>"), ("i", "<w:i/>"), ("l", "Hyperlink"), ("s", "superscript")) if s in r)
        if text: words += "<%s:%s>" % (look, text) if look else text
    if words.strip() and not re.fullmatch("[0-9a-f]{64}", words): print(words)
P
cat >edit.py <<'P' # edit.py FROM TO OLD=>NEW...: in the document, once each
import re, sys, zipfile
src, dst = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED)
for n in src.namelist():
    b = src.read(n)
    if n == "word/document.xml":
        t = b.decode()
        for pair in sys.argv[3:]:
            old, new = pair.split("=>")
            assert old in t, old
            t = t.replace(old, new, 1)
        b = t.encode()
    dst.writestr(n, b)
dst.close()
P
# shows FILE PATTERN WHAT
shows() { python3 words.py "$1" >got; grep -q "$2" got || fail "$3: $(cat got)"; }
# refill EDITED CODE RUN: into new.docx, what it says into out
refill() {
  local code
  "$program" refill "$1" --against "$3/results.db" -o new.docx --lang en >out 2>err
  code=$?
  [ $code -eq "$2" ] || fail "refill $1 with $3: exit $code, not $2: $(cat err; grep '^words' out)"
}

# what nobody touched becomes what the other run says, blank by blank and in the looks of each place
for from in early late; do
  to=$([ $from = early ] && echo late || echo early)
  refill $from/words.docx 0 $from
  grep -q 'written anew' out && fail "$from: words were written anew for the same run"
  "$program" audit $from/words.docx --against $from/results.db >audit || fail "$from: audit: $(grep differs audit)"
  refill $from/words.docx 0 $to
  python3 words.py new.docx >got
  python3 words.py $to/words.docx >want
  diff got want >differ || fail "$from to $to: $(cat differ)"
  cp new.docx filled.docx
  refill filled.docx 0 $from # and back
  python3 words.py new.docx >got
  python3 words.py $from/words.docx >want
  diff got want >differ || fail "$from to $to and back: $(cat differ)"
done
python3 words.py early/words.docx >got
for line in 'All agree, and now they go up fast indeed\.' 'The rate rose by .* in all\. It is so again\.' '^<b:rose> first, rose plain, <i:rose> leaning, <l:see ><l:rose><l: here>'; do
  grep -q "$line" got || fail "first run: $line: $(cat got)"
done
python3 words.py late/words.docx >got
for line in 'All but the young, agree, and they go down fast\.' 'It is thus again\.' '^<b:fell> first, fell plain, <i:fell> leaning'; do
  grep -q "$line" got || fail "second run: $line: $(cat got)"
done

# what a person put among the run's words stays, and the place is listed; at their edge it stays, and they are written anew
before='since it rose, more</w:t></w:r>'
for thing in '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>x</m:t></m:r></m:oMath>' \
  '<w:r><w:sym w:font="Symbol" w:char="F0B4"/></w:r>' '<w:r><w:pict/></w:r>' '<w:r><w:object/></w:r>' '<w:r><w:br w:type="page"/></w:r>' '<w:r><w:tab/></w:r>' \
  '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> XE "rate" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>' \
  '<w:bookmarkStart w:id="9001" w:name="mine"/><w:r><w:t></w:t></w:r><w:bookmarkEnd w:id="9001"/>' '<w:sdt><w:sdtContent/></w:sdt>'; do
  python3 edit.py early/words.docx edited.docx "$before=>$before$thing" || fail "edit: $thing"
  refill edited.docx 3 late
  grep -q '^words  .*since it rose, more  *since it fell, fewer' out || fail "not listed: $thing: $(grep '^words' out)"
  unzip -p new.docx word/document.xml | grep -qF "$thing" || fail "gone: $thing"
done
python3 edit.py early/words.docx edited.docx "$before=>$before<w:bookmarkStart w:id=\"9001\" w:name=\"mine\"/>" '> came.</w:t></w:r>=>> came.</w:t></w:r><w:bookmarkEnd w:id="9001"/>'
refill edited.docx 0 late
unzip -p new.docx word/document.xml >xml
grep -qF '<w:bookmarkStart w:id="9001" w:name="mine"/>' xml && grep -qF '<w:bookmarkEnd w:id="9001"/>' xml || fail "a bookmark that begins at the end of the words is halved"
shows new.docx 'Alone since it fell, fewer came' "before a bookmark"

# signs behind numbers: those of the run come and go (above), a person's stay
shows early/words.docx 'The young: [0-9.]*%<s:\[u\]>; all: [0-9.]*% of them' "first run: its sign"
shows late/words.docx 'The young: [0-9.]*%; all: [0-9.]*% of them' "second run: its sign"
star='<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>*</w:t></w:r>'
of='<w:r><w:rPr></w:rPr><w:t xml:space="preserve"> of them'
mark=$(unzip -p early/words.docx word/document.xml | grep -o '\[u\]</w:t></w:r><w:bookmarkEnd w:id="[0-9]*"/>' | head -1)
python3 edit.py early/words.docx edited.docx "$of=>$star$of" "$mark=>$mark$star"
for run in early late; do
  refill edited.docx 0 $run
  own=$([ $run = early ] && echo '<s:\[u\]>')
  shows new.docx "The young: [0-9.]*%${own}<s:\*>; all: [0-9.]*%<s:\*> of them" "a person's star, $run"
  "$program" audit new.docx --against $run/results.db >audit
  grep 'words that follow' audit && fail "a person's star is found, $run"
done
# typed into the sign's bookmark: for the same run nothing, else listed
python3 edit.py early/words.docx edited.docx "$mark=>[u]*${mark#?u?}"
refill edited.docx 0 early
shows new.docx 'The young: [0-9.]*%<s:\[u\]\*>; all' "a star in the sign, the same run"
refill edited.docx 3 late
shows new.docx 'The young: [0-9.]*%<s:\[u\]\*>; all' "a star in the sign"
# behind a number of words that follow from it
python3 - <<'P'
import re, zipfile
src, dst = zipfile.ZipFile("early/words.docx"), zipfile.ZipFile("edited.docx", "w", zipfile.ZIP_DEFLATED)
for n in src.namelist():
    b = src.read(n)
    if n == "word/document.xml":
        t = b.decode()
        at = t.index("rose by ")
        at = t.index("</w:r>", t.index('fldCharType="end"', at)) + len("</w:r>")
        b = (t[:at] + '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>*</w:t></w:r>' + t[at:]).encode()
    dst.writestr(n, b)
dst.close()
P
refill edited.docx 0 early
shows new.docx 'rose by [0-9.]* percentage points<s:\*> in all' "a star among the run's words, the same run"
refill edited.docx 3 late
grep -q '^words  .*rose by .*fell by' out || fail "a star among the run's words is not listed: $(grep '^words' out)"
shows new.docx 'rose by [0-9.]* percentage points<s:\*> in all' "a star among the run's words"
# made before signs had bookmarks: no one can tell whose they are
cat >bare.py <<'P'
import re, sys, zipfile
src, dst = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED)
for n in src.namelist():
    t = src.read(n).decode("latin-1")
    if n == "word/document.xml":
        for i in re.findall(r'<w:bookmarkStart w:id="(\d+)" w:name="_sxs_', t):
            t = re.sub(r'<w:bookmark(Start|End) w:id="%s"[^>]*/>' % i, "", t)
    if n == "docProps/custom.xml": t = re.sub(r'<property [^>]*name="sxs_[^"]*">.*?</property>\n?', "", t)
    assert "sxs_" not in t or n not in ("word/document.xml", "docProps/custom.xml")
    dst.writestr(n, t.encode("latin-1"))
dst.close()
P
python3 bare.py early/words.docx bare.docx
refill bare.docx 0 early
refill bare.docx 3 late
grep -c '^words  ' out | grep -qx 1 && grep -q '^words  .*The young.*\[u\]  *—' out || fail "made before: $(grep '^words' out)"
shows new.docx 'The young: [0-9.]*%<s:\[u\]>; all' "made before"
python3 bare.py late/words.docx bare.docx
refill bare.docx 0 early # one that comes
shows new.docx 'The young: [0-9.]*%<s:\[u\]>; all' "made before, a sign that comes"

# a row of a table without a caption (files of the data) is none of the table before it
for file in one two; do
  cp now.csv $file.csv
  sed "s/now.csv/$file.csv/; /^narrative/i tables: [{id: t, title: {en: Rates}, indicators: [rate], domains: [total, g]}]" study.yaml >$file.yaml
  "$program" run $file.yaml --out $file --to docx --quiet >/dev/null 2>err || fail "$file: $(cat err)"
done
"$program" refill one/words.docx --against two/results.db -o x.docx --lang en >list 2>err
grep -q '^words .*one.csv' list || fail "a file that is not there any more is not told: $(cat list err)"
! grep '^words .*Table 1' list || fail "a row of the list of files is told of a table"
finish
