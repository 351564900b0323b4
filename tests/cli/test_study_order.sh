#!/usr/bin/env bash
# The order in which a study names the levels of a group is the order of its tables, figures, banner tables, data files and codebook; a run after only this order
# was changed is what a run from nothing is.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
# tier: a text without numbers; edu: codes with labels; band: a text made by an expression; the first case is mid
awk 'BEGIN { split("mid top low", a, " "); print "w,tier,edu,hours,a1,a2,y"
  for (i = 1; i <= 360; i++) printf "%d,%s,%d,%d,%s,%s,%d\n", 10 + i % 3, a[1 + int(i / 5) % 3], 1 + int(i / 3) % 3, (i * 5) % 24, a[1 + i % 2], a[2 + i % 2], (i * i) % 7 < 3 }' >d.csv
cat >study.yaml <<'Y2'
study: s
title: S
languages: [zh, en]
data: {main: {file: d.csv, variables: {edu: {values: {1: {zh: 小学, en: primary}, 2: {zh: 中学, en: secondary}, 3: {zh: 大学, en: tertiary}}}}}}
design: {weights: w}
derived: {band: {value: 'if(hours < 8, "short", if(hours < 16, "medium", "long"))'}}
weighting:
  - rake:
      - {by: [tier], totals: {low: 1500, mid: 1300, top: 1200}}
groups:
  tier: {label: {zh: 层, en: Tier}, by: tier, levels: {low: {zh: 低, en: low}, mid: {zh: 中, en: mid}, top: {zh: 高, en: top}}}
  edu: {label: {zh: 学历, en: Education}, by: edu, levels: {3: {zh: 大学, en: tertiary}, 1: {zh: 小学, en: primary}, 2: {zh: 中学, en: secondary}}}
  band: {label: {zh: 时长, en: Band}, by: band, levels: {long: {zh: 长, en: long}, short: {zh: 短, en: short}, medium: {zh: 中等, en: medium}}}
indicators:
  m: {label: {zh: 占比, en: Share}, prop: y == 1, by: [tier, edu, band, [edu, tier]]}
  a: {label: {zh: 层构成, en: Tiers}, shares: tier}
  e: {label: {zh: 学历构成, en: Schooling}, shares: edu}
tables:
  - {id: t, title: {zh: 表, en: T}, indicators: [m], domains: [tier, edu, band], show: [estimate]}
  - {id: b, title: {zh: 交叉, en: B}, rows: tier, cols: edu + band}
figures:
  - {id: f, title: {zh: 图, en: F}, type: bars, indicators: [m], domains: [tier]}
annex: [design]
Y2
# levels: what the text says of them, in the order in which it first does
levels() { sed 's/<[^>]*>/ /g; s/_/ /g' | grep -owE 'low|mid|top|tertiary|primary|secondary|long|short|medium' | awk '!seen[$0]++' | paste -sd'|'; }
part() { sed -n "/id=\"$1\"/,/<\/figure>/p" $out/report.en.html | levels; }
entry() { sed -n "/<code>$1<\/code>/,/<\/section>/p" $out/s_codebook.en.html | levels; }
all() {
  out=$1
  part t1
  part t2
  part f1
  awk -F, '$2 == "m"' $out/s.csv | levels
  awk -F, '$2 == "a"' $out/s.csv | levels
  awk -F, '$2 == "e" { print $3 }' $out/s.csv | paste -sd'|'
  sed -n '/Sum of final weights/,/<\/table>/p' $out/report.en.html | levels
  entry tier
  entry edu
  sed -n '/name="edu"/,/<\/var>/p' $out/s.ddi.xml | levels
  sed -n '/VALUES.en.("Tier")/,/;/p' $out/s_TIER.px | levels
  grep -o 'Code id="[a-z0-9]*"' $out/s.sdmx.xml | levels
}
"$program" run study.yaml --quiet --to all --out out >said 2>&1 || fail "run: $(cat said)"
all out >got
cat >want <<'W'
low|mid|top|tertiary|primary|secondary|long|short|medium
tertiary|primary|secondary|long|short|medium|low|mid|top
low|mid|top
low|mid|top|long|short|medium
low|mid|top
prop_3|prop_1|prop_2
low|mid|top
low|mid|top
tertiary|primary|secondary
tertiary|primary|secondary
low|mid|top
low|mid|top|long|short|medium
W
diff want got >said || fail "orders: $(cat said)"
# same WHAT: after the change of the study the run that goes on is the run from nothing
same() {
  "$program" run study.yaml --quiet --to all --out out >said 2>&1 || fail "$1: $(cat said)"
  rm -rf fresh
  "$program" run study.yaml --quiet --to all --out fresh >said 2>&1 || fail "$1, from nothing: $(cat said)"
  diff <(sums out) <(sums fresh) >said || fail "$1: $(cat said)"
}
# only the order is another one
sed -i -e 's/levels: {low: {zh: 低, en: low}, mid: {zh: 中, en: mid}, top: {zh: 高, en: top}}/levels: {top: {zh: 高, en: top}, low: {zh: 低, en: low}, mid: {zh: 中, en: mid}}/' \
  -e 's/levels: {3: {zh: 大学, en: tertiary}, 1: {zh: 小学, en: primary}, 2: {zh: 中学, en: secondary}}/levels: {2: {zh: 中学, en: secondary}, 3: {zh: 大学, en: tertiary}, 1: {zh: 小学, en: primary}}/' \
  -e 's/levels: {long: {zh: 长, en: long}, short: {zh: 短, en: short}, medium: {zh: 中等, en: medium}}/levels: {medium: {zh: 中等, en: medium}, long: {zh: 长, en: long}, short: {zh: 短, en: short}}/' study.yaml
same "another order"
all out >got
sed -e 's/low|mid|top/top|low|mid/' -e 's/tertiary|primary|secondary/secondary|tertiary|primary/' -e 's/long|short|medium/medium|long|short/' \
  -e 's/prop_3|prop_1|prop_2/prop_2|prop_3|prop_1/' want >want2
diff want2 got >said || fail "orders after the change: $(cat said)"
# a list that leaves a level out is of words alone: the file's own order, mid first
sed -i 's/levels: {top: {zh: 高, en: top}, low: {zh: 低, en: low}, mid: {zh: 中, en: mid}}/levels: {top: {zh: 高, en: top}, low: {zh: 低, en: low}}/' study.yaml
same "a level left out"
awk -F, '$2 == "a"' out/s.csv | levels >got
[ "$(cat got)" = "$(awk -F, 'NR > 1 { print $2 }' d.csv | levels)" ] || fail "an order that leaves a level out: $(cat got)"
# the words of the other group by the same variable count, where tables are protected too
sed -i -e 's/^indicators:/  again: {label: {zh: 又, en: Again}, by: tier, levels: {mid: {zh: 中, en: mid}, low: {zh: 低, en: low}, top: {zh: 高, en: top}}}\nindicators:/' \
  -e '/^  [ae]: /d' -e 's/^annex:/disclosure: {min_n: 3}\nannex:/' -e 's/, levels: {top: {zh: 高, en: top}, low: {zh: 低, en: low}}//' study.yaml
same "protected"
awk -F, '$2 == "m" && $4 != "" { print $4 }' out/s.csv | levels >got
[ "$(cat got)" = "mid|low|top" ] || fail "protected: $(cat got)"
finish
