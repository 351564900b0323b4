#!/usr/bin/env bash
# --design FILE: the design and weighting in the words of a study file give what the options give; options against it are refused.
. tests/cli/lib.sh
need_program
data=tests/cli/data/shops.csv
cat >"$tmp/design.yaml" <<'YAML'
derived:
  big: spend > 100
design: {weights: weight, strata: stratum, clusters: [psu]}
weighting:
  - rake:
      - {by: [residence], totals: {rural: 90, urban: 80}}
YAML
options="--weights weight --strata stratum --cluster psu"
margin='residence: rural=90, urban=80'
same() { # same COMMAND WORDS...: numbers by the file and by options
  "$program" "$@" --design "$tmp/design.yaml" --format csv >"$tmp/a.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"
  "$program" "$@" $options --rake "$margin" --format csv >"$tmp/b.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"
  awk -F, 'NR == FNR { a[FNR] = $0; next } { m = split(a[FNR], x, ","); n = split($0, y, ",")
      for (i = 1; i <= 13; i++) { d = x[i] - y[i]; if (d < 0) d = -d; t = y[i] < 0 ? -y[i] : y[i]; if (d > 1e-12 * (t + 1)) exit 1 } }
    END { exit FNR < 2 }' "$tmp/a.csv" "$tmp/b.csv" || fail "$*: $(cat "$tmp/a.csv" "$tmp/b.csv")"
}
same mean $data spend
same total $data spend --by residence
same prop $data "spend > 100"
same quantile $data spend --probs 0.5
same ratio $data spend/weight
same compare $data spend --by residence --pairs
"$program" tab $data residence big --design "$tmp/design.yaml" >"$tmp/out" 2>"$tmp/err" || fail "a derived variable: $(cat "$tmp/err")"
"$program" mean $data spend --design "$tmp/design.yaml" >"$tmp/out" 2>"$tmp/err"
grep -q 'raked to 1 margin' "$tmp/out" || fail "the weighting is not said: $(cat "$tmp/out")"
# a weighting of the command line comes after that of the file
"$program" total $data weight --design "$tmp/design.yaml" --trim 5,30 >"$tmp/out" 2>"$tmp/err" || fail "trim: $(cat "$tmp/err")"
grep -q 'raked to 1 margin, trimmed' "$tmp/out" || fail "no trimming after the file's weighting: $(cat "$tmp/out")"
# where the file and options both speak
run_fails 2 'design.yaml: the file says the design: leave --strata out' "$program" mean $data spend --design "$tmp/design.yaml" --strata stratum
run_fails 2 'the file says the design: leave --weights out' "$program" mean $data spend --design "$tmp/design.yaml" --weights none
"$program" mean $data spend --design "$tmp/design.yaml" --missing NA >/dev/null 2>"$tmp/err" || fail "--missing is of the data: $(cat "$tmp/err")"
# faults of the file, with their place
sed 's/strata/stata/' "$tmp/design.yaml" >"$tmp/bad.yaml"
run_fails 2 "bad.yaml:3:27" "$program" mean $data spend --design "$tmp/bad.yaml"
grep -q "did you mean 'strata'" "$tmp/err" || fail "no suggestion: $(cat "$tmp/err")"
run_fails 1 'absent.yaml' "$program" mean $data spend --design "$tmp/absent.yaml"
finish
