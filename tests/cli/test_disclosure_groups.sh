#!/usr/bin/env bash
# Disclosure control against results that are sums, differences, complements or other names of hidden ones: each is hidden or refused (exit 2). 200
# people: region a 80, b 60, d 51, c 9; one person in b holds nearly all that is spent; 3 of a answer q = 1.
. tests/cli/lib.sh
. tests/cli/disclosure.sh
need_program
awk 'BEGIN {
  print "id,region,sex,q,goods,spend,w"
  for (i = 1; i <= 200; i++) {
    r = i <= 80 ? "a" : i <= 140 ? "b" : i <= 191 ? "d" : "c"
    q = r == "a" ? (i <= 3 ? 1 : 2 + i % 2) : 1 + i % 3
    printf "p%d,%s,%s,%d,%d,%d,1\n", i, r, i % 2 ? "m" : "f", q, 100 + i % 7 * 10, r == "b" && i == 100 ? 90000 : 20 + i % 9
  }
}' >p.csv
design='weights: w'
# of each indicator, the domains that are printed
cat >printed.py <<'END'
import csv, itertools
shown = {}
for r in csv.DictReader(open('out/t.csv')):
    where = '*'.join(k + ':' + r[k] for k in ('region', 'sex', 'big', 'abd', 'ab', 'cd', 'notc', 'x', 'yz') if r.get(k)) or 'all'
    own = shown.setdefault(r['indicator'] + ('/' + r['row'] if r.get('row') else ''), set())
    if r['estimate'] != '': own.add(where)
END

# ---- groups that are unions of others: c is all without a, b or d, and notc is its complement
study 'min_n: 10' <<'END'
derived: {big: {value: 'if(region == "a" or region == "b", "left", "right")'}}
groups:
  region: {by: region}
  big: {by: big}
  abd: {where: region == "a" or region == "b" or region == "d"}
  ab: {where: region == "a" or region == "b"}
  cd: {where: region == "c" or region == "d"}
  notc: {where: region != "c"}
indicators:
  people: {count: true, by: [region, big, abd, ab, cd, notc]}
  goods: {total: goods, by: [region, big, abd, ab, cd, notc]}
  fm: {formula: goods.notc / goods}
tables:
  - {id: T, title: T, indicators: [people, goods, fm], domains: [total, region, big, abd, ab, cd, notc]}
END
run_ok unions
attack unions <<'END'
groups = {'all': 'abcd', 'abd:1': 'abd', 'notc:1': 'abd', 'ab:1': 'ab', 'cd:1': 'cd', 'big:left': 'ab', 'big:right': 'cd'}
groups.update({'region:' + r: r for r in 'abcd'})
for v in ('people', 'goods'):
    assert 'all' in shown[v] and 'region:c' not in shown[v] and not shown[v] & {'abd:1', 'notc:1'}, (v, shown[v])
    lines = sorted({tuple(r in groups[g] for r in 'abcd') for g in shown[v]})
    for k in itertools.product((-2, -1, 0, 1, 2), repeat=len(lines)): # no sum of what is printed is region c
        assert tuple(sum(x * line[i] for x, line in zip(k, lines)) for i in range(4)) != (0, 0, 1, 0), (v, lines, k)
assert not shown['fm'], shown['fm']
END
sed -i '/disclosure/s/min_n: 10/min_n: 10, secondary: none/' s.yaml
run_fails 3 "sensitive results follow" "$program" run s.yaml

# three named groups that divide the whole
study 'min_n: 10' <<'END'
groups: {x: {where: region == "c"}, ab: {where: region == "a" or region == "b"}, yz: {where: region == "d"}}
indicators:
  goods: {total: goods, by: [x, ab, yz]}
tables:
  - {id: T, title: T, indicators: [goods], domains: [total, x, ab, yz]}
END
run_ok three
attack three <<'END'
assert 'all' in shown['goods'] and 'x:1' not in shown['goods'] and len(shown['goods']) == 2, shown
END

# columns of a banner table that are unions of others
study 'min_n: 10' <<'END'
derived: {big: {value: 'if(region == "a" or region == "b", "left", "right")'}}
indicators:
  people: {count: true}
tables:
  - {id: T1, title: T, rows: [q], cols: total + region, stats: [col_pct, cases]}
  - {id: T2, title: T, rows: [q], cols: total + big, stats: [col_pct, cases]}
END
run_ok columns
attack columns <<'END'
for q in '123':
    one, two = shown['T1/q/' + q], shown['T2/q/' + q]
    assert 'all' in one and not ('region:b' in one and 'big:left' in two), (one, two)
    assert not ('region:d' in one and 'region:c' not in one and 'big:right' in two), (one, two)
assert not any('region:a' in shown['T1/q/' + q] for q in '1'), shown
END

# ---- a table of a part of the cases, indicators that are groups: refused
for where in 'sex == "m"' 'region != "b"'; do
  study 'min_n: 10' <<END
indicators: {people: {count: true}}
tables:
  - {id: b1, title: T, rows: [q], cols: total + region, stats: [col_pct, cases], where: '$where'}
  - {id: b2, title: T, rows: [q], cols: total + region, stats: [col_pct, cases]}
END
  for command in check run; do run_fails 2 "beside 'disclosure' a banner table has no 'where'" "$program" $command s.yaml; done
done
while read -r made; do
  study 'min_n: 10' <<END
derived: {inc: {value: 'if(region == "c", 1, 0)'}}
groups: {region: {by: region}}
indicators:
  goods: {total: goods, by: region}
  i: {$made}
tables: [{id: T, title: T, indicators: [goods, i], domains: [total]}]
END
  for command in check run; do run_fails 2 "the indicator 'i' is made of 'region'" "$program" $command s.yaml; done
done <<'END'
total: 'goods * (region == "c")'
total: 'goods * (region != "c")'
count: 'region == "c"'
count: 'region != "c"'
prop: 'region == "c"'
ratio: ['goods * (region == "c")', goods]
total: goods, base: 'region != "c"'
total: goods * inc
shares: region
END

# ---- the same answers by other names: 3 in a say q = 1
study 'min_n: 10' <<'END'
derived: {qt: {cut: q, breaks: [1.5], labels: [one, more]}}
groups: {region: {by: region}}
indicators:
  people: {count: true, by: region}
  one: {prop: q == 1, by: region}
  notone: {prop: q != 1, by: region}
  two: {count: q == 2, by: region}
  more: {count: q >= 2, by: region}
  m: {mean: q, by: region}
  v: {variance: q, by: region}
  odds: {ratio: [q == 1, q == 2], by: region}
  parts: {shares: qt, by: region}
  goods: {total: goods, by: region}
tables:
  - {id: T, title: T, indicators: [people, one, notone, two, more, m, v, odds, goods], domains: [total, region]}
END
run_ok answers
attack answers <<'END'
for v in ('one', 'notone', 'two', 'more', 'm', 'v', 'odds', 'parts'):
    assert 'all' in shown[v] and 'region:a' not in shown[v] and 'region:c' not in shown[v], (v, shown[v])
assert 'region:a' in shown['goods'] or 'region:b' in shown['goods'], shown
END

# ---- amounts: ratios and other functions of what a rule for amounts hides; a proportion of one person
study 'min_n: 3, dominance: {n: 1, k: 60}, p: 10' <<'END'
groups: {region: {by: region}}
indicators:
  people: {count: true, by: region}
  spend: {total: spend, by: region}
  mean: {mean: spend, by: region}
  big: {prop: spend > 50000, by: region}
  rr: {ratio: [spend, spend > 0], by: region}
  half: {total: spend / 2, by: region}
  minus: {total: 100 - spend, by: region}
tables:
  - {id: T, title: T, indicators: [people, spend, mean, big, rr, half, minus], domains: [total, region]}
END
run_ok amounts
attack amounts <<'END'
for v in ('spend', 'mean', 'big', 'rr', 'half', 'minus'):
    assert 'region:b' not in shown[v] and 'all' not in shown[v], (v, shown[v])
assert {'all', 'region:a', 'region:b', 'region:c'} <= shown['people'], shown['people']
END

# ---- a gap of a further quantile tells that of the hidden group, as the first one's does
study 'min_n: 10' <<'END'
groups: {c: {where: region == "c"}, a: {where: region == "a"}, b: {where: region == "b"}}
indicators: {q: {quantile: {of: goods, probs: [0.4, 0.6]}, by: [a, b, c], gap: [{of: a, to: c}, {of: a, to: b}]}}
tables: [{id: T, title: T, indicators: [q], domains: [total, a, b, c]}]
END
run_ok 'gaps of quantiles'
python3 - <<'END' || fail "gaps of quantiles: $(cat out/t.csv)"
import csv
shown = {r['statistic']: r['estimate'] != '' for r in csv.DictReader(open('out/t.csv')) if r['statistic'].startswith('gap')}
assert shown == {'gap_c': False, 'gap_c_quantile_0.6': False, 'gap_b': True, 'gap_b_quantile_0.6': True}, shown
END

# ---- rules: that they were asked, neither what they count nor who fails
printf 'rules:\n- {expr: goods < 160, name: much, meta: {severity: warning}}\n' >r.yaml
study 'min_n: 10' <<'END'
rules: {file: r.yaml, id: id}
indicators: {people: {count: true}}
tables: [{id: T, title: T, indicators: [people], domains: [total]}]
annex: [rules]
END
text() { sed 's/<[^>]*>/ /g' out/report.en.html | tr -s ' \n' ' '; }
run_ok rules
grep -q 'Cases much warning 200 ' <<<"$(text)" || fail "no rule in the annex: $(text)"
grep -q 'Every rule of severity error holds' <<<"$(text)" || fail "no verdict on errors: $(text)"
grep -qE '\bp[0-9]+\b' <<<"$(text)" && fail "names of cases beside disclosure: $(text)"
[ "$(grep -c '^[^,]*,rule/much,\(passes\|fails\|missing\),,,,.*,suppressed,' out/t.csv)" = 3 ] || fail "counts of rules: $(grep rule/ out/t.csv)"
grep '^[^,]*,rule/much' out/t.csv | grep -q warning && fail "whether a warning holds: $(grep rule/ out/t.csv)"
sed -i 's/severity: warning/severity: error/' r.yaml
run_fails 3 'do not hold' "$program" run s.yaml --out out
sed 's/<[^>]*>/ /g' out/refused/report.en.html | tr -s ' \n' ' ' | grep -q '1 rules of severity error do not hold' || fail "refused: no count of errors"
sed -i 's/severity: error/severity: warning/' r.yaml
sed -i '/^disclosure/d' s.yaml
run_ok 'rules without disclosure'
grep -qE '\bp[0-9]+\b' <<<"$(text)" || fail "names of cases are gone without disclosure"

# ---- nothing is sensitive
printf 'region,value,n\na,20,20\nb,30,30\ntotal,50,50\n' >t.csv
"$program" protect t.csv --min-n 10 >o 2>e || fail "protect: $(cat e)"
grep -q 'proven: nothing is sensitive' e && ! grep -q 'not proven' e || fail "nothing to hide: $(cat e)"
finish
