#!/usr/bin/env bash
# shuxiao inequality and shuxiao poverty: values by hand, agreement with other commands, the picture, what is refused.
. tests/cli/lib.sh
need_program
data=tests/cli/data/shops.csv
design="--weights weight --strata stratum --cluster psu"
printf 'y,w\n3,2\n1,4\n4,1\n2,3\n' >"$tmp/four.csv"
run() { "$program" "$@" --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }

# 1, 2, 3, 4 with weights 4, 3, 2, 1: mean 2; tests/unit/estimate/test_estimate_inequality.c has the sums
run inequality "$tmp/four.csv" y --weights w --of gini,ge:2,qsr,palma,top:0.1,p90/p10,lorenz --probs 0.4,0.5
i=0
for want in "gini 0.27" "ge_2 0.125" "qsr 1" "palma 1" "top_0.1 0.2" "p90_p10 3" "lorenz_0.4 0.2" "lorenz_0.5 0.3"; do
  set -- $want
  i=$((i + 1))
  [ "$(cell "$tmp/e.csv" statistic $i)" = "$1" ] || fail "row $i is $(cell "$tmp/e.csv" statistic $i), not $1"
  near "$1" "$(cell "$tmp/e.csv" estimate $i)" "$2"
done
run poverty "$tmp/four.csv" y --weights w --of arpt,arpr,fgt1,rmpg,sst
i=0
for want in "arpt 1.2" "arpr 0.4" "fgt1 0.0666666666667" "rmpg 0.166666666667" "sst 0.106666666667"; do
  set -- $want
  i=$((i + 1))
  near "$1" "$(cell "$tmp/e.csv" estimate $i)" "$2"
done
run poverty "$tmp/four.csv" y --weights w --of arpt --threshold '0.5*mean'
near mean "$(cell "$tmp/e.csv" estimate 1)" 1
run poverty "$tmp/four.csv" y --weights w --of arpt --threshold '2*q0.8'
near quantile "$(cell "$tmp/e.csv" estimate 1)" 6
# the scale of the weights enters the form of R's convey: (2 sum C w y - T)/(N T) - 1 = (2*152 - 20)/200 - 1
run inequality "$tmp/four.csv" y --weights w --of gini --form convey
near convey "$(cell "$tmp/e.csv" estimate 1)" 0.42
grep -q "form of R convey" "$tmp/e.csv" || fail "form: $(cat "$tmp/e.csv")"

# the rate at an amount is the share that prop gives, with its error and interval; the line at the mean is the mean
run prop $data "spend <= 80" $design
low=$(cell "$tmp/e.csv" conf.low 1) se=$(cell "$tmp/e.csv" std.error 1)
run poverty $data spend $design --of arpr --threshold 80
near prop.se "$(cell "$tmp/e.csv" std.error 1)" "$se"
near prop.low "$(cell "$tmp/e.csv" conf.low 1)" "$low"
grep -q "threshold 80" "$tmp/e.csv" || fail "threshold in the method"
run mean $data spend $design --by residence
se=$(cell "$tmp/e.csv" std.error 2)
run poverty $data spend $design --of arpt --threshold '1*mean' --threshold-of domain --by residence
near mean.se "$(cell "$tmp/e.csv" std.error 2)" "$se"
# under --where the line stays that of all
run poverty $data spend $design --of arpt
all=$(cell "$tmp/e.csv" estimate 1)
run poverty $data spend $design --of arpt --where 'residence == "urban"'
near where "$(cell "$tmp/e.csv" estimate 1)" "$all"
# replicates and calibrated weights, as everywhere
run inequality $data spend $design --of gini --make-reps jkn
run inequality $data spend $design --of gini --rake 'residence: urban=60, rural=50'

"$program" inequality $data spend $design --by residence --svg "$tmp/l.svg" >/dev/null 2>"$tmp/err" || fail "svg: $(cat "$tmp/err")"
python3 - "$tmp/l.svg" <<'P' || fail "the picture"
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
assert {"rural", "urban", "equality", "Share of the total", "Lorenz curve of spend"} <= set(texts), texts
P
"$program" inequality $data spend $design --svg "$tmp/z.svg" --lang zh >/dev/null 2>&1
grep -q "完全平等" "$tmp/z.svg" || fail "the picture in Chinese"
"$program" poverty $data spend $design | grep -q "arpr" || fail "table"

run_fails 2 "not a measure" "$program" inequality $data spend $design --of geni
run_fails 2 "belongs to 'shuxiao poverty'" "$program" inequality $data spend $design --of arpr
run_fails 2 "belongs to 'shuxiao inequality'" "$program" poverty $data spend $design --of gini
run_fails 2 "is no threshold" "$program" poverty $data spend $design --threshold half
run_fails 2 "is not all or domain" "$program" poverty $data spend $design --threshold-of region
run_fails 2 "is not plain or convey" "$program" inequality $data spend $design --form R
run_fails 2 "needs a number" "$program" inequality $data satisfied $design
run_fails 2 "name one" "$program" inequality $data spend weight $design --svg "$tmp/x.svg"
run_fails 2 "no weights given" "$program" poverty $data spend
printf 'y,w\n3,2\n0,4\n4,1\n' >"$tmp/zero.csv"
run_fails 1 "y: case 2.*y > 0" "$program" inequality "$tmp/zero.csv" y --weights w --of mld
run_fails 1 "y: case 2.*y > 0" "$program" poverty "$tmp/zero.csv" y --weights w --of watts --threshold 5
finish
