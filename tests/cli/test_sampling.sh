#!/usr/bin/env bash
# How the sample was drawn, in words: fpc by stage, unequal probabilities, replicates made. Numbers by hand.
. tests/cli/lib.sh
need_program
data=tests/cli/data/schools.csv
shops=tests/cli/data/shops.csv
est() { "$program" "$@" --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }

# weights 3 3 2 2 follow from the fractions; V = 8 + 1/2 * 12 (docs/methods/stages.md)
est total $data pupils --cluster district,school --fpc districts,schools
near total "$(cell "$tmp/e.csv" estimate 1)" 28
near total.se "$(cell "$tmp/e.csv" std.error 1)" 3.7416573867739413
"$program" total $data pupils --cluster district,school --fpc districts,schools |
  grep -q 'finite population correction at 2 stages' || fail "the design is not said"

# strata within districts, everything else the same: two of two drawn schools each, so nothing varies within the second district
printf 'd,s,y,D,S\n1,a,2,4,4\n1,a,6,4,4\n1,b,1,4,3\n1,b,4,4,3\n2,a,5,4,2\n2,a,9,4,2\n2,b,3,4,2\n2,b,3,4,2\n' >"$tmp/later.csv"
est total "$tmp/later.csv" y --cluster d --strata -,s --fpc D,S
near later "$(cell "$tmp/e.csv" estimate 1)" 87 # weights 4 4 3 3 2 2 2 2: district totals 47 and 40
near later.se "$(cell "$tmp/e.csv" std.error 1)" 10.099504938362077 # V = 24.5 + (64 + 13.5) = 102
"$program" total "$tmp/later.csv" y --cluster d --strata -,s --fpc D 2>&1 | grep -q 'strata of a later stage need its fpc' || fail "strata without an fpc pass"

# districts with probability 1/2, then all schools: z = 2 6 4 12, district totals 8 16
est total $data pupils --cluster district --pps brewer --prob p
near brewer "$(cell "$tmp/e.csv" estimate 1)" 24
near brewer.se "$(cell "$tmp/e.csv" std.error 1)" 5.656854249492381 # sqrt(2 * 0.5 * (16 + 16))
printf '.5,.3\n.3,.5\n' >"$tmp/joint.csv" # positive dependence: V = -(0.3 - 0.25)/0.3 * 64
est total $data pupils --cluster district --pps yg --prob p --joint "$tmp/joint.csv"
[ "$(cell "$tmp/e.csv" std.error 1)/$(cell "$tmp/e.csv" na_reason 1)" = "/variance estimated below 0" ] || fail "negative: $(cat "$tmp/e.csv")"
printf '.5,.2\n.2,.5\n' >"$tmp/joint.csv"
est total $data pupils --cluster district --pps yg --prob p --joint "$tmp/joint.csv"
near yg.se "$(cell "$tmp/e.csv" std.error 1)" 4 # sqrt((0.25 - 0.2)/0.2 * 8^2)
est total $data pupils --cluster district --pps hr --prob p --psum 1
near hr.se "$(cell "$tmp/e.csv" std.error 1)" 5.656854249492381 # d = 1 - (2 - 1 + 1/2)/1 = -1/2
printf '.5,.25\n.25,.5\n' >"$tmp/joint.csv" # independent draws
run_fails 1 'for a fixed size and would be 0: choose poisson' "$program" total $data pupils --cluster district --pps yg --prob p --joint "$tmp/joint.csv"
est total $data pupils --cluster district --pps poisson --prob p
near poisson.se "$(cell "$tmp/e.csv" std.error 1)" 12.649110640673518 # sqrt(0.5 * (8^2 + 16^2))
est total $data pupils --cluster district --pps ht --prob p --joint "$tmp/joint.csv"
near poisson.ht "$(cell "$tmp/e.csv" std.error 1)" 12.649110640673518
mkdir -p "$tmp/s/narrative"
cp $data "$tmp/s/d.csv"
printf 'study: p\ntitle: {zh: a, en: a}\nlanguages: [en]\ndata: {main: {file: d.csv}}\ndesign:\n  clusters: district\n  pps: poisson\n  prob: p\nindicators:\n  m: {label: {zh: m, en: m}, total: pupils}\ntables:\n  - {id: t, title: {zh: t, en: t}, indicators: [m], domains: [total], show: [estimate, se]}\n' >"$tmp/s/study.yaml"
est total "$tmp/s/study.yaml" pupils
near poisson.study "$(cell "$tmp/e.csv" std.error 1)" 12.649110640673518
printf 'y,p,w,v\n3,.2,5,1\n8,.5,2,1\n4,.4,2.5,1\n' >"$tmp/w.csv"
est total "$tmp/w.csv" y --pps brewer --prob p --weights v
grep -q 'warning: the weights v are not proportional to 1/p (weight times probability runs from 0.2 to 0.5)' "$tmp/err" || fail "weights against probabilities: $(cat "$tmp/err")"
est total "$tmp/w.csv" y --pps brewer --prob p --weights w
[ ! -s "$tmp/err" ] || fail "right weights: $(cat "$tmp/err")"

# replicates: the jackknife of a total is the linearised variance; factors are said
design="--weights weight --strata stratum --cluster psu"
est total $shops spend $design
se=$(cell "$tmp/e.csv" std.error 1)
est total $shops spend $design --make-reps jkn --mse
near jkn.se "$(cell "$tmp/e.csv" std.error 1)" "$se"
est total $shops spend $design --make-reps raowu --replicates 50 --seed 3
first=$(cell "$tmp/e.csv" std.error 1)
est total $shops spend $design --make-reps raowu --replicates 50 --seed 3 --threads 2
[ "$(cell "$tmp/e.csv" std.error 1)" = "$first" ] || fail "the seed does not fix the bootstrap"
"$program" total $shops spend $design --make-reps bootstrap --replicates 40 | grep -q '40 replicate weights (bootstrap)' || fail "not said"

# what is refused, with its place
run_fails 1 'pupils: case 1: 2 units of stage 2 are in the sample within one of stage 1, its fpc says 1 in all' "$program" total $data pupils --cluster district,school --fpc districts,pupils
run_fails 2 'stages have an fpc' "$program" total $data pupils --cluster district,school --fpc districts
run_fails 2 'not one of brewer' "$program" total $data pupils --pps best --prob p
run_fails 2 'matrix of joint' "$program" total $data pupils --cluster district --pps ht --prob p
printf '.5,.3\n.3,x\n' >"$tmp/joint.csv"
run_fails 1 "joint.csv:2.*'x' is not a number" "$program" total $data pupils --cluster district --pps ht --prob p --joint "$tmp/joint.csv"
printf '.5,.3\n.3\n' >"$tmp/joint.csv"
run_fails 1 'a square matrix' "$program" total $data pupils --cluster district --pps ht --prob p --joint "$tmp/joint.csv"
run_fails 2 'not one of jk1' "$program" total $shops spend $design --make-reps jk3
run_fails 2 'say how with --make-reps' "$program" total $shops spend $design --replicates 3
run_fails 1 'JK1 is for a design without strata' "$program" total $shops spend $design --make-reps jk1
finish
