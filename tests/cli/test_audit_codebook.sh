#!/usr/bin/env bash
# A page of the codebook by itself is held against the published one, place by place: unchanged it passes, as do copies elsewhere; a number, a label and a line that
# is gone are named. So is the DDI.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
awk 'BEGIN { print "w,sex,region,income"
  for (i = 1; i <= 300; i++) printf "%d,%d,%s,%d\n", 10 + i % 3, 1 + i % 2, i % 4 ? "north" : "south", 900 + i * i % 977 }' >d.csv
cat >study.yaml <<'Y2'
study: s
title: {zh: 题, en: S}
languages: [zh, en]
data: {main: {file: d.csv, variables: {sex: {label: {zh: 性别, en: Sex}, values: {1: {zh: 男, en: Men}, 2: {zh: 女, en: Women}}}}}}
design: {weights: w}
indicators:
  m: {label: {zh: 收入, en: Income}, mean: income}
Y2
"$program" run study.yaml --quiet --to html,ddi --out out >said 2>&1 || fail "run: $(cat said)"
# audit CODE FILE: its exit code, what it said in `said`
audit() {
  "$program" audit "$2" --against out/results.db >said 2>&1
  local got=$?
  [ "$got" = "$1" ] || fail "$2: exit $got, not $1: $(cat said)"
}
says() { grep -qF -- "$1" said || fail "no '$1' in: $(cat said)"; }
mkdir copy
for f in s_codebook.zh.html s_codebook.en.html s_codebook.zh.md s_codebook.en.md s.ddi.xml; do
  audit 0 out/$f
  grep -q 'byte for byte as it was published' said || fail "$f: $(cat said)"
  cp out/$f copy/
  audit 0 copy/$f
done
cp out/s_codebook.en.md copy/other_codebook.en.md
audit 0 copy/other_codebook.en.md # by its bytes
# number: 50.0 % of the cases; label: Women; gone: a line of the table
grep -q '<td[^>]*>150</td>' out/s_codebook.en.html || fail "no 150 cases in the page"
line=$(grep -n '>150<' out/s_codebook.en.html | head -n 1 | cut -d: -f1)
sed "${line}s/>150</>151</" out/s_codebook.en.html >copy/s_codebook.en.html
audit 3 copy/s_codebook.en.html
says "copy/s_codebook.en.html:$line:"
says 151
says 150
sed 's/Women/Ladies/' out/s_codebook.en.html >copy/s_codebook.en.html
audit 3 copy/s_codebook.en.html
says Ladies
says Women
line=$(grep -n '收入' out/s_codebook.zh.md | head -n 1 | cut -d: -f1)
sed "${line}s/收入/所得/" out/s_codebook.zh.md >copy/s_codebook.zh.md
audit 3 copy/s_codebook.zh.md
says "copy/s_codebook.zh.md:$line:"
says 所得
sed "${line}d" out/s_codebook.zh.md >copy/s_codebook.zh.md
audit 3 copy/s_codebook.zh.md
says 收入
sed 's/Women/Ladies/' out/s.ddi.xml >copy/s.ddi.xml
audit 3 copy/s.ddi.xml
says Ladies
# under another name, changed: the most alike of the published ones
sed 's/Women/Ladies/' out/s_codebook.en.md >copy/x_codebook.en.md
audit 3 copy/x_codebook.en.md
says Ladies
[ "$(grep -c differs said)" = 1 ] || fail "one place differs: $(cat said)"
printf 'not of this run\n' >copy/y_codebook.en.md
audit 3 copy/y_codebook.en.md
# altered where it lies: the store has the page as it was, a run that kept it too
sed -i 's/title: {zh: 题, en: S}/title: {zh: 题, en: S}\nnote: {zh: 注, en: N}/' study.yaml
"$program" run study.yaml --quiet --to html,ddi --out out >said 2>&1 || fail "again: $(cat said)"
sed -i 's/Women/Ladies/' out/s_codebook.en.html
audit 3 out/s_codebook.en.html
says Women
sed -i 's/Men/Gents/' out/s.ddi.xml
"$program" audit out >said 2>&1 && fail "the folder's audit passes"
says Ladies
says Women
says Gents
printf '\xff' >>copy/s_codebook.en.html
audit 3 copy/s_codebook.en.html
finish
