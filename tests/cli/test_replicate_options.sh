#!/usr/bin/env bash
# Options of replicate weights that would be passed over in silence are refused; so are numbers without a meaning.
. tests/cli/lib.sh
need_program
shops=tests/cli/data/shops.csv
awk -F, -v OFS=, 'NR == 1 { print $0, "r1", "r2", "r3", "r4"; next } { i = NR % 4; print $0, $4 * (i == 0 ? .3 : 1.7), $4 * (i == 1 ? .3 : 1.7), $4 * (i == 2 ? .3 : 1.7), $4 * (i == 3 ? 1.7 : .3) }' \
  $shops >"$tmp/r.csv"
reps="--weights weight --repweights r[1-4]"
run_fails 2 "--rho: Fay's method needs its coefficient" "$program" mean "$tmp/r.csv" spend $reps --reptype Fay
run_fails 2 "rho between 0 and 1 (it is 0)" "$program" mean "$tmp/r.csv" spend $reps --reptype Fay --rho 0
"$program" mean "$tmp/r.csv" spend $reps --reptype BRR --format csv >"$tmp/b.csv" 2>"$tmp/err" || fail "BRR: $(cat "$tmp/err")"
"$program" mean "$tmp/r.csv" spend $reps --reptype Fay --rho 0.3 --format csv >"$tmp/f.csv" 2>"$tmp/err" || fail "Fay: $(cat "$tmp/err")"
near "Fay's scale is BRR's over (1 - rho)^2" "$(cell "$tmp/f.csv" std.error 1)" "$(awk -v s="$(cell "$tmp/b.csv" std.error 1)" 'BEGIN { printf "%.17g", s / .7 }')"
run_fails 2 '3 replicate weights of type sdr: their number is the order of a Hadamard matrix' "$program" mean "$tmp/r.csv" spend --weights weight --repweights 'r[1-3]' --reptype SDR
run_fails 2 'r2: the column is given twice' "$program" mean "$tmp/r.csv" spend --weights weight --repweights r1,r2,r2,r3 --reptype BRR
run_fails 2 'the scale is 0: it must be above 0' "$program" mean "$tmp/r.csv" spend $reps --reptype BRR --scale 0
run_fails 2 "--rho: Fay's method needs its coefficient" "$program" mean $shops spend --weights weight --strata stratum --cluster psu --make-reps fay
for option in "--reptype BRR" "--rho 0.3" "--scale 1" "--rscales 1,1" --mse; do
  run_fails 2 "${option%% *} belongs to --repweights" "$program" mean $shops spend --weights weight $option
done
for df in 0 -1; do run_fails 2 "--df: $df is no number of degrees of freedom" "$program" mean $shops spend --weights weight --df $df; done
for option in "--strata stratum" "--cluster psu" --nest "--fpc weight" "--lonely adjust" "--pps brewer" "--prob weight" "--make-reps jkn" "--replicates 3"; do
  run_fails 2 "replicate weights carry the design: leave ${option%% *} out" "$program" mean "$tmp/r.csv" spend $reps --reptype BRR $option
done
run_fails 2 "--rho: the coefficient belongs to Fay's method" "$program" mean "$tmp/r.csv" spend $reps --reptype BRR --rho 0.3
run_fails 2 "--rho: the coefficient belongs to Fay's method" "$program" mean $shops spend --weights weight --strata stratum --cluster psu --make-reps jkn --rho 0.3
run_fails 2 "--replicates: 0 makes none" "$program" mean $shops spend --weights weight --strata stratum --cluster psu --make-reps raowu --replicates 0
for option in --rep-factors "--rep-missing zero"; do
  run_fails 2 "${option%% *} belongs to --repweights" "$program" mean $shops spend --weights weight $option
done
run_fails 2 "--rep-missing: 'none' is not zero" "$program" mean "$tmp/r.csv" spend $reps --reptype BRR --rep-missing none

# factors on the weight, and half samples whose other half is blank
awk -F, -v OFS=, 'NR == 1 { print $0, "r1", "r2", "r3", "r4"; next } { i = NR % 4; print $0, i == 0 ? .3 : 1.7, i == 1 ? .3 : 1.7, i == 2 ? .3 : 1.7, i == 3 ? 1.7 : .3 }' $shops >"$tmp/factors.csv"
"$program" mean "$tmp/factors.csv" spend $reps --reptype BRR --rep-factors --format csv >"$tmp/g.csv" 2>"$tmp/err" || fail "factors: $(cat "$tmp/err")"
near "factors on the weight" "$(cell "$tmp/g.csv" std.error 1)" "$(cell "$tmp/b.csv" std.error 1)"
for gap in "" 0; do
  awk -F, -v OFS=, -v gap="$gap" 'NR == 1 { print $0, "r1", "r2"; next } { w = 2 * $4; print $0, NR % 2 ? w : gap, NR % 2 ? gap : w }' $shops >"$tmp/half$gap.csv"
done
halves="--weights weight --repweights r1,r2 --reptype BRR"
run_fails 1 "missing" "$program" mean "$tmp/half.csv" spend $halves
"$program" mean "$tmp/half.csv" spend $halves --rep-missing zero --format csv >"$tmp/h.csv" 2>"$tmp/err" || fail "blank halves: $(cat "$tmp/err")"
"$program" mean "$tmp/half0.csv" spend $halves --format csv >"$tmp/g.csv" 2>"$tmp/err" || fail "halves of 0: $(cat "$tmp/err")"
near "a blank is 0" "$(cell "$tmp/h.csv" std.error 1)" "$(cell "$tmp/g.csv" std.error 1)"

# a study says the same
mkdir -p "$tmp/s/narrative"
cp "$tmp/r.csv" "$tmp/s/d.csv"
printf 'study: fay\ntitle: {zh: a, en: a}\nlanguages: [en]\ndata: {main: {file: d.csv}}\ndesign:\n  weights: weight\n  replicates: {weights: "r[1-4]", type: fay}\nindicators:\n  m: {label: {zh: m, en: m}, mean: spend}\ntables:\n  - {id: t, title: {zh: t, en: t}, indicators: [m], domains: [total], show: [estimate, se]}\n' >"$tmp/s/study.yaml"
run_fails 2 "study.yaml:7:.*rho between 0 and 1" "$program" check "$tmp/s/study.yaml"
run_fails 2 "rho between 0 and 1" "$program" run "$tmp/s/study.yaml" --quiet
# said FROM TO PATTERN: the study with a change is refused, at its place
said() { sed "s/$1/$2/" "$tmp/s/study.yaml" >"$tmp/s/other.yaml" && run_fails 2 "$3" "$program" check "$tmp/s/other.yaml"; }
said 'type: fay' 'type: brr, rho: 0.3' "other.yaml:7:[0-9]*: rho belongs to 'type: fay'"
for key in 'strata: stratum' 'clusters: [psu]' 'nest: true' 'fpc: weight' 'lonely: adjust'; do
  said '^  replicates: .*' "  replicates: {weights: \"r[1-4]\", type: BRR}\n  $key" "other.yaml:8:[0-9]*: replicate weights carry the design: leave '${key%%:*}' out"
done
said '^  replicates: .*' '  strata: stratum\n  make: {type: jkn, rho: 0.3}' "other.yaml:8:[0-9]*: rho belongs to 'type: fay'"
said '^  replicates: .*' '  strata: stratum\n  make: {type: RaoWu, replicates: 0}' "other.yaml:8:[0-9]*: 0 makes none"
for type in 'Fay, rho: 0.3' BRR brr; do
  sed "s/type: fay/type: $type/" "$tmp/s/study.yaml" >"$tmp/s/other.yaml"
  "$program" check "$tmp/s/other.yaml" >"$tmp/out" 2>"$tmp/err" || fail "type: $type: $(cat "$tmp/err")"
done
sed -i 's/type: fay/type: fay, rho: 0.3/' "$tmp/s/study.yaml"
"$program" run "$tmp/s/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "study with rho: $(cat "$tmp/err")"

# made, raked, written and read back by the options that are printed: the same errors and degrees of freedom
design="--weights weight --strata stratum --cluster psu"
rake="--rake residence:urban=90,rural=100"
for method in "raowu --replicates 30" "bootstrap --replicates 12 --mse" jkn; do
  "$program" mean $shops spend $design --make-reps $method $rake --format csv >"$tmp/a.csv" 2>"$tmp/err" || fail "$method: $(cat "$tmp/err")"
  for count in 30 12 $(cut -d, -f3 $shops | sed 1d | sort -u | wc -l); do
    "$program" weight $shops $design --make-reps $method $rake --name cal --write-reps "rw[1-$count]" --output "$tmp/w.csv" >/dev/null 2>"$tmp/err" && break
  done
  options=$(sed -n 's/.*read them with //p' "$tmp/err")
  [ -n "$options" ] || fail "$method: not told how to read: $(cat "$tmp/err")"
  eval "\"$program\" mean \"$tmp/w.csv\" spend $options --format csv" >"$tmp/b.csv" 2>"$tmp/err" || fail "$method: $options: $(cat "$tmp/err")"
  for column in estimate std.error conf.low; do near "$method: $column" "$(cell "$tmp/b.csv" $column 1)" "$(cell "$tmp/a.csv" $column 1)" 1e-11; done
done
run_fails 2 "--write-reps: the design has no replicate weights" "$program" weight $shops $design $rake --write-reps 'r[1-3]' --output "$tmp/w.csv"
run_fails 2 "'r\\[1-3\\]' is not as many names as there are replicates: 8" "$program" weight $shops $design --make-reps raowu --replicates 8 --write-reps 'r[1-3]' --output "$tmp/w.csv"
run_fails 2 "'r' is not a pattern like rw\\[1-8\\]" "$program" weight $shops $design --make-reps raowu --replicates 8 --write-reps r --output "$tmp/w.csv"

# weights beyond what can be added up; the place of a mistake in an expression
awk -F, -v OFS=, 'NR > 1 { $4 = "1e308" } 1' $shops >"$tmp/huge.csv"
run_fails 1 "weight: the weights are too large" "$program" total "$tmp/huge.csv" spend --weights weight
awk -F, -v OFS=, 'NR == 1 { print "v,w" } NR > 1 { print "1e308,2" }' $shops >"$tmp/large.csv"
"$program" total "$tmp/large.csv" v --weights w --format csv >"$tmp/out" 2>"$tmp/err" || fail "large values: $(cat "$tmp/err")"
grep -q 'too large\|too few' "$tmp/out" || fail "large values: no reason: $(cat "$tmp/out")"
run_fails 2 "--where: column" "$program" mean $shops spend --weights weight --where 'spend +* 2'
run_fails 2 "spend +\* 2: column" "$program" mean $shops 'spend +* 2' --weights weight
finish
