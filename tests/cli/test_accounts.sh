#!/usr/bin/env bash
# Every word of an account in a study, on eight persons whose numbers are worked out by hand; units, ranges and formats that are refused with their line.
. tests/cli/lib.sh
need_program
command -v sqlite3 >/dev/null || { echo "skipped: no sqlite3"; exit 77; }

# Eight persons of weight 10: women pay 100 and 300 (two of four), men 200, 400 and 600 (three of four); e is 25 and 50.
cat >"$tmp/d.csv" <<'END'
w,st,sex,pay,amt,e,prov
10,1,f,1,100,25,A
10,1,f,1,300,25,B
10,2,f,0,,25,A
10,2,f,0,,25,B
10,1,m,1,200,50,A
10,1,m,1,400,50,B
10,2,m,1,600,50,A
10,2,m,0,,50,B
END
study() { cat >"$tmp/study.yaml" <<'END'
study: accounts
title: {zh: 账户, en: Accounts}
wave: 2025-S1
data: {p: {file: d.csv}}
design: {weights: w, strata: st}
benchmarks:
  hh: {value: 400000, se: 0, unit: 元}
  heads: {value: 80, unit: 人}
groups: {sex: {label: {zh: 性别, en: Sex}, by: sex}}
indicators:
  people: {label: {zh: 人, en: People}, count: true, unit: 人, format: "plain 0", by: [sex]}
  rate: {label: {zh: 率, en: Payers}, prop: pay == 1, by: [sex], gap: [{of: "sex:m", to: "sex:f"}], format: "% 1"}
  mean: {label: {zh: 均, en: Mean}, mean: amt, base: pay == 1, by: [sex], unit: 元, format: "元 0"}
  extra: {label: {zh: 另, en: Extra}, total: e, unit: 元, format: "元 0", by: [sex]}
accounts:
  a:
    label: {zh: 账, en: Account}
    unit: 元
    format: "元 0"
    benchmark: hh
    scopes: [narrow, broad]
    sensitivity: true
    nodes:
      - {id: t, label: {zh: 总, en: Total}}
      - {id: g, parent: t, label: {zh: 货, en: Goods}, population: people, penetration: rate, spend: mean, scope: narrow, coverage: {share: 0.8, why: w}, price_index: {value: 1.25, base: last year, why: w}}
      - {id: x, parent: t, label: {zh: 戏, en: Games}, total: 2500, scope: broad, factor: {value: 2, what: annual, why: w}, overlap: {share: 0.1, why: w}, double: {amount: 500, why: w}}
      - {id: v, parent: t, label: {zh: 像, en: Video}, population: people, penetration: 0.25, spend: {ratio: 0.5, of: g}, scope: broad}
      - {id: d, parent: t, label: {zh: 比, en: Ratio}, total: {ratio: 0.1, of: x}, scope: broad}
      - {id: h, parent: t, label: {zh: 修, en: Mended}, total: 1000, scope: broad, adjust: {factor: 1.5, why: w}}
  b:
    label: {zh: 组, en: Groups}
    unit: 元
    format: "元 0"
    domains: [sex]
    min_n: 1
    max_cv: 9
    sensitivity: true
    compare:
      - {from: "sex:f", to: "sex:m", decompose: true}
      - {with: c}
    nodes:
      - {id: t, label: {zh: 总, en: Total}}
      - {id: g, parent: t, label: {zh: 货, en: Goods}, population: people, penetration: rate, spend: mean}
      - {id: k, parent: t, label: {zh: 另, en: Extra}, total: extra}
  c:
    label: {zh: 旧, en: Before}
    unit: 元
    format: "元 0"
    nodes:
      - {id: t, label: {zh: 总, en: Total}}
      - {id: g, parent: t, label: {zh: 货, en: Goods}, population: heads, penetration: 0.5, spend: 200}
      - {id: k, parent: t, label: {zh: 另, en: Extra}, total: 2000}
tables:
  - {id: t1, title: {zh: 表, en: Table}, account: a, measures: [level_before, level, level_measured, level_constant, share_of_benchmark]}
  - {id: t2, title: {zh: 表, en: Sex}, account: b, domains: [sex], measures: [level, share_of_total]}
  - {id: t3, title: {zh: 表, en: Gap}, account: b, decompose: {from: "sex:f", to: "sex:m"}}
  - id: t4
    title: {zh: 表, en: Units}
    columns: [{label: {zh: 数, en: Value}}]
    rows: [{label: {zh: 总, en: Total}, cells: [{ref: a/t.total, format: "亿元 8"}]}]
figures:
  - {id: f1, type: tornado, title: {zh: 图, en: Tornado}, account: a}
  - {id: f2, type: waterfall, title: {zh: 图, en: Fall}, account: b, decompose: {from: "sex:f", to: "sex:m"}}
narrative: {zh: [zh.md], en: [en.md]}
annex: [assumptions]
END
  echo '总额{{ a/t.total | 元 0 }}。' >"$tmp/zh.md"
  echo 'Men pay more often by {{ rate.sex:m.gap_sex:f | pp 1 }} (standard error {{ rate.sex:m.gap_sex:f.se | pp 2 sign:none }}), a structure {{ b/g.sex:m.structure_difference_sex:f | pp 1 }} apart; growth {{ b/g.sex:m.growth_sex:f | % 0 }}.' >"$tmp/en.md"
}
db=$tmp/res/results.db
of() { sqlite3 "$db" "select \"$4\" from result where indicator = '$1' and statistic = '$2' and domain = '$3'"; }
is() { near "$1 $2 $3" "$(of "$1" "$2" "$3" estimate)" "$4" 1e-9; }
unit() { [ "$(of "$1" "$2" "$3" unit)" = "$4" ] || fail "$1 $2 $3 is in '$(of "$1" "$2" "$3" unit)', not '$4'"; }

study
"$program" check "$tmp/study.yaml" --quiet >"$tmp/out" 2>&1 || fail "check: $(cat "$tmp/out")"
"$program" run "$tmp/study.yaml" --out "$tmp/res" --quiet >"$tmp/out" 2>"$tmp/err" || fail "run: $(cat "$tmp/out" "$tmp/err")"
grep -q ' 0 differ, 0 unbound' "$tmp/out" || fail "the audit: $(cat "$tmp/out")"

# 80 people, 5 of 8 pay 320: 16,000 of which 0.8 is covered; 2,500 twice less a tenth less 500; 80 x 0.25 x half of 320; a tenth of x before its factor; 1,000 x 1.5
is a/g level_before total 16000
is a/g level total 20000
is a/g_coverage level total 4000
is a/g level_constant total 16000
is a/g price_effect total 4000
is a/x level_before total 5000
is a/x level_measured total 2000
is a/x_overlap level total -500
is a/x_double level total -500
is a/x level total 4000
is a/v level total 3200
is a/h level total 1500
is a/h_adjust level total 500
d=$(of a/d level total estimate)
near "a tenth of x as measured" "$d" 250
is a/t level total 28950
is a/t level scope:narrow 20000
is a/t share_of_benchmark total 0.072375
is a/g share_of_total total 0.690846286701209
is a/t elasticity input:mean 0.801381692573402 # goods and, by the ratio, video: 23,200 of 28,950
is a/t high_tenth input:mean 31270

# women 40 x 0.5 x 200 + 1,000, men 40 x 0.75 x 400 + 2,000
is b/t level sex:f 5000
is b/t level sex:m 14000
is b/g gap_sex:f sex:m 8000
is b/g growth_sex:f sex:m 2
is b/g contribution_sex:f sex:m 1.6
is b/g share_of_change_sex:f sex:m 0.888888888888889
is b/g structure_difference_sex:f sex:m 0.0571428571428571
is b/g effect_population_sex:f sex:m 0
is b/g effect_penetration_sex:f sex:m 3000
is b/g effect_spend_sex:f sex:m 5000
is b/g effect_share_spend_sex:f sex:m 0.625
is b/k effect_level_sex:f sex:m 1000
is b/t gap_c total 9000 # 19,000 against another account's 10,000

unit b/g gap_sex:f sex:m 元
unit b/g effect_spend_sex:f sex:m 元
for s in growth share_of_change effect_share_spend; do unit b/g ${s}_sex:f sex:m %; done
for s in contribution structure_difference; do unit b/g ${s}_sex:f sex:m pp; done
unit rate gap_sex:f sex:m pp
sed 's/<[^>]*>//g' "$tmp/res/report.en.html" | grep -q 'by +25.0 percentage points (standard error [0-9.]* percentage points), a structure +5.7 percentage points apart; growth 200%' ||
  fail "the narrative: $(sed 's/<[^>]*>//g' "$tmp/res/report.en.html" | grep 'pay more')"

# 28,950 yuan in 亿 and, in English, in millions: each number beside its own unit
sed 's/<[^>]*>//g' "$tmp/res/report.zh.html" | grep -q '0.00028950' || fail "zh: 28,950 yuan in 亿"
sed 's/<[^>]*>//g' "$tmp/res/report.en.html" | grep -q '0.028950' || fail "en: 28,950 yuan in millions"

# refused WHERE WORDS SED: check and run say where, and what is wrong
refused() {
  study
  sed -i "$3" "$tmp/study.yaml"
  run_fails 2 "study.yaml:$1.*$2" "$program" check "$tmp/study.yaml" --quiet
}
refused '18:11:' "unknown unit 'foo'" '18s/元/foo/'
refused '11:.*' "unknown unit 'peple', did you mean 'people'" '11s/unit: 人/unit: peple/'
refused '20:16:' "the account's unit 元, and 'heads' is in 人" 's/benchmark: hh/benchmark: heads/'
refused '25:.*' "population is a number of people or units, and 'mean' is in 元" '25s/population: people/population: mean/'
refused '25:.*' "population is a number of people or units, and 'rate' is a share" '25s/population: people/population: rate/'
refused '25:.*' "penetration is a share, and 'people' is in 人" '25s/penetration: rate/penetration: people/'
refused '25:.*' "spend is an amount, and 'rate' is a share" '25s/spend: mean/spend: rate/'
refused '25:.*' "in the account's unit 元, and 'people' is in 人" '25s/spend: mean/spend: people/'
refused '19:13:' "the format '亿人 2' does not print the unit '元'" '19s/元 0/亿人 2/'
refused '19:13:' "it is in 元, not in per cent" '19s/元 0/% 1/'
refused '27:.*' "penetration is a share between 0 and 1, not 1.5" 's/penetration: 0.25/penetration: 1.5/'
refused '27:.*' "penetration is a share between 0 and 1, not -0.1" 's/penetration: 0.25/penetration: -0.1/'
refused '25:.*' "spending is not negative, as -3 is" '25s/spend: mean/spend: -3/'
refused '25:.*' "a price index of 125 is far from 1: an index of 100 is written 1.00" 's/value: 1.25/value: 125/'

# formulas of several names: their unit is worked out from those of the names
refused '25:.*' "population is a number of people or things, and 'people \* mean' comes out in 人·元" '25s/population: people/population: people * mean/'
refused '25:.*' "population is a number of people or things, and 'people / heads' comes out as a share" '25s/population: people/population: people \/ heads/'
refused '25:.*' "penetration is a share, and 'mean / people' comes out in 元/人" '25s/penetration: rate/penetration: mean \/ people/'
refused '25:.*' "spend is in 元, and 'rate \* rate' comes out as a share" '25s/spend: mean/spend: rate * rate/'
refused '25:.*' "spend is in 元, and 'mean \* extra' comes out in 元^2" '25s/spend: mean/spend: mean * extra/'
refused '25:.*' "spend adds what is in different units: 元 and 人 in 'mean + people'" '25s/spend: mean/spend: mean + people/'
refused '25:.*' "spend adds what is in different units: 元 and a share in 'mean + rate'" '25s/spend: mean/spend: mean + rate/'
refused '26:.*' "a total is in 元, and 'people \* rate' comes out in 人" '26s/total: 2500/total: people * rate/'
refused '20:.*' "the benchmark is in 元, and 'hh \* hh' comes out in 元^2" '20s/benchmark: hh/benchmark: hh * hh/'
for fine in '25s/population: people/population: people * rate/' '25s/penetration: rate/penetration: people \/ heads * rate/' '25s/spend: mean/spend: extra \/ people/' '25s/spend: mean/spend: "max(mean, mean * rate)"/' \
  '26s/total: 2500/total: people * rate * mean/' '26s/total: 2500/total: extra + people * mean/' '25s/spend: mean/spend: mean + 10/' '20s/benchmark: hh/benchmark: heads * mean/'; do
  study
  sed -i "$fine" "$tmp/study.yaml"
  "$program" check "$tmp/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "$fine: $(cat "$tmp/err")"
done

# An account without a tree is told once, whatever rests on it
once() {
  study
  sed -i "$3" "$tmp/study.yaml"
  "$program" check "$tmp/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" && fail "$3 is no error"
  [ "$(grep -c '^error: ' "$tmp/err")" = 1 ] || fail "$3: not one error: $(cat "$tmp/err")"
  grep -q "study.yaml:$1.*$2" "$tmp/err" || fail "$3: $(cat "$tmp/err")"
}
once '24:9' "the node 't' is its own ancestor" '24s/{id: t,/{id: t, parent: g,/'
once '24:9' "the node 't' is its own ancestor" '24s/{id: t,/{id: t, parent: t,/'
once '25:25' "the node 'g' has 2 parents: each amount belongs to one" '25s/parent: t/parent: [t, x]/'
once '28:25' "unknown parent 'q'" '28s/parent: t/parent: q/'
once '17:5' "either 'nodes: \[...\]' or 'tree" '23,29d'
once '23:12' "the account 'a' has no nodes" '24,29d; 23s/nodes:/nodes: []/'
study
sed -i '26s/amount: 500/amount: 500000/' "$tmp/study.yaml"
run_fails 1 "study.yaml:26:[0-9]*: account a: x_double: takes 500000 off 'x', which is only" "$program" run "$tmp/study.yaml" --out "$tmp/res2" --quiet

# narrative REFERENCE MESSAGE: a format that contradicts the number, at its line and column
narrative() {
  study
  printf 'One line.\n\nHere: {{ %s }}.\n' "$1" >"$tmp/en.md"
  run_fails 2 "en.md:3:[0-9]*: .*$2" "$program" check "$tmp/study.yaml" --quiet
}
narrative 'rate.sex:m.gap_sex:f | % 1' "percentage points: 'pp 1', not '% 1'"
narrative 'rate.sex:m.gap_sex:f.se | % 1' "percentage points"
narrative 'rate.total | pp 1' "only differences are in points"
narrative 'a/g.total.share_of_total | pp 1' "only differences are in points"
narrative 'b/g.sex:m.structure_difference_sex:f | % 1' "percentage points"
narrative 'b/g.sex:m.contribution_sex:f | % 1' "percentage points"
narrative 'b/g.sex:m.growth_sex:f | pp 1' "in per cent"
narrative 'b/g.sex:m.effect_share_spend_sex:f | pp 1' "in per cent"
narrative 'a/t.total | % 1' "in 元, not in per cent"
narrative 'people.total | 元 0' "in 人, and the format '元 0' says 元"
narrative 'a/t.total | 亿人 2' "says 人"
narrative 'rate.total | 亿元 2' "no amount"

# Estimated outside its range, a penetration is no error: the level is marked
study
sed -i '25s/penetration: rate/penetration: "rate * 2"/' "$tmp/study.yaml"
"$program" run "$tmp/study.yaml" --out "$tmp/range" --quiet >"$tmp/out" 2>"$tmp/err" || fail "an estimated penetration: $(cat "$tmp/err")"
db=$tmp/range/results.db
case $(of a/g level total quality) in *range*) ;; *) fail "no mark of a penetration of 1.25: $(of a/g level total quality)" ;; esac
case $(of a/h level total quality) in *range*) fail "a mark at another leaf" ;; esac

# Small areas beside a spend by ratio: the leaf that lends its spend keeps its own estimate, with a mark
awk 'BEGIN { print "w,st,prov,pay,amt,game,gamt"; for (i = 0; i < 96; i++) printf "10,%d,%s,%d,%d,%d,%s\n", i % 2, substr("ABCDEF", 1 + i % 6, 1), (i % 3 > 0), 100 + i * 37 % 91, (i % 8 == 0), i % 8 ? "" : 40 + i * 13 % 29 }' >"$tmp/area.csv"
cat >"$tmp/area.yaml" <<'END'
study: area
title: {zh: 区, en: Areas}
data: {p: {file: area.csv}}
design: {weights: w, strata: st}
groups: {prov: {label: {zh: 省, en: Province}, by: prov}}
indicators:
  people: {label: {zh: 人, en: People}, count: true, unit: 人, by: [prov]}
  rate: {label: {zh: 率, en: Payers}, prop: pay == 1, by: [prov]}
  mean: {label: {zh: 均, en: Mean}, mean: amt, base: pay == 1, unit: 元, by: [prov]}
  players: {label: {zh: 戏, en: Players}, prop: game == 1, by: [prov]}
  play: {label: {zh: 戏均, en: Play}, mean: gamt, base: game == 1, unit: 元, by: [prov]}
accounts:
  a:
    label: {zh: 账, en: Account}
    unit: 元
    domains: [prov]
    min_n: 8
    area: {group: prov, per: people}
    nodes:
      - {id: t, label: {zh: 总, en: Total}}
      - {id: g, parent: t, label: {zh: 货, en: Goods}, population: people, penetration: rate, spend: mean}
      - {id: x, parent: t, label: {zh: 戏, en: Games}, population: people, penetration: players, spend: play}
      - {id: v, parent: t, label: {zh: 像, en: Video}, population: people, penetration: 0.5, spend: {ratio: 0.3, of: x}}
tables: [{id: t, title: {zh: 表, en: Table}, account: a, domains: [prov], nodes: [t, x], measures: [level]}]
END
"$program" run "$tmp/area.yaml" --out "$tmp/ar" --quiet >"$tmp/out" 2>"$tmp/err" || fail "area beside a ratio of spend: $(cat "$tmp/err")"
db=$tmp/ar/results.db
case $(of a/x level prov:A quality) in *weak*) ;; *) fail "the leaf that lends its spend is not marked: $(of a/x level prov:A quality)" ;; esac
near "video in A" "$(of a/v level prov:A estimate)" "$(awk -v s="$(of play mean prov:A estimate)" -v n="$(of people count prov:A estimate)" 'BEGIN { print n * 0.5 * 0.3 * s }')" 1e-5
# A cell that holds a small-area estimate is marked, and says so
for d in A B C D E F; do case $(of a/g level prov:$d quality) in *model*) m=$d ;; esac; done
if [ -n "${m:-}" ]; then
  sed 's/<[^>]*>//g' "$tmp/ar/report.en.html" | grep -q 'Too few interviews, a small-area estimate stands in' || fail "the note does not name model-based cells"
  grep -q 'holds a small-area estimate' "$tmp/ar/report.en.html" || fail "no cell is marked as model-based"
else
  fail "no leaf was replaced by the model"
fi
finish
