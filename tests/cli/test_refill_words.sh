#!/usr/bin/env bash
# Words that follow from numbers in an edited Word document: verbs of changes, branches, orders, letters, signs, notes. With the numbers of another run they
# are written anew; what a person changed, or what cannot be known again, stays and is listed with exit 3; the audit names it.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
cd "$tmp" || exit 1

# sample FILE: another choice of who says yes in each group turns changes, orders, letters and signs
sample() { awk -v v="$1" 'BEGIN { print "w,psu,g,y"
  for (i = 1; i <= 400; i++) {
    g = i <= 4 ? substr(v == "turned" ? "dcba" : "abcd", i, 1) : i <= (v == "late" ? 30 : 45) ? "a" : substr("bcd", 1 + i % 3, 1)
    y = v == "before" ? i % 2 : v == "early" ? (g == "d" ? i % 10 < 9 : g == "c" ? i % 10 < 6 : i % 10 < 5) : (g == "b" ? i % 10 < 7 : g == "c" ? i % 10 < 1 : g == "d" ? i % 10 < 2 : i % 10 < 4)
    printf "%d,%d,%s,%d\n", 10 + i % 3, i % 40, g, y } }'; }
sample before >before.csv
sample early >now.csv
cat >study.yaml <<'Y'
study: words
title: {zh: 文字, en: Words}
wave: 2025-S1
languages: [zh, en, zh+en]
data: {main: {file: now.csv}}
design: {weights: w, clusters: psu}
groups: {g: {by: g}, d: {where: g == "d", label: {zh: 丁, en: Dee}}}
indicators:
  rate: {label: {zh: 使用率, en: Rate}, prop: y == 1, by: [g, d], gap: [d], change: true}
waves: {significance: {adjust: none, level: 0.05}, series: [{wave: 2024-S2, data: {main: {file: before.csv}}}]}
tables:
  - {id: t, title: {zh: 各组, en: Groups}, indicators: [rate], domains: [total, g], show: [estimate, se]}
  - {id: b, title: {zh: 交叉, en: Banner}, rows: y, cols: total + g, stats: "col_pct", sig: {profile: spss, min_base: 5}}
figures:
  - {id: f, title: {zh: 图, en: Bars}, type: bars, indicators: [rate], domains: [total, g]}
narrative: {zh: [zh.md], en: [en.md]}
quality: {min_n: 35}
publish: {symbols: uk}
Y
cat >en.md <<'M'
# The rate {{updown rate}}

The rate {{change rate}} and was {{rate.total | % 1}}; that of c is {{significance rate.g:c}} {{ci rate | % 1}}. Dee {{updown rate.d.gap up="lies above" down="lies below"}} the others{{if up rate.d.gap}}, by {{rate.d.gap | pp 1 sign:none}}{{end}}.[^n]

{{if up rate}}Since the rate rose, more people took part.{{else}}Since the rate did not rise, fewer people took part.{{end}}

- Of the groups, {{rank rate by=g n=3 | % 0}}.
- {{if up rate}}It went well{{else}}It went badly{{end}} in 2025.

| what | how |
|---|---|
| Rate | {{if up rate}}more{{else}}less{{end}} |

The young: {{rate.g:a | % 1}}.

{{if down rate}}

An advice for hard times follows here.

{{end}}

{{figure f}}

[^n]: It {{updown rate word=climb}} since last year.
M
cat >zh.md <<'M'
# 使用率{{updown rate}}

使用率{{change rate}}，为{{rate.total | % 1}}，丙组变化{{significance rate.g:c}}{{ci rate | % 1}}。丁组{{updown rate.d.gap up=高于 down=低于}}其他组{{if up rate.d.gap}}，高{{rate.d.gap | pp 1 sign:none}}{{end}}。[^n]

{{if up rate}}使用率上升，参与者增多。{{else}}使用率没有上升，参与者减少。{{end}}

- 各组中，{{rank rate by=g n=3 | % 0}}。
- {{if up rate}}情况好转{{else}}情况变差{{end}}，2025年如此。

| 项目 | 情况 |
|---|---|
| 使用率 | {{if up rate}}增多{{else}}减少{{end}} |

青年：{{rate.g:a | % 1}}。

{{if down rate}}

困难时期的建议列在这里。

{{end}}

{{figure f}}

[^n]: 比去年{{updown rate word=提升}}。
M
"$program" run study.yaml --out one --to docx --quiet >/dev/null 2>err || fail "run: $(cat err)"
sample late >now.csv
"$program" run study.yaml --out two --to docx --quiet >/dev/null 2>err || fail "second run: $(cat err)"

cat >words.py <<'P' # what a reader sees in the text and the notes, but for lists that Word makes and what was measured
import re, sys, zipfile
z, out = zipfile.ZipFile(sys.argv[1]), []
for part in ("word/document.xml", "word/footnotes.xml"):
    t = re.sub(r"<w:instrText[^>]*>[^<]*</w:instrText>", "", z.read(part).decode())
    for p in re.findall(r"<w:p[ >].*?</w:p>", t, re.S):
        style = re.search(r'w:pStyle w:val="(TOC|Contents)', p)
        words = re.sub(r"<[^>]*>", "", p).strip()
        if words and not style and not re.fullmatch("[0-9a-f]{64}", words): out.append(words)
print("\n".join(out))
P
cat >edit.py <<'P' # edit.py FROM TO PART=WITH...: texts of the document replaced
import sys, zipfile
src, dst = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED)
for n in src.namelist():
    b = src.read(n)
    if n == "word/document.xml":
        t = b.decode()
        for pair in sys.argv[3:]:
            old, new = pair.split("=>")
            assert old in t, old
            t = t.replace(old, new)
        b = t.encode()
    dst.writestr(n, b)
dst.close()
P
cat >bare.py <<'P' # a document as it was made before there were bookmarks around such words
import re, sys, zipfile
src, dst = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED)
for n in src.namelist():
    t = src.read(n)
    if n in ("word/document.xml", "word/footnotes.xml"):
        t = t.decode()
        for i in re.findall(r'<w:bookmarkStart w:id="(\d+)" w:name="_sxw_', t):
            t = re.sub(r'<w:bookmark(Start|End) w:id="%s"[^>]*/>' % i, "", t)
        assert "_sxw_" not in t
        t = t.encode()
    if n == "docProps/custom.xml" and len(sys.argv) < 4: # kept: paragraphs that were typed anew
        t = re.sub(rb'<property [^>]*name="sxw_[^"]*">.*?</property>\n?', b"", t)
        assert b"sxw_" not in t
    dst.writestr(n, t)
dst.close()
P
# refill EDITED CODE: into new.docx, what it says into out
refill() {
  local code
  "$program" refill "$1" --against "${3:-two}/results.db" -o new.docx --lang en >out 2>err
  code=$?
  [ $code -eq "$2" ] || fail "refill $1: exit $code, not $2: $(cat err; grep '^words' out)"
}
# words EDITED CODE: the audit
words() {
  local code
  "$program" audit "$1" --against "${3:-two}/results.db" --lang en >out 2>err
  code=$?
  [ $code -eq "$2" ] || fail "audit $1: exit $code, not $2: $(cat err; grep 'words that follow' out)"
}
advice() { [ $1 = zh ] && echo 困难时期的建议列在这里。 || echo An advice for hard times follows here.; }
for lang in en zh zh-en; do
  # nothing changed: nothing is listed, in documents without bookmarks too
  python3 bare.py one/words.$lang.docx bare.docx || fail "$lang: bookmarks"
  for doc in one/words.$lang.docx bare.docx; do
    refill $doc 0 one
    grep -q 'written anew' out && fail "$lang: $doc: words were written anew for the same run"
    words $doc 0 one
  done
  # the words are those of the second run; a paragraph of a condition that did not hold is listed, and nothing else
  words one/words.$lang.docx 3
  refill one/words.$lang.docx 3
  grep '^words  ' out >listed
  python3 words.py one/words.$lang.docx >before
  python3 words.py new.docx >got
  python3 words.py two/words.$lang.docx >want
  [ "$(diff before want | grep -c '^>')" -gt 30 ] || fail "$lang: the second run says the same"
  case $lang in zh-en) n=2 both="zh en" ;; *) n=1 both=$lang ;; esac
  [ "$(wc -l <listed)" -eq $n ] || fail "$lang: $n are listed: $(cat listed)"
  for l in $both; do
    grep -q "$(advice $l)" listed || fail "$lang: the advice is not listed: $(cat listed)"
    grep -qxF "$(advice $l)" want || fail "$lang: no advice in the second run"
    grep -vxF "$(advice $l)" want >less && mv less want
  done
  diff got want >differ || fail "$lang: refilled, it does not say what the run says: $(cat differ)"
  cp new.docx filled.docx
  words filled.docx 3 # the advice
  # what was listed is listed again; once it stands there, it is not
  refill filled.docx 3
  for l in $both; do
    python3 edit.py filled.docx more.docx "</w:body>=><w:p><w:r><w:t>$(advice $l)</w:t></w:r></w:p></w:body>" && mv more.docx filled.docx
  done
  refill filled.docx 0
  cp new.docx filled.docx
  "$program" audit filled.docx --against two/results.db --lang en >out
  [ $? -eq 0 ] || [ $lang = zh-en ] || fail "$lang: audit: $(grep differs out)" # side by side, the paragraph has another place
  grep 'words that follow' out && fail "$lang: the audit names words that are the run's"
  refill filled.docx 0 # and it stays so
done

# the other way round: a paragraph of a condition that no longer holds is listed
for lang in en zh; do
  refill two/words.$lang.docx 3 one
  [ "$(grep -c '^words  ' out)" -eq 1 ] && grep -q "^words  *$(advice $lang)  *$(advice $lang)" out || fail "$lang: back again: $(grep '^words' out)"
  python3 words.py new.docx | grep -vxF "$(advice $lang)" >got
  python3 words.py one/words.$lang.docx >want
  diff got want >differ || fail "$lang: back again: $(cat differ)"
done

# what turned, one by one
python3 words.py one/words.en.docx >before
python3 words.py two/words.en.docx >after
for pair in '^1  The rate rose$>^1  The rate fell$' 'The rate rose by 16>The rate fell by 1' 'that of c is not significant>that of c is significant' 'Dee lies above the others, by>Dee lies below the others.' \
  'Of the groups, d, c and b are>Of the groups, b, ' 'It went well in 2025.>It went badly in 2025.' 'It climbed since>It dropped since' '^more$>^less$'; do
  grep -q "${pair%%>*}" before || fail "first run: ${pair%%>*}: $(grep -i rate before)"
  grep -q "${pair#*>}" after || fail "second run: ${pair#*>}: $(grep -i rate after)"
done

# a person's words around such words stay, and what follows inside is written anew
python3 edit.py one/words.en.docx edited.docx "The rate =>As we expected, the rate "
refill edited.docx 3
python3 words.py new.docx >got; grep -q '^As we expected, the rate fell by ' got || fail "words around: $(python3 words.py new.docx | grep expected)"
grep -c '^words  ' out | grep -qx 1 || fail "words around are listed: $(grep '^words' out)"
# a person's words in their place stay; where the run says otherwise now they are listed, and audited
python3 edit.py one/words.en.docx edited.docx ">It went well<=>>Things went fine<" ">rose by <=>>went up by <"
words edited.docx 0 one
refill edited.docx 0 one
refill edited.docx 3
grep -q '^words  .*Things went fine in 2025.*Things went fine  *It went badly' out || fail "a person's words: $(grep '^words' out)"
grep -q '^words  .*went up by .* fell by 1' out || fail "a person's verb: $(grep '^words' out)"
python3 words.py new.docx >got; grep -q 'Things went fine in 2025' got || fail "a person's words did not stay"
words new.docx 3
grep -q 'differs  *new.docx: Things went fine in 2025.* It went badly .*words that follow from numbers' out || fail "the audit of a person's words: $(grep 'words that' out)"
"$program" audit new.docx --against two/results.db --format csv >out; grep -q '^differs,.*Things went fine,It went badly,' out || fail "the same as CSV: $(grep Things out)"
"$program" refill edited.docx --against two/results.db -o new.docx --format csv >out; grep -q '^words,.*Things went fine,It went badly,' out || fail "refill as CSV: $(grep Things out)"
# changes to be accepted count as a person's
python3 edit.py one/words.en.docx edited.docx '<w:t xml:space="preserve">It went well</w:t></w:r>=><w:t xml:space="preserve">It went well</w:t></w:r><w:ins w:id="900" w:author="x"><w:r><w:t> enough</w:t></w:r></w:ins>'
refill edited.docx 3
grep -q '^words  .*It went well enough  *It went badly' out || fail "a change to be accepted: $(grep '^words' out)"

# a document made before, and one whose bookmarks went while it was edited: every place where the run says otherwise is listed
for kept in "" kept; do
  python3 bare.py one/words.en.docx bare.docx $kept
  [ -n "$kept" ] && refill bare.docx 0 one
  refill bare.docx 3
  for place in '1 The rate rose ' 'fell by' 'lies below' 'It went badly' 'the rate did not rise'  'b, a and d' ' less ' 'dropped' 'Note: ' 'An advice' 'Table 2'; do
    grep '^words  ' out | grep -q "$place" || fail "made before: $place is not listed: $(grep '^words' out)"
  done
  grep -q '^missing  *#' out && fail "numbers from outside are no results that are missing"
  words bare.docx 3
done

# columns in another order: letters speak of other columns and are not moved, but listed
sample turned >now.csv
"$program" run study.yaml --out three --to docx --quiet >/dev/null 2>err || fail "third run: $(cat err)"
refill one/words.en.docx 3 three
grep '^words  ' out | grep -q 'Table 2' || fail "letters of other columns: $(grep '^words' out)"
letters() { python3 words.py "$1" | sed -n '/^g \/ /,/^Note/p' | grep -x '[A-E]*' | tr '\n' ' '; }
[ "$(letters new.docx)" = "$(letters one/words.en.docx)" ] || fail "letters of other columns were moved: $(letters new.docx)"

# a line of letters that is no more is emptied, one that comes is listed
sample late >now.csv
sed 's/level: 0.05/level: 1e-9/; s/min_base: 5}/min_base: 5, level: 0.0000000001}/' study.yaml >none.yaml
"$program" run none.yaml --out none --to docx --quiet >/dev/null 2>err || fail "no letters: $(cat err)"
[ -n "$(letters two/words.en.docx)" ] && [ -z "$(letters none/words.en.docx)" ] || fail "letters: '$(letters two/words.en.docx)' '$(letters none/words.en.docx)'"
"$program" refill two/words.en.docx --against none/results.db -o new.docx --lang en >out 2>err
[ -z "$(letters new.docx)" ] || fail "letters that are no more: $(letters new.docx)"
refill none/words.en.docx 3
grep '^words  ' out | grep -q 'Table 2.*, row [0-9][0-9]*, column [0-9][0-9]*: [A-D]' || fail "letters that come are not listed: $(grep '^words' out)"

# Word's own charts
printf 'publish: {symbols: uk, charts: native}\n' >x && sed '/^publish/d' study.yaml | cat - x >native.yaml
"$program" run native.yaml --out two-native --to docx --quiet >/dev/null 2>err || fail "native: $(cat err)"
sample early >now.csv
"$program" run native.yaml --out one-native --to docx --quiet >/dev/null 2>err || fail "native: $(cat err)"
refill one-native/words.en.docx 0 one-native
refill one-native/words.en.docx 3 two-native
python3 words.py new.docx >got
python3 words.py two-native/words.en.docx | grep -vxF "$(advice en)" >want
diff got want >differ || fail "native charts: $(cat differ)"

# what LibreOffice saved
if command -v soffice >/dev/null && ! sanitized; then
  for lang in en zh; do
    HOME=$tmp timeout 120 soffice --headless --convert-to docx --outdir office one/words.$lang.docx >/dev/null 2>&1
    [ -s office/words.$lang.docx ] || { fail "$lang: LibreOffice saved nothing"; continue; }
    refill office/words.$lang.docx 0 one
    grep -q 'written anew' out && fail "$lang: LibreOffice: $(grep 'written anew' out)"
    refill office/words.$lang.docx 3
    grep -c '^words  ' out | grep -qx 1 || fail "$lang: LibreOffice: $(grep '^words' out)"
    python3 words.py new.docx | grep -v '^图 1\|^Figure 1' | sort >got
    python3 words.py two/words.$lang.docx | grep -vxF "$(advice $lang)" | grep -v '^图 1\|^Figure 1' | sort >want
    sed -i "s/&apos;/'/g" got
    diff got want >differ || fail "$lang: what LibreOffice saved, refilled: $(cat differ)"
  done
fi
finish
