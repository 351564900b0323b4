#!/usr/bin/env bash
# The published changes through a study file: ReGenesees 2.4 (svyDelta, rho.STRAT = "Full") on apistrat rows 1:140 with api99 and
# 61:200 with api00; R survey's full overlap (E01, E02); and the answers that are known to be wrong do not come out.
. tests/cli/lib.sh
need_program
command -v sqlite3 >/dev/null || { echo "skipped: no sqlite3"; exit 77; }
data=../shared/reference/data
[ -f $data/apistrat.csv ] && [ -f $data/apiclus1.csv ] || { echo "skipped: no reference data"; exit 77; }

# rows FILE FROM TO COLUMN: those rows, COLUMN's values as `score`
rows() { awk -F, -v OFS=, -v from="$2" -v to="$3" -v want="$4" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "\"" want "\"" || $i == want) c = i; print $0 ",score"; next }
  NR > from && NR <= to + 1 { print $0 "," $c }' "$1"; }
# study DESIGN UNIT
study() { cat >"$tmp/study.yaml" <<END
study: schools
wave: 2000
data: {schools: {file: w2.csv}}
design: $1
indicators:
  mean: {mean: score, change: true}
  total: {total: score, change: true}
  award: {prop: awards == "Yes", change: true}
waves:
$2
  series: [{wave: 1999, data: {schools: {file: w1.csv}}}]
END
  rm -rf "$tmp/res"
  "$program" run "$tmp/study.yaml" --out "$tmp/res" --quiet >"$tmp/said" 2>"$tmp/err" || fail "run: $(cat "$tmp/err")"; }
of() { sqlite3 "$tmp/res/results.db" "select printf('%.17g', \"$3\") from result where indicator = '$1' and statistic = '$2' and domain = '${4:-total}'"; }
squared() { awk -v x="$1" 'BEGIN { printf "%.17g", x * x }'; }

rows $data/apistrat.csv 1 140 api99 >"$tmp/w1.csv"
rows $data/apistrat.csv 61 200 api00 >"$tmp/w2.csv"
study '{weights: pw, strata: stype}' '  unit: [stype, snum]'
near mean "$(of mean change estimate)" 30.7858452392295 1e-12
near mean.se "$(of mean change std.error)" 10.1520055316506 1e-12
near total "$(of total change estimate)" -39795.4739398956 1e-12
near total.se "$(of total change std.error)" 45124.2137599002 1e-12
near share "$(awk -v x="$(of award change estimate)" 'BEGIN { printf "%.17g", 100 * x }')" 2.9880268566185 1e-12
near share.se "$(awk -v x="$(of award change std.error)" 'BEGIN { printf "%.17g", 100 * x }')" 3.62918750963548 1e-12
near ratio "$(awk -v x="$(of mean change_relative estimate)" 'BEGIN { printf "%.17g", 1 + x }')" 1.04896877247809 1e-12
near ratio.se "$(of mean change_relative std.error)" 0.0166425129220197 1e-12
near v1 "$(squared "$(of mean mean std.error wave:1999)")" 153.558279842616 1e-12
near v2 "$(squared "$(of mean mean std.error)")" 133.273961543237 1e-12
sqlite3 "$tmp/res/results.db" "select method from result where statistic = 'change'" | grep -qv 'overlap partial, 80 units in both' && fail "not every change says its overlap"
awk -v s="$(of mean change std.error)" -v t="$(of total change std.error)" 'BEGIN { exit s > 10.2 || t > 46000 }' || fail "the errors are those of stacked waves or of independent ones"
study '{weights: pw, strata: stype}' '  unit: []'
near independent "$(of mean change std.error)" "$(awk 'BEGIN { printf "%.17g", sqrt(153.558279842616 + 133.273961543237) }')" 1e-12

rows $data/apistrat.csv 1 200 api99 >"$tmp/w1.csv"
rows $data/apistrat.csv 1 200 api00 >"$tmp/w2.csv"
study '{weights: pw, strata: stype, fpc: fpc}' '  unit: cds'
near E01 "$(of mean change estimate)" 32.8925183753596 1e-12
near E01.se "$(of mean change std.error)" 2.0511124077106051 1e-12
rows $data/apiclus1.csv 1 183 api99 >"$tmp/w1.csv"
rows $data/apiclus1.csv 1 183 api00 >"$tmp/w2.csv"
study '{weights: pw, clusters: [dnum], fpc: fpc}' '  unit: cds'
near E02 "$(of mean change estimate)" 37.191256830601105 1e-12
near E02.se "$(of mean change std.error)" 3.0851969668994608 1e-12
finish
