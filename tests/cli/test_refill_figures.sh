#!/usr/bin/env bash
# An edited Word document gets the figures of another run: pictures (SVG and PNG) and Word's own charts with their workbooks, and their alternative texts; what
# an editor changed stays, and what could not be drawn anew is told.
. tests/cli/lib.sh
need_program

cp -r tests/unit/study/data "$tmp/study"
cd "$tmp" || exit 1
sed -i 's/^languages:.*/languages: [zh, en, zh+en]/' study/study.yaml
"$program" run study/study.yaml --out one --to docx --quiet >/dev/null 2>err || fail "run: $(cat err)"
printf 'publish: {charts: native}\n' >>study/study.yaml
"$program" run study/study.yaml --out one-native --to docx --quiet >/dev/null 2>err || fail "native: $(cat err)"
# other answers: the figures of the second run have other values
awk -F, 'BEGIN { OFS = "," } NR == 1 { for (i = 1; i <= NF; i++) if ($i == "user") c = i } NR > 1 && NR % 5 == 0 { $c = 1 - $c } { print }' study/people.csv >p && mv p study/people.csv
"$program" run study/study.yaml --out two-native --to docx --quiet >/dev/null 2>err || fail "second, native: $(cat err)"
sed -i '/^publish:/d' study/study.yaml
"$program" run study/study.yaml --out two --to docx --quiet >/dev/null 2>err || fail "second: $(cat err)"

# edit: a caption, the width of the first figure; the second figure's picture is another one
cat >edit.py <<'P'
import re, sys, zipfile
src, dst, other = sys.argv[1], sys.argv[2], len(sys.argv) > 3
z, out = zipfile.ZipFile(src), zipfile.ZipFile(dst, "w", zipfile.ZIP_DEFLATED)
for n in z.namelist():
    b = z.read(n)
    if n == "word/document.xml":
        t = b.decode()
        assert 'name="figure:' in t
        t, hits = re.subn(r'<wp:extent cx="\d+"', '<wp:extent cx="3000000"', t, count=1)
        t = t.replace("<w:body>", "<w:body><w:p><w:r><w:t>An editor wrote this.</w:t></w:r></w:p>", 1)
        b = t.encode()
    if other and n == "word/_rels/document.xml.rels":
        b = re.sub(rb'media/figure2\.png', b'media/mine.jpg', b)
    out.writestr(n, b)
if other:
    out.writestr("word/media/mine.jpg", b"\xff\xd8\xff")
out.close()
P
cat >same.py <<'P' # the parts behind figures are those of the other document, byte for byte; the width is the editor's and the height goes with it
import re, sys, zipfile
new, want, skip = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2]), sys.argv[3:]
old = zipfile.ZipFile("edited.docx")
parts = [n for n in want.namelist() if n.startswith(("word/media/", "word/charts/", "word/embeddings/"))]
assert len(parts) >= 4, parts
for n in parts:
    if any(s in n for s in skip):
        assert new.read(n) == old.read(n), n + " was touched"
    else:
        assert new.read(n) == want.read(n), n
a, b = new.read("word/document.xml").decode(), want.read("word/document.xml").decode()
assert "An editor wrote this." in a
words = lambda t: dict(re.findall(r'<wp:docPr [^>]*name="([^"]*)" descr="([^"]*)"', t))
for name, text in words(b).items():
    if not skip or "parts" not in name:
        assert words(a)[name] == text, (name, words(a)[name], text)
assert words(old.read("word/document.xml").decode()) != words(a)
(cx, cy), (bx, by) = [map(int, re.search(r'<wp:extent cx="(\d+)" cy="(\d+)"', t).groups()) for t in (a, b)]
assert cx == 3000000
if "media" in "".join(parts):
    assert abs(cy / cx - by / bx) < 1e-3, (cx, cy, bx, by)
P
for lang in zh en zh-en; do
  python3 edit.py one/tiny.$lang.docx edited.docx || fail "$lang: edit"
  "$program" refill edited.docx --against two/results.db -o new.docx --lang en >out 2>err || fail "$lang: refill: exit $?: $(cat err)"
  [ "$(grep -c '^figure [a-z]*: drawn anew$' out)" = 2 ] || fail "$lang: $(cat out)"
  grep -q '^words ' out && fail "$lang: words are listed that follow from nothing: $(cat out)"
  python3 same.py new.docx two/tiny.$lang.docx || fail "$lang: the pictures"
  "$program" audit new.docx --against two/results.db --lang en >out || fail "$lang: audit of the refilled document: $(grep differs out)"
  python3 edit.py one-native/tiny.$lang.docx edited.docx || fail "$lang: edit, native"
  "$program" refill edited.docx --against two-native/results.db -o new.docx --lang en >out 2>err || fail "$lang: refill, native: exit $?: $(cat err)"
  [ "$(grep -c '^figure [a-z]*: drawn anew$' out)" = 2 ] || fail "$lang, native: $(cat out)"
  python3 same.py new.docx two-native/tiny.$lang.docx || fail "$lang: the charts"
  "$program" audit new.docx --against two-native/results.db --lang en >out || fail "$lang: audit of the refilled charts: $(tail -3 out)"
done
# another picture in the place of one stays; a figure that the run does not have is told
python3 edit.py one/tiny.en.docx edited.docx other || fail "edit"
"$program" refill edited.docx --against two/results.db -o new.docx --lang en >out 2>err || fail "refill: $(cat err)"
grep -q '^figure ages: drawn anew$' out || fail "$(cat out)"
grep -q '^figure parts: not drawn anew: another picture stands in its place' out || fail "$(cat out)"
python3 same.py new.docx two/tiny.en.docx figure2 || fail "the picture of the editor"
sed -i 's/{id: ages,/{id: years,/' study/study.yaml
sed -i 's/figure ages/figure years/g' study/narrative/*.md
"$program" run study/study.yaml --out three --to docx --quiet >/dev/null 2>err || fail "third: $(cat err)"
python3 edit.py one/tiny.en.docx edited.docx || fail "edit"
"$program" refill edited.docx --against three/results.db -o new.docx --lang en >out 2>err || fail "refill: $(cat err)"
grep -q '^figure ages: not drawn anew: the run has no such figure$' out || fail "$(cat out)"
"$program" refill edited.docx --against three/results.db -o new.docx --lang zh | grep -q '^图 ages：未能重绘' || fail "in Chinese"

# fewer cases: what the run itself counts (the design on the cover, its annex, the files) follows too, and the document is the one that the other run makes
sed -i 's/{id: years,/{id: ages,/' study/study.yaml
sed -i 's/figure years/figure ages/g' study/narrative/*.md
awk 'NR == 1 || NR % 4' study/people.csv >p && mv p study/people.csv
"$program" run study/study.yaml --out four --to docx --quiet >/dev/null 2>err || fail "fewer cases: $(cat err)"
for lang in zh en zh-en; do
  "$program" audit two/tiny.$lang.docx --against four/results.db --lang en >out && fail "$lang: the audit missed that the design changed"
  grep -q "paragraph 3 .* 48 .* 36 .*not what the run says there" out || fail "$lang: $(grep 'paragraph 3' out)"
  "$program" refill two/tiny.$lang.docx --against four/results.db -o new.docx --lang en >out 2>err || fail "$lang: refill: exit $?: $(cat err)"
  python3 - new.docx four/tiny.$lang.docx <<'P' || fail "$lang: filled anew it is not the document of the run"
import sys, zipfile
new, want = map(zipfile.ZipFile, sys.argv[1:3])
other = [n for n in want.namelist() if new.read(n) != want.read(n)]
assert not other, other
assert b">36<" in want.read("word/document.xml")
P
  "$program" audit new.docx --against four/results.db --lang en >out || fail "$lang: audit of the refilled document: $(grep differs out)"
done
# other words in place of a sentence: its numbers stay and are told
sed -i 's/^weighting:/x_weighting:/' study/study.yaml
sed -i '/^x_weighting:/,/^benchmarks:/{/^benchmarks:/!d}' study/study.yaml
"$program" run study/study.yaml --out five --to docx --quiet >/dev/null 2>err || fail "no weighting: $(cat err)"
"$program" refill two/tiny.en.docx --against five/results.db -o new.docx --lang en >out 2>err; [ $? -eq 3 ] || fail "a sentence that is gone: exit $?"
grep -q '^missing *@en\..* 81.62' out || fail "a sentence that is gone: $(grep @ out)"
grep -q '^changed *@en\..* 48 *36 ' out || fail "the design of a run without weighting: $(grep @ out)"
finish
