#!/usr/bin/env bash
# The level coded 1 goes by its own words in lists of the text, in what lies behind numbers and in the audit of a typed text; a group of the study goes by its own.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
awk 'BEGIN { print "sex,use"; for (i = 0; i < 400; i++) printf "%d,%d\n", 1 + i % 2, i % 2 ? i % 5 == 0 : i % 3 == 0 }' >p.csv
cat >s.yaml <<'YAML'
study: s
title: T
languages: [en]
data: {people: {file: p.csv, variables: {sex: {label: Sex, values: {1: male, 2: female}}}}}
design: {weights: none}
groups: {sex: {label: Sex, by: sex}, users: {label: Users, where: use == 1}}
indicators:
  rate: {prop: use == 1, label: Rate of use, by: [sex]}
  men: {prop: sex == 1, label: Share of men, by: [users]}
narrative: {en: [n.md]}
YAML
printf '{{rank rate by=sex n=2 | %% 1}}. {{parts men.users | %% 1}}.\n' >n.md
"$program" run s.yaml --quiet --to html --out o >out 2>err || fail "run: $(cat out err)"
sed 's/<[^>]*>//g' o/report.en.html >page
grep -q 'male and female are the first two, at 33\.5% and 20\.0%' page || fail "the rank: $(grep 'first two' page)"
grep -q '"Sex: male"' page || fail "behind the number: a level"
grep -q '"Users"' page && ! grep -q 'Users: Users' page || fail "behind the number: a group"
printf 'The rate of use of male people is 33.5%%.\n' >t.md
"$program" audit t.md --against o/results.db >out 2>&1
grep -q '^agrees .*33\.5%.*rate\.sex' out || fail "the audit: $(cat out)"
printf 'The rate of use of male people is 33.9%%.\n' >t.md
"$program" audit t.md --against o/results.db >out 2>&1
grep -q '^agrees' out && fail "the audit of another number: $(cat out)"
# a gap names a level by its code, as the results are named: check says so before the run, and a code that the data have not is told with those that they have
gap() { sed "s/by: \[sex\]}/by: [sex], gap: [{of: \"sex:$1\", to: \"sex:2\"}]}/" s.yaml >g.yaml; }
gap male
"$program" check g.yaml >out 2>&1 && fail "a gap of a label passes"
grep -q "g.yaml:8:[0-9]*: 'male' is the label of the level '1' of the group 'sex': a gap names levels by their codes, 'sex:1'" out || fail "the label: $(cat out)"
gap 9
"$program" run g.yaml --quiet --to csv --out og >out 2>&1 && fail "a gap of no level passes"
grep -q "g.yaml:8:[0-9]*.*the gap of 'sex:9' to 'sex:2': the data have no 'sex:9'; there are 'sex:1', 'sex:2'" out || fail "no level: $(cat out)"
gap 1
"$program" run g.yaml --quiet --to csv --out og >out 2>&1 || fail "the code: $(cat out)"
# the domain by its label: a gap of it is found by that name
sed -i 's/by: \[sex\], gap: .*\]}/by: ["sex:male", "sex:female"], gap: [{of: "sex:male", to: "sex:female"}]}/' g.yaml
"$program" run g.yaml --quiet --to csv --out og >out 2>&1 || fail "a domain by its label: $(cat out)"
finish
