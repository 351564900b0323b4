#!/usr/bin/env bash
# A study that follows waves: made-up samples with closed forms; renamed, merged, missing categories; breaks; published figures;
# the family of tests; what is reused; what is refused, with its line. test_waves_reference.sh has the published changes.
. tests/cli/lib.sh
need_program
command -v sqlite3 >/dev/null || { echo "skipped: no sqlite3"; exit 77; }

# A wave: ids $1..$2 in strata A and B, weight 10, y and spend that depend on id and wave; sex as words of the wave
wave() { awk -v from="$1" -v to="$2" -v w="$3" -v m="$4" -v f="$5" 'BEGIN { print "id,st,w,y,spend,sex,age"
  for (i = from; i <= to; i++) { x = (i * 7919 + w * 31) % 101; u = (i * 104729) % 97
    printf "%d,%s,10,%d,%d,%s,%d\n", i, i % 2 ? "A" : "B", (u + 10 * w + x / 10 > 60), 20 + u + 3 * w + x / 4, i % 3 ? m : f, 20 + i % 50 } }'; }
wave 1 120 0 男 女 >"$tmp/w0.csv"
wave 41 160 1 male female >"$tmp/w1.csv"
wave 81 200 3 male female >"$tmp/w2.csv"

study() { cat >"$tmp/study.yaml" <<END
study: waves
title: {zh: 各期, en: Waves}
wave: 2025-S1
data: {people: {file: w2.csv}}
derived: {old: "age >= 45"}
design: {weights: w, strata: st}
benchmarks: {population: {value: 1300, se: 13, unit: 人}, wage: 100}
groups:
  sex: {label: {zh: 性别, en: Sex}, by: sex}
  old: {label: {zh: 老, en: Old}, where: old == 1}
indicators:
  users: {label: {zh: 用户, en: Users}, total: y, unit: 人, format: "plain 0", by: [sex], change: true}
  rate: {label: {zh: 率, en: Rate}, prop: y == 1, by: [sex, old], gap: [old, {of: "sex:female", to: "sex:male"}], change: true}
  mean: {label: {zh: 均, en: Mean}, mean: spend, change: true}
  part: {label: {zh: 占, en: Part}, formula: population * rate / wage, change: true}
  idle: {label: {zh: 闲, en: Idle}, mean: age}
accounts:
  money: {label: {zh: 账, en: Money}, unit: 元, format: "plain 0", benchmark: 100 * population, change: true,
    nodes: [{id: all, label: 总}, {id: a, parent: all, label: 甲, population: population, penetration: rate, spend: mean}, {id: b, parent: all, label: 乙, total: users * wage}]}
waves:
  unit: id
${extra:-}
  series:
    - {wave: 2024-S1, label: {zh: 2024年上半年, en: first half of 2024}, data: {people: {file: w0.csv}}, map: {sex: {codes: {男: male, 女: female}}}, benchmarks: {wage: 90}${first:-}}
    - {wave: 2024-S2, data: {people: {file: w1.csv}}${second:-}}
tables:
  - {id: t1, title: {zh: 变动, en: Changes}, indicators: [users, rate], domains: [total, sex], show: [estimate, change, change_se, change_relative, p, yoy, p_yoy]}
  - {id: t2, title: {zh: 序列, en: Series}, indicators: [rate], domains: [total, sex], waves: all, show: [change]}
  - {id: t3, title: {zh: 账, en: Money}, account: money, measures: [level, change, change_relative, change_share_of_parent]}
  - {id: t4, title: {zh: 账的序列, en: Money by wave}, account: money, waves: all}
figures:
  - {id: f1, type: lines, title: {zh: 线, en: Lines}, indicators: [rate, mean], waves: all, format: "plain 2"}
macros: {line: {zh: "为{{level_and_change \$1 change=\"pp 1\" | \$format}}", en: "{{level_and_change \$1 change=\"pp 1\" | \$format}}"}}
narrative: {zh: [zh.md], en: [en.md]}
annex: [design]
END
}
echo '率{{ rate.total | % 1 }}，比上期变动{{ rate.total.change | pp 1 }}，同比{{ rate.total.yoy | pp 1 }}；上期为{{ rate.wave:2024-S2 | % 1 }}。' >"$tmp/zh.md"
echo 'Rate {{ rate.total | % 1 }}, {{ rate.total.change | pp 1 }} in half a year, p = {{ rate.total.p_change | plain 3 }}; women {{ rate.sex:female*wave:2024-S1 | % 1 }} a year before; users grew by {{ users.total.change_relative | % 1 }}.' >"$tmp/en.md"
printf '\n%s\n' '率{{line rate | % 1}}，{{change rate word=提升}}；{{rank rate by=sex n=2}}；{{parts users.sex:female users.sex:male | 人 0}}。' >>"$tmp/zh.md"
printf '\n%s\n' 'It {{line rate | % 1}}; {{rank rate by=sex n=2}}, {{parts users.sex:female users.sex:male | 人 0}}.' >>"$tmp/en.md"
db=$tmp/res/results.db
# of INDICATOR STATISTIC DOMAIN COLUMN, of the newest run
of() { sqlite3 "$db" "select \"$4\" from result where run = (select max(run) from result) and indicator = '$1' and statistic = '$2' and domain = '$3'"; }
run() { rm -rf "$tmp/res"; again; }
again() { "$program" run "$tmp/study.yaml" --out "$tmp/res" --quiet >"$tmp/said" 2>"$tmp/err" || fail "run: $(cat "$tmp/err")"; }
# expr NAME GOT EXPRESSION-IN-AWK
expr_is() { near "$1" "$2" "$(awk "BEGIN { printf \"%.17g\", $3 }")" "${4:-1e-12}"; }

# ---- three waves
study
run
# sentences of the study's own and of the field: every number of them is bound
grep -q ' 0 differ, 0 unbound' "$tmp/said" || fail "the audit: $(cat "$tmp/said")"
sed 's/<[^>]*>//g' "$tmp/res/report.zh.html" | grep -Eq '^率为为[0-9.]+%，较上期(提高|下降)[0-9.]+个百分点，(提升|回落)[0-9.]+个百分点；(fe)?male和(fe)?male位列前二，分别为[0-9.]+%和[0-9.]+%；其中，female[0-9]+人，male[0-9]+人。' ||
  fail "macros: $(sed 's/<[^>]*>//g' "$tmp/res/report.zh.html" | grep '^率为为')"
sed 's/<[^>]*>//g' "$tmp/res/report.en.html" | grep -Eq '^It stood at [0-9.]+% and (rose|fell) by [0-9.]+ percentage points since the previous wave; (fe)?male and (fe)?male are the first two, at' ||
  fail "macros: $(sed 's/<[^>]*>//g' "$tmp/res/report.en.html" | grep '^It stood')"
# two languages side by side, alone: pages and documents in both, each number bound; texts that do not go together are named with both places
sed 's/^wave: 2025-S1/&\nlanguages: [zh+en]/' "$tmp/study.yaml" >"$tmp/both.yaml"
"$program" run "$tmp/both.yaml" --out "$tmp/both" --to html,docx,pdf --quiet >"$tmp/said" 2>"$tmp/err" || fail "side by side: $(cat "$tmp/err")"
grep -q ' 0 differ, 0 unbound' "$tmp/said" || fail "side by side, the audit: $(cat "$tmp/said")"
[ "$(cd "$tmp/both" && ls *.html *.docx *.pdf | tr '\n' ' ')" = 'report.zh-en.html waves.zh-en.docx waves.zh-en.pdf ' ] || fail "side by side: $(ls "$tmp/both")"
grep -q '<div class="pair">' "$tmp/both/report.zh-en.html" || fail "no pairs on the page"
"$program" audit "$tmp/both/waves.zh-en.docx" --against "$tmp/both/results.db" --lang en >"$tmp/said" || fail "side by side, the document: $(tail -3 "$tmp/said")"
# the audit of the folder and of the study read that page, each side in its language
page=$tmp/both/report.zh-en.html
cp "$page" "$tmp/page.kept"
"$program" audit "$tmp/both" --lang en >"$tmp/said" || fail "side by side, the audit of the folder: $(tail -3 "$tmp/said")"
for side in zh-CN en; do
  awk -v side="<div lang=\"$side\">" '
    index($0, side) { inside = 1 }
    inside && !done && match($0, /data-ref="[^"=]*"[^>]*>(<span lang="en">)?[0-9][0-9.,]*/) {
      text = substr($0, RSTART, RLENGTH); sub(/[0-9][0-9.,]*$/, "99991", text)
      $0 = substr($0, 1, RSTART - 1) text substr($0, RSTART + RLENGTH); done = 1
    }
    index($0, "</div>") { inside = 0 }
    { print }' "$tmp/page.kept" >"$page"
  cmp -s "$page" "$tmp/page.kept" && fail "side by side: no number in $side"
  for what in "$tmp/both" "$tmp/both.yaml"; do
    [ "$what" = "$tmp/both.yaml" ] && { rm -rf "$tmp/out"; cp -r "$tmp/both" "$tmp/out"; } # beside the study
    "$program" audit "$what" --lang en >"$tmp/said"
    [ $? = 3 ] || fail "side by side, a number changed in $side is not found in $what: $(tail -2 "$tmp/said")"
    grep -q '^differs .*zh-en.html.*99991' "$tmp/said" || fail "side by side, the changed number is not named: $(tail -3 "$tmp/said")"
  done
done
rm -rf "$tmp/out"
cp "$tmp/page.kept" "$page"
cp "$tmp/en.md" "$tmp/en.kept"
printf '\n- one more\n' >>"$tmp/en.md"
"$program" run "$tmp/both.yaml" --out "$tmp/both" --quiet >/dev/null 2>"$tmp/err" && fail "texts that do not go together"
grep -q 'in Chinese .*, in English .*en.md:5 a list' "$tmp/err" || fail "which do not go together: $(cat "$tmp/err")"
mv "$tmp/en.kept" "$tmp/en.md"
# house styles: pages and documents follow one, data files never do
for style in '' 'uk minus=hyphen' cn; do
  out=$tmp/style${style%% *}
  "$program" run "$tmp/study.yaml" --out "$out" --to html,csv,docx,xlsx --quiet ${style:+--style "$style"} >"$tmp/said" 2>"$tmp/err" ||
    fail "run in the style '$style': $(cat "$tmp/err")"
  grep -q ' 0 differ, 0 unbound' "$tmp/said" || fail "the audit in the style '$style': $(cat "$tmp/said")"
  "$program" audit "$out/waves.en.docx" --against "$out/results.db" --lang en >"$tmp/said" || fail "the document in the style '$style': $(tail -3 "$tmp/said")"
done
for f in "$tmp"/style/*.csv; do
  cmp -s "$f" "$tmp/styleuk/${f##*/}" && cmp -s "$f" "$tmp/stylecn/${f##*/}" || fail "a style changes ${f##*/}"
done
ls "$tmp"/style/*.csv >/dev/null 2>&1 || fail "no data file to compare"
grep -q '>-[0-9.]* *</span>\|>-[0-9]' "$tmp/styleuk/report.en.html" || fail "minus=hyphen is not heard"
sed '/<script/,/<\/script>/d' "$tmp/stylecn/report.zh.html" >"$tmp/page" # without the panel's data
grep -q '</html>' "$tmp/page" && grep -q '<table' "$tmp/page" || fail "cn: no page without its data"
grep -q '[0-9],[0-9][0-9][0-9]' "$tmp/page" && fail "cn: separators: $(grep -o '.\{40\}[0-9],[0-9][0-9][0-9].\{20\}' "$tmp/page" | head -2)"
"$program" run "$tmp/study.yaml" --out "$tmp/styleno" --style british --quiet 2>"$tmp/err"; [ $? -eq 2 ] && grep -q "unknown house style 'british'" "$tmp/err" ||
  fail "a style that there is not: $(cat "$tmp/err")"
for who in 'rate prop' 'mean mean' 'users total'; do
  set -- $who
  for pair in 'change 2024-S2' 'yoy 2024-S1'; do
    set -- $who $pair
    expr_is "$1 $3" "$(of $1 $3 total estimate)" "$(of $1 $2 total estimate) - $(of $1 $2 wave:$4 estimate)"
  done
done
expr_is growth "$(of users change_relative total estimate)" "$(of users total total estimate) / $(of users total wave:2024-S2 estimate) - 1"
expr_is ratio "$(of users change_ratio total estimate)" "$(of users total total estimate) / $(of users total wave:2024-S2 estimate)"
expr_is gap "$(of rate change_gap_sex:male sex:female estimate)" "$(of rate gap_sex:male sex:female estimate) - $(of rate gap_sex:male 'sex:female * wave:2024-S2' estimate)"
[ "$(of rate change total unit)" = pp ] && [ "$(of users change_relative total unit)" = % ] && [ "$(of users change total unit)" = 人 ] || fail "units of changes"
[ -z "$(of rate change_relative total estimate)" ] || fail "a share has a growth rate"
[ "$(of rate prop wave:2024-S1 wave)" = 2024-S1 ] && [ "$(of rate change total wave)" = 2025-S1 ] || fail "the wave of rows"
of rate change total method | grep -q 'against 2024-S2, overlap partial, 80 units in both' || fail "overlap: $(of rate change total method)"
of rate yoy total method | grep -q 'against 2024-S1, overlap partial, 40 units in both' || fail "overlap of a year: $(of rate yoy total method)"
[ -z "$(of idle mean wave:2024-S1 estimate)" ] || fail "what is not followed was estimated in an earlier wave"
# the same error as the command's, on the same two files
"$program" compare "$tmp/w1.csv" "$tmp/w2.csv" spend --unit id --weights w --strata st --format csv >"$tmp/e.csv" 2>&1
near compare "$(of mean change total std.error)" "$(awk -F, '$3 == "change" || $2 == "change" { for (i = 1; i <= NF; i++) if (head[i] == "std.error") print $i } NR == 1 { split($0, head, ",") }' "$tmp/e.csv")" 1e-12
# one benchmark with an error in both waves: P r2 / c2 - P r1 / c1, its error enters once: V = g' V(r) g + (r2/c2 - r1/c1)^2 s^2
r2=$(of rate prop total estimate) r1=$(of rate prop wave:2024-S2 estimate) se=$(of rate change total std.error)
expr_is shared "$(of part change total std.error)" "sqrt((13 * $se) ^ 2 + (($r2 - $r1) / 100 * 13) ^ 2)" 1e-10
# another benchmark in the wave of a year ago: 1300 r2 / 100 - 1300 r0 / 90
expr_is own-benchmark "$(of part yoy total estimate)" "1300 * $r2 / 100 - 1300 * $(of rate prop wave:2024-S1 estimate) / 90"
# accounts
expr_is account "$(of money/a change total estimate)" "1300 * $r2 * $(of mean mean total estimate) - 1300 * $r1 * $(of mean mean wave:2024-S2 estimate)"
expr_is account-sum "$(of money/all change total estimate)" "$(of money/a change total estimate) + $(of money/b change total estimate)"
expr_is account-share "$(of money/a change_share_of_parent total estimate)" "$(of money/a share_of_parent total estimate) - $(of money/a share_of_parent wave:2024-S2 estimate)"
[ "$(of money/a change_share_of_parent total unit)" = pp ] || fail "a share of an account does not change in points"
[ "$(of money/all change_share_of_benchmark total unit)" = pp ] || fail "no change of the share of the benchmark"

# ---- significance: Holm over all tests of both comparisons, recomputed
holm() { sqlite3 "$db" "select estimate from result where statistic like 'p\_raw\_%' escape '\' and estimate is not null and ${1:-1} order by estimate" |
  awk -v k="$2" '{ p[NR] = $1 } END { m = 0; for (i = 1; i <= NR; i++) { q = (NR - i + 1) * p[i]; if (q > 1) q = 1; if (q < m) q = m; m = q; if (i == k) printf "%.17g", q } }'; }
raw=$(sqlite3 "$db" "select indicator || '|' || statistic || '|' || domain from result where statistic like 'p\_raw\_%' escape '\' order by estimate limit 3" | tail -1)
IFS='|' read -r i s d <<<"$raw"
near holm "$(of "$i" "p_${s#p_raw_}" "$d" estimate)" "$(holm 1 3)" 1e-12
tests=$(sqlite3 "$db" "select count(*) from result where statistic like 'p\_raw\_%' escape '\'")
of rate p_change total method | grep -q "^holm over $tests tests" || fail "the family: $(of rate p_change total method), $tests tests"
t=$(awk -v c="$(of mean change total estimate)" -v s="$(of mean change total std.error)" 'BEGIN { print (c < 0 ? -c : c) / s }')
awk -v t="$t" -v p="$(of mean p_raw_change total estimate)" 'BEGIN { exit !((t > 2.1) == (p < 0.04) || (t > 1.8 && t < 2.1)) }' || fail "p of t = $t is $(of mean p_raw_change total estimate)"

# ---- the report
html=$tmp/res/report.en.html
text() { sed 's/<[^>]*>//g' "$1" | tr -s ' \n' ' '; }
text "$html" | grep -q 'percentage points in half a year' || fail "the narrative has no points"
text "$tmp/res/report.zh.html" | grep -q '个百分点，同比' || fail "the Chinese narrative has no points"
text "$html" | grep -q 'Change since 2024-S2 (partial overlap)' || fail "the table does not say from where"
text "$html" | grep -q "adjusted by Holm over all changes of the study ($tests tests)" || fail "the table does not name the family"
text "$html" | grep -q 'first half of 2024' || fail "no series"
text "$html" | grep -q 'Waves.*2024-S2: the wave before, partial overlap, 80 units in both' || fail "the annex has no waves"
grep -q '†' "$html" && fail "a break is marked where there is none"

# ---- reuse: by content, of every wave for itself
again
grep -q 'reused' "$tmp/said" && grep -q ' 0 reused' "$tmp/said" && fail "nothing is reused: $(cat "$tmp/said")"
computes() { "$program" run "$tmp/study.yaml" --out "$tmp/res" --explain --quiet | awk '$1 == "compute" { print $2 }' | grep -E "${1:-.}" | tr '\n' ' '; }
[ -z "$(computes)" ] || fail "unchanged, and yet: $(computes)"
cp "$tmp/w2.csv" "$tmp/keep.csv"
sed -i '5s/,10,/,11,/' "$tmp/w2.csv"
[ -z "$(computes '^2024')" ] || fail "an earlier wave is computed again for new data of this one: $(computes '^2024')"
computes | grep -q 'change:rate' || fail "the change is not computed again: $(computes)"
again
expr_is after "$(of rate change total estimate)" "$(of rate prop total estimate) - $(of rate prop wave:2024-S2 estimate)"
dump() { sqlite3 "$db" "select wave, indicator, statistic, domain, printf('%.17g', estimate), printf('%.17g', \"std.error\"), df, quality, method from result where run = (select max(run) from result) order by 2, 3, 4"; }
dump >"$tmp/reused"
run
dump >"$tmp/fresh"
cmp "$tmp/reused" "$tmp/fresh" || fail "a run that reuses earlier waves differs from one that does not"
mv "$tmp/keep.csv" "$tmp/w2.csv"
run
sed -i 's/wage: 90/wage: 91/' "$tmp/study.yaml"
[ "$(computes '^2024-S2')" = "" ] && computes '^2024-S1' | grep -q 'indicator:part' || fail "a benchmark of one wave: $(computes '^2024')"

# ---- other families
extra='  significance: {adjust: bonferroni, family: indicator}' study
run
n=$(sqlite3 "$db" "select count(*) from result where indicator = 'mean' and statistic like 'p\_raw\_%' escape '\'")
expr_is bonferroni "$(of mean p_change total estimate)" "($n * $(of mean p_raw_change total estimate) < 1 ? $n * $(of mean p_raw_change total estimate) : 1)"
extra='  significance: none' study
run
near none "$(of mean p_change total estimate)" "$(of mean p_raw_change total estimate)" 1e-15

# ---- samples without common ids, or said to be independent
sed -i '/^  unit: id/d' "$tmp/study.yaml"
run
near independent "$(of mean change total std.error)" "$(awk -v a="$(of mean mean total std.error)" -v b="$(of mean mean wave:2024-S2 std.error)" 'BEGIN { printf "%.17g", sqrt(a * a + b * b) }')" 1e-12
of mean change total method | grep -q 'overlap none' || fail "overlap of independent samples"
second=', independent: true' study
run
of mean change total method | grep -q 'overlap none' || fail "independent: true is not heard"
of mean yoy total method | grep -q 'overlap partial' || fail "independent: true reaches the other wave"

# ---- breaks
second=', map: {y: {from: y, same: true, break: {why: {zh: 题目改了, en: the question was reworded}}}}' study
run
[ "$(of rate change total quality)" = break ] && [ -z "$(of rate p_change total estimate)" ] || fail "a break is not marked: $(of rate change total quality) $(of rate p_change total estimate)"
[ "$(of money/a change total quality)" = break ] && [ "$(of part change total quality)" = break ] || fail "a break does not reach accounts and formulas"
[ -n "$(of mean p_change total estimate)" ] && [ -z "$(of mean change total quality)" ] || fail "a break reaches what does not use the variable"
# what breaks between 2024-S2 and this wave lies between 2024-S1 and this wave too, unless the older wave says that it does not
[ "$(of rate yoy total quality)" = break ] && [ -z "$(of rate p_yoy total estimate)" ] && [ "$(of mean yoy total quality)" = "" ] || fail "a break of the wave before does not reach the one before it"
first=', carry_breaks: false' second=', map: {y: {from: y, same: true, break: {why: {zh: 题目改了, en: the question was reworded}}}}' study
run
[ "$(of rate change total quality)" = break ] && [ "$(of rate yoy total quality)" = "" ] && [ -n "$(of rate p_yoy total estimate)" ] || fail "carry_breaks: false is not heard"
of rate p_change total na_reason | grep -q 'across a break' || fail "why there is no p: $(of rate p_change total na_reason)"
text "$html" | grep -q '† The series breaks between 2024-S2 and this wave: the question was reworded' || fail "the note does not name the break"
grep -q '<span class="mark">†</span>' "$html" || fail "no dagger after a change across a break"
second=', breaks: [{groups: [sex], why: {zh: 分组变了, en: other groups}}]' study
run
[ "$(of rate change sex:male quality)" = break ] && [ "$(of rate change total quality)" = "" ] && [ "$(of rate change_gap_sex:male sex:female quality)" = break ] || fail "a break of a group"

# ---- what a wave does not have
sed 's/,spend,/,other,/' "$tmp/w1.csv" >"$tmp/x.csv" && mv "$tmp/w1.csv" "$tmp/keep.csv" && mv "$tmp/x.csv" "$tmp/w1.csv"
study
run_fails 2 "study.yaml:1[0-9]:.*wave 2024-S2: .*spend" "$program" run "$tmp/study.yaml"
second=', map: {spend: other}' study
run
near renamed "$(of mean mean wave:2024-S2 estimate)" "$(awk -F, 'NR > 1 { s += $5; n++ } END { printf "%.17g", s / n }' "$tmp/w1.csv")"
second=', map: {spend: {absent: true}}' study
run
[ -z "$(of mean change total estimate)" ] && [ -n "$(of mean change total na_reason)" ] && [ -n "$(of mean yoy total estimate)" ] || fail "an absent variable: $(of mean change total estimate)"
second=', without: [mean]' study
sed -i 's/indicators: \[rate, mean\], waves: all/indicators: [rate], waves: all/' "$tmp/study.yaml"
sed -i 's/, change, change_relative, change_share_of_parent\]/]/' "$tmp/study.yaml"
run
[ "$(sqlite3 "$db" "select count(*) from result where indicator = 'mean' and statistic = 'change'")" = 0 ] || fail "without: a change of what the wave has not"
[ "$(sqlite3 "$db" "select count(*) from result where indicator like 'money/%' and statistic = 'change' and (estimate is not null or na_reason is null)")" = 0 ] || fail "without: what rests on it"
[ -n "$(of mean yoy total estimate)" ] && [ -n "$(of rate change total estimate)" ] || fail "without: reaches too far"
mv "$tmp/keep.csv" "$tmp/w1.csv"

# ---- categories: renamed, merged, split, forgotten
sed 's/,male,/,man,/' "$tmp/w1.csv" >"$tmp/x.csv" && mv "$tmp/w1.csv" "$tmp/keep.csv" && mv "$tmp/x.csv" "$tmp/w1.csv"
study
run_fails 2 "study.yaml:2[0-9]:.*wave 2024-S2: 'sex' has the category 'man', which 2025-S1 has not (there: female, male\|wave 2024-S2: 'sex' has the category 'man', which 2025-S1 has not (there: male, female)" "$program" run "$tmp/study.yaml"
second=', map: {sex: {codes: {man: male}}}' study
run_fails 2 "category 'female' of 'sex' has no common category: list it under 'codes'" "$program" run "$tmp/study.yaml"
second=', map: {sex: {codes: {man: male}, other: keep}}' study
run
[ -n "$(of rate change sex:male estimate)" ] || fail "a mapped category has no change"
second=', map: {sex: {codes: {man: [male, boy]}, other: keep}}' study
run_fails 2 "a category cannot be split: 'man' of 'sex' would become 2" "$program" run "$tmp/study.yaml"
second=', map: {sex: {codes: {man: boy}, other: keep}}' study
run_fails 2 "'sex' has the category 'boy', which 2025-S1 has not" "$program" run "$tmp/study.yaml"
mv "$tmp/keep.csv" "$tmp/w1.csv"

# ---- published figures only
study
sed -i 's|    - {wave: 2024-S2.*|    - {wave: 2024-S2, published: [{reference: rate.total, value: 40.5, unit: "%"}, {reference: mean.total, value: 70, se: 1.5}, {reference: "rate.sex:male", value: 41, unit: "%"}, {reference: money/all.total, value: 60000}]}|' "$tmp/study.yaml"
sed -i 's|women.*a year before; users grew by.*|none.|' "$tmp/en.md"
sed -i '/id: t1/d' "$tmp/study.yaml"
run
expr_is known "$(of rate change total estimate)" "$(of rate prop total estimate) - 0.405"
near known.se "$(of rate change total std.error)" "$(of rate prop total std.error)" 1e-12
of rate change total quality | grep -q 'earlier figure without error' && [ -z "$(of rate p_change total estimate)" ] || fail "a change from a figure without error is not marked"
expr_is known.both "$(of mean change total std.error)" "sqrt($(of mean mean total std.error) ^ 2 + 1.5 ^ 2)"
[ -n "$(of mean p_change total estimate)" ] || fail "a change from a figure with an error is not tested"
[ "$(of rate prop wave:2024-S2 estimate)" = 0.405 ] && [ -n "$(of rate change sex:male estimate)" ] || fail "known figures are not in the series"
[ -z "$(of users change total estimate)" ] && [ -n "$(of users yoy total estimate)" ] || fail "a change from nothing"
expr_is known.account "$(of money/all change total estimate)" "$(of money/all level total estimate) - 60000"
grep -q '<span class="mark">‡</span>' "$html" || fail "no mark where the earlier side has no error"

# ---- what is refused, with its place
bad() { # PATTERN SED: of the good study with both waves
  study
  sed -i "$2" "$tmp/study.yaml"
  run_fails 2 "study.yaml:[0-9]*:[0-9]*: .*$1\|md:[0-9]*:[0-9]*: .*$1" "$program" run "$tmp/study.yaml"
}
echo 'x' >"$tmp/en.md"
bad "the wave '2024-S2' stands twice" 's/- {wave: 2024-S1/- {wave: 2024-S2/'
bad "the wave '2025-S1' stands twice" 's/- {wave: 2024-S1/- {wave: 2025-S1/'
bad "unknown key 'maps'" 's/ map: / maps: /'
bad "neither data nor published" 's/data: {people: {file: w1.csv}}/independent: true/'
bad "there is no file" 's/w1.csv/w9.csv/'
bad "did you mean 'id'" 's/^  unit: id/  unit: idd/'
bad "series has no wave '2023-S1'" 's/^  unit: id/  unit: id\n  previous: 2023-S1/'
bad "nothing is followed" 's/, change: true//'
bad "unknown adjust\|holm" 's/^  unit: id/  unit: id\n  significance: tukey/'
bad "names its own" '/^wave: 2025-S1/d'
bad "has a meaning of its own" 's/^  old: {label/  wave: {label/'
study
sed -i '/^waves:/,/2024-S2, data/d' "$tmp/study.yaml"
run_fails 2 "no 'waves' section" "$program" run "$tmp/study.yaml"
refused() { # PATTERN TEXT: in the narrative
  study
  echo "$2" >"$tmp/en.md"
  run_fails 2 "en.md:1:.*$1" "$program" run "$tmp/study.yaml"
}
refused "in percentage points: 'pp 1', not '% 1'" '{{ rate.total.change | % 1 }}'
refused "growth is in per cent" '{{ users.total.change_relative | pp 1 }}'
refused "only shares change in percentage points" '{{ mean.total.change | pp 1 }}'
refused "a share changes in percentage points: 'change'" '{{ rate.total.change_relative | % 1 }}'
refused "the series has no wave '2023-S1'" '{{ rate.wave:2023-S1 | % 1 }}'
refused "is the study's own wave" '{{ rate.wave:2025-S1 | % 1 }}'
refused "'idle' is not followed" '{{ idle.total.change | plain 1 }}'
refused "leave 'wave:2024-S2' out" '{{ rate.wave:2024-S2.change | pp 1 }}'
refused "are tested, in the whole" '{{ money/a.total.p_change_share_of_total | plain 3 }}'
refused "is not estimated by 'old'" '{{ users.old.change | plain 1 }}'
finish
