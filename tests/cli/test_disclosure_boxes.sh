#!/usr/bin/env bash
# Boxes, nets, means and medians of a question of which some cells are hidden: they go in the columns where a level is hidden, and where no table has the
# levels of the column; they stay where all levels do, beside indicators of the same question too. Several samples of 500 people: region e has few;
# everything that the CSV says, of all tables and indicators, is one system of equations in the numbers of people by region, sex and answer. What boxes and
# means say must lie in the span of what the levels say, and no hidden number of few cases in the span of it all.
. tests/cli/lib.sh
. tests/cli/disclosure.sh
need_program
design='weights: w'
data() { # SEED
  awk -v seed="$1" 'function draw(n) { x = (x * 16807) % 2147483647; return x % n }
  BEGIN {
    x = 7919 * (seed + 1)
    print "region,sex,q,x,w"
    for (i = 1; i <= 500; i++) {
      u = draw(1000); r = u < 300 ? "a" : u < 560 ? "b" : u < 790 ? "c" : u < 984 ? "d" : "e"
      u = draw(100); q = u < 20 ? 1 : u < 40 ? 2 : u < 60 ? 3 : u < 80 ? 4 : 5
      print r "," (draw(2) ? "m" : "f") "," q "," 1 + draw(3) "," (seed % 2 ? 1 + draw(3) : 1)
    }
  }' >p.csv
}
cat >printed.py <<'END'
import csv
from fractions import Fraction as F
rows, people = list(csv.DictReader(open('out/t.csv'))), list(csv.DictReader(open('p.csv')))
atoms = [(r, s, q) for r in 'abcde' for s in 'mf' for q in '12345']
N = dict.fromkeys(atoms, 0)
for p in people: N[p['region'], p['sex'], p['q']] = N.get((p['region'], p['sex'], p['q']), 0) + 1
def inside(a, key): return all(not v or a[i] == v for i, v in enumerate(key))
def key_of(r): return r.get('region', ''), r.get('sex', '')
def scores(indicator, statistic, row): # of an answer in what the number says; whether it is made of levels
    q = indicator.partition('/')[2]
    if statistic.startswith('base') or statistic in ('median', 'n_eff', 'cases'): return None
    if indicator == 'm': return (lambda v: int(v)), False
    if indicator == 'low': return (lambda v: int(v <= '2')), False
    if q == 'q' and row in ('top2', 'bottom2', 'Low'): return (lambda v: int(v >= '4' if row == 'top2' else v <= '2')), True
    if statistic == 'mean' and (q == 'q' or row == 'q'): return (lambda v: int(v)), True
    if q == 'q' and row in list('12345'): return (lambda v: int(v == row)), False
    return None
def known(with_boxes=True):
    out = [[int(inside(a, key)) for a in atoms] for key in {key_of(r) for r in rows}] # how many they are
    for r in rows:
        of = scores(r['indicator'], r['statistic'], r['row'])
        if not of or r['estimate'] == '' or (of[1] and not with_boxes): continue
        out.append([of[0](a[2]) * inside(a, key_of(r)) for a in atoms])
    return out
def rest(kept, line):
    line = [F(x) for x in line]
    for at, own in kept:
        if line[at]:
            f = line[at]
            line = [x - f * y for x, y in zip(line, own)]
    return line
def span(lines):
    kept = []
    for line in lines:
        line = rest(kept, line)
        at = next((i for i, x in enumerate(line) if x), None)
        if at is not None: kept.append((at, [x / line[at] for x in line]))
    return kept
def shown(indicator, statistic, region='', row='', sex='', field='estimate'):
    for r in rows:
        if (r['indicator'], r['statistic'], r['row']) + key_of(r) == (indicator, statistic, row, region, sex): return r[field] != ''
    raise KeyError((indicator, statistic, region, row, sex))
END
ask() { # more of 'disclosure'
  study "min_n: 10$1" <<'END'
groups: {region: {by: region}, sex: {by: sex}}
indicators:
  m: {mean: q, by: [region]}
  low: {count: q <= 2, by: [region, sex]}
tables:
  - {id: B, title: B, rows: [q, x], cols: total + region + sex, stats: [col_pct, cases, top2, bottom2, mean, median], net: {Low: [1, 2]}}
  - {id: G, title: G, rows: "mean(q x)", cols: total}
  - {id: H, title: H, rows: "mean(q x)", cols: sex > region}
END
}
for seed in 1 2 3 4 5 6; do
  data $seed
  ask ''
  run_ok "sample $seed"
  grep -q 'none of its' o && fail "sample $seed: a question is lost: $(cat o)"
  attack "sample $seed" <<'END'
levels, everything = span(known(False)), span(known())
assert len(levels) == len(everything), ('boxes and means say more than the levels', len(levels), len(everything))
few = 0
for key in {key_of(r) for r in rows}:
    for q in '12345':
        line = [int(inside(a, key) and a[2] == q) for a in atoms]
        n = sum(N[a] for a, x in zip(atoms, line) if x)
        if not 0 < n < 10 or (key[0] and key[1]): continue
        few += 1
        assert not shown('B/q', 'col_pct', key[0], q, key[1]), ('published', key, q, n)
        assert any(rest(everything, line)), ('found out', key, q, n)
assert few, few
groups = ['', 'a', 'b', 'c', 'd', 'e']
hidden = [c for c in groups if not all(shown('B/q', 'col_pct', c, q) for q in '12345')]
assert 'e' in hidden and '' not in hidden and 2 <= len(hidden) < 5, hidden
for c in groups: # all of them go in the same groups, and the indicator with them
    for statistic, row in (('col_pct', 'top2'), ('col_pct', 'bottom2'), ('col_pct', 'Low'), ('mean', ''), ('median', '')):
        assert shown('B/q', statistic, c, row) == (c not in hidden), (statistic, row, c, hidden)
    assert shown('m', 'mean', c) == (c not in hidden), ('m', c, hidden)
# the same mean in a table of its own: its error would tell what the other table holds back, and columns without levels of theirs have none
mean = [r for r in rows if r['indicator'].startswith('G/') and r['row'] == 'q' and r['statistic'] in ('mean', 'cases')]
assert mean and all(not r['std.error'] for r in mean) and any(r['estimate'] for r in mean), mean
assert not any(r['estimate'] for r in rows if r['indicator'].startswith('H/') and r['row'] == 'q' and not r['statistic'].startswith('base'))
assert not shown('B/q', 'col_pct', '', 'top2', '', 'std.error') and not shown('B/q', 'cases', '', 'top2')
END
done
# indicators of groups that are no columns, beside columns within them: one equation more for each hidden answer
for seed in 1 2 3 4 5 6; do
  data $seed
  for cols in 'total + sex + (sex > region)' region; do
    study "min_n: 10" <<END
groups: {region: {by: region}, sex: {by: sex}}
indicators:
  m: {mean: q, by: [region]}
  low: {count: q <= 2, by: [region, sex]}
tables:
  - {id: B, title: B, rows: [q], cols: $cols, stats: [col_pct, bottom2]}
END
    run_ok "columns within groups, sample $seed"
    attack "columns within groups, sample $seed, $cols" <<'END'
everything = span(known())
few = 0
for r in rows:
    if r['statistic'] != 'col_pct' or r['row'] not in list('12345') or r['estimate']: continue
    line = [int(inside(a, key_of(r)) and a[2] == r['row']) for a in atoms]
    n = sum(N[a] for a, x in zip(atoms, line) if x)
    few += 0 < n < 10
    assert not 0 < n < 10 or any(rest(everything, line)), ('found out', key_of(r), r['row'], n)
assert few, few
END
  done
done
# means of items that rules for amounts look at are means of the same answers
data 1
ask ', p: 10'
run_ok "amounts"
attack "amounts" <<'END'
gone = [c for c in 'abcde' if not shown('B/q', 'col_pct', c, '1')]
assert 'e' in gone and not any(r['estimate'] for r in rows if r['indicator'].startswith('H/') and r['row'] == 'q' and r['region'] in gone and r['statistic'] == 'mean')
END
# a level that is an empty text is hidden as any other
study 'min_n: 10' <<'END'
indicators: {people: {count: true}}
tables: [{id: B, title: B, rows: [q], cols: total + region, stats: [col_pct, cases]}]
END
awk -F, -v OFS=, 'NR > 1 { $3 = NR < 12 ? "\"\"" : $3 < 3 ? "\"yes\"" : "\"no\"" } { print }' p.csv >texts.csv && mv texts.csv p.csv
run_ok 'an empty text'
attack 'an empty text' <<'END'
own = [r for r in rows if r['indicator'] == 'B/q' and r['row'] == '' and r['statistic'] in ('col_pct', 'cases') and r['region']]
assert own and not any(r['estimate'] or r['std.error'] for r in own), own
END
grep -q '(empty)' out/report.en.html || fail "an empty text has no label"
data 1
# a question of which nothing stays is named, with the line of its table; the same words where nothing is computed again
study 'min_n: 10' <<'END'
groups: {region: {by: region}}
indicators:
  people: {count: true}
  rare: {prop: x == 7, by: [region]}
tables:
  - {id: B, title: B, rows: [q], cols: region, stats: [col_pct]}
  - {id: T, title: T, indicators: [people, rare], domains: [total, region]}
END
awk -F, -v OFS=, 'NR > 1 && n < 5 { $4 = 7 } NR == 1 || $1 == "d" || $1 == "e" { n += NR > 1; print }' p.csv >small.csv && mv small.csv p.csv
rm -rf out
for again in '' again; do
  "$program" run s.yaml >o 2>&1 || fail "lost: $(cat o)"
  grep -q "s.yaml:[0-9].*'q': none of its [0-9]* numbers is published.*of few cases" o || fail "no word on the lost question $again: $(cat o)"
  grep -q "s.yaml:[0-9].*'rare': none of its" o || fail "no word on the lost indicator $again: $(cat o)"
done
finish
