#!/usr/bin/env bash
# Paragraphs of an edited Word document that another run has not, or has otherwise: whatever made them (branches that are lists, short ones, rows, notes), whoever
# touched or copied them, refill and the audit list them and exit with 3 until the document says what the run says.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
cd "$tmp" || exit 1

# sample before|early|late: the rate rose, the rate fell
sample() { awk -v v="$1" 'BEGIN { print "w,psu,g,y"
  for (i = 1; i <= 400; i++) {
    g = v == "level" && i % 8 == 0 ? "e" : substr("abcd", 1 + i % 4, 1)
    y = v == "before" ? i % 2 : v == "late" ? (i % 10 < (g == "c" ? 1 : 4)) : i % 10 < (g == "d" ? 9 : 6)
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
waves: {significance: {adjust: none, level: 0.05}, series: [{wave: 2024-S2, data: {main: {file: before.csv}}}]}
tables:
  - {id: t, title: {en: Groups}, indicators: [rate], domains: [total, g], show: [estimate, se]}
narrative: {en: [en.md]}
Y
cat >edit.py <<'P' # edit.py FROM TO OLD=>NEW...: texts of the document replaced; NEW "copy" doubles the paragraph without its bookmarks
import re, sys, zipfile
src, dst = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED)
for n in src.namelist():
    b = src.read(n)
    if n == "word/document.xml":
        t = b.decode()
        for pair in sys.argv[3:]:
            old, new = pair.split("=>")
            assert old in t, old
            if new == "copy":
                p = [m for m in re.finditer(r"<w:p[ >].*?</w:p>", t, re.S) if old in m[0]][-1]
                t = t[:p.start()] + re.sub(r"<w:bookmark(Start|End)[^>]*/>", "", p[0]) + t[p.start():]
            elif new == "unclosed":
                i = t.rindex("<w:bookmarkEnd", 0, t.index("</w:p>", t.index(old)))
                t = t[:i] + t[t.index("/>", i) + 2:]
            else:
                t = t.replace(old, new, 1)
        b = t.encode()
    dst.writestr(n, b)
dst.close()
P
words() { python3 - "$1" <<'P'
import re, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
for part in ("word/document.xml", "word/footnotes.xml"):
    t = re.sub(r"<w:instrText[^>]*>[^<]*</w:instrText>", "", z.read(part).decode())
    for p in re.findall(r"<w:p[ >].*?</w:p>", t, re.S): print(re.sub(r"<[^>]*>", "", p))
P
}
# check DOC RUN CODE: refilled into new.docx, what is said in out; the audit of what was refilled agrees
check() {
  local code
  "$program" refill "$1" --against "$2/results.db" -o new.docx --lang en >out 2>err
  code=$?
  [ $code -eq "$3" ] || fail "$name: refill $1 as $2: exit $code, not $3: $(cat err; grep '^words' out)"
  "$program" audit new.docx --against "$2/results.db" --lang en >audited 2>err
  code=$?
  [ $code -eq "$3" ] || fail "$name: audit of $1 as $2: exit $code, not $3: $(cat err; grep differs audited)"
}
listed() { grep '^words  ' out | grep -qF -- "$1" || fail "$name: '$1' is not listed: $(grep '^words' out)"; }
# study NAME GONE COMES: the narrative is read; what the run says no more and what it says now is listed, both ways, and again
study() {
  name=$1 gone=$2 comes=${3:-}
  { printf '# Head\n\n'; cat; printf '\n\nThe rate {{updown rate}}.\n'; } >en.md
  sample early >now.csv
  "$program" run study.yaml --out one --to docx --quiet >/dev/null 2>err || fail "$name: $(cat err)"
  sample late >now.csv
  "$program" run study.yaml --out two --to docx --quiet >/dev/null 2>err || fail "$name: $(cat err)"
  [ "$(words one/words.docx | grep -c 'The rate rose.$')" -eq 1 ] && words two/words.docx | grep "The rate fell.$" >/dev/null || fail "$name: $(words two/words.docx | grep rate)"
  check one/words.docx one 0
  check two/words.docx two 0
  [ -n "$gone" ] || return 0
  check one/words.docx two 3
  words new.docx | grep "The rate fell.$" >/dev/null || fail "$name: not refilled"
  listed "$gone"
  [ -z "$comes" ] || listed "$comes"
  cp new.docx again.docx
  check again.docx two 3
  check again.docx one 0
  check two/words.docx one 3
  listed "$gone"
  [ -z "$comes" ] || listed "$comes"
}
either() { printf '%s\n\n{{if up rate}}\n\n%s\n\n{{else}}\n\n%s\n\n{{end}}\n' "${3:-}" "$1" "$2"; }

study list 'First point of the rise' 'First point of the fall' < <(either '- First point of the rise' '- First point of the fall')
study 'numbered list' Joy Woe < <(either '1. Joy' '1. Woe' '- before')
study blanks 'It rose. We are glad.' 'It fell. We are sad.' < <(either 'It rose.  We are glad.' 'It fell.  We are sad.')
study short Good. Bad. < <(either Good. Bad.)
study number '% rose.' '% fell.' < <(either 'The {{rate.total | % 1}} rose.' 'The {{rate.total | % 1}} fell.')
study same 'keep on' 'stop it' < <(either 'Up. We say: **keep on** as the ministry does with its help for all.' 'Down. We say: **stop it** as the ministry does with its help for all.')
study note joy woe < <(either 'Same text.[^a]' 'Same text.[^b]' "$(printf '[^a]: A note of joy.\n\n[^b]: A note of woe.\n')")
study row rising falling < <(printf '| a | b |\n|---|---|\n| x1 | one |\n{{if up rate}}| rising | row of it |{{else}}| falling | row of it |{{end}}\n')
study 'note alone' 'Note one of them' '[^]' < <(printf 'The young{{if up rate}}[^n]{{end}} see.\n\n[^n]: Note one of them.\n')

# a person touched what goes: it is told until it is changed again or gone
study advice 'An advice for good times' < <(printf '{{if up rate}}\n\nAn advice for good times.\n\n{{end}}\n')
python3 edit.py one/words.docx edited.docx "for good times=>for very good times"
check edited.docx one 0
check edited.docx two 3
listed 'for very good times'
cp new.docx edited.docx
check edited.docx two 3
listed 'for very good times'
python3 edit.py new.docx edited.docx "An advice for very good times.=>We thank all."
check edited.docx two 0
python3 edit.py one/words.docx edited.docx "An advice for good times.=>" # deleted
check edited.docx two 0

# what was listed and put right by hand is the other run's in the third
study 'by hand' 'A good one.' 'A bad one.' < <(either 'A good one.' 'A bad one.')
check one/words.docx two 3
python3 edit.py new.docx hand.docx "A good one.=>A bad one."
check hand.docx one 3
listed 'A bad one.'
listed 'A good one.'
check hand.docx two 0
cp new.docx hand.docx
check hand.docx one 3
listed 'A bad one.'

# of two bearers of the same words one is a person's: the other is the run's at each turn
study twice "" "" < <(printf 'First it {{updown rate}} so.\n\nThen it {{updown rate}} again.\n')
python3 edit.py one/words.docx edited.docx "rose=>went up" # of the first
check edited.docx one 0
check edited.docx two 3
listed 'went up'
cp new.docx edited.docx
check edited.docx one 0
words new.docx | grep 'Then it rose again' >/dev/null || fail "$name: $(words new.docx | grep again)"
words new.docx | grep 'First it went up so' >/dev/null || fail "$name: $(words new.docx | grep First)"

# a bookmark that has no end, and copies without bookmarks
python3 edit.py one/words.docx edited.docx "First it=>unclosed"
check edited.docx one 0
"$program" refill edited.docx --against two/results.db -o new.docx --lang en >out && fail "no end: not told"
listed 'First it'
study copy "" "" < <(printf 'In all, the rate {{change rate}} in the year.\n\n{{if up rate}}Since it rose, do more.{{else}}Since it fell, do less.{{end}}\n')
python3 edit.py one/words.docx edited.docx "In all=>copy" "Since it rose=>copy"
check edited.docx one 0
check edited.docx two 3
listed 'In all, the rate rose by'
listed 'Since it rose, do more.'
cp new.docx edited.docx
check edited.docx two 3
listed 'Since it rose, do more.'

# a level that comes
sample level >now.csv
"$program" run study.yaml --out three --to docx --quiet >/dev/null 2>err || fail "level: $(cat err)"
check two/words.docx three 3
listed ' e (%)'

# what LibreOffice saved
if command -v soffice >/dev/null && ! sanitized; then
  study office 'Joy to all' 'Woe to all' < <(either '- Joy to all' '- Woe to all' '{{rate.total | % 1}} in [all](https://example.org), *as*  it [is]{{if up rate}} now{{end}}.')
  HOME=$tmp timeout 120 soffice --headless --convert-to docx --outdir office one/words.docx >/dev/null 2>&1
  if [ -s office/words.docx ]; then
    check office/words.docx one 0
    check office/words.docx two 3
    listed 'Joy to all'
    listed 'Woe to all'
    grep -c '^words  ' out | grep -qx 2 || fail "LibreOffice: $(grep '^words' out)"
  else
    fail "LibreOffice saved nothing"
  fi
fi
finish
