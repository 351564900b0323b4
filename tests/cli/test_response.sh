#!/usr/bin/env bash
# From selection to calibration by options, and `response`: the numbers of response.R (R survey 4.1-1), the same from a study, the
# weights written to a file and used again, and what is refused.
. tests/cli/lib.sh
need_program
data=tests/reference/response_data.csv
ref=tests/reference/response.csv
design="--weights w --strata h --cluster psu"
ref() { awk -F, -v id="$1" -v c="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == c) k = i } $1 == id { print $k }' $ref; }
est() { "$program" "$@" --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }

# nonresponse in every form: linearised and by jackknife
who="--disposition code --eligibility classes:region"
for id in classes propensity cut; do
  case $id in
  classes) adjust="--nonresponse classes:region,age5" ;;
  propensity) adjust="--nonresponse propensity:age,urban,region --factor region" ;;
  cut) adjust="--nonresponse propensity:age,urban,region --factor region --max-factor 1.7" ;;
  esac
  est total $data y $design $who $adjust
  near "$id" "$(cell "$tmp/e.csv" estimate 1)" "$(ref $id total)" 1e-8
  near "$id error" "$(cell "$tmp/e.csv" std.error 1)" "$(ref $id se)" 1e-8
  est mean $data y $design $who $adjust --make-reps jkn
  near "$id mean" "$(cell "$tmp/e.csv" estimate 1)" "$(ref $id mean)" 1e-8
  near "$id jackknife" "$(cell "$tmp/e.csv" std.error 1)" "$(ref $id jkmean.se)" 1e-8
done
grep -q 'nonresponse: 181 cases take up the weight of 135; 5 parameters' "$tmp/err" || fail "nonresponse is not told: $(cat "$tmp/err")"
# domains, quantiles, gaps and tables: linearised and by jackknife within a twentieth
adjust="$who --nonresponse propensity:age,urban,region --factor region"
for what in "prop urban --by region" "quantile y --probs 0.5" "ratio y/age --by region --gap 2" "tab urban age5"; do
  set -- $what
  est "$1" $data "${@:2}" $design $adjust
  row=1
  a=$(cell "$tmp/e.csv" std.error "$row")
  est "$1" $data "${@:2}" $design $adjust --make-reps jkn
  near "$what by jackknife" "$(cell "$tmp/e.csv" std.error "$row")" "$a" 0.1
done
# conditions in place of dispositions: the same numbers
est total $data y $design --respondent 'code < 2' --eligible 'if(code < 3, 1, if(code >= 4, 0))' --eligibility classes:region \
  --nonresponse classes:region,age5
near "conditions" "$(cell "$tmp/e.csv" std.error 1)" "$(ref classes se)" 1e-8
# two frames and a total that is an estimate
head -1 $data | grep -q '^id,h,psu,w,region,age,age5,urban,y,code$' || fail "the columns of $data"
awk -F, 'NR == 1 { print $0 ",frame,both"; next } { print $0 "," ($2 <= 3 ? "landline" : "mobile") "," $7 % 2 }' $data >"$tmp/f.csv"
est total "$tmp/f.csv" y $design --frame frame --overlap both --composition 0.35
near "frames" "$(cell "$tmp/e.csv" std.error 1)" "$(ref frames.0.35 se)" 1e-8
est total "$tmp/f.csv" y $design --frame frame --overlap both
near "frames, effective" "$(cell "$tmp/e.csv" estimate 1)" "$(ref frames.0.50 total)" 1e-8
totals=$(awk -F, 'NR > 1 { n += $4; a += $4 * $6 } END { printf "(intercept)=%.17g, age=%.17g", 1.03 * n, 1.04 * a }' $data)
est total $data y $design --calibrate linear --totals "$totals±2500"
near "estimated total" "$(cell "$tmp/e.csv" std.error 1)" "$(ref estimated se)" 1e-8
est total $data age $design --calibrate linear --totals "$totals+-2500"
near "its own error" "$(cell "$tmp/e.csv" std.error 1)" 2500 1e-8

# base weights: the chain, its report, the file, and the file used again
awk -F, 'NR == 1 { print $0 ",p1,p2,adults,phones"; next } { printf "%s,0.5,%.17g,%d,%d\n", $0, 2 / $4, 1 + NR % 3, 1 + NR % 2 }' $data >"$tmp/b.csv"
est total "$tmp/b.csv" y --base-prob p1,p2 --strata h --cluster psu $who --nonresponse classes:region,age5
near "product of probabilities" "$(cell "$tmp/e.csv" std.error 1)" "$(ref classes se)" 1e-8
"$program" weight "$tmp/b.csv" --base-prob p1,p2 --persons 'adults<=2' --lines phones --strata h --cluster psu $who \
  --nonresponse classes:region --min-respondents 5 --rake 'urban: 0=9000, 1=14000' --trim 20,200 -o "$tmp/w.csv" --name w_final \
  --format csv >"$tmp/steps.csv" 2>"$tmp/err" || fail "weight: $(cat "$tmp/err")"
[ "$(cut -d, -f1 "$tmp/steps.csv" | paste -sd' ')" = "step weights eligibility nonresponse rake trim" ] || fail "steps: $(cat "$tmp/steps.csv")"
near "sum after raking" "$(cell "$tmp/steps.csv" sum 4)" 23000
near "sum after eligibility" "$(cell "$tmp/steps.csv" sum 2)" "$(cell "$tmp/steps.csv" sum 1)" 1e-12
near "base weight" "$(cell "$tmp/w.csv" base_weight 1)" "$(awk -F, 'NR == 2 { a = $13 > 2 ? 2 : $13; printf "%.17g", $4 * a / $14 }' "$tmp/b.csv")" 1e-12
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "w_final") k = i; next } { s += $k; n += $k > 0 } END { exit !(s > 22999.99 && s < 23000.01 && n == 181) }' "$tmp/w.csv" ||
  fail "the final weights"

# response: the rates of R, weighted and not, with their counts
est response $data --disposition code $design --rates rr2,rr3,rr4
for k in 1 2 3; do
  id=$(cell "$tmp/e.csv" indicator $k)
  near "$id" "$(cell "$tmp/e.csv" estimate $k)" "$(ref "$id" total)" 1e-10
  near "$id error" "$(cell "$tmp/e.csv" std.error $k)" "$(ref "$id" se)" 1e-8
done
[ "$(cell "$tmp/e.csv" statistic 4)" = rate_unweighted ] || fail "no unweighted rates"
near "unweighted rr2" "$(cell "$tmp/e.csv" estimate 4)" "$(awk -F, 'NR > 1 { if ($10 < 2) i++; if ($10 < 4) all++ } END { printf "%.17g", i / all }' $data)"
grep -q 'complete 1[0-9][0-9], partial' "$tmp/err" || fail "the dispositions are not counted: $(cat "$tmp/err")"
est response $data --disposition code $design --rates rr3,e --e 0.5 --by region
near "e is given" "$(cell "$tmp/e.csv" estimate 2)" 0.5
awk 'BEGIN { FS = OFS = "," } NR == 1 { print; next } { $10 = $10 < 1.2 ? "done" : $10 < 2 ? "part" : $10 < 2.2 ? "no" : $10 < 3 ? "away" : $10 < 4 ? "?" : "out"; print }' $data >"$tmp/o.csv"
est response "$tmp/o.csv" --disposition code $design --rates rr3 \
  --codes 'complete=done; partial=part; refusal=no; noncontact=away; unknown_household=?; ineligible=out'
near "own codes" "$(cell "$tmp/e.csv" std.error 1)" "$(ref rr3 se)" 1e-8

# the page docs/methods/response-rates.md, by hand
awk 'BEGIN { print "code"; split("1000 50 200 300 50 300 100 400", n); split("1.1 1.2 2.1 2.2 2.3 3.1 3.2 4.1", c); for (k = 1; k <= 8; k++) for (i = 0; i < n[k]; i++) print c[k] }' >"$tmp/hand.csv"
est response "$tmp/hand.csv" --disposition code --weights none
for k in 1 2 3 4 11 12 14 17; do
  grep -q "$(printf '%.4f' "$(cell "$tmp/e.csv" estimate $k)")" docs/methods/response-rates.md || fail "the page has no $(cell "$tmp/e.csv" indicator $k) $(cell "$tmp/e.csv" estimate $k)"
done
# the page docs/methods/nonresponse.md, docs/methods/dual-frame.md, docs/methods/estimated-totals.md
for id in classes propensity; do
  grep -q "$(printf '%.4f' "$(ref $id se)")" docs/methods/nonresponse.md || fail "the page has no error of $id"
  grep -q "$(printf '%.4f' "$(ref $id jk.se)")" docs/methods/nonresponse.md || fail "the page has no jackknife error of $id"
done
grep -q "$(printf '%.4f' "$(ref frames.0.35 se)")" docs/methods/dual-frame.md || fail "docs/methods/dual-frame.md: the example"
grep -q "$(printf '%.4f' "$(ref estimated se)")" docs/methods/estimated-totals.md || fail "docs/methods/estimated-totals.md: the example"

# the same in a study: the same total and error
mkdir "$tmp/s"
cp $data "$tmp/s/d.csv"
cat >"$tmp/s/study.yaml" <<YAML
study: response
title: {zh: 回答, en: Response}
date: 2025-12
wave: 2025-S1
languages: [en]
data: {d: {file: d.csv}}
design: {weights: w, strata: h, clusters: [psu]}
weighting:
  - eligibility: {disposition: code, classes: [region]}
  - nonresponse: {disposition: code, propensity: [age, urban, region], factors: [region]}
indicators:
  y: {label: {zh: 值, en: Value}, total: y}
YAML
est total "$tmp/s/study.yaml" y
near "study" "$(cell "$tmp/e.csv" estimate 1)" "$(ref propensity total)" 1e-8
near "study error" "$(cell "$tmp/e.csv" std.error 1)" "$(ref propensity se)" 1e-8
"$program" run "$tmp/s/study.yaml" --out "$tmp/s/out" >/dev/null 2>"$tmp/err"
code=$?
[ $code = 0 ] || [ $code = 3 ] || fail "run: exit $code: $(cat "$tmp/err")"
sed -i 's/- nonresponse:.*/- nonresponse: {respondent: code < 2, eligible: "if(code < 3, 1, if(code >= 4, 0))", classes: [region, age5]}/; s/disposition: code, classes: \[region\]/respondent: code < 2, eligible: "if(code < 3, 1, if(code >= 4, 0))", classes: [region]/' "$tmp/s/study.yaml"
est total "$tmp/s/study.yaml" y
near "study, classes" "$(cell "$tmp/e.csv" std.error 1)" "$(ref classes se)" 1e-8
sed -i "s/^weighting:/weighting:\n  - frames: {frame: region, overlap: urban, lambda: 0.4}/" "$tmp/s/study.yaml"
est total "$tmp/s/study.yaml" y
sed "s/^  - nonresponse:.*/  - nonresponse: {disposition: code, propensty: [age]}/" "$tmp/s/study.yaml" >"$tmp/s/bad.yaml"
run_fails 2 'propensty' "$program" check "$tmp/s/bad.yaml"
sed "s/^  - nonresponse:.*/  - nonresponse: {disposition: code, propensity: [agge]}/" "$tmp/s/study.yaml" >"$tmp/s/bad.yaml"
run_fails 2 "agge" "$program" check "$tmp/s/bad.yaml"
sed "s/^  - nonresponse:.*/  - nonresponse: {classes: [region]}/" "$tmp/s/study.yaml" >"$tmp/s/bad.yaml"
run_fails 2 'say who responded' "$program" check "$tmp/s/bad.yaml"
sed "s/^  - nonresponse:.*/  - calibrate: {totals: {(intercept): 12000, age: \"580000±2500\"}}/; /eligibility/d; /frames/d" "$tmp/s/study.yaml" >"$tmp/s/est.yaml"
est total "$tmp/s/est.yaml" age
near "study, estimated total" "$(cell "$tmp/e.csv" std.error 1)" 2500 1e-8

# totals estimated from another sample: its own estimate, its own error
cat >"$tmp/s/other.yaml" <<YAML
study: other
title: {zh: 他, en: Other}
date: 2025-12
wave: 2025-S1
languages: [en]
data: {d: {file: d.csv}}
design: {weights: w, strata: h, clusters: [psu]}
indicators:
  y: {label: {zh: 值, en: Value}, total: y}
YAML
est total $data age $design
a=$(cell "$tmp/e.csv" estimate 1)
s=$(cell "$tmp/e.csv" std.error 1)
awk -F, 'NR == 1 || $1 % 2' $data >"$tmp/half.csv"
est total "$tmp/half.csv" age $design --calibrate linear --totals-from "$tmp/s/other.yaml" --totals '(intercept), age, urban=1'
near "total of another sample" "$(cell "$tmp/e.csv" estimate 1)" "$a" 1e-9
near "its error" "$(cell "$tmp/e.csv" std.error 1)" "$s" 1e-8
run_fails 2 'is not a study' "$program" total $data y $design --calibrate linear --totals-from $data --totals age
run_fails 2 'belongs to --calibrate' "$program" total $data y $design --totals-from "$tmp/s/other.yaml"

# what is refused
run_fails 2 'say who responded' "$program" total $data y $design --nonresponse classes:region
run_fails 1 'eligibility first' "$program" total $data y $design --disposition code --nonresponse classes:region
run_fails 2 'is not classes:VARIABLES or propensity' "$program" total $data y $design --disposition code --eligibility all --nonresponse region
run_fails 2 'belongs to --nonresponse' "$program" total $data y $design --max-factor 3
run_fails 2 '--disposition: alone it leaves the nonrespondents in: add --nonresponse' "$program" total $data y $design --disposition code
run_fails 2 '--disposition: alone' "$program" weight $data $design --disposition code --output "$tmp/w.csv"
run_fails 2 '--eligible belongs to --respondent' "$program" total $data y $design --disposition code --eligible 'code < 3' --nonresponse classes:region
run_fails 2 '--propensity-strata belongs to --nonresponse propensity' "$program" total $data y $design --disposition code --eligibility all --nonresponse classes:region --propensity-strata 5
run_fails 2 '--min-respondents belongs to classes' "$program" total $data y $design --disposition code --nonresponse propensity:age --min-respondents 5
run_fails 2 '--factor: urban is neither estimated' "$program" total $data y $design --disposition code --eligibility all --nonresponse propensity:age,region --factor urban
run_fails 2 'belongs to --disposition' "$program" total $data y $design --codes 'complete=1'
run_fails 2 "did you mean 'refusal'" "$program" response $data --disposition code $design --codes 'refussal=2'
run_fails 1 "code: case 8: the code '4.1' is none of those given" "$program" response $data --disposition code $design --codes 'complete=1.1; partial=1.2; refusal=2; unknown_household=3'
run_fails 2 'give the variable of the final dispositions' "$program" response $data $design
run_fails 2 'is none of rr1' "$program" response $data --disposition code $design --rates rr7
run_fails 2 'between 0 and 1' "$program" response $data --disposition code $design --e 2
run_fails 2 'not both' "$program" total "$tmp/b.csv" y --base-prob p1,p2 --weights w
run_fails 1 'adults: case 1: the inclusion probability is 3' "$program" total "$tmp/b.csv" y --base-prob p2,adults
run_fails 2 'say with --overlap' "$program" total "$tmp/f.csv" y $design --frame frame
run_fails 2 'belongs to --frame' "$program" total "$tmp/f.csv" y $design --overlap both
awk -F, -v OFS=, 'NR == 1 { print $0, "other"; next } { print $0, 20 }' "$tmp/f.csv" >"$tmp/f2.csv"
"$program" total "$tmp/f2.csv" y $design --frame frame --overlap both --composition single:other >"$tmp/out" 2>"$tmp/err" || fail "single frame: $(cat "$tmp/err")"
grep -q 'of both, by frame: [0-9+/ ]*; the overlap' "$tmp/err" || fail "the single frame has no lambda: $(cat "$tmp/err")"
run_fails 2 'is not effective' "$program" total "$tmp/f.csv" y $design --frame frame --overlap both --composition mean
run_fails 2 'nothing to weight to' "$program" weight $data $design -o "$tmp/x.csv"
run_fails 2 'leave --base-prob out' "$program" total "$tmp/s/est.yaml" y --base-prob p1
finish
