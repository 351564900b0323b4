#!/usr/bin/env bash
# shuxiao protect: the worked example of docs/methods/disclosure.md, hierarchies, rounding, the gate, what is refused.
. tests/cli/lib.sh
need_program
a=examples/protect/region-size.csv
b=examples/protect/region-branch.csv

"$program" protect $a $b --min-n 3 --p 15 --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "example: $(cat "$tmp/err")"
[ "$(cut -d, -f2,4 "$tmp/e.csv" | sort -u | grep -c primary)" = 8 ] || fail "primary cells"
[ "$(cut -d, -f2,4 "$tmp/e.csv" | sort -u | grep -c secondary)" = 7 ] || fail "secondary cells"
awk -F, '($4 ~ /ary$/) != ($3 == "") { exit 1 }' <(tail -n +2 "$tmp/e.csv") || fail "a suppressed value is printed, or a published one is not"
grep -q "at a loss of 1504" "$tmp/err" && grep -q "optimal (proven)" "$tmp/err" && grep -q "every sensitive cell is protected" "$tmp/err" || fail "$(cat "$tmp/err")"
"$program" protect $a $b --min-n 3 --p 15 --lang zh 2>&1 >/dev/null | grep -q "已证明最优" || fail "in Chinese"
"$program" protect $a $b --min-n 3 --p 15 --format csv 2>/dev/null | cmp -s - "$tmp/e.csv" || fail "two runs differ"
"$program" protect $a $b --min-n 3 --p 15 --attack --format csv >"$tmp/a.csv" 2>/dev/null || fail "attack"
awk -F, '$1 == "branch=music*region=north" { print $5, $6, $7, $8 }' "$tmp/a.csv" | grep -qE "^-?[0-9.e-]+ 493(\.0+)? 51.85 70.15" ||
  awk -F, '$1 == "branch=music*region=north" && $5 < 1e-6 && $6 - 493 < 1e-6 && 493 - $6 < 1e-6 { ok = 1 } END { exit !ok }' "$tmp/a.csv" || fail "$(grep music "$tmp/a.csv")"
awk -F, 'NR > 1 && $3 == "primary" && !($5 <= $7 * (1 + 1e-6) && $6 >= $8 * (1 - 1e-6)) { exit 1 }' "$tmp/a.csv" || fail "an interval is too narrow"
awk -F, 'NR > 1 && $5 < 0 { exit 1 }' "$tmp/a.csv" || fail "a bound below the 0 that is known: $(cut -d, -f1,5 "$tmp/a.csv")"

# optimal is not dearer than greedy; none is the gate, and nothing is written
loss() { "$program" protect $a $b --min-n 3 --p 15 --secondary "$1" 2>&1 >/dev/null | sed -n 's/.*at a loss of //p'; }
awk -v o="$(loss optimal)" -v g="$(loss greedy)" 'BEGIN { exit !(o > 0 && o <= g) }' || fail "optimal $(loss optimal), greedy $(loss greedy)"
mkdir "$tmp/none" "$tmp/safe"
run_fails 3 "are not protected" "$program" protect $a $b --min-n 3 --secondary none --out "$tmp/none"
[ -z "$(ls "$tmp/none")" ] || fail "an unsafe table was written"

# what is written holds no more than may go out
"$program" protect $a $b --min-n 3 --p 15 --out "$tmp/safe" >/dev/null 2>&1 || fail "--out"
[ "$(head -1 "$tmp/safe/region-size.csv")" = "region,size,value,mark" ] || fail "$(head -1 "$tmp/safe/region-size.csv")"
grep -q "^east,large,,x$" "$tmp/safe/region-size.csv" || fail "$(cat "$tmp/safe/region-size.csv")"
run_fails 2 "overwrite" "$program" protect $a --min-n 3 --out examples/protect

# a hierarchy: cn = north + south, north = a + b
printf 'area,turnover,firms\ncn,100,40\nnorth,60,20\nsouth,40,20\na,5,2\nb,55,18\n' >"$tmp/h.csv"
printf 'value: turnover\nn: firms\ntotal: cn\nhierarchies: {area: {north: [a, b]}}\nmin_n: 3\nwidth: 0.2\n' >"$tmp/h.yaml"
"$program" protect "$tmp/h.csv" --plan "$tmp/h.yaml" --format csv >"$tmp/h.out" 2>/dev/null || fail "hierarchy"
grep -q "area=a,,primary" "$tmp/h.out" && grep -q "area=b,,secondary" "$tmp/h.out" && grep -q "area=north,60,published" "$tmp/h.out" || fail "$(cat "$tmp/h.out")"

# a sensitive cell of 0: few people who have nothing. It must not follow, and what cannot be is said
printf 'r,s,value,n\na,p,0,2\na,q,30,20\na,total,30,22\nb,p,40,30\nb,q,50,40\nb,total,90,70\ntotal,p,40,32\ntotal,q,80,60\ntotal,total,120,92\n' >"$tmp/zero.csv"
for how in "" "--secondary greedy" "--width 0.5" "--zero-width 20"; do
  # shellcheck disable=SC2086
  "$program" protect "$tmp/zero.csv" --min-n 6 --attack --format csv $how >"$tmp/zero.out" 2>"$tmp/err" || fail "a cell of 0, $how: $(cat "$tmp/err")"
  grep -q "every sensitive cell is protected" "$tmp/err" || fail "$how: $(cat "$tmp/err")"
  [ "$(grep -c secondary "$tmp/zero.out")" -ge 3 ] || fail "$how: $(cat "$tmp/zero.out")"
  awk -F, '$1 == "r=a*s=p" { ok = $5 == 0 && $8 > 0 && $6 >= $8 } END { exit !ok }' "$tmp/zero.out" || fail "$how: $(cat "$tmp/zero.out")"
done
awk -F, '$1 == "r=a*s=p" && $8 != 20 { exit 1 }' "$tmp/zero.out" || fail "--zero-width: $(cat "$tmp/zero.out")"
printf 'min_n: 6\nzero_width: 500\nknown: {low: 0, high: 3}\n' >"$tmp/zero.yaml"
run_fails 1 "known beforehand to be 0: give it wider ones" "$program" protect "$tmp/zero.csv" --plan "$tmp/zero.yaml"
run_fails 2 "in the unit of the values" "$program" protect "$tmp/zero.csv" --min-n 6 --zero-width -1

# rounding: controlled keeps the totals, random repeats itself
"$program" protect $a $b --round controlled --base 50 --format csv >"$tmp/r.csv" 2>"$tmp/err" || fail "controlled: $(cat "$tmp/err")"
awk -F, 'NR > 1 { split($2, k, /[*=]/); if ($3 % 50) bad = 1; if ($1 ~ /size/ && $2 ~ /size=/ && $2 ~ /region=/) sum += $3; if ($1 ~ /size/ && $2 == "total") total = $3 } END { exit bad || sum != total }' "$tmp/r.csv" || fail "controlled rounding"
"$program" protect $a --round random --seed 3 --format csv >"$tmp/r1.csv" 2>/dev/null
"$program" protect $a $b --round random --seed 3 --format csv 2>/dev/null | grep region-size >"$tmp/r2.csv"
tail -n +2 "$tmp/r1.csv" | cmp -s - "$tmp/r2.csv" || fail "a cell is not rounded alike in every set"

# cell keys: noise by the records, the same for the same records in every table, none for empty cells, no small results; totals no longer add up
awk 'BEGIN { print "id,region,size,kind"; for (i = 1; i <= 400; i++) { split("north east south", r, " "); split("small large", s, " ")
  g = r[i % 3 + 1]; if (g == "south" && i % 2) continue
  big = (i * 7 % 11 > 7) ? 2 : 1; kind = (i % 5) ? "a" : "b"; print "p" i "," g "," s[big] "," kind } }' >"$tmp/records.csv"
table() { awk -F, -v OFS=, -v other="$1" 'NR == 1 { for (k = 1; k <= NF; k++) if ($k == other) c = k; next }
  { n["total", "total"]++; n[$2, "total"]++; n["total", $c]++; n[$2, $c]++; if ($2 != "east") { n["coast", $c]++; n["coast", "total"]++ } }
  END { print "region", other, "value"; for (k in n) { split(k, at, SUBSEP); print at[1], at[2], n[k] | "sort" } }' "$tmp/records.csv"; }
table size >"$tmp/size.csv"
table kind >"$tmp/kind.csv"
printf 'hierarchies: {region: {coast: [north, south]}}\n' >"$tmp/coast.yaml"
"$program" protect "$tmp/size.csv" "$tmp/kind.csv" --plan "$tmp/coast.yaml" --perturb 5,2 --records "$tmp/records.csv" --seed 7 --format csv >"$tmp/n.csv" 2>"$tmp/err" || fail "perturb: $(cat "$tmp/err")"
python3 - "$tmp" <<'PY' || fail "noise"
import csv, sys
tmp = sys.argv[1]
true = {}
for name in ('size', 'kind'):
    for r in csv.DictReader(open(tmp + '/%s.csv' % name)):
        key = '*'.join('%s=%s' % (d, r[d]) for d in sorted((name, 'region')) if r[d] != 'total') or 'total'
        true[name, key] = int(r['value'])
seen, noise = {}, []
for r in csv.DictReader(open(tmp + '/n.csv')):
    name = r['table'].split('/')[-1][:-4]
    d = float(r['value']) - true[name, r['cell']]
    assert r['mark'] == 'perturbed' and abs(d) <= 5 and d == int(d), r
    assert seen.setdefault(r['cell'], d) == d, ('one cell, two noises', r)
    noise.append(d)
assert len(seen) < len(noise) and len(set(noise)) > 3, noise
PY
"$program" protect "$tmp/kind.csv" --plan "$tmp/coast.yaml" --perturb 5,2 --records "$tmp/records.csv" --seed 7 --format csv 2>/dev/null | tail -n +2 >"$tmp/n1.csv"
grep 'kind.csv' "$tmp/n.csv" | cmp -s - "$tmp/n1.csv" || fail "a cell has another noise beside another table"
mkdir "$tmp/noisy"
"$program" protect "$tmp/size.csv" --plan "$tmp/coast.yaml" --perturb 4,1.5 --no-small 2 --records "$tmp/records.csv" --out "$tmp/noisy" >/dev/null 2>&1 || fail "perturb --out"
awk -F, 'NR > 1 && ($3 == 1 || $3 == 2 || $4 != "perturbed") { bad = 1 } END { exit bad || NR < 8 }' "$tmp/noisy/size.csv" || fail "$(cat "$tmp/noisy/size.csv")"
run_fails 2 "needs the records" "$program" protect "$tmp/size.csv" --plan "$tmp/coast.yaml" --perturb 5,2
run_fails 2 "belong to --perturb" "$program" protect "$tmp/size.csv" --min-n 3 --records "$tmp/records.csv"
run_fails 2 "D is 1 to 100" "$program" protect "$tmp/size.csv" --plan "$tmp/coast.yaml" --perturb 0,2 --records "$tmp/records.csv"
run_fails 2 "another variance" "$program" protect "$tmp/size.csv" --plan "$tmp/coast.yaml" --perturb 2,40 --records "$tmp/records.csv"
(cat "$tmp/records.csv"; tail -1 "$tmp/records.csv") >"$tmp/again.csv"
run_fails 1 "every record needs its own" "$program" protect "$tmp/size.csv" --plan "$tmp/coast.yaml" --perturb 5,2 --records "$tmp/again.csv"
sed '$d' "$tmp/records.csv" >"$tmp/less.csv"
run_fails 1 "and the records" "$program" protect "$tmp/size.csv" --plan "$tmp/coast.yaml" --perturb 5,2 --records "$tmp/less.csv"

# refused
run_fails 2 "nothing says what is sensitive" "$program" protect $a
run_fails 2 "optimal, greedy or none" "$program" protect $a --min-n 3 --secondary best
run_fails 2 "two numbers" "$program" protect $a --dominance 3
sed 's/^east,small,210/east,small,211/' $a >"$tmp/off.csv"
run_fails 1 "do not add up: off by 1" "$program" protect "$tmp/off.csv" --min-n 3
sed 's/^total,total,4708/total,total,4709/' $b >"$tmp/two.csv"
run_fails 1 "two.csv: line 21: the cell total is 4709 here and 4708" "$program" protect $a "$tmp/two.csv" --min-n 3
sed 's/^north,large,0,0/north,large,-5,1/' $a >"$tmp/neg.csv"
run_fails 1 "negative" "$program" protect "$tmp/neg.csv" --min-n 3
(cat $a; sed -n 2p $a) >"$tmp/twice.csv"
run_fails 1 "stands twice" "$program" protect "$tmp/twice.csv" --min-n 3
head -1 $a >"$tmp/empty.csv"
run_fails 1 "empty" "$program" protect "$tmp/empty.csv" --min-n 3
printf 'hierarchies: {area: {north: [south, a], south: [north]}}\nmin_n: 3\n' >"$tmp/circle.yaml"
run_fails 2 "circle.yaml:1:.*circle" "$program" protect "$tmp/h.csv" --plan "$tmp/circle.yaml"
printf 'min_m: 3\n' >"$tmp/word.yaml"
run_fails 2 "min_n" "$program" protect $a --plan "$tmp/word.yaml"
printf 'region,value,n\na,5,1\ntotal,5,1\n' >"$tmp/alone.csv"
printf 'known: {low: 0.95, high: 1.05}\nmin_n: 3\n' >"$tmp/known.yaml"
run_fails 1 "cannot be protected" "$program" protect "$tmp/alone.csv" --plan "$tmp/known.yaml"
run_fails 1 "largest contributions" "$program" protect "$tmp/alone.csv" --p 10
# a folder that is not there is made, and those above it
"$program" protect $a --out "$tmp/deep/er/out" --min-n 3 >/dev/null 2>"$tmp/e" || grep -q . "$tmp/deep/er/out/"*.csv || fail "--out makes no folder: $(cat "$tmp/e")"
[ -s "$tmp/deep/er/out/$(basename $a)" ] || fail "no table in the made folder: $(cat "$tmp/e")"
: >"$tmp/plain"
run_fails 1 "plain: the folder cannot be made" "$program" protect $a --out "$tmp/plain/out" --min-n 3
finish
