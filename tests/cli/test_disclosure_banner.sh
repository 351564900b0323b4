#!/usr/bin/env bash
# Disclosure control of a study with banner tables and amounts: small cells and what gives them away are hidden in every file, and elimination over
# everything that the CSV still says finds none of them again; signs go with their cells; what an indicator says again goes too; p% and dominance over the
# contributions of the population that the weights stand for.
. tests/cli/lib.sh
need_program
mkdir "$tmp/st"
cp tests/reference/banner_data.csv "$tmp/st/data.csv"
cd "$tmp/st" || exit 1
cat >b.yaml <<'END'
study: dc
title: {zh: 题, en: T}
wave: 2025-S1
languages: [zh, en]
data: {people: {file: data.csv}}
design: {weights: w, strata: h, clusters: [psu]}
disclosure: {min_n: 25}
outputs: [html, xlsx, banner, csv, sdmx]
groups: {sex: {by: sex}, h: {by: h}}
indicators:
  one: {prop: q1 == 2, by: [sex, h]}
tables:
  - {id: T1, rows: [q1, q3], cols: total + sex + age + (sex > age), stats: [col_pct, count, mean], net: {Low: [1, 2]}}
  - {id: T2, title: {zh: 二, en: Two}, rows: [q1], cols: total + sex + h, stats: [row_pct, col_pct]}
END
"$program" run b.yaml >o 2>e || fail "run: $(cat o e)"
cat >attack.py <<'END'
import csv, sqlite3, sys
from fractions import Fraction
data = list(csv.DictReader(open('data.csv')))
least = 25
def cases(q, level, col):
    return sum(r[q] == level and all(r[k] == v for k, v in col) for r in data if r[q] != '')
def weight(q, level, col):
    return sum(Fraction(r['w']) for r in data if r[q] != '' and (level is None or r[q] == level) and all(r[k] == v for k, v in col))
shown = {}
for r in csv.DictReader(open(sys.argv[1])):
    col = tuple((k, r[k]) for k in ('sex', 'age', 'h') if r.get(k))
    shown[r['indicator'], r['statistic'], r.get('row', ''), col] = r
sexes, ages = '12', '1234'
small = hidden = 0
for table, q, levels, heads in (('T1/q1', 'q1', '1234', None), ('T1/q3', 'q3', '12345', None), ('T2/q1', 'q1', '1234', 'h')):
    if heads:
        cols = [()] + [(('sex', s),) for s in sexes] + [(('h', h),) for h in '012345']
        sums = [((), [(('sex', s),) for s in sexes]), ((), [(('h', h),) for h in '012345'])]
    else:
        cols = [()] + [(('sex', s),) for s in sexes] + [(('age', a),) for a in ages] + [(('sex', s), ('age', a)) for s in sexes for a in ages]
        sums = [((), [(('sex', s),) for s in sexes]), ((), [(('age', a),) for a in ages])]
        sums += [((('sex', s),), [(('sex', s), ('age', a)) for a in ages]) for s in sexes]
        sums += [((('age', a),), [(('sex', s), ('age', a)) for s in sexes]) for a in ages]
    unknown, sensitive = [], []
    for v in levels:
        for c in cols:
            row = shown[table, 'col_pct', v, c]
            blank = row['estimate'] == ''
            if blank:
                assert row['na_reason'] == 'suppressed' and row['std.error'] == '' and row['n'] == '', row
                for other in ('count', 'row_pct'):
                    if (table, other, v, c) in shown: assert shown[table, other, v, c]['estimate'] == '', (table, other, v, c)
                unknown.append((v, c))
            else:
                assert abs(float(row['estimate']) - float(weight(q, v, c) / weight(q, None, c))) < 1e-9
            if 0 < cases(q, v, c) < least:
                assert blank, ('published', table, v, c, cases(q, v, c))
                sensitive.append((v, c))
    small += len(sensitive)
    hidden += len(unknown)
    if any(shown[table, 'base_weighted', '', c]['estimate'] == '' for c in cols): raise SystemExit('a base is hidden')
    # every sum over columns and over levels, with what is published put in; unknown: hidden cells, of other tables' cells of this question too
    at = {u: i for i, u in enumerate(unknown)}
    rows = []
    def relation(cells, is_):
        line = [Fraction(0)] * (len(unknown) + 1)
        line[-1] = is_
        for cell, sign in cells:
            if cell in at: line[at[cell]] += sign
            else: line[-1] -= sign * weight(q, *cell)
        if any(line[:-1]): rows.append(line)
    for v in levels:
        for whole, parts in sums: relation([((v, whole), 1)] + [((v, p), -1) for p in parts], Fraction(0))
    for c in cols: relation([((v, c), 1) for v in levels], weight(q, None, c))
    for (i, s, k, c), r in shown.items(): # nets and means are there where all levels of their column are, which say the same, and nowhere else
        if i == table and (k == 'Low' or s == 'mean'): assert (r['estimate'] == '') == any(col == c for _, col in unknown), (i, s, k, c)
    lead = 0
    for j in range(len(unknown)):
        p = next((k for k in range(lead, len(rows)) if rows[k][j]), None)
        if p is None: continue
        rows[lead], rows[p] = rows[p], rows[lead]
        rows[lead] = [x / rows[lead][j] for x in rows[lead]]
        for k in range(len(rows)):
            if k != lead and rows[k][j]:
                f = rows[k][j]
                rows[k] = [x - f * y for x, y in zip(rows[k], rows[lead])]
        lead += 1
    for line in rows:
        told = [unknown[j] for j, x in enumerate(line[:-1]) if x]
        assert len(told) != 1 or told[0] not in sensitive, ('found out', table, told)
print(small, hidden)
assert small > 20 and hidden > small
END
python3 attack.py out/dc.csv >o 2>&1 || fail "attack: $(cat o)"
# what the banner table T2 hides of q1 = 2 the indicator hides too, and the other way round
python3 - <<'END' || fail "linked"
import csv
shown = {(r['indicator'], r['statistic'], r['row'], r['sex'], r['age'], r['h']): r['estimate'] for r in csv.DictReader(open('out/dc.csv'))}
gone = [h for h in '012345' if shown['T2/q1', 'col_pct', '2', '', '', h] == '']
assert gone and gone == [h for h in '012345' if shown['one', 'prop', '', '', '', h] == ''], gone
END
# signs: none in a span of a row that has a hidden cell; the symbol in the workbook, with its legend; the audit follows
python3 - <<'END' || fail "signs"
import re, zipfile
z = zipfile.ZipFile('out/dc_banner.en.xlsx')
shared = [re.sub('<[^>]*>', '', t) for t in re.findall(r'<si>(.*?)</si>', z.read('xl/sharedStrings.xml').decode())]
assert any(t.startswith('[c] = suppressed') for t in shared)
sheet = z.read('xl/worksheets/sheet2.xml').decode()
cell = {c: (shared[int(v)] if 't="s"' in m else v) for c, m, v in re.findall(r'<c r="([A-Z]+[0-9]+)"([^>]*)><v>([^<]*)</v>', sheet)}
def name(c): return chr(65 + c) if c < 26 else chr(64 + c // 26) + chr(65 + c % 26)
rows = [int(c[1:]) for c, v in cell.items() if re.fullmatch('A[0-9]+', c) and v in ('1', '2', '3', '4')]
spans = [[1], [3, 5], [7, 9, 11, 13], [15, 17, 19, 21], [23, 25, 27, 29]]
signs = hidden = 0
for r in rows:
    for span in spans:
        some = any(cell.get(name(c) + str(r)) == '[c]' for c in span)
        hidden += some
        for c in span:
            own = cell.get(name(c + 1) + str(r), '')
            signs += own != ''
            assert not some or own == '', (r, c, own)
assert hidden > 4 and signs > 2, (hidden, signs)
END
"$program" audit out >o 2>&1 || fail "audit: $(tail -3 o)"
grep -q '—' out/report.en.html && grep -q '×: not published' out/report.en.html || fail "the report has no legend"
[ "$(grep -c ",suppressed," out/dc.csv)" -gt 50 ] || fail "the CSV has no suppressed results"
grep -q "base_cases" out/dc.sdmx.csv && fail "cells of banner tables are in SDMX"
cp out/dc_banner.en.xlsx first.xlsx
rm -r out && "$program" run b.yaml >o 2>&1 && cmp -s out/dc_banner.en.xlsx first.xlsx || fail "another run gives another book"
sed 's/min_n: 25/min_n: 25, secondary: none/' b.yaml >none.yaml
run_fails 3 "sensitive results follow" "$program" run none.yaml --out none
# what another table makes of the question's levels goes with them: its mean, its line in a grid; other questions' stay
sed 's/^  - {id: T2/  - {id: T4, title: {zh: 四, en: Four}, rows: "mean(q1 x)", cols: total + sex}\n  - {id: T5, title: {zh: 五, en: Five}, rows: "grid(q1 q2)", cols: total}\n&/' b.yaml >more.yaml
"$program" run more.yaml --out more >o 2>&1 || fail "more tables: $(cat o)"
python3 - <<'END' || fail "tables of the same question"
import csv
n = {}
for r in csv.DictReader(open('more/dc.csv')):
    if r['indicator'][:3] in ('T4/', 'T5/') and not r['statistic'].startswith('base'):
        key = r['indicator'][:2], r['row']
        n.setdefault(key, [0, 0])[r['estimate'] == ''] += 1
assert n['T5', 'q1'][0] == 0 and n['T4', 'x'][1] == 0 and n['T5', 'q2'][1] == 0, n
shown = {(r['row'], r['sex'], r['age']): r['estimate'] != '' for r in csv.DictReader(open('more/dc.csv')) if r['indicator'] == 'T1/q1' and r['statistic'] == 'col_pct'}
for r in csv.DictReader(open('more/dc.csv')): # its mean stays where all its levels do, and only there
    if r['indicator'][:3] == 'T4/' and r['row'] == 'q1' and r['statistic'] == 'mean':
        assert (r['estimate'] != '') == all(shown[v, r['sex'], ''] for v in '1234'), r
END
# letters of a grid compare its items in one column: a column with a hidden item has none, beside those of a run that hides nothing
sed '/^disclosure/d' more.yaml >open.yaml
"$program" run open.yaml --out open >o 2>&1 || fail "a grid with nothing hidden: $(cat o)"
python3 - <<'END' || fail "letters of a grid"
import re, zipfile
def signs(folder):
    z = zipfile.ZipFile(folder + '/dc_banner.en.xlsx')
    shared = [re.sub('<[^>]*>', '', t) for t in re.findall(r'<si>(.*?)</si>', z.read('xl/sharedStrings.xml').decode())]
    for name in z.namelist():
        if not re.fullmatch('xl/worksheets/sheet[0-9]+.xml', name): continue
        cell = {c: (shared[int(v)] if 't="s"' in m else v) for c, m, v in re.findall(r'<c r="([A-Z]+[0-9]+)"([^>]*)><v>([^<]*)</v>', z.read(name).decode())}
        if not cell.get('A1', '').startswith('T5 '): continue
        row = [c[1:] for c, v in cell.items() if re.fullmatch('A[0-9]+', c) and v.endswith('q2 (B)')]
        other = [c[1:] for c, v in cell.items() if re.fullmatch('A[0-9]+', c) and v.endswith('q1 (A)')]
        assert len(row) == 1 and len(other) == 1, (row, other)
        return [cell[c + r] for r in row + other for c in 'CEGI' if c + r in cell], [cell.get(c + other[0]) for c in 'BDFH']
shown, hidden = signs('open'), signs('more')
assert 'A' in shown[0], shown
assert hidden == ([], ['[c]'] * 4), hidden
END
# a book without a number is still one that an audit reads
sed 's/min_n: 25/min_n: 5000/' b.yaml >all.yaml
"$program" run all.yaml --out all >o 2>&1 || fail "everything hidden: $(cat o)"
"$program" audit all >o 2>&1 || fail "audit of a book without numbers: $(cat o)"
# fewer cases allowed in a cell than in a base
sed 's/min_n: 25/min_n: 25, min_cell: 0/' b.yaml >cell.yaml
"$program" run cell.yaml --out cell >o 2>&1 || fail "min_cell: $(cat o)"
[ "$(grep -c suppressed cell/dc.csv)" = 0 ] || fail "min_cell 0 hides something"
sed 's/min_n: 25/min_n: 25, min_cell: -1/' b.yaml >bad.yaml
run_fails 2 "bad.yaml:7:.*min_cell" "$program" check bad.yaml

# ---- amounts: in region c one person holds nearly all; a weight of 20 makes it twenty people, and nothing is wrong with that
amounts() {
  echo "region,amt,w"
  for i in $(seq 1 90); do
    r=a x=$((1000 + i)); [ "$i" -gt 30 ] && r=b; [ "$i" -gt 60 ] && r=c x=$((i - 58)); [ "$i" = 75 ] && x=9000
    echo "$r,$x,$1"
  done
}
amounts 1 >one.csv
amounts 20 >twenty.csv
study() {
  cat <<END
study: am
title: T
languages: [en]
data: {p: {file: $1}}
design: {weights: w}
disclosure: {min_n: 5, $2}
outputs: [csv]
groups: {region: {by: region}}
indicators:
  sum: {total: amt, by: [region]}
  avg: {mean: amt, by: [region]}
  people: {count: true, by: [region]}
tables:
  - {id: B, rows: [amt], cols: total + region}
END
}
amount() { study "$1" "$2" >a.yaml; rm -rf am; "$program" run a.yaml --out am >o 2>&1 || fail "$2: $(cat o)"; }
gone() { python3 -c "
import csv, sys
r = [x for x in csv.DictReader(open('am/am.csv')) if x['statistic'] in ('total', 'mean', 'count')]
print(' '.join(sorted(x['indicator'] + ':' + (x['region'] or 'all') for x in r if x['estimate'] == '')))"; }
for rule in 'p: 10' 'dominance: {n: 1, k: 80}' 'pq: {p: 10, q: 60}'; do
  amount one.csv "$rule"
  got=$(gone)
  # c, and another region with it: of the sum, the mean and the banner table's mean; people stay
  grep -Eq '^B/amt:[ab] B/amt:c avg:[ab] avg:c sum:[ab] sum:c$' <<<"$got" || fail "$rule hides '$got'"
  amount twenty.csv "$rule"
  [ -z "$(gone)" ] || fail "weights of 20, $rule: $(gone)"
done
amount one.csv 'p: 0'
[ -z "$(gone)" ] || fail "no rule hides $(gone)"
for bad in 'dominance: 3' 'p: 200' 'pq: {p: 10}'; do
  study one.csv "$bad" >a.yaml
  run_fails 2 "a.yaml:6" "$program" check a.yaml
done
finish
