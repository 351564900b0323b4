#!/usr/bin/env bash
# shuxiao area: the milk data as R's sae prints them, a survey with a file of areas, benchmarks, what is refused.
. tests/cli/lib.sh
need_program
milk=tests/cli/data/milk.csv
given="--estimate est --se se --area area"
run() { "$program" area "$@" --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }
# value STATISTIC AREA COLUMN: rows are four to an area
value() {
  awk -F, -v s="$1" -v a="$2" -v want="$3" 'NR == 1 { for (i = 1; i <= NF; i++) { if ($i == want) c = i; if ($i == "statistic") st = i; if ($i == "area") ar = i } }
    $st == s && $ar == a { print $c }' "$tmp/e.csv" | tr -d '\r'
}

# sae 1.3, eblupFH and mseFH; its iteration stops at 1e-4
run $milk $given --covariates major --factor major
near eblup.1 "$(value eblup 1 estimate)" 1.0219703 1e-5
near eblup.22 "$(value eblup 22 estimate)" 1.1923057 1e-5
near rmse.1 "$(value eblup 1 std.error)" "$(awk 'BEGIN { printf "%.12g", sqrt(0.013460220) }')" 1e-5
near gamma "$(value gamma 22 estimate)" 0.2331635 1e-5
near direct "$(value direct 7 estimate)" 1.257
near direct.se "$(value direct 7 std.error)" 0.202
near synthetic "$(value synthetic 43 estimate)" 0.7268879 1e-6
[ "$(awk 'END { print NR - 1 }' "$tmp/e.csv")" = 172 ] || fail "rows"
grep ',eblup,' "$tmp/e.csv" | grep -qv 'model-based' && fail "an EBLUP is not marked"
grep ',direct,' "$tmp/e.csv" | grep -q 'model-based' && fail "a direct estimate is marked"
# the same model by conditions as covariates; other methods
run $milk $given --covariates 'major == 2' --method ml
grep -q "Fay-Herriot, ml" "$tmp/e.csv" || fail "method"
"$program" area $milk $given --covariates major --factor major --method fh | grep -q "variance between areas 0.01642" || fail "fh"

# an area without an estimate is synthetic; the areas agree with the total
printf 'area,est,se,x,pop\na,10,1,1,100\nb,14,2,2,300\nc,,,3,200\nd,21,2,4,100\ne,22,1,5,100\nf,31,3,6,200\n' >"$tmp/d.csv"
run "$tmp/d.csv" $given --covariates x --benchmark ratio --share pop --total 20
near benchmark "$(for a in a b c d e f; do value eblup $a estimate; done | awk '{ s += $1 * (NR == 1 || NR == 4 || NR == 5 ? 1 : NR == 2 ? 3 : 2) / 10 } END { printf "%.15g", s }')" 20
grep ',eblup,c,' "$tmp/e.csv" | grep -q "no direct estimate" || fail "synthetic mark"
[ -z "$(value direct c estimate)" ] || fail "a direct estimate of nothing"
run "$tmp/d.csv" $given --covariates x --benchmark difference --total 120
near sum "$(for a in a b c d e f; do value eblup $a estimate; done | awk '{ s += $1 } END { printf "%.15g", s }')" 120
"$program" area "$tmp/d.csv" $given --covariates x | grep -q "synthetic *$" || fail "table"

# a survey: direct estimates and errors are those of mean --by
awk 'BEGIN { srand(3); print "area,w,y"; for (i = 0; i < 200; i++) printf "%s,%d,%.3f\n", substr("abcdef", i % 6 + 1, 1), 1 + i % 3, 5 + i % 6 + 4 * rand() }' >"$tmp/s.csv"
printf 'area,x,pop\na,1,10\nb,2,10\nc,3,20\nd,4,10\ne,5,10\nf,6,30\ng,7,5\n' >"$tmp/areas.csv"
"$program" mean "$tmp/s.csv" y --weights w --by area --format csv >"$tmp/m.csv"
run "$tmp/s.csv" y --by area --weights w --areas "$tmp/areas.csv" --covariates x
near survey.direct "$(value direct b estimate)" "$(cell "$tmp/m.csv" estimate 2)"
near survey.se "$(value direct b std.error)" "$(cell "$tmp/m.csv" std.error 2)"
[ "$(value eblup b n)" = "$(cell "$tmp/m.csv" n 2)" ] || fail "cases"
grep ',eblup,g,' "$tmp/e.csv" | grep -q "no direct estimate" || fail "an area outside the survey"
run "$tmp/s.csv" y --by area --weights w --areas "$tmp/areas.csv" --covariates x --benchmark difference --share pop
near whole "$(for a in a b c d e f g; do value eblup $a estimate; done | awk '{ split("10 10 20 10 10 30 5", p, " "); s += $1 * p[NR] / 95 } END { printf "%.15g", s }')" \
  "$("$program" mean "$tmp/s.csv" y --weights w --format csv >"$tmp/m.csv"; cell "$tmp/m.csv" estimate 1)"
run "$tmp/s.csv" 'y > 9' --by area --weights w --smooth
near smooth "$(awk 'BEGIN { a = '"$(value direct a std.error)"'^2 * '"$(value eblup a n)"'; b = '"$(value direct f std.error)"'^2 * '"$(value eblup f n)"'; printf "%.12g", a / b }')" 1

run_fails 2 "column of the standard errors" "$program" area $milk --estimate est
run_fails 2 "direct estimates" "$program" area $milk
run_fails 2 "belong to a survey" "$program" area $milk $given --by area
run_fails 2 "not a method" "$program" area $milk $given --method bayes
run_fails 2 "not ratio or difference" "$program" area $milk $given --benchmark sum
run_fails 2 "figure of the whole" "$program" area $milk $given --benchmark ratio
run_fails 2 "give --n" "$program" area $milk $given --smooth
run_fails 2 "means do not add up" "$program" area "$tmp/s.csv" y --by area --weights w --benchmark ratio
run_fails 2 "names the areas" "$program" area "$tmp/s.csv" y --weights w
run_fails 2 "no column area" "$program" area "$tmp/s.csv" y --by area --weights w --areas tests/cli/data/shops.csv
run_fails 1 "no row has area 'f'" "$program" area "$tmp/s.csv" y --by area --weights w --areas <(head -6 "$tmp/areas.csv")
run_fails 1 "collinear\|combination" "$program" area $milk $given --covariates 'major,2*major'
printf 'area,est,se\na,1,0\nb,2,1\nc,3,1\n' >"$tmp/z.csv"
run_fails 1 "a: the sampling variance is 0" "$program" area "$tmp/z.csv" $given
printf 'area,est,se\na,1,1\na,2,1\nc,3,1\n' >"$tmp/z.csv"
run_fails 1 "3 rows name 2 areas" "$program" area "$tmp/z.csv" $given
finish
