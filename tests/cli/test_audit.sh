#!/usr/bin/env bash
# shuxiao audit: the worked example of its page, the formats, the exit codes, and what is said about a wrong file.
. tests/cli/lib.sh
need_program
awk '/^```yaml/ { take = 1; next } /^```/ { if (take) exit } take' docs/methods/audit.md >"$tmp/worked.yaml"
[ "$(wc -l <"$tmp/worked.yaml")" -gt 10 ] || fail "the worked example is not in docs/methods/audit.md"

"$program" audit "$tmp/worked.yaml" --format csv >"$tmp/out.csv"
[ $? = 3 ] || fail "a contradiction does not exit with 3"
field() { # IDENTITY COLUMN
  python3 - "$tmp/out.csv" "$1" "$2" <<'P'
import csv, sys
for row in csv.DictReader(open(sys.argv[1], encoding="utf-8")):
    if row["identity"] == sys.argv[2]:
        print(row[sys.argv[3]])
P
}
expect() { [ "$(field "$1" "$2")" = "$3" ] || fail "$1 $2 is '$(field "$1" "$2")', not '$3'"; }
expect part_of_all verdict contradicts
near slack "$(field part_of_all slack)" -0.003124 1e-3
near digits "$(field part_of_all slack.digits)" -3.12 2e-3
expect part_of_all repairs 'share 46.9 -> 46.5; digital 9.37 -> 9.44; all 20.15 -> 20.01'
expect part_of_all repair.figure share
expect part_of_all repair.steps -4
expect twice verdict contradicts
near twice "$(field twice slack.digits)" -3 1e-9
expect sum verdict agrees
expect sum2 verdict agrees
expect share kind fewest
expect share reason minimum
expect 'sum + sum2' kind group
expect 'sum + sum2' repairs 'services 4.4 -> 4.3; services2 4.3 -> 4.4'
expect services kind fewest
[ "$(grep -c '^contradicts' "$tmp/out.csv")" = 5 ] || fail "not two contradictions, a group and two figures: $(cat "$tmp/out.csv")"

# eyes, Markdown, JSON; Chinese
"$program" audit "$tmp/worked.yaml" --lang zh >"$tmp/out" && fail "zh: exit 0"
grep -q '矛盾 2' "$tmp/out" || fail "zh: no counts: $(tail -5 "$tmp/out")"
grep -q '已证明' "$tmp/out" || fail "zh: no proof"
"$program" audit "$tmp/worked.yaml" --format md --only contradicts >"$tmp/out" && fail "md: exit 0"
grep -q '^| contradicts' "$tmp/out" || fail "md: no rows"
grep -q 'agrees' "$tmp/out" && fail "--only contradicts shows others"
"$program" audit "$tmp/worked.yaml" --format json >"$tmp/out.json"
python3 -c 'import json,sys; rows = json.load(open(sys.argv[1])); assert rows[0]["identity"] == "part_of_all", rows[0]' "$tmp/out.json" || fail "json"

# for eyes no line is wider than a wide terminal; Markdown is whole
"$program" audit studies/published-figures/audit.yaml --lang en >"$tmp/out"
python3 -c 'import sys; w = max(len(l.rstrip("\n")) for l in open(sys.argv[1], encoding="utf-8")); sys.exit(w > 220)' "$tmp/out" || fail "the table is too wide"
grep -q '…' "$tmp/out" || fail "nothing is cut"
"$program" audit studies/published-figures/audit.yaml --lang en --format md | grep '^| ' | grep -q '…' && fail "md: a cell is cut"

# nothing contradicts: 0
"$program" audit studies/audit-example/audit.yaml >"$tmp/out" || fail "the example contradicts: $(tail -3 "$tmp/out")"
grep -q '88 agree, 0 contradict' "$tmp/out" || fail "the example: $(tail -3 "$tmp/out")"
python3 tests/reference/audit_example.py "$tmp" >/dev/null || fail "the example cannot be written"
cmp -s "$tmp/figures.csv" studies/audit-example/figures.csv && cmp -s "$tmp/audit.yaml" studies/audit-example/audit.yaml ||
  fail "studies/audit-example is not what tests/reference/audit_example.py writes"

# proposals can be read back
sed '/^identities/,$d' studies/audit-example/audit.yaml >"$tmp/bare.yaml"
"$program" audit "$tmp/bare.yaml" --discover --max 20 >"$tmp/proposed" || fail "--discover"
[ "$(grep -c 'id: proposed_' "$tmp/proposed")" = 20 ] || fail "--max 20 gives $(grep -c 'id: proposed_' "$tmp/proposed")"
cat "$tmp/bare.yaml" "$tmp/proposed" >"$tmp/accepted.yaml"
"$program" audit "$tmp/accepted.yaml" >"$tmp/out" || fail "what was proposed contradicts: $(cat "$tmp/out")"

# what no figure explains is named apart, by eyes and by machine
printf 'audit: t\nfigures: [{id: x, value: 12, unit: 个}]\nidentities: [{id: never, formula: "x - x == 1"}]\n' >"$tmp/never.yaml"
"$program" audit "$tmp/never.yaml" >"$tmp/out"
[ $? = 3 ] || fail "an identity that cannot hold: exit 0"
grep -q '^No figures explain these' "$tmp/out" && grep -q '^  never$' "$tmp/out" || fail "it is not named: $(cat "$tmp/out")"
grep -q 'The fewest figures' "$tmp/out" && fail "it is said to be explained: $(cat "$tmp/out")"
"$program" audit "$tmp/never.yaml" --format csv | grep -q '^contradicts,never,impossible,' || fail "csv: no row impossible"

# what is wrong is said with its place
sed 's/digital, whole: all/digitl, whole: all/' "$tmp/worked.yaml" >"$tmp/bad.yaml"
run_fails 2 "bad.yaml:11:.*unknown figure 'digitl': did you mean 'digital'" "$program" audit "$tmp/bad.yaml"
printf 'audit: t\nfigures: f.csv\n' >"$tmp/csv.yaml"
printf 'id,value,unit\nA,1,元\nB,2,亿圆\n' >"$tmp/f.csv"
run_fails 2 "f.csv:3: .*unknown unit '亿圆'" "$program" audit "$tmp/csv.yaml"
printf 'id,value,unit\nA,1,元\nB,2,斛\n' >"$tmp/f.csv"
run_fails 2 "f.csv:3: .*unknown unit '斛'$" "$program" audit "$tmp/csv.yaml"
run_fails 2 'write an AUDIT.yaml' "$program" audit "$tmp/f.csv"
rm "$tmp/f.csv"
run_fails 1 'f.csv' "$program" audit "$tmp/csv.yaml"
run_fails 1 'none.yaml' "$program" audit "$tmp/none.yaml"
run_fails 2 'only' "$program" audit "$tmp/worked.yaml" --only wrong
run_fails 2 'time-limit' "$program" audit "$tmp/worked.yaml" --time-limit -1
finish
