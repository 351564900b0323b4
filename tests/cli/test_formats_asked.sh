#!/usr/bin/env bash
# The store says which files were published, whichever formats were asked for and when: formats that come, go or are chosen with --to while nothing else changes leave a
# folder that its audit finds in order, and a file changed by hand is told, one of a format of an earlier run too, which may be removed. Rules whose counts are those of
# the run before have their labels: what a run makes anew is what a run from nothing makes.
. tests/cli/lib.sh
need_program
mkdir "$tmp/st"
cd "$tmp/st" || exit 1
printf 'id,x\n1,2\n2,3\n3,4\n' >d.csv
cat >s.yaml <<'END'
study: t
title: T
outputs: [html, csv, zip]
data: {p: {file: d.csv}}
design: {weights: none}
rules: [{name: r1, label: Positive, expr: x >= 0}]
indicators: {m: {label: M, mean: x}}
tables: [{id: t1, title: Table, indicators: [m]}]
END
good() { "$program" audit out >o 2>&1 || fail "$1: $(tail -3 o)"; }
# changed FILE: a byte of it, told, and put back
changed() {
  cp "out/$1" kept
  printf 'x' | dd of="out/$1" bs=1 seek=40 conv=notrunc 2>/dev/null
  "$program" audit out >o 2>&1
  [ $? = 3 ] || fail "$1 changed, and the audit: $(tail -3 o)"
  grep -q "out/$1 .*changed since it was published" o || fail "$1 changed and not named: $(cat o)"
  mv kept "out/$1"
}

"$program" run s.yaml >o 2>e || fail "the first run: $(cat e)"
good "three formats"
sed -i 's/^outputs:.*/outputs: [all]/' s.yaml
"$program" run s.yaml >o 2>e || fail "all formats: $(cat e)"
good "all formats"
(cd out && sha256sum --quiet -c SHA256SUMS) || fail "SHA256SUMS after more formats"
for f in t.sdmx.csv t_total.px t_codebook.en.md t.en.pdf t.csv report.en.html; do changed $f; done
"$program" run s.yaml --to html,zip >o 2>e || fail "two formats: $(cat e)"
grep -q "^of earlier runs: .*t_total.px" o || fail "what stays is not named: $(cat o)"
good "two formats"
for f in t.sdmx.csv t_total.px t.en.pdf report.en.html; do changed $f; done
"$program" run s.yaml --to html,zip >o 2>e || fail "again: $(cat e)"
grep -q " 0 written$" o && grep -q "^of earlier runs: .*t_total.px" o || fail "again, and yet: $(cat o)"
rm out/t_total.px
good "a file of an earlier run removed"
rm out/report.en.html
"$program" audit out >o 2>&1
[ $? = 3 ] && grep -q "not there any more.*report.en.html" o || fail "a page of this run removed: $(tail -3 o)"
"$program" run s.yaml >o 2>e || fail "all again: $(cat e)"
good "all again"
! grep -q "of earlier runs" o || fail "all again, and yet: $(cat o)"
sed -i 's/^outputs:.*/outputs: [html, json-stat]/' s.yaml
"$program" run s.yaml >o 2>e || fail "fewer formats: $(cat e)"
[ "$(ls out | tr '\n' ' ')" = "report.en.html report.zh.html results.db t.jsonstat.en.json t.jsonstat.zh.json " ] || fail "fewer formats: $(ls out)"
good "fewer formats"

# labels of rules that are not checked again
sed -i 's/^outputs:.*/outputs: [all]/; s/title: Table/title: Tables/' s.yaml
"$program" run s.yaml >o 2>e || fail "a title: $(cat e)"
"$program" run s.yaml --out fresh >o 2>e || fail "from nothing: $(cat e)"
(cd fresh && ls | grep -v '^results.db') >names
while read -r f; do cmp "out/$f" "fresh/$f" || fail "$f is not that of a run from nothing"; done <names
grep -q "Positive" out/t.ddi.xml || fail "the rule has no label"
