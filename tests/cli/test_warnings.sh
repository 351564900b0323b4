#!/usr/bin/env bash
# What `run` refuses `check` tells: tiles of levels that are no provinces. What is doubtful is a warning, and a second run that finds nothing changed warns again.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
awk 'BEGIN { split("mid top low", a, " "); print "w,tier,prov,y"; for (i = 1; i <= 360; i++) printf "%d,%s,%d,%d\n", 10 + i % 3, a[1 + i % 3], 11 + i % 5, (i * i) % 7 < 3 }' >d.csv
cat >base.yaml <<'Y2'
study: s
title: S
languages: [en]
data: {main: {file: d.csv, variables: {prov: {values: {11: Beijing, 12: Tianjin, 13: Hebei, 14: Shanxi, 15: Inner Mongolia}}}}}
design: {weights: w}
groups:
  tier: {label: Tier, by: tier}
  prov: {label: Province, by: prov}
  odd: {label: Odd, by: tier, levels: {top: 北京, mid: Tianjin, low: Hebei}}
indicators:
  m: {label: Share, prop: y == 1, by: [tier, prov, odd]}
  n: {label: Cases, count: y == 1, by: [tier]}
  e: {label: Nobody, prop: y == 1, where: y > 5, by: [tier]}
figures:
Y2
study() { (cat base.yaml; printf '  - %s\n' "$@") >s.yaml; }
study '{id: f, title: F, type: tiles, indicators: [m], domains: [tier]}'
run_fails 2 "s.yaml:15:[0-9]*: '[a-z]*' of 'tier' is none of the 31 provinces" "$program" check s.yaml
for group in prov odd; do
  study "{id: f, title: F, type: tiles, indicators: [m], domains: [$group]}"
  "$program" check s.yaml >said 2>&1 || fail "$group: $(cat said)"
  "$program" run s.yaml --quiet --to html --out out$group >said 2>&1 || fail "run of $group: $(cat said)"
done
study '{id: f, title: F, type: shares, indicators: [m], domains: [tier]}'
"$program" check s.yaml >said 2>&1 || fail "shares of a rate: $(cat said)"
grep -q "warning: s.yaml:15:[0-9]*: 'm' is no amount that groups share" said || fail "shares of a rate: $(cat said)"
study '{id: f, title: F, type: shares, indicators: [n], domains: [tier]}'
"$program" check s.yaml >said 2>&1 || fail "shares of a count: $(cat said)"
grep -q warning said && fail "shares of a count: $(cat said)"
# warnings of a run, and of the run after it, which finds nothing changed, and of one that reuses the table
study '{id: f, title: F, type: bars, indicators: [e], domains: [tier]}'
sed -i 's/^figures:/tables:\n  - {id: b, title: B, rows: tier, cols: prov, where: y > 5}\nfigures:/' s.yaml
for which in first second titled; do
  [ $which = titled ] && sed -i 's/title: S/title: T/' s.yaml
  "$program" run s.yaml --to html --out made >said 2>err || fail "$which: $(cat err)"
  grep -q 'f: none of the 3 values of the figure is known and published: its drawing is empty' err || fail "$which: no warning of the figure: $(cat err)"
  grep -q 'no case has an answer where y > 5: the table is empty' err || fail "$which: no warning of the table: $(cat err)"
  [ "$(grep -c 'its drawing is empty' err)" = 1 ] || fail "$which: told more than once: $(cat err)"
  sort err >$which.err
done
cmp -s first.err second.err || fail "the second run says something else: $(diff first.err second.err)"
finish
