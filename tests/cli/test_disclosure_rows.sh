#!/usr/bin/env bash
# Disclosure control where the rows of one table are the groups of another: region by sex is the same number as a count of each region's men, as the base
# of a column region > sex and as the cell of a table of sex by region, and is published everywhere or nowhere. On random cases with a small sex, exact
# elimination over all that is published finds no small group; a hidden answer that nobody gave no longer ends the run.
. tests/cli/lib.sh
need_program
mkdir "$tmp/st"
cd "$tmp/st" || exit 1
cat >make.py <<'END2'
import random, sys
r = random.Random(int(sys.argv[1]))
print('w,reg,sex,q,y')
for i in range(1200):
    reg, sex = r.choice('NSEW'), r.choices('mfo', [.49, .49, .02])[0]
    q = r.choices([1, 2, 3, 4, 5], [.1, .25, .35, .2, .1])[0]
    print(f'{round(r.lognormvariate(0, .4) * 50, 2)},{reg},{sex},{q},{int(r.random() < .5)}')
END2
common() {
  cat <<'END2'
study: dc
date: 2025-11
languages: [en]
outputs: [csv]
data: {people: {file: d.csv}}
design: {weights: w, strata: reg}
disclosure: {min_n: 10}
groups: {sex: {by: sex}, area: {by: reg}}
END2
}
{ # counts of groups beside a table whose rows are these groups
  common
  cat <<'END2'
indicators: {cnt: {count: true, unit: p, by: [sex, area, [area, sex]]}}
tables: [{id: rows, title: T, rows: [reg], cols: total + sex, stats: [col_pct, count], sig: none}]
END2
} >counts.yaml
{ # bases of columns beside it, and its mirror image, asked for twice; no group of the study is by region
  common | sed 's/, area: {by: reg}//'
  cat <<'END2'
indicators: {m: {mean: y}}
tables:
  - {id: cols, title: T, rows: [q], cols: total + sex + reg + (reg > sex), stats: [col_pct, count], sig: none}
  - {id: rows, title: T, rows: [reg, reg], cols: total + sex, stats: [col_pct, count], sig: none}
  - {id: mirror, title: T, rows: [sex], cols: total + reg, stats: [row_pct, count], sig: none}
END2
} >columns.yaml
cat >attack.py <<'END2'
import csv, sys
from fractions import Fraction
atoms = [(r, s) for r in 'NSEW' for s in 'mfo']
n = {a: 0 for a in atoms}
for c in csv.DictReader(open('d.csv')): n[c['reg'], c['sex']] += 1
told, hidden = [], 0
for row in csv.DictReader(open(sys.argv[1])):
    of, st = row['indicator'], row['statistic']
    reg, sex = row.get('area') or row.get('reg') or '', row['sex']
    if st not in ('count', 'base_weighted') or of == 'cols/q' and st == 'count': continue
    if row['estimate'] == '':
        hidden += 1
        continue
    if st == 'count' and of.startswith('rows/'): reg = row['row']
    if st == 'count' and of.startswith('mirror/'): sex = row['row']
    told.append([Fraction(int(reg in ('', r) and sex in ('', s))) for r, s in atoms])
basis = {}
def rest(v):
    for p, b in basis.items():
        if v[p]: v = [x - v[p] * y for x, y in zip(v, b)]
    return v
for v in told:
    v = rest(v)
    p = next((i for i, x in enumerate(v) if x), None)
    if p is None: continue
    v = [x / v[p] for x in v]
    basis = {q: [x - b[p] * y for x, y in zip(b, v)] for q, b in basis.items()} | {p: v}
small = [i for i, a in enumerate(atoms) if 0 < n[a] < 10]
assert small and hidden and len(told) > 10, (small, hidden, len(told))
found = [atoms[i] for i in small if not any(rest([Fraction(int(k == i)) for k in range(len(atoms))]))]
assert not found, ('worked out', found)
END2
for seed in 1 2 3 4 5 6 7 8 9 10; do
  python3 make.py "$seed" >d.csv
  for s in counts columns; do
    rm -rf out
    "$program" run $s.yaml --out out >o 2>e || fail "$s, seed $seed: $(cat o e)"
    python3 attack.py out/dc.csv 2>e || fail "$s, seed $seed: $(tail -n 1 e)"
  done
done
finish
