#!/usr/bin/env bash
# What is synthetic stays marked: through every format, beside delimited text too, and in every estimate. Cells for eyes and for machines.
. tests/cli/lib.sh
need_program
model=studies/digital-consumption-2025h1/model.yaml
ok() { "$@" >"$tmp/out" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }
mark() { ok "$program" describe "$1" --variables genai --lang en && grep -q '^SYNTHETIC DATA: .' "$tmp/out" || fail "$1 is not known as synthetic: $(head -3 "$tmp/out")"; }
no_mark() { ok "$program" describe "$1" && ! grep -q 'SYNTHETIC' "$tmp/out" || fail "$1 is said to be synthetic"; }

ok "$program" synth $model -n 600 --seed 3 -o "$tmp/a.csv" --quiet
head -1 "$tmp/a.csv" | grep -q '^[^#]*,' || fail "the CSV is not plain"
grep -q '^synthetic: .' "$tmp/a.csv.meta" || fail "no mark beside the CSV: $(ls "$tmp")"
mark "$tmp/a.csv"
ok "$program" convert "$tmp/a.csv" "$tmp/b.csv.gz" --quiet && mark "$tmp/b.csv.gz"
ok "$program" convert "$tmp/b.csv.gz" "$tmp/c.tsv" --quiet && mark "$tmp/c.tsv"
ok "$program" convert "$tmp/c.tsv" "$tmp/d.sav" --quiet && mark "$tmp/d.sav"
ok "$program" convert "$tmp/d.sav" "$tmp/e.csv" --quiet && mark "$tmp/e.csv"
[ ! -e "$tmp/d.sav.meta" ] || fail "a .sav holds its own metadata"
# a table without metadata takes the mark away; another's .meta is left alone
ok "$program" convert tests/cli/data/shops.csv "$tmp/e.csv" --quiet && no_mark "$tmp/e.csv"
[ ! -e "$tmp/e.csv.meta" ] || fail "the mark of another table stays"
echo mine >"$tmp/e.csv.meta"
no_mark "$tmp/e.csv"
ok "$program" convert tests/cli/data/shops.csv "$tmp/e.csv" --quiet
[ "$(cat "$tmp/e.csv.meta")" = mine ] || fail "somebody else's .meta is not left alone"
run_fails 1 "e.csv.meta: the table's metadata would stand here" "$program" convert "$tmp/d.sav" "$tmp/e.csv" --quiet
[ "$(cat "$tmp/e.csv.meta")" = mine ] && no_mark "$tmp/e.csv"
sed -i '2s/: / /' "$tmp/c.tsv.meta"
run_fails 1 "c.tsv.meta:2: not 'key: value'" "$program" describe "$tmp/c.tsv"

w="--weights base_weight --strata province"
for file in a.csv d.sav; do
  for call in "mean age" "total netizen" "prop genai" "ratio netizen/age" "quantile age" "tab residence genai"; do
    set -- $call
    ok "$program" $1 "$tmp/$file" ${call#* } $w --lang en && grep -q '^SYNTHETIC DATA: .' "$tmp/out" || fail "$call of $file does not say so: $(head -3 "$tmp/out")"
    ok "$program" $1 "$tmp/$file" ${call#* } $w --lang zh --format md && grep -q '^合成数据: .' "$tmp/out" || fail "$call of $file, md: $(head -3 "$tmp/out")"
    ok "$program" $1 "$tmp/$file" ${call#* } $w --format csv && sed 1d "$tmp/out" | grep -v 'synthetic data; ' && fail "$call of $file, csv: $(sed -n 2p "$tmp/out")"
    ok "$program" $1 "$tmp/$file" ${call#* } $w --format json && grep -v '"method":"synthetic data; ' "$tmp/out" | grep -q indicator && fail "$call of $file, json: $(head -2 "$tmp/out")"
  done
done
ok "$program" weight "$tmp/a.csv" $w --trim 1,1e9 --output "$tmp/w.csv" --lang en && grep -q '^SYNTHETIC DATA: .' "$tmp/err" || fail "weight does not say so: $(cat "$tmp/err")"
mark "$tmp/w.csv"
ok "$program" mean tests/cli/data/shops.csv spend --weights weight && ! grep -qi synthetic "$tmp/out" || fail "shops are said to be synthetic"

# ---- a study follows the mark by content, also where it stands beside delimited text ----
mkdir "$tmp/study"
cp tests/cli/data/shops.csv "$tmp/study/shops.csv"
printf 'study: marked\nlanguages: [en]\ndata: {shops: {file: shops.csv}}\ndesign: {weights: weight, strata: stratum, clusters: [psu]}\nindicators: {spend: {mean: spend}}\n' >"$tmp/study/study.yaml"
ok "$program" run "$tmp/study/study.yaml"
grep -q 'are synthetic: they were generated' "$tmp/study/out/report.en.html" && fail "a study of plain rows says synthetic"
head -1 "$tmp/a.csv.meta" >"$tmp/study/shops.csv.meta"
echo 'synthetic: made up for a test' >>"$tmp/study/shops.csv.meta"
ok "$program" run "$tmp/study/study.yaml"
grep -q 'are synthetic: they were generated' "$tmp/study/out/report.en.html" || fail "the mark appeared and the study did not run again"

# ---- describe: numbers for machines, cells for eyes ----
awk 'BEGIN { print "id,note"; for (i = 1; i <= 1500; i++) printf "%d,%s\n", i, i % 2 ? "\"first line\nsecond\033[31m\"" : "这是一个很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长很长的答案" }' >"$tmp/n.csv"
ok "$program" describe "$tmp/n.csv" --format json
grep -q '"valid":1500,"system":0' "$tmp/out" || fail "json counts: $(cat "$tmp/out")"
ok "$program" describe "$tmp/n.csv" --format csv
grep -q '^id,integer,,1500,0,0,0,' "$tmp/out" || fail "csv counts: $(cat "$tmp/out")"
ok "$program" describe "$tmp/n.csv"
grep -q '^id .*1,500' "$tmp/out" || fail "table counts: $(cat "$tmp/out")"
grep -qF 'first line\nsecond\x1b[31m' "$tmp/out" || fail "a line end or control character in a cell: $(cat "$tmp/out")"
! grep -q "$(printf '\033')" "$tmp/out" || fail "an escape character reaches the terminal"
grep -q '^note .*…$' "$tmp/out" || fail "a long cell is not cut: $(cat "$tmp/out")"
[ "$(grep '^note' "$tmp/out" | wc -m)" -lt 170 ] || fail "a long cell is not cut"

# ---- what calibration fixed has no error: rounding noise is shown as 0, machines get it whole ----
calibrated() {
  ok "$program" total tests/cli/data/shops.csv 'residence=="urban"' --weights weight --strata stratum --cluster psu --calibrate raking \
    --totals '(intercept)=1000,residence=urban:411.3' "$@"
}
calibrated
grep -Eq 'total +411.3 +0 +411.3 +411.3 +12 +0 +0$' "$tmp/out" || fail "noise: $(cat "$tmp/out")"
calibrated --format csv
near "the total for a machine" "$(sed 's/""//g; s/"residence[^"]*"/r/' "$tmp/out" >"$tmp/m.csv"; cell "$tmp/m.csv" estimate 1)" 411.3
finish
