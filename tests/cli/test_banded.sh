#!/usr/bin/env bash
# shuxiao banded: the numbers of tests/reference/banded_expected.csv through the command, what it says of the fit, and bad input.
. tests/cli/lib.sh
need_program
data=tests/reference/banded_data.csv
bands='1=0, 2=0..100, 3=100..200, 4=200..500, 5=500..1000, 6=1000..2000, 7=2000..5000, 8=5000..'
design="--weights w --strata h --cluster psu"
want() { awk -F, -v c="$1" -v s="$2" -v f="$3" '$1 == c && $2 == s { print $f }' tests/reference/banded_expected.csv; }
value() { awk -F, -v s="$2" -v c="$3" 'NR == 1 { for (i = 1; i <= NF; i++) { if ($i == c) at = i; if ($i == "statistic") by = i } } $by == s { print $at; exit }' "$1" | tr -d '\r'; }

for fit in lognormal gb2 singh-maddala dagum fisk; do
  "$program" banded $data band --bands "$bands" $design --fit $fit --of all,quantile_0.9 --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "$fit: $(cat "$tmp/err")"
  for statistic in mean total share_zero mean_positive open_share quantile_0.5 quantile_0.9; do
    near "$fit $statistic" "$(value "$tmp/e.csv" $statistic estimate)" "$(want $fit $statistic 3)" 1e-6
    near "$fit $statistic se" "$(value "$tmp/e.csv" $statistic std.error)" "$(want $fit $statistic 4)" 1e-5
  done
done
for fit in pareto rpme midpoint; do
  "$program" banded $data band --bands "$bands" $design --fit $fit --of mean --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "$fit: $(cat "$tmp/err")"
  near "$fit" "$(value "$tmp/e.csv" mean estimate)" "$(want $fit mean 3)" 1e-9
  near "$fit se" "$(value "$tmp/e.csv" mean std.error)" "$(want $fit mean 4)" 1e-9
done
"$program" banded $data band --bands "$bands" $design --fit pareto --tail-bands 4 --of tail_index --format csv >"$tmp/e.csv"
near "tail of four" "$(value "$tmp/e.csv" tail_index estimate)" "$(want pareto-4 tail_index 3)" 1e-9
"$program" banded $data band --bands "$bands" $design --exact exact --of median --format csv >"$tmp/e.csv"
near "with exact amounts" "$(value "$tmp/e.csv" quantile_0.5 estimate)" "$(want lognormal-exact quantile_0.5 3)" 1e-8
"$program" banded $data --lower lower --upper upper $design --of mean --format csv >"$tmp/e.csv"
near "limits" "$(value "$tmp/e.csv" mean estimate)" "$(want lognormal mean 3)" 1e-8
"$program" banded $data band --bands "$bands" $design --by g --of mean --format csv >"$tmp/e.csv"
grep -q '600.3289' "$tmp/e.csv" || fail "--by g: $(cat "$tmp/e.csv")"
"$program" banded $data band --bands "$bands" $design --where 'g == "a"' --of bands --format csv >"$tmp/e.csv"
[ "$(grep -c 'fitted_' "$tmp/e.csv")" = 7 ] || fail "--of bands: $(cat "$tmp/e.csv")"

# the table for eyes
"$program" banded $data band --bands "$bands" $design --fit gb2 --svg "$tmp/fit.svg" >"$tmp/out" 2>"$tmp/err" || fail "table: $(cat "$tmp/err")"
for text in 'Fit: gb2, b 896.84' 'tail index 3.245' 'Test of the fit (Rao-Scott): F = 0.4431, df 1.858, 81.75, p = 0.629' '200..500 *24.71% *23.90% *0.71'; do
  grep -q -- "$text" "$tmp/out" || fail "the table has no '$text': $(cat "$tmp/out")"
done
[ "$(grep -c '<rect' "$tmp/fit.svg")" = 8 ] || fail "the picture has not 7 bands and its ground"
grep -q '<polyline' "$tmp/fit.svg" || fail "the picture has no curve"
# every limit has its label, in two rows where they are close, and no label stands in another
limits() { sed -n 's/^<text x="\([0-9.]*\)" y="\([0-9.]*\)" text-anchor="middle">\([0-9]*\)<.*/\1 \2 \3/p' "$1"; }
collide() { limits "$1" | awk '{ w = 7 * length($3); if (($2 in x) && $1 - x[$2] < (w + last[$2]) / 2) print $3; x[$2] = $1; last[$2] = w }'; }
[ "$(limits "$tmp/fit.svg" | awk '{ printf "%s ", $3 }')" = "0 100 200 500 1000 2000 5000 " ] || fail "limits: $(limits "$tmp/fit.svg")"
"$program" banded $data band --bands '1=0, 2=0..100, 3=100..300, 4=300..800, 5=800..1000, 6=1000..3000, 7=3000..5000, 8=5000..20000' $design --svg "$tmp/close.svg" >"$tmp/out" 2>&1 || fail "close limits: $(cat "$tmp/out")"
[ "$(limits "$tmp/close.svg" | awk '{ printf "%s ", $3 }')" = "0 100 300 800 1000 3000 5000 20000 " ] || fail "close limits: $(limits "$tmp/close.svg")"
"$program" banded $data band --bands '1=0, 2=0..100, 3=100..105, 4=105..110, 5=110..115, 6=115..120, 7=120..125, 8=125..' $design --fit rpme --svg "$tmp/dense.svg" >"$tmp/out" 2>&1 || fail "dense limits: $(cat "$tmp/out")"
for picture in fit close dense; do [ -z "$(collide "$tmp/$picture.svg")" ] || fail "$picture: labels collide: $(limits "$tmp/$picture.svg")"; done
[ "$(limits "$tmp/dense.svg" | wc -l)" -ge 3 ] || fail "dense limits: $(limits "$tmp/dense.svg")"
if command -v python3 >/dev/null; then python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$tmp/fit.svg" || fail "the picture is no XML"; fi
# a heavy tail, and a mean that rests on it
awk -F, 'BEGIN { print "code,w" } NR > 1 { c = NR % 10 < 3 ? 1 : NR % 10 < 6 ? 2 : NR % 10 < 8 ? 3 : 4; print c ",1" }' $data >"$tmp/heavy.csv"
"$program" banded "$tmp/heavy.csv" code --bands '1=0..100, 2=100..1000, 3=1000..5000, 4=5000..' --weights w --fit fisk >"$tmp/out" 2>&1 || fail "heavy tail: $(cat "$tmp/out")"
grep -q 'too heavy for a mean' "$tmp/out" && grep -q 'quantiles and --fit rpme remain' "$tmp/out" || fail "heavy tail: $(cat "$tmp/out")"
"$program" banded "$tmp/heavy.csv" code --bands '1=0..100, 2=100..1000, 3=1000..5000, 4=5000..' --weights w --fit rpme --lang zh >"$tmp/out" 2>&1
grep -q '落在开口区间' "$tmp/out" || fail "no note of the open band: $(cat "$tmp/out")"

# bad input
run_fails 2 "bands: 2=0..100 and 3=90..200 overlap" "$program" banded $data band --bands '1=0, 2=0..100, 3=90..200' $design
run_fails 2 "leave a gap" "$program" banded $data band --bands '1=0, 2=0..100, 3=101..200' $design
run_fails 1 "band: case 10 holds '6', which no band has" "$program" banded $data band --bands '1=0, 2=0..100, 3=100..200, 4=200..' $design
run_fails 2 "the gb2 fit has 4 parameters and needs at least 5 bands" "$program" banded "$tmp/heavy.csv" code --bands '1=0..1, 2=1..2, 3=2..3, 4=3..' --weights w --fit gb2
run_fails 1 "band: it has no value labels" "$program" banded $data band $design
run_fails 2 "did you mean 'lognormal'" "$program" banded $data band --bands "$bands" $design --fit lognorml
run_fails 2 "did you mean 'median'" "$program" banded $data band --bands "$bands" $design --of medain
run_fails 2 "quantile_P" "$program" banded $data band --bands "$bands" $design --of quantile_2
run_fails 2 "a picture shows one fit" "$program" banded $data band --bands "$bands" $design --by g --svg "$tmp/x.svg"
run_fails 2 "name the variable" "$program" banded $data $design
run_fails 2 "a lower and an upper" "$program" banded $data --lower lower $design
finish
