#!/usr/bin/env bash
# The word disclosure of a study: small groups and small bases are hidden in the report, with what gives them away; the store keeps the values; the
# gate; reuse; the audit of the report follows. The sample: 60 people, region a 30, b 25, c 5, of which 3 in c buy games.
. tests/cli/lib.sh
need_program
mkdir "$tmp/st"
cd "$tmp/st" || exit 1
{
  echo "id,region,sex,goods,games,w"
  for i in $(seq 1 60); do
    r=a; [ "$i" -gt 30 ] && r=b; [ "$i" -gt 55 ] && r=c
    s=m; [ $((i % 2)) = 0 ] && s=f
    echo "$i,$r,$s,$((100 + i * 3)),$((i % 4 == 0 ? i : 0)),$((1 + i % 3))"
  done
} >p.csv
cat >s.yaml <<'END'
study: t
title: {zh: 题, en: T}
data: {p: {file: p.csv}}
design: {weights: w}
disclosure: {min_n: 10}
groups: {region: {by: region}, sex: {by: sex}, first: {where: region == "a"}}
indicators:
  people: {count: true, by: [region, sex]}
  goods: {total: goods, by: [region, sex], gap: [{of: region, to: first}]}
  mean: {mean: goods, by: [region, sex], gap: [region]}
  buyers: {total: games, base: games > 0, by: [region, sex]}
  each: {formula: goods / people, by: [region]}
tables:
  - {id: t1, title: {zh: 表, en: Table}, indicators: [people, goods, mean, each], domains: [total, region, sex], show: [estimate, se, n]}
  - {id: t2, title: {zh: 表, en: Buyers}, indicators: [buyers], domains: [total, region, sex]}
narrative: {zh: [n.md], en: [n.md]}
annex: [design]
outputs: [html, csv, xlsx, sdmx]
END
printf 'Goods in c: {{ goods.region:c | plain 0 }}, in a: {{ goods.region:a | plain 0 }}, all {{ goods.total | plain 0 }}.\n' >n.md
"$program" run s.yaml >o 2>e || fail "run: $? $(cat o e)"
text() { sed 's/<[^>]*>/ /g' "$1" | tr -s ' \n' ' '; }
page=$(text out/report.en.html)
# region c has 5 people: hidden, and with it one more region, in everything; the whole is told
grep -q "Goods in c: — × , in a" <<<"$page" || grep -q "Goods in c: —" <<<"$page" || fail "the text: $(grep -o 'Goods in c.\{80\}' <<<"$page")"
grep -q "all [0-9,]*[0-9]" <<<"$page" || fail "the whole is hidden"
grep -q "×: not published, so that no one can be recognised." <<<"$page" || fail "no legend"
grep -q "results of fewer than 10 interviews are not published" <<<"$page" || fail "annex"
text out/report.zh.html | grep -q "×：为避免识别个体而不公布" || fail "legend in Chinese"
value() { sqlite3 out/results.db "select e.estimate from estimate e join domain d on d.id = e.domain where e.indicator = '$1' and e.statistic like '$2' and e.statistic not like 'gap%' and d.key like '%$3%'"; }
[ -n "$(value goods total c)" ] || fail "the store lost the value"
[ "$(grep -o "— ×" <<<"$page" | wc -l)" -ge 12 ] || fail "too few crosses: $(grep -o "Table 1.*Annex" <<<"$page")"
# region c and the one that goes with it, whole columns of them; buyers are too few in every region
for v in goods mean people; do
  for region in b c; do
    n=$(printf '%.0f' "$(value $v % "$region")")
    printed=$(sed ':a;s/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/;ta' <<<"$n")
    [ "$n" -gt 100 ] && grep -qF " $printed " <<<"${page#*Table 1}" && fail "$v in $region, $printed, is printed"
  done
done
grep -qE "^,goods,total,[bc],[^0-9]*," out/t.csv && ! grep -qE "^,(goods|mean|people|each),[a-z]*,[bc],[^,]*,[^,]*,[-0-9]" out/t.csv || fail "t.csv: $(cat out/t.csv)"
grep -q "^,goods,total,a,,,8760," out/t.csv || fail "t.csv lacks what may be published"
[ "$(grep -c ",Q,N," out/t.sdmx.csv)" -ge 10 ] || fail "SDMX has no suppressed observations"
"$program" run s.yaml >o 2>e || fail "again: $(cat e)"
grep -q "0 differ" o || fail "audit: $(cat o)"
rm out/report.en.html
"$program" run s.yaml >o 2>e || fail "rendered again: $(cat e)"
[ "$(text out/report.en.html)" = "$page" ] || fail "the page that was rendered again differs"

# an author's words tell no order and no direction of what is hidden, and drawings print the sign of the tables
mv n.md n.kept
printf '{{rank mean by=region n=1 | plain 0}}.\n\nIt is ({{updown mean.region:c.gap up=above down=below same=equal}}).\n\n{{figure f1}}\n' >n.md
sed 's/^narrative/figures: [{id: f1, title: {zh: 图, en: Fig}, type: bars, indicators: [mean], domains: [region]}]\n&/' s.yaml >f.yaml
for style in uk cn; do
  "$program" run f.yaml --out f --to html --style $style --lang en >o 2>e || fail "words, $style: $(cat o e)"
  grep -q ' 0 differ, 0 unbound' o || fail "words, $style, the audit: $(cat o)"
  words=$(text f/report.en.html)
  grep -q "no order can be told, as a result is missing or not published" <<<"$words" || fail "a rank of what is hidden: $style"
  text f/report.zh.html | grep -q "有结果缺失或未公布，不能排序" || fail "a rank of what is hidden in Chinese: $style"
  grep -q "leads, at\|changed" <<<"$words" && fail "an order or a direction of what is hidden: $style"
  grep -q "tells no order: .*region.*is missing or not published" e || fail "no warning of the rank: $(cat e)"
  grep -q "mean.region:c.gap is missing or not published: {{updown}}" e || fail "no warning of the direction: $(cat e)"
  sign='—×'
  [ $style = uk ] && sign='\[c\]'
  grep -q "c: $sign" <<<"$words" || fail "the sign in the words of the chart, $style: $(grep -o 'Bar chart.\{120\}' <<<"$words")"
  [ "$(grep -o "<text[^>]*>$sign<" f/report.en.html | wc -l)" -ge 2 ] || fail "the sign in the chart, $style"
  tr -d ' ' <<<"$words" | grep -qF "Itis($(tr -d ' \\' <<<"$sign"))" || fail "the sign in the text, $style: $(grep -o 'It is.\{30\}' <<<"$words")"
done
text f/report.en.html | grep -q '\[x\]' && fail "what is held back is called not available"
mv n.kept n.md
# without secondary suppression the totals give c away: the gate
sed -i 's/min_n: 10}/min_n: 10, secondary: none}/' s.yaml
run_fails 3 "sensitive results follow.*nothing is written" "$program" run s.yaml --out none
[ -z "$(find none -type f ! -name 'results.db*')" ] || fail "files that give hidden results away: $(ls none)"
sed -i 's/, secondary: none}/}/' s.yaml
"$program" run s.yaml --to all --out safe >o 2>e || fail "safe: $(cat e)"
sums safe >before
sed -i 's/min_n: 10}/min_n: 10, secondary: none}/' s.yaml
for i in 1 2; do
  run_fails 3 "sensitive results follow.*nothing is written" "$program" run s.yaml --to all --out safe
  sums safe | cmp -s - before || fail "a failed gate changed the release: $(sums safe | diff before -)"
done
"$program" audit safe >o 2>&1 || fail "the audit of the safe release after a failed gate: $(tail -3 o)"
# nothing is small
sed -i 's/^disclosure.*/disclosure: {min_n: 2}/' s.yaml
"$program" run s.yaml >o 2>e || fail "min_n 2: $(cat e)"
text out/report.en.html | grep -q "×: not" && fail "something is hidden below 2"
for bad in '{min_n: 1}' '{min_n: ten}' '{min_m: 10}' '{min_n: 10, secondary: best}' '{min_n: 10, p: 101}' '3'; do
  sed -i "s/^disclosure.*/disclosure: $bad/" s.yaml
  run_fails 2 "s.yaml:5" "$program" check s.yaml
done
finish
