#!/usr/bin/env bash
# shuxiao compare: two waves against ReGenesees' numbers; groups and formulas against R survey (tests/reference/contrasts.csv and the
# cases D07, E01-E03); what it refuses.
. tests/cli/lib.sh
need_program
data=../shared/reference/data
[ -f $data/apistrat.csv ] || { echo "skipped: no reference data"; exit 77; }

# cmp FILE WORDS...: csv into e.csv.
cmp() { "$program" compare "$@" --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "compare $*: $(cat "$tmp/err")"; }
# row STATISTIC [PATTERN]: number of the first row of that statistic whose line has the pattern.
row() { awk -F, -v s="$1" -v p="${2:-}" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "statistic") c = i } NR > 1 && $c == s && index($0, p) { print NR - 1; exit }' "$tmp/e.csv"; }
# holds NAME ROW ESTIMATE SE
holds() {
  near "$1" "$(cell "$tmp/e.csv" estimate "$2")" "$3"
  near "$1.se" "$(cell "$tmp/e.csv" std.error "$2")" "$4"
}
# number NAME: of the first row, where a quoted indicator holds commas.
number() { "$program" compare "${@:2}" --format json 2>"$tmp/err" | sed -n "1s/.*\"$1\":\([^,}]*\).*/\1/p"; }
# as_in_r NAME ROW: the row of contrasts.csv.
as_in_r() { holds "$1" "$2" "$(awk -F, -v i="$1" '$1 == i { print $2 }' tests/reference/contrasts.csv)" "$(awk -F, -v i="$1" '$1 == i { print $3 }' tests/reference/contrasts.csv)"; }

# ---- two waves: apistrat rows 1:140 with api99, rows 61:200 with api00
awk -F, -v OFS=, 'NR == 1 { print "wave", $0 ",score"; next } NR <= 141 { print 1, $0 "," $13 }' $data/apistrat.csv >"$tmp/w1.csv"
awk -F, -v OFS=, 'NR == 1 { print "wave", $0 ",score"; next } NR > 61 { print 2, $0 "," $12 }' $data/apistrat.csv >"$tmp/w2.csv"
cat "$tmp/w1.csv" >"$tmp/both.csv"
tail -n +2 "$tmp/w2.csv" >>"$tmp/both.csv"
waves="--unit stype,snum --weights pw --strata stype"
cmp "$tmp/both.csv" score awards --wave wave $waves
holds change "$(row change score)" 30.7858452392295 10.1520055316506
near rho "$(cell "$tmp/e.csv" estimate "$(row correlation score)")" 0.642292783906978
holds share "$(row change awards=Yes)" 2.9880268566185 3.62918750963548
[ "$(cell "$tmp/e.csv" unit "$(row change awards=Yes)")" = pp ] || fail "a change of shares is not in pp"
[ "$(cell "$tmp/e.csv" wave 1)" = 1 ] && [ "$(cell "$tmp/e.csv" wave 2)" = 2 ] || fail "the waves are not named"
near v1 "$(cell "$tmp/e.csv" std.error 1)" "$(awk 'BEGIN { printf "%.15g", sqrt(153.558279842616) }')"
grep -q '80 units in both, overlap partial' "$tmp/e.csv" || fail "the method does not say the overlap"
cmp "$tmp/both.csv" score --wave wave $waves --of total
holds total "$(row change)" -39795.4739398956 45124.2137599002
cmp "$tmp/both.csv" score --wave wave $waves --as ratio
holds ratio "$(row change_ratio)" 1.04896877247809 0.0166425129220197
cmp "$tmp/w1.csv" "$tmp/w2.csv" score $waves --as difference,relative
holds files "$(row change)" 30.7858452392295 10.1520055316506
holds relative "$(row relative_change)" 0.04896877247809 0.0166425129220197
cmp "$tmp/both.csv" score --wave wave $waves --from 2 --to 1
holds back "$(row change)" -30.7858452392295 10.1520055316506
cmp "$tmp/w1.csv" "$tmp/w2.csv" api99:api00 $waves
holds names "$(row change)" 30.7858452392295 10.1520055316506
# replicate weights: made together for schools in both, or not
reps() { awk -F, -v OFS=, -v seed="$1" 'NR == 1 { printf "%s", $0; for (r = 1; r <= 20; r++) printf ",r%d", r; print ""; next }
  { printf "%s", $0; n = $(NF - 1) + 0; id = $6; gsub(/"/, "", id)
    for (r = 1; r <= 20; r++) { x = sin(id * 12.9898 + r * 78.233 + seed) * 43758.5453; x -= int(x); if (x < 0) x++; printf ",%.6g", 44 * int(3 * x) }
    print "" }' "$2"; }
reps 0 "$tmp/w1.csv" >"$tmp/r1.csv"
reps 0 "$tmp/w2.csv" >"$tmp/r2.csv"
reps 1 "$tmp/w2.csv" >"$tmp/r3.csv"
replicates="--weights pw --repweights r[1-20] --reptype bootstrap --unit stype,snum"
cmp "$tmp/r1.csv" "$tmp/r2.csv" score $replicates
grep -q 'overlap replicates' "$tmp/e.csv" || fail "replicates made together are not seen: $(cat "$tmp/e.csv")"
awk -v r="$(cell "$tmp/e.csv" estimate "$(row correlation)")" 'BEGIN { exit !(r != 0) }' || fail "no covariance of replicates made together"
cmp "$tmp/r1.csv" "$tmp/r3.csv" score $replicates
grep -q 'not made together' "$tmp/err" || fail "no warning of replicates made apart: $(cat "$tmp/err")"
near apart "$(cell "$tmp/e.csv" std.error "$(row change)")" "$(awk -v a="$(cell "$tmp/e.csv" std.error 1)" -v b="$(cell "$tmp/e.csv" std.error 2)" 'BEGIN { printf "%.15g", sqrt(a * a + b * b) }')"
grep -q 'overlap none; their covariance is left out' "$tmp/e.csv" || fail "the rows do not say that the covariance is left out: $(cat "$tmp/e.csv")"
# replicates that are made here are made for each wave by itself
made="--wave wave $waves --make-reps jkn"
run_fails 2 '--coordinated is for replicate weights read from the files' "$program" compare "$tmp/both.csv" score $made --coordinated
run_fails 2 'know nothing of the units in both' "$program" compare "$tmp/both.csv" score $made
cmp "$tmp/both.csv" score $made --independent --quiet
grep -q 'overlap none; taken as independent' "$tmp/e.csv" || fail "the rows do not say that the waves are taken as independent: $(cat "$tmp/e.csv")"
near made "$(cell "$tmp/e.csv" std.error "$(row change)")" "$(awk -v a="$(cell "$tmp/e.csv" std.error 1)" -v b="$(cell "$tmp/e.csv" std.error 2)" 'BEGIN { printf "%.15g", sqrt(a * a + b * b) }')"
# independent: the wrong answer, where it is asked for
cmp "$tmp/both.csv" score --wave wave --independent --weights pw --strata stype
near independent "$(cell "$tmp/e.csv" std.error "$(row change)")" "$(awk 'BEGIN { printf "%.15g", sqrt(153.558279842616 + 133.273961543237) }')"
# a stratum is a planned domain: V1, V2 and the change by hand from its own rows; and a difference of changes
cmp "$tmp/both.csv" score --wave wave $waves --by stype --against H
e=$(cell "$tmp/e.csv" estimate "$(row change ',E,')"); h=$(cell "$tmp/e.csv" estimate "$(row change ',H,')")
near dd "$(cell "$tmp/e.csv" estimate "$(row change_difference 'E - H')")" "$(awk -v a="$e" -v b="$h" 'BEGIN { printf "%.15g", a - b }')" 1e-8
near dd.call "$(number estimate "$tmp/both.csv" --wave wave $waves --contrast 'mean(score, stype == "E") - mean(score, stype == "H")')" "$(awk -v a="$e" -v b="$h" 'BEGIN { printf "%.15g", a - b }')" 1e-8
# ReGenesees' own example
cmp $data/regenesees_delta_el_s1.csv $data/regenesees_delta_el_s2.csv y --unit id --weights w --strata strata --of total
holds delta.total "$(row change)" 484.238114787481 202.102381075077
holds delta.relative "$(row relative_change)" 0.167133277995113 0.0771271391419542
# each wave calibrated: the change is that of the calibrated estimates, its error from the residuals
cmp "$tmp/both.csv" score --wave wave $waves --poststratify 'stype: E=4421, H=755, M=1018'
post=$(cell "$tmp/e.csv" std.error "$(row change)")
awk -v a="$post" 'BEGIN { exit !(a > 0 && a != 10.1520055316506) }' || fail "post-stratification changes nothing: $post"

# ---- groups
clus1="--weights pw --cluster dnum --fpc fpc"
cmp $data/apiclus1.csv api99 $clus1 --by stype --to H
holds D07 "$(row difference 'E - H')" 12.077380952380963 33.4476922227174
cmp $data/apiclus1.csv api99 $clus1 --by stype --contrast 'E - H'
holds D07.contrast 1 12.077380952380963 33.4476922227174
cmp $data/apistrat.csv api00 --weights pw --strata stype --fpc fpc --by comp.imp --to overall
holds D09 "$(row difference 'Yes - overall')" 14.114922907960249 6.7736383162952096
cmp $data/apistrat.csv api00 --weights pw --strata stype --fpc fpc --by comp.imp --contrast 'Yes - overall'
holds D09.contrast 1 14.114922907960249 6.7736383162952096
strat="$data/apistrat.csv --weights pw --strata stype --fpc fpc"
cmp $data/apistrat.csv api00 api99 --weights pw --strata stype --fpc fpc --contrast 'api00 - api99'
holds E01 1 32.8925183753596 2.0511124077106051
cmp $data/apiclus1.csv api00,api99 $clus1 --contrast 'api00 - api99'
holds E02 1 37.191256830601105 3.0851969668994608
cmp $strat --contrast 'total(api.stu)/total(enroll)'
holds E03 1 0.83695688694052173 0.007757103166637888
stages="--cluster dnum,snum --fpc fpc1,fpc2"
cmp $data/apiclus2.csv api00 $stages --by stype --pairs
as_in_r stages.E-H "$(row difference 'E - H')"
as_in_r stages.E-M "$(row difference 'E - M')"
[ -n "$(row difference 'H - M')" ] || [ -n "$(row difference 'M - H')" ] || fail "a pair is missing"
# Holm over the three, from the p of each
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) { if ($i == "statistic") s = i; if ($i == "estimate") e = i } next }
  $s == "difference_p" { p[n++] = $e } $s == "difference_p_holm" { q[m++] = $e }
  END {
    for (i = 0; i < 3; i++) { rank[i] = 0; for (k = 0; k < 3; k++) rank[i] += p[k] < p[i] }
    for (i = 0; i < 3; i++) {
      want = 0
      for (k = 0; k < 3; k++) if (rank[k] <= rank[i]) { x = p[k] * (3 - rank[k]); if (x > want) want = x }
      if (want > 1) want = 1
      if ((want - q[i]) ^ 2 > 1e-24) exit 1
    }
    exit n != 3 || m != 3
  }' "$tmp/e.csv" || fail "Holm: $(cat "$tmp/e.csv")"
cmp $data/apiclus2.csv api00 $stages --by stype --to H --as ratio
as_in_r stages.E/H "$(row ratio 'E / H')"
cmp $data/apiclus2.csv api00 $stages --by stype --contrast '(E + M)/2 - H'
as_in_r stages.mixed 1
cmp $data/apiclus2.csv api99 $stages --by stype --of total --contrast 'log(E) - log(H + M)'
as_in_r total.log 1
post="$clus1 --poststratify 'stype: E=4421, H=755, M=1018'"
eval "cmp $data/apiclus1.csv api00 $post --by stype --contrast 'E - H' --contrast 'E / M'"
as_in_r post.E-H 1
as_in_r post.E/M "$(row contrast 'E / M')"
cmp $data/apistrat.csv "awards == 'Yes'" --weights pw --strata stype --fpc fpc --by sch.wide --contrast 'Yes - No'
as_in_r share.Yes-No 1
cmp $data/apistrat.csv api00 --weights pw --strata stype --fpc fpc --by stype,sch.wide --to H
as_in_r inner.Yes "$(row difference 'E - H,Yes')"
as_in_r inner.No "$(row difference 'E - H,No')"
cmp $strat --contrast 'sqrt(total(api00) * total(api99)) / total(enroll)'
as_in_r formula.sqrt 1
cmp $strat --make-reps jkn --contrast 'mean(api00) - mean(api99)'
as_in_r jkn.api00-api99 1
cmp $data/apistrat.csv api00 --weights pw --strata stype --fpc fpc --make-reps jkn --by stype --to H
as_in_r jkn.E-H "$(row difference 'E - H')"
cmp $data/apistrat.csv api.stu/enroll --weights pw --strata stype --fpc fpc --of ratio --by stype --to H
as_in_r ratio.E-H "$(row difference 'E - H')"
# a formula over calls is that over groups
a=$(number std.error $data/apiclus1.csv $clus1 --contrast 'mean(api99, stype == "E") - 2 * mean(api99, stype == "H")')
cmp $data/apiclus1.csv api99 $clus1 --by stype --contrast 'E - 2*H'
near calls "$(cell "$tmp/e.csv" std.error 1)" "$a" 1e-12
# quantiles: the difference is of what 'quantile --by' prints
cmp $data/apistrat.csv api00 --weights pw --strata stype --of quantile --probs 0.5 --by stype --to H
q=$(cell "$tmp/e.csv" estimate "$(row difference 'E - H')")
"$program" quantile $data/apistrat.csv api00 --weights pw --strata stype --probs 0.5 --by stype --format csv >"$tmp/e.csv"
near quantile "$q" "$(awk -F, 'NR > 1 { for (i = 1; i <= NF; i++) if ($i == "E") e = $5; else if ($i == "H") h = $5 } END { printf "%.15g", e - h }' "$tmp/e.csv")"

# ---- a group within one sampling unit has no error of its own, and so has no comparison with it
awk -F, -v OFS=, 'NR == 1 { print $0, "solo"; next } { print $0, $1 == 1 || $1 == 2 ? "one" : "many" }' tests/cli/data/shops.csv >"$tmp/solo.csv"
solo="--weights weight --cluster psu"
nothing() { # NAME ROW: a value, the reason, no error
  [ -n "$(cell "$tmp/e.csv" estimate "$2")" ] && [ -z "$(cell "$tmp/e.csv" std.error "$2")" ] && [ -z "$(cell "$tmp/e.csv" conf.low "$2")" ] || fail "$1: $(cat "$tmp/e.csv")"
  [ "$(cell "$tmp/e.csv" na_reason "$2")" = "too few sampling units for an error" ] || fail "$1: no reason: $(cat "$tmp/e.csv")"
  ! grep -q '_p,' "$tmp/e.csv" || fail "$1: a p: $(cat "$tmp/e.csv")"
}
for of in mean total ratio; do
  what=spend; [ $of = ratio ] && what=spend/id
  cmp "$tmp/solo.csv" $what --of $of $solo --by solo --pairs --as difference,ratio,relative
  for k in difference ratio relative; do nothing "$of $k" "$(row $k)"; done
done
cmp "$tmp/solo.csv" spend --of quantile $solo --by solo --to many
nothing quantile "$(row difference)"
cmp "$tmp/solo.csv" online --of prop $solo --by solo --to many
nothing prop "$(row difference)"
cmp "$tmp/solo.csv" spend $solo --by solo --contrast 'one - overall'
nothing contrast "$(row contrast)"
cmp "$tmp/solo.csv" $solo --contrast 'mean(spend, solo == "one") / mean(spend)'
grep -q ',,,,0.95,0,,,,,,,too few sampling units for an error,' "$tmp/e.csv" && ! grep -q '_p,' "$tmp/e.csv" || fail "calls: $(cat "$tmp/e.csv")"
cmp "$tmp/solo.csv" spend $solo --by residence --pairs
[ -n "$(cell "$tmp/e.csv" std.error "$(row difference)")" ] && grep -q difference_p "$tmp/e.csv" || fail "two groups of many units lost their error"
gap() { "$program" "$@" $solo --by solo --gap overall --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }
for call in "mean $tmp/solo.csv spend" "total $tmp/solo.csv spend" "prop $tmp/solo.csv online==1" "ratio $tmp/solo.csv spend/id"; do
  gap $call
  at=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "statistic") c = i } NR > 1 && $c ~ /^gap/ && /,one,/ { print NR - 1; exit }' "$tmp/e.csv")
  nothing "gap $call" "$at"
done
"$program" mean "$tmp/solo.csv" spend $solo --standardize solo --standard 'one=1, many=2' --format csv >"$tmp/e.csv" || fail "standardised"
nothing standardised 1

# ---- what is printed
"$program" compare $data/apiclus1.csv api99 $clus1 --by stype --pairs >"$tmp/out" 2>"$tmp/err" || fail "table: $(cat "$tmp/err")"
grep -q 'p (holm)' "$tmp/out" || fail "the table has no adjusted p: $(cat "$tmp/out")"
"$program" compare "$tmp/both.csv" score --wave wave $waves >"$tmp/out" 2>"$tmp/err" || fail "table: $(cat "$tmp/err")"
grep -q 'units in both: 80; partial' "$tmp/out" || fail "the head says nothing of the overlap: $(cat "$tmp/out")"
"$program" compare "$tmp/both.csv" score --wave wave $waves --format json | grep -q '"statistic":"correlation"' || fail "json"

# ---- bad input
bad() { run_fails 2 "$1" "$program" compare "${@:2}"; }
bad 'name the variable that says which unit' "$tmp/both.csv" score --wave wave --weights pw --strata stype
bad "'pair' is not difference, ratio or relative" "$tmp/both.csv" score --wave wave $waves --as pair
bad 'what is to be compared' "$tmp/both.csv" score --weights pw
bad 'groups are compared: give --by too' "$tmp/both.csv" score --weights pw --pairs
bad '--unit is for two waves' "$tmp/both.csv" score --unit snum --weights pw
bad "no group has the level 'Z' of stype" $data/apiclus1.csv api99 $clus1 --by stype --to Z
bad "'X' is not a level of stype, or overall" $data/apiclus1.csv api99 $clus1 --by stype --contrast 'E - X'
bad 'names nothing' $data/apiclus1.csv api99 $clus1 --by stype --contrast '1 - 2'
bad "'api98' is not a variable that is estimated: did you mean 'api99'" $data/apiclus1.csv api99 $clus1 --contrast 'api98 - 1'
bad 'a bracket is not closed' $data/apiclus1.csv $clus1 --contrast 'mean(api99'
bad 'it is ratio(Y, X) or' $data/apiclus1.csv $clus1 --contrast 'ratio(api99)'
bad 'has 3 shares: say of which level' $data/apiclus1.csv $clus1 --contrast 'prop(stype)'
bad "'api99' is not a call like mean(y)" $data/apiclus1.csv $clus1 --contrast 'mean(api00) - api99'
bad 'stype is text, not a number: use --of prop' $data/apiclus1.csv stype $clus1 --of mean --by awards --pairs
bad "'sidak' is not holm, bonferroni, bh or none" $data/apiclus1.csv api99 $clus1 --by stype --pairs --adjust sidak
bad 'nothing is compared: name a variable' $data/apiclus1.csv $clus1 --by stype --pairs
bad 'of 3 waves: name the two' $data/apiclus1.csv api99 --wave stype --unit snum --weights pw
bad "no case is of wave 'Q'" $data/apiclus1.csv api99 --wave stype --from Q --to E --unit snum --weights pw
bad "did you mean 'wave'" "$tmp/both.csv" score --wave waev $waves
sed '3s/.*/&/; 4d' "$tmp/w1.csv" >"$tmp/short.csv"
sed -n '2p' "$tmp/w1.csv" >>"$tmp/short.csv"
run_fails 1 'the unit stands in the wave twice, first as case 1' "$program" compare "$tmp/short.csv" "$tmp/w2.csv" score $waves
finish
