#!/usr/bin/env bash
# Words that follow from a number (the verb of a change, "significant", a short branch) changed in a published Word file: an error with its place, in its bookmark or
# without it, as the run wrote the file and as LibreOffice saved it. What an editor puts around them is the editor's. Letters struck through are taken back.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }
cd "$tmp" || exit 1
sample() { awk -v turn="$1" 'BEGIN { print "w,psu,g,y"
  for (i = 1; i <= 400; i++) { g = substr("abcd", 1 + i % 4, 1); y = turn ? (g == "b" ? i % 10 < 7 : i % 10 < 4) : i % 2; printf "%d,%d,%s,%d\n", 10 + i % 3, i % 40, g, y } }'; }
sample 0 >before.csv
sample 1 >now.csv
cat >study.yaml <<'Y'
study: words
title: {zh: 文字, en: Words}
wave: 2025-S1
languages: [zh, en]
data: {main: {file: now.csv}}
design: {weights: w, clusters: psu}
groups: {g: {by: g}}
indicators:
  rate: {label: {zh: 使用率, en: Rate}, prop: y == 1, by: [g], change: true}
waves: {significance: {adjust: none, level: 0.05}, series: [{wave: 2024-S2, data: {main: {file: before.csv}}}]}
tables:
  - {id: t, title: {zh: 各组, en: Groups}, indicators: [rate], domains: [total, g], show: [estimate, se]}
narrative: {zh: [zh.md], en: [en.md]}
Y
cat >en.md <<'M'
# The rate

The rate {{change rate}} on the wave before, which is {{significance rate}}, and was {{rate.total | % 1}}.

{{if down rate}}It fell{{else}}It rose{{end}} by more than some had thought, to {{rate.total | % 1}} of all.

{{table t}}
M
cat >zh.md <<'M'
# 使用率

使用率{{change rate}}（{{significance rate}}），为{{rate.total | % 1}}；{{if down rate}}少见{{else}}常见{{end}}。

{{table t}}
M
"$program" run study.yaml --out out --to docx,html --quiet >said 2>&1 || fail "run: $(cat said)"
# change FILE TO PATTERN NEW: one place of the text
change() {
  python3 - "$@" <<'PY'
import re, sys, zipfile
path, to, pattern, new = sys.argv[1:]
n = 0
with zipfile.ZipFile(path) as a, zipfile.ZipFile(to, "w") as b:
    for i in a.infolist():
        data = a.read(i)
        if i.filename == "word/document.xml":
            text, n = re.subn(pattern, new, data.decode(), count=1, flags=re.S)
            data = text.encode()
        b.writestr(i, data)
assert n == 1, pattern
PY
}
audit() { "$program" audit "$1" --against out/results.db --lang en --format csv >rows 2>err; }
wrong() { grep -E '^(differs|unbound)' rows; }
# caught FILE PATTERN NEW PLACE
caught() {
  change "$1" x.docx "$2" "$3" || fail "$1: no place for $3"
  audit x.docx
  [ $? = 3 ] && [ "$(wrong | wc -l)" -le 2 ] && wrong | grep -q "$4.*the words that follow from the number" || fail "$1: $3 for $2: $(wrong) $(cat err)"
}
passes() {
  change "$1" x.docx "$2" "$3" || fail "$1: no place for $3"
  audit x.docx || fail "$1: $3 for $2: $(wrong) $(cat err)"
  grep -q '^exempt.*its words changed' rows || fail "$1: $3 for $2 is not told: $(cat rows)"
}
mark='<w:bookmarkStart [^>]*w:name="_sxw_[0-9a-f]*_[0-9]*"/>'
inside='((?:(?!<w:bookmarkStart|</w:p>).)*?>)'
all() { # FILE: of the run, or saved by a program
  caught "${1}en.docx" "($mark$inside)(not significant|significant)<" '\1hardly significant<' 'paragraph [0-9]*'
  caught "${1}en.docx" "($mark$inside)It fell<" '\1It grew<' 'paragraph [0-9]*'
  caught "${1}en.docx" "($mark$inside)It fell<" '\1It did not fall<' 'paragraph [0-9]*'
  caught "${1}zh.docx" "($mark$inside)少见<" '\1多了<' 'paragraph [0-9]*'
  caught "${1}zh.docx" "($mark$inside)(不显著|显著)<" '\1略显著<' 'paragraph [0-9]*'
  # typed over, so that the bookmark is gone
  caught "${1}zh.docx" "${mark}$inside(不显著|显著)<" '\1略显著<' 'paragraph [0-9]*'
  # the editor's own words
  passes "${1}en.docx" "($mark$inside)It fell<" '\1It sank<'
  passes "${1}en.docx" 'on the wave before' 'on half a year ago'
  passes "${1}en.docx" 'some had thought' 'a few had thought'
}
audit out/words.en.docx || fail "as it was published: $(wrong)"
all out/words.
if command -v soffice >/dev/null && ! sanitized; then
  HOME=$tmp soffice --headless --convert-to docx --outdir office out/words.en.docx out/words.zh.docx >/dev/null 2>&1
  audit office/words.en.docx || fail "saved by LibreOffice: $(wrong)"
  all office/words.
fi

# a row of numbers struck through
python3 - <<'PY'
import re, zipfile
with zipfile.ZipFile("out/words.en.docx") as a, zipfile.ZipFile("struck.docx", "w") as b:
    for i in a.infolist():
        data = a.read(i)
        if i.filename == "word/document.xml":
            text = data.decode()
            row = re.findall(r"<w:tr[ >].*?</w:tr>", text, re.S)[-1]
            new = re.sub(r"<w:r>(<w:rPr>)?", lambda m: "<w:r><w:rPr><w:strike/>" + ("" if m.group(1) else "</w:rPr>"), row)
            assert new != row
            data = text.replace(row, new).encode()
        b.writestr(i, data)
PY
audit struck.docx
[ $? = 3 ] && wrong | grep -q 'row [0-9]*, column [0-9]' || fail "numbers struck through: $(wrong) $(cat err)"
finish
