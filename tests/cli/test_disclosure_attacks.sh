#!/usr/bin/env bash
# Disclosure control against a reader who has more than the totals: errors, unweighted cases, quantiles, tails, ratios, results computed from others,
# accounts, earlier waves. Each study is attacked with what is published of it (CSV); the attacks find the hidden number where nothing is done against
# them. 260 people: region a 80 of weight 3, b 60 of 5, d 70 of 2, c 50 of 7, one stratum each; 4 of c answer q = 1.
. tests/cli/lib.sh
. tests/cli/disclosure.sh
need_program
awk 'BEGIN {
  print "id,region,sex,q,goods,games,w"
  for (i = 1; i <= 260; i++) {
    r = i <= 80 ? "a" : i <= 140 ? "b" : i <= 210 ? "d" : "c"
    w = r == "a" ? 3 : r == "b" ? 5 : r == "d" ? 2 : 7
    q = r == "c" ? (i <= 214 ? 1 : 2 + i % 2) : 1 + (i * i) % 3
    printf "p%d,%s,%s,%d,%d,%d,%d\n", i, r, i % 2 ? "m" : "f", q, 100 + i * 37 % 211 + (i == 77 ? 5000 : 0), (r == "c" ? i <= 213 : i % 3 == 0) ? 50 + i % 17 : 0, w
  }
}' >p.csv
design='weights: w, strata: region' annex='annex: [design]'
# found(INDICATOR, STATISTIC, DOMAIN, FIELD): what is printed, None: not
cat >printed.py <<'END'
import csv
rows = list(csv.DictReader(open('out/t.csv')))
NAMES = {'wave': 'by.wave'}
def found(indicator, statistic, domain='', field='estimate', **terms):
    want = dict(x.split(':') for x in domain.split('*') if x)
    want.update(terms)
    for r in rows:
        own = {k: r[k] for k in r if k in ('region', 'sex', 'row', 'by.wave', 'big') and r[k]}
        if r['indicator'] == indicator and r['statistic'] == statistic and own == want:
            return float(r[field]) if r[field] != '' else None
    raise KeyError((indicator, statistic, domain))
def all_known(*values): return all(v is not None for v in values)
N = {'a': 80, 'b': 60, 'd': 70, 'c': 50}; W = {'a': 3, 'b': 5, 'd': 2, 'c': 7}
def variance(r, k): return W[r] ** 2 * N[r] / (N[r] - 1) * k * (1 - k / N[r])
END

# ---- the error of the whole: a second equation
study 'min_n: 10' <<'END'
groups: {region: {by: region}, sex: {by: sex}}
indicators:
  people: {count: true, by: region}
  ones: {count: q == 1, by: [region, sex]}
  part: {prop: q == 1, by: [region, sex], gap: [{of: "sex:f", to: "sex:m"}]}
  twice: {formula: 2 * ones, by: region}
tables:
  - {id: T, title: T, indicators: [people, ones, part, twice], domains: [total, region], show: [estimate, se, n]}
END
run_ok errors
attack errors <<'END'
hidden = [r for r in N if found('ones', 'count', 'region:' + r) is None]
assert 'c' in hidden and len(hidden) == 2, hidden
d = [r for r in hidden if r != 'c'][0]
rest = found('ones', 'count') - sum(found('ones', 'count', 'region:' + r) for r in N if r not in hidden)
one = [(k, m) for k in range(N['c'] + 1) for m in range(N[d] + 1) if abs(W['c'] * k + W[d] * m - rest) < 1e-6]
assert len(one) > 1 and any(k == 4 for k, m in one), one # the totals alone leave several
for name, statistic, scale in (('ones', 'count', 1), ('twice', 'formula', 0.5), ('part', 'mean', 1), ('part', 'prop', 1)):
    try: se = [found(name, statistic, x, 'std.error') for x in [''] + ['region:' + r for r in N if r not in hidden]]
    except KeyError: continue
    if not all_known(*se): continue
    v = (se[0] * scale) ** 2 - sum((x * scale) ** 2 for x in se[1:])
    two = [(k, m) for k, m in one if abs(variance('c', k) + variance(d, m) - v) < 1e-6 * v]
    assert False, ('the error of the whole gives', name, two)
a = [r for r in N if r not in hidden][0]
assert found('ones', 'count', 'region:' + a, 'std.error') > 0 # groups without hidden cases keep theirs
assert found('ones', 'count', 'sex:f', 'std.error') is None and found('ones', 'count', 'sex:f') > 0
assert found('part', 'gap_sex:m', 'sex:f', 'std.error') is None if any(r['statistic'] == 'gap_sex:m' for r in rows) else True
said = [r['na'] for r in rows if r['indicator'] == 'ones' and r['estimate'] and not r['std.error']] if 'na' in rows[0] else ['error not published']
assert said and all('error not published' in x for x in said), said
END
grep -q 'have no published error' out/report.en.html || fail "the annex says nothing of errors"
grep -q 'Numbers without an error' out/report.en.html || fail 'no note under the table'
grep -q 'error not published' out/report.en.html || fail "the number does not say that its error is held back"
sed -i '/^disclosure/s/min_n: 10/min_n: 10, errors: keep/' s.yaml
run_ok 'errors kept'
attack 'errors kept: the attack finds the number' <<'END'
hidden = [r for r in N if found('ones', 'count', 'region:' + r) is None]
d = [r for r in hidden if r != 'c'][0]
rest = found('ones', 'count') - sum(found('ones', 'count', 'region:' + r) for r in N if r not in hidden)
v = found('ones', 'count', '', 'std.error') ** 2 - sum(found('ones', 'count', 'region:' + r, 'std.error') ** 2 for r in N if r not in hidden)
two = [k for k in range(N['c'] + 1) for m in range(N[d] + 1) if abs(W['c'] * k + W[d] * m - rest) < 1e-6 and abs(variance('c', k) + variance(d, m) - v) < 1e-6 * v]
assert two == [4], two
END

# ---- unweighted cases beside weighted shares: columns of one weight each
study 'min_n: 10' <<'END'
groups: {region: {by: region}, sex: {by: sex}}
indicators:
  people: {count: true}
  ones: {count: q == 1, by: [region, sex]}
  half: {prop: q == 1, by: [region, sex], gap: [region]}
tables:
  - {id: T, title: T, rows: [q], cols: total + region, stats: [col_pct, cases, count, se]}
  - {id: T2, title: T, rows: [q], cols: total + sex, stats: [col_pct, cases, n_eff]}
  - {id: T3, title: T, indicators: [ones, half], domains: [total, region, sex], show: [estimate, se, low, high, n]}
figures: [{id: f, title: F, type: bars, indicators: [half], domains: [region]}]
END
run_ok cases
attack cases <<'END'
def cell(q, c, s='cases', t='T', v='region'): return found(t + '/q', s, (v + ':' + c) if c else '', row=q)
hidden = [(q, r) for q in '123' for r in N if cell(q, r, 'col_pct') is None]
assert ('1', 'c') in hidden and len(hidden) >= 4, hidden
assert cell('1', '', 'col_pct') is not None and cell('1', '', 'count') is not None
row = [r for q, r in hidden if q == '1']
assert cell('1', '') is None and cell('1', 'f', 'cases', 'T2', 'sex') is None, 'unweighted cases of the row'
assert cell('1', '', 'col_pct') and found('T/q', 'col_pct', '', 'std.error', row='1') is None
assert found('T/q', 'base_cases') == 260
END

# no format has a number of the store that is not in the view for release: by its first seven digits
if command -v sqlite3 >/dev/null; then
  sed -i 's/^outputs.*/outputs: [html, csv, xlsx, banner, docx, sdmx, json-stat, px, ddi, zip]/' s.yaml
  run_ok formats
  for c in estimate std_error conf_low conf_high deff n_eff; do sqlite3 out/results.db "select distinct indicator, statistic, '$c', $c from estimate where $c is not null"; done >stored
  attack formats <<'END'
import glob, re, zipfile
published = {r[f] for r in rows for f in r}
texts = {}
for name in glob.glob('out/*'):
    data = open(name, 'rb').read()
    if name.endswith('.db'): continue
    parts = {name: data}
    if data[:2] == b'PK': parts = {name + '/' + n: zipfile.ZipFile(name).read(n) for n in zipfile.ZipFile(name).namelist()}
    texts.update({k: v.decode('utf-8', 'replace') for k, v in parts.items()})
close = lambda x: any(abs(float(p) - x) <= 1e-9 * abs(x) for p in published if re.fullmatch(r'-?[0-9.]+(e[-+]?[0-9]+)?', p))
looked = 0
for line in open('stored'):
    indicator, statistic, field, value = line.rstrip().split('|')
    digits = re.sub(r'e.*', '', value).replace('.', '').replace('-', '').lstrip('0')[:7]
    if len(digits) < 7 or close(float(value)): continue
    looked += 1
    for name, text in texts.items():
        plain = text.replace('.', '')
        assert digits not in plain, (name, indicator, statistic, field, value)
assert looked >= 10, looked
END
fi

# ---- statistics of order: largest and smallest values, tails, what is above a quantile
study 'min_n: 10' <<'END'
groups: {region: {by: region}}
indicators:
  goods: {total: goods, by: region}
  median: {median: goods, by: region}
  far: {quantile: {of: goods, probs: [0.99]}, by: region}
  ends: {quantile: {of: goods, probs: [0, 1]}}
  ninth: {quantile: {of: goods, probs: [0.9]}, by: region, gap: [region]}
  trim: {trimmed: {of: goods, tails: [0, 0.02]}, by: region}
  top: {inequality: {of: goods, give: ["top:0.01", gini]}}
  curve: {lorenz: {of: goods, probs: [0.5, 0.995]}}
  twice: {formula: 2 * far}
tables:
  - {id: T, title: T, indicators: [goods, median, far, ninth, trim, twice], domains: [total, region], show: [estimate, low, high]}
  - {id: T2, title: T, indicators: [ends, top, curve], domains: [total]}
  - {id: T3, title: T, rows: [games], cols: total + region, stats: [median, mean]}
END
run_ok order
attack order <<'END'
people = [r for r in csv.DictReader(open('p.csv'))]
largest = max(float(p['goods']) for p in people)
def sides(x, group): return min(sum(float(p['goods']) <= x for p in group), sum(float(p['goods']) >= x for p in group))
for r in rows:
    if r['indicator'] in ('median', 'far', 'ends', 'ninth') and r['statistic'].startswith('quantile') and r['estimate']:
        group = [p for p in people if not r['region'] or p['region'] == r['region']]
        for f in ('estimate', 'conf.low', 'conf.high'):
            assert r[f] == '' or sides(float(r[f]), group) >= 10, (r['indicator'], r['region'], f, r[f])
    if r['indicator'] in ('far', 'ends', 'trim', 'top', 'curve', 'twice') and r['region'] in ('', 'a'):
        assert r['estimate'] == '', ('the tail of few', r['indicator'], r['statistic'])
for r in ('', 'a', 'b', 'd', 'c'):
    x = ('region:' + r) if r else ''
    assert found('median', 'quantile_0.5', x) is not None and found('goods', 'total', x) is not None
END

# ---- a ratio beside what it is of: its numerator follows; the same of a formula and an account that add up over groups
study 'min_n: 10' <<'END'
groups: {region: {by: region}}
indicators:
  people: {count: true, by: region}
  buyers: {prop: games > 0, by: region}
  per: {ratio: [games, q > 0], by: region}
  spent: {mean: games, base: games > 0, by: region}
  all: {formula: people * buyers * spent, by: region}
accounts:
  money: {unit: 元, domains: [region], nodes: [{id: top, label: T}, {id: games, parent: top, label: G, population: people, penetration: buyers, spend: spent}, {id: more, parent: top, label: M, total: 2 * people}]}
tables:
  - {id: T, title: T, indicators: [people, buyers, per, spent, all], domains: [total, region]}
  - {id: A, title: T, account: money}
END
run_ok made
attack made <<'END'
true = sum(W[p['region']] * float(p['games']) for p in csv.DictReader(open('p.csv')) if p['region'] == 'c')
people = {r: found('people', 'count', 'region:' + r) for r in N}
for name, stat, of in (('per', 'ratio', people), ('all', 'formula', None), ('money/games', 'level', None)):
    v = {r: found(name, stat, 'region:' + r) for r in N}
    whole = found(name, stat)
    assert v['c'] is None, (name, 'c is printed')
    rest = [r for r in N if v[r] is None]
    if whole is None or len(rest) > 1: continue
    if of: got = whole * sum(of.values()) - sum(v[r] * of[r] for r in N if r != 'c')
    else: got = whole - sum(v[r] for r in N if r != 'c')
    assert False, (name, 'by subtraction', got, 'is', true)
END

study 'min_n: 10' <<'END'
groups: {region: {by: region}}
indicators:
  people: {count: true, by: region}
  per: {ratio: [games, q > 0], by: region}
  big: {formula: people * per, by: region}
tables:
  - {id: T, title: T, indicators: [people, per, big], domains: [total, region]}
END
run_ok ratio
attack ratio <<'END'
people = {r: found('people', 'count', 'region:' + r) for r in N}
assert all_known(*people.values(), found('people', 'count')), people
for name, stat, of in (('per', 'ratio', people), ('big', 'formula', dict.fromkeys(N, 1))):
    v = {r: found(name, stat, 'region:' + r) for r in N}
    assert v['c'] is None and found(name, stat) is not None, (name, v)
    assert [r for r in N if v[r] is None] != ['c'], ('the whole less the others is c', name, v)
END

# ---- accounts from a table: leaves that are groups are refused, leaves of few are hidden
printf 'code,level,title\n1,1,One\n2,1,Two\n3,1,Three\n' >tree.csv
account() { # LEAF
  study 'min_n: 10' <<END
groups: {region: {by: region}}
indicators:
  people: {count: true, by: region}
  ones: {count: q == 1, by: region}
accounts:
  tree: {unit: 元, tree: {from: kinds, code: code, level: level, label: title, root: all}, leaf: {total: '$1'}}
tables:
  - {id: T, title: T, indicators: [people, ones], domains: [total, region]}
  - {id: A, title: T, account: tree}
END
  sed -i 's/^data: .*/data: {p: {file: p.csv}, kinds: {file: tree.csv}}/' s.yaml
}
account 'goods * (region == "c") * (q == {code})'
for command in check run; do run_fails 2 "the account 'tree' has leaves made of 'region'" "$program" $command s.yaml; done
account 'goods * (games > 65 and q == {code})'
run_ok 'leaves of few'
attack 'leaves of few' <<'END'
few = {q: sum(float(p['games']) > 65 and p['q'] == q for p in csv.DictReader(open('p.csv'))) for q in '123'}
assert any(0 < n < 10 for n in few.values()), few
for r in rows:
    if r['indicator'].startswith('tree/') and r['statistic'] == 'level': assert r['estimate'] == '', r
END
account 'goods * (q == {code})'
run_ok 'leaves of many'
attack 'leaves of many' <<'END'
assert found('tree/1', 'level') > 0 and found('tree/all', 'level') > 0
END

# ---- measures of the poor: no rule protects who is below a line that the data make
study 'min_n: 10' <<'END'
indicators: {poor: {arpr: goods}}
tables: [{id: T, title: T, indicators: [poor], domains: [total]}]
END
run_fails 2 "publish a proportion below a line" "$program" check s.yaml

# ---- waves that share people: the earlier wave lacks 4 of them, and asks for the year of birth and for goods, which change
awk -F, 'NR == 1 { print $0 ",born"; next } { print $0 "," 1950 + NR * 7 % 50 }' OFS=, p.csv >later.csv
awk -F, 'NR == 1 || NR > 5 { if (NR > 1) $5 += 1 + NR % 5; print }' OFS=, later.csv >earlier.csv
waves() { # OVERLAP
  study 'min_n: 10' <<END
groups: {region: {by: region}}
indicators:
  goods: {total: goods, by: region, change: true}
  born: {total: born, by: region, change: true}
  late: {mean: born, change: true}
waves: {$1, series: [{wave: 2024, data: {p: {file: earlier.csv}}}]}
tables:
  - {id: T, title: T, indicators: [goods, born, late], domains: [total, region], waves: all, show: [estimate, change]}
END
  sed -i 's/^data.*/wave: 2025\ndata: {p: {file: later.csv}}/' s.yaml
}
waves 'unit: id'
run_ok waves
attack waves <<'END'
wave = [k for k in rows[0] if 'wave' in k and k != 'wave']
def value(indicator, statistic, region='', earlier=False, field='estimate'):
    for r in rows:
        if (r['indicator'], r['statistic'], r.get('region', '')) == (indicator, statistic, region) and any(r[k] for k in wave) == earlier:
            return float(r[field]) if r[field] else None
    raise KeyError((indicator, statistic, region, earlier))
people = list(csv.DictReader(open('later.csv')))
gone = sum(float(p['w']) * float(p['born']) for p in people[:4])
for region in ('', 'a'):
    now, then = value('born', 'total', region), value('born', 'total', region, True)
    assert now is not None and (then is None or abs(now - then - gone) > 1e-6), ('the four of a', region, now, then)
    assert value('born', 'change', region) is None, 'the change'
assert value('late', 'mean', '', True) is None
assert value('goods', 'total', '', True) > 0 and value('goods', 'change') is not None # everyone's goods changed
hidden = [r for r in N if value('born', 'total', r, True) is None]
assert 'a' in hidden and (value('born', 'total', '', True) is None or len(hidden) > 1), hidden
# a change beside one wave's value, where the other wave's is hidden
for r in ('',) + tuple(N):
    for name in ('goods', 'born'):
        if None in (value(name, 'total', r), value(name, 'total', r, True)): assert value(name, 'change', r) is None, (name, r)
END
waves 'unit: id'
sed -i 's/{wave: 2024,/{wave: 2024, independent: true,/' s.yaml
run_ok 'independent waves'
attack 'independent waves' <<'END'
assert any(r['indicator'] == 'born' and r['statistic'] == 'total' and r['estimate'] and any(r[k] for k in r if 'wave' in k and k != 'wave') for r in rows)
END
finish
