#!/usr/bin/env bash
# The page of variables: identifiers have no mean, texts without labels tell how many different ones there are and which are most frequent.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
# id: unique and dense; code: unique, by its name; psu: a cluster; income: 400 amounts that all differ, none an identifier; region: few texts; said: many, most of one case
awk 'BEGIN { print "serial,person_id,psu,income,age,region,said,rare,w"
  for (i = 1; i <= 400; i++) printf "%d,%d,%d,%d,%d,%s,%s,%s,%d\n", 1000 + i, (i * 7919) % 1000003 * 17, i % 40, 900 + i * i * 3, 20 + i % 50,
    i % 4 ? "north, old" : "south", i % 3 ? "answer " i : "none", i <= 4 ? "few" : "most", 1 + i % 2 }' | sed 's/north, old/"north, old"/' >d.csv
cat >study.yaml <<'Y2'
study: s
title: S
languages: [zh, en]
data: {main: {file: d.csv}}
design: {weights: w, clusters: psu}
indicators:
  m: {label: Mean, mean: income}
Y2
"$program" run study.yaml --quiet --to ddi --out out >said 2>&1 || fail "run: $(cat said)"
page=out/s_codebook.en.html
# part VARIABLE: its section, in lines without tags
part() { sed -n "/<code>$1<\/code>/,/<\/section>/p" $page | sed 's/<[^>]*>/ /g; s/  */ /g; s/^ //; s/ $//' | grep -v '^$'; }
for name in serial person_id psu; do
  part $name | grep -qx 'Identifier.' || fail "$name is no identifier: $(part $name)"
  part $name | grep -q mean && fail "$name has a mean"
done
for name in income age w; do
  part $name | grep -q 'Weighted mean: ' || fail "$name has no mean: $(part $name)"
  part $name | grep -q Identifier && fail "$name is an identifier"
done
# region: 300 of 400 cases; weights 1 + i % 2: those of i % 4 == 0 weigh 1 each, all together 600, so 500 of 600
part region | grep -qx 'Different texts: 2' || fail "region: $(part region)"
part region | grep -qx 'north, old 300 75.0 83.3' || fail "region's shares: $(part region)"
part region | grep -qx 'south 100 25.0 16.7' || fail "region's shares: $(part region)"
part said | grep -qx 'Different texts: 268' || fail "said: $(part said)"
part said | grep -q 'answer' && fail "answers of single cases are listed"
part rare | grep -qx 'Different texts: 2, the most frequent below' || fail "rare: $(part rare)"
part rare | grep -q few && fail "a text of four cases is listed"
grep -q '标识编号。' out/s_codebook.zh.html || fail "the Chinese page does not say what an identifier is"
# the same from the store
cp $page first.html
sed -i 's/title: S/title: T/' study.yaml
"$program" run study.yaml --quiet --to ddi --out out >said 2>&1 || fail "again: $(cat said)"
diff <(sed -n '/id="variables"/,$p' first.html) <(sed -n '/id="variables"/,$p' $page) >said || fail "the page from the store: $(cat said)"
# every language has its own words, where the study says both: of variables and values; the file's own label stands in both
cat >words.yaml <<'Y2'
study: w
title: {zh: 词, en: Words}
languages: [zh, en]
data: {main: {file: d.csv, variables: {region: {label: {zh: 地区, en: Region}, values: {south: {zh: 南方, en: the South}, "north, old": {en: the North}}}, age: {label: {zh: 年龄, en: Age}}, w: {label: 权重}}}}
design: {weights: w, clusters: psu}
indicators: {m: {label: Mean, mean: income}}
Y2
"$program" run words.yaml --quiet --to ddi --out words >said 2>&1 || fail "run of words: $(cat said)"
for row in 'zh region | 地区 | south = 南方；north, old = the North' 'en region | Region | south = the South; north, old = the North' \
  'zh age | 年龄 |' 'en age | Age |' 'zh w | 权重 |' 'en w | 权重 |'; do
  grep -qF "| ${row#* }" "words/w_codebook.${row%% *}.md" || fail "no '${row#* }' in ${row%% *}: $(sed -n '/^| Var\|^| 变/,$p' "words/w_codebook.${row%% *}.md")"
done
page=words/w_codebook.en.html
part region | grep -qx 'south the South 100 25.0 16.7' || fail "the page's values: $(part region)"
grep -q '</code> Region</h3>' $page && ! grep -q '地区\|南方' $page || fail "the page's label"
tr -d '\n' <words/w.ddi.xml | sed 's/> */>/g' >ddi
grep -q 'name="region"[^>]*><labl xml:lang="zh">地区</labl><labl xml:lang="en">Region</labl>' ddi || fail "DDI has one label of the variable"
grep -q '<catValu>south</catValu><labl xml:lang="zh">南方</labl><labl xml:lang="en">the South</labl>' ddi || fail "DDI has one label of the value"
# values of numbers are counted the same whether their labels are near each other, far apart or fractions; a value between two has none
awk 'BEGIN { print "near,far,half"; for (i = 0; i < 60; i++) printf "%s,%s,%s\n", i < 10 ? -2 : i < 25 ? 0 : i < 28 ? 0.5 : i < 31 ? 8 : 3,
  i < 20 ? -2 : i < 50 ? 99999 : 5, i < 30 ? 0.5 : i < 55 ? 2 : 1 }' >n.csv
cat >numbers.yaml <<'Y2'
study: n
title: Numbers
languages: [en]
data: {main: {file: n.csv, variables: {near: {values: {3: three, -2: below, 0: none, 7: nobody}}, far: {values: {99999: far, -2: below}}, half: {values: {0.5: half, 2: two}}}}}
design: {weights: none}
indicators: {m: {label: Mean, mean: near}}
Y2
"$program" run numbers.yaml --quiet --to ddi --out numbers >said 2>&1 || fail "run of numbers: $(cat said)"
page=numbers/n_codebook.html
for row in 'near -2 below 10' 'near 0 none 15' 'near 3 three 29' 'near 7 nobody 0' 'far -2 below 20' 'far 99999 far 30' 'half 0.5 half 30' 'half 2 two 25'; do
  part "${row%% *}" | grep -q "^${row#* }\( \|$\)" || fail "no '${row#* }': $(part "${row%% *}")"
done
# nothing is counted where tables are protected
printf 'disclosure: {min_n: 3}\n' >>study.yaml
"$program" run study.yaml --quiet --to ddi --out safe >said 2>&1 || fail "protected: $(cat said)"
grep -q 'Different texts' safe/s_codebook.en.html && fail "a protected study tells of texts"
finish
