#!/usr/bin/env bash
# Staleness is by content: one byte of one input changes, and exactly what rests on it is computed again: listed in full by --explain, counted by run.
. tests/cli/lib.sh
need_program

# listed STUDY-FOLDER: the steps that --explain would compute, by blanks
listed() { "$program" run "$1/study.yaml" --explain --quiet 2>"$tmp/err" | awk '$1 == "compute" { printf "%s%s", n++ ? " " : "", $2 }'; }

# byte FILE OLD NEW: replaces the only line part OLD by NEW, of the same length but for one byte
byte() {
  [ "$(grep -c -- "$2" "$1")" = 1 ] || fail "'$2' is not in one line of $1"
  cp "$1" "$tmp/was"
  sed -i "s|$2|$3|" "$1"
  [ "$(cmp -l "$tmp/was" "$1" | wc -l)" = 1 ] || fail "'$3' for '$2' in $1 changes more than a byte"
}

# then_computes STUDY-FOLDER LIST WHAT: --explain lists them, run computes as many, and a second run none
then_computes() {
  local got want=$2 n all
  got=$(listed "$1")
  [ "$got" = "$want" ] || fail "$3: computes
  $got
not
  $want"
  n=$(wc -w <<<"$want")
  "$program" run "$1/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "$3: run: $(cat "$tmp/err")"
  all=$(sed -n 's/^run [0-9]*: \([0-9]*\) steps.*/\1/p' "$tmp/out")
  grep -q ": $all steps, $((all - n)) reused" "$tmp/out" || fail "$3: run says $(head -1 "$tmp/out"), where $n are to be computed"
  got=$(listed "$1")
  [ -z "$got" ] || fail "$3: after the run these are still to compute: $got"
}

# ---- the small study: every step written out ----
small=$tmp/small
rows="indicator:users indicator:people indicator:rate indicator:spend indicator:spend_k indicator:per_head indicator:penetration indicator:user_share indicator:twice account:money published"
words="document figure:ages figure:parts table:t1 table:t2 table:t3 table:t4 annex:assumptions annex:design annex:provenance report"
cp -r tests/unit/study/data "$small"
[ "$(listed "$small" | wc -w)" -gt 30 ] || fail "before the first run everything is to be computed: $(listed "$small")"
"$program" run "$small/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "first run: $(cat "$tmp/err")"
then_computes "$small" "" "nothing changed"

# a run that cannot put one of its files into its place leaves all of them, and the newest run of the store, as they were
"$program" run "$small/study.yaml" --to html,csv --quiet >"$tmp/out" 2>"$tmp/err" || fail "html,csv: $(cat "$tmp/err")"
name=$(basename "$small"/out/*.excel.csv .excel.csv)
sums "$small/out" >"$tmp/before"
cp "$small/people.csv" "$tmp/people.csv"
sed -i 's/P01,A,A1,145.7/P01,A,A1,999.7/' "$small/people.csv"
mv "$small/out/$name.excel.csv" "$tmp/excel.csv"
mkdir "$small/out/$name.excel.csv"
run_fails 1 "$name.excel.csv: is a folder" "$program" run "$small/study.yaml" --to html,csv --quiet
rmdir "$small/out/$name.excel.csv"
mv "$tmp/excel.csv" "$small/out"/"$name.excel.csv"
if chattr +i "$small/out/$name.csv" 2>/dev/null; then
  run_fails 1 "$name.csv: cannot be replaced: .*; all files are as they were" "$program" run "$small/study.yaml" --to html,csv --quiet
  chattr -i "$small/out/$name.csv"
fi
sums "$small/out" | cmp -s - "$tmp/before" || fail "a run that failed changed files: $(sums "$small/out" | diff "$tmp/before" -)"
"$program" audit "$small/out" >"$tmp/out" 2>&1 || fail "the audit of untouched files after a run that failed: $(tail -3 "$tmp/out")"
cp "$tmp/people.csv" "$small/people.csv"
[ -z "$(listed "$small")" ] || fail "a run that failed is the newest of the store: $(listed "$small")"

# killed while its files took their places: some are those of the run before, temporary ones are left; nothing is to be computed, all is made whole
"$program" run "$small/study.yaml" --to html,csv --quiet >"$tmp/out" 2>"$tmp/err" || fail "more formats: $(cat "$tmp/err")"
(cd "$small/out" && sha256sum ./*.html ./*.csv) >"$tmp/sums"
name=$(basename "$small"/out/*.excel.csv .excel.csv)
gone=$(bash -c 'echo $$')
echo old >"$small/out/report.en.html"
rm "$small/out/$name.csv"
for file in report.zh.html report.en.html "$name.csv" "$name.docx" SHA256SUMS; do echo half | tee "$small/out/$file.tmp-$gone" >"$small/out/$file.tmp-$gone-old"; done
"$program" run "$small/study.yaml" --to html,csv --quiet >"$tmp/out" 2>"$tmp/err" || fail "after a kill: $(cat "$tmp/err")"
(cd "$small/out" && sha256sum --quiet -c "$tmp/sums") || fail "after a kill the folder is not whole"
[ -z "$(find "$small/out" -name '*.tmp-*')" ] || fail "after a kill litter stays: $(ls "$small/out")"
for file in report.zh.html "$name.docx"; do echo half >"$small/out/$file.tmp-$gone"; done
"$program" run "$small/study.yaml" --to html,csv --quiet >"$tmp/out" 2>"$tmp/err" || fail "after another kill: $(cat "$tmp/err")"
[ -z "$(find "$small/out" -name '*.tmp-*')" ] || fail "litter stays where nothing is to be written: $(ls "$small/out")"
rm "$small/out/$name".*
"$program" run "$small/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "the study's own formats: $(cat "$tmp/err")"
find "$small" -type f ! -path '*/out/*' -exec touch -d '2031-01-01' {} +
then_computes "$small" "" "new times, the same bytes"
byte "$small/people.csv" 'P01,A,A1,145.7' 'P01,A,A1,145.8'
then_computes "$small" "data:people join derive:older derive:age3 derive:spend_k derive:double_k design weighting $rows $words" "a byte of the data"
byte "$small/extra.csv" 'A1,0' 'A1,1'
then_computes "$small" "data:extra join derive:older derive:age3 derive:spend_k derive:double_k design weighting $rows $words" "a byte of the joined table"
sed -i 's/f: 3100}/f: 3101}/' "$small/study.yaml"
byte "$small/pop.csv" 'south,2900' 'south,2901'
then_computes "$small" "weighting $rows $words" "a byte of the margin file and of the margin that it must agree with"
byte "$small/narrative/en.md" 'A tiny study' 'A tiny Study'
then_computes "$small" "text:narrative/zh.md annex:provenance report" "a byte of the narrative"
byte "$small/study.yaml" 'en: In full}' 'en: In Full}'
then_computes "$small" "table:t4 report" "a byte of a table's title"
plan=$("$program" run "$small/study.yaml" --explain --quiet | sed -n 's/^plan of the computations: //p')
for lang in zh en; do
  grep -q "$plan" "$small/out/report.$lang.html" || fail "report.$lang.html has not the plan's hash '$plan' that --explain shows"
  ! grep -q "$(sha256sum <"$small/study.yaml" | cut -d' ' -f1)" "$small/out/report.$lang.html" || fail "report.$lang.html prints the hash of the study file's bytes"
done
byte "$small/study.yaml" 'en: Parts}' 'en: parts}'
then_computes "$small" "figure:parts report" "a byte of a figure's title"
byte "$small/published.csv" 'P2,使用率,Rate of use,99.0' 'P2,使用率,Rate of use,98.0'
then_computes "$small" "published table:t3 annex:provenance report" "a byte of a printed figure"
byte "$small/study.yaml" 'formula: 2 \* penetration' 'formula: 3 * penetration'
then_computes "$small" "indicator:twice document annex:provenance report" "a byte of a formula"
"$program" run "$small/study.yaml" --explain --quiet | grep -q "^plan of the computations: $plan" && fail "another formula, the same plan of the computations"

# ---- the bundled study: what changes with one byte, and that nothing else does ----
study=$tmp/study
ran "$study"
byte "$study/narrative/en/07-check.md" 'A figure agrees when' 'A Figure agrees when'
then_computes "$study" "text:narrative/zh/07-check.md annex:provenance report" "bundled: a byte of the narrative"
byte "$study/study.yaml" 'en: Number of users}' 'en: Number of Users}'
then_computes "$study" "table:users report" "bundled: a byte of a table's title"
byte "$study/published.csv" 'F000_061,网民规模,Internet users,11.23' 'F000_061,网民规模,Internet users,11.24'
then_computes "$study" "published table:headline table:published annex:provenance report" "bundled: a byte of a printed figure"
# accounts of both waves, whose indicators are not stored in every group, are made again over a folder that has them
sed -i 's/formula: population \* consumption_per_head,/formula: consumption_per_head * population,/' "$study/study.yaml"
"$program" run "$study/study.yaml" --explain --quiet | grep -q '^compute *2024-S2/indicator:goods_pay .*2024-S2/account:spend is made in groups' || fail "bundled: the wave's operands are not made with its account"
"$program" run "$study/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "bundled: a benchmark of both waves: $(cat "$tmp/err")"
[ -z "$(listed "$study")" ] || fail "bundled: a benchmark of both waves: still to compute: $(listed "$study")"
# a byte of a margin: only what rests on the weights
all=$("$program" run "$study/study.yaml" --explain --quiet | awk '$1 == "compute" || $1 == "reuse" { print $2 }')
byte "$study/data/margins_sex_age.csv" 'male,70+,67461808.2' 'male,70+,67461808.3'
got=$(listed "$study")
for step in $all; do
  case $step in
    */generate:* | */data:* | */derive:* | */design) want=no ;; # of the wave before, likewise
    generate:* | data:* | derive:* | design) want=no ;;         # before the weights
    2024-12/published | */indicator:household_*) want=no ;;
    indicator:household_* | table:outside_* | text:*) want=no ;; # rests on benchmarks alone; has no results; binds later
    *) want=yes ;;
  esac
  case " $got " in *" $step "*) is=yes ;; *) is=no ;; esac
  [ $is = $want ] || fail "bundled: a byte of a margin: $step is computed: $is"
done
byte "$study/data/margins_sex_age.csv" 'male,70+,67461808.3' 'male,70+,67461808.2'
then_computes "$study" "" "bundled: the byte taken back"
# one byte of the interviews: the header's file label; an answer in the middle. Most bytes of an answer make it another; one that makes no answer of its
# variable, or none of the file, is refused with its case, and a later one is taken.
size=$(stat -c %s "$study/interviews.sav")
cp "$study/interviews.sav" "$tmp/kept.sav"
flip() { # AT: the lowest bit of a byte of the interviews
  cp "$tmp/kept.sav" "$study/interviews.sav"
  local old
  old=$(od -An -tu1 -j "$1" -N 1 "$tmp/kept.sav" | tr -d ' ')
  printf "\\x$(printf %x $((old ^ 1)))" | dd of="$study/interviews.sav" bs=1 seek="$1" conv=notrunc 2>/dev/null
  [ "$(cmp -l "$tmp/kept.sav" "$study/interviews.sav" | wc -l)" = 1 ] || fail "not one byte of the interviews"
}
for at in 100 $((size / 2)); do
  for next in $(seq "$at" 31 $((at + 620))); do
    flip "$next"
    got=$(listed "$study")
    [ -z "$got" ] && grep -q "interviews.sav: case [0-9]*: " "$tmp/err" || break
  done
  [ -n "$got" ] || fail "byte $next of the interviews: nothing to compute: $(cat "$tmp/err")"
  for step in $all; do
    case $step in generate:* | data:provinces | indicator:household_* | table:outside_* | text:* | 2024-*) want=no ;; *) want=yes ;; esac
    case " $got " in *" $step "*) is=yes ;; *) is=no ;; esac
    [ $is = $want ] || fail "bundled: byte $next of the interviews: $step is computed: $is"
  done
done
cp "$tmp/kept.sav" "$study/interviews.sav"
then_computes "$study" "" "bundled: the interviews as they were"
finish
