#!/usr/bin/env bash
# What a drawing refuses is said by check, before anything is computed: sizes, shapes, provinces; a figure that can be drawn passes both.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
awk 'BEGIN { print "id,g,t,few,k"; for (i = 0; i < 620; i++) printf "%d,%d,L%d,%d,%d\n", i, i % 31 + 1, i % 31 + 1, i % 3, i * 7 % 5 + 1 }' >d.csv
# study GROUP FIGURE
study() {
  cat >s.yaml <<END
study: t
title: {zh: 题, en: T}
data: {p: {file: d.csv}}
design: {weights: none}
groups: {g: {label: {zh: 组, en: G}, by: $1}}
indicators: {a: {prop: k > 2, by: [g]}, b: {prop: k > 3, by: [g]}, c: {prop: k > 1, where: few > 0, by: [g]}}
figures:
- {id: f1, title: {zh: 图, en: F}, $2}
END
}
refused() { # MESSAGE GROUP FIGURE
  study "$2" "$3"
  run_fails 2 "s.yaml:8:3: $1" "$program" check s.yaml
}
refused "31 series are too many for a chart (grouped)" g "type: grouped, indicators: [a, b], domains: [g]"
refused "31 series are too many for a chart (lines)" t "type: lines, indicators: [a, b], domains: [g]"
refused "31 series are too many for a chart (heat)" t "type: heat, indicators: [a, b], domains: [g]"
refused "a chart of the type waterfall has one series, not 2" t "type: waterfall, series: [{label: s}, {label: u}], categories: [{label: c}], cells: [[a.total, b.total]]"
refused "slopes lead between two to 6 periods, not 1" t "type: slopes, series: [{label: s}], categories: [{label: c}], cells: [[a.total]]"
refused "'Atlantis' is none of the 31 provinces" t "type: tiles, series: [{label: s}], categories: [{label: Atlantis}], cells: [[a.total]]"
refused "a tornado has two series .* not 3" t "type: tornado, centre: a.total, series: [{label: s}, {label: u}, {label: v}], categories: [{label: c}], cells: [[a.total, b.total, a.total]]"
study g "type: shares, indicators: [a], domains: [total, g]"
run_fails 2 "s.yaml:8:[0-9]*: 'total' is the whole, and a chart of shares shows its parts" "$program" check s.yaml
# levels that may not occur where cases are left out: a warning, and the run says it
study t "type: grouped, indicators: [a, c], domains: [g]"
"$program" check s.yaml >o 2>e || fail "a warning is an error: $(cat e)"
grep -q "warning: s.yaml:8:3: the run ends where all levels occur that are named: 31 series" e || fail "no warning: $(cat e)"
for figure in "type: bars, indicators: [a], domains: [g]" "type: stacked, indicators: [a, b], domains: [g]" "type: grouped, indicators: [a, b], domains: [total]" \
  "type: bars, series: [], categories: [], cells: []" "type: tiles, series: [{label: s}], categories: [{label: {zh: 北京, en: Beijing}}], cells: [[a.total]]"; do
  study t "$figure"
  "$program" check s.yaml >o 2>e || fail "$figure: $(cat e)"
  "$program" run s.yaml --to html --out made >o 2>e || fail "run of $figure: $(cat e)"
done
finish
