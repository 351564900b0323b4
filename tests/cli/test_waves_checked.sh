#!/usr/bin/env bash
# What a series of waves is refused or marked for: units of published figures, figures given twice, the order of the series, merged and
# dropped categories, replicates that each wave made for itself; and that words alone compute nothing.
. tests/cli/lib.sh
need_program
command -v sqlite3 >/dev/null || { echo "skipped: no sqlite3"; exit 77; }

wave() { awk -v from="$1" -v to="$2" -v w="$3" -v codes="$4" 'BEGIN { split(codes, code, " "); print "id,st,w,y,spend,edu"
  for (i = from; i <= to; i++) { u = (i * 104729) % 97
    printf "%d,%s,10,%d,%d,%s\n", i, i % 2 ? "A" : "B", (u + 10 * w > 60), 20 + u + 3 * w, code[1 + i % 3] } }'; }
wave 1 120 1 "1 2 3" >"$tmp/w1.csv"
wave 61 180 2 "low mid high" >"$tmp/w2.csv"

study() {
  local c=${codes:-'"1": low, "2": mid, "3": high'} list=${waves:-}
  [ -n "$list" ] || list="    - {wave: 2024-S2, data: {people: {file: w1.csv}}, map: {edu: {codes: {$c}${more:-}}}${extra:-}}"
  cat >"$tmp/study.yaml" <<END
study: checked
title: {zh: 各期, en: Waves}
wave: ${own:-2025-S1}
data: {people: {file: w2.csv}}
design: {weights: w, strata: st${design:-}}
groups:
  edu: {label: {zh: 教育, en: Edu}, by: edu}
  low: {label: {zh: 低, en: Low}, where: edu == "low"}
indicators:
  users: {label: {zh: 用户, en: Users}, total: y, unit: 人, format: "plain 0", change: true}
  rate: {label: {zh: 率, en: Rate}, prop: y == 1, by: [edu, low], gap: [{of: "edu:high", to: "edu:low"}], change: true, format: "% 1"}
  mean: {label: {zh: 均, en: Mean}, mean: spend, unit: 元, change: true, format: "元 1"}
  parts: {label: {zh: 构成, en: Parts}, shares: edu, change: true, format: "% 1"}
  high: {label: {zh: 高, en: High}, prop: edu == "high", change: true, format: "% 1"}
accounts:
  money: {label: {zh: 账, en: Money}, unit: 元, format: "元 0", change: true,
    nodes: [{id: all, label: 总}, {id: a, parent: all, label: 甲, total: users * mean, coverage: {share: 0.9, why: {zh: 缺, en: "${why:-some are missed}"}}}]}
waves:
  unit: id
  series:
$list
narrative: {zh: [t.md], en: [t.md]}
END
}
echo 'x' >"$tmp/t.md"
db=$tmp/res/results.db
of() { sqlite3 "$db" "select \"$4\" from result where run = (select max(run) from result) and indicator = '$1' and statistic = '$2' and domain = '$3'"; }
run() { rm -rf "$tmp/res"; again; }
again() { "$program" run "$tmp/study.yaml" --out "$tmp/res" --quiet >"$tmp/said" 2>"$tmp/err" || fail "run: $(cat "$tmp/err")"; }
marked() { # MARK INDICATOR STATISTIC DOMAIN
  [ "$(of "$2" "$3" "$4" quality)" = "$1" ] || fail "$now: $2 $3 $4 is marked '$(of "$2" "$3" "$4" quality)', not '$1'"
  local p=p_$3
  [ "$1" != break ] || [ -z "$(of "$2" "$p" "$4" estimate)" ] || fail "$now: $2 $p $4 is tested across a break"
}

# ---- units of published figures
known() { waves="    - {wave: 2024-S2, published: [$1]}" study; }
refuses() { # PATTERN FIGURES
  known "$2"
  run_fails 2 "study.yaml:2[0-9]:[0-9]*: .*$1" "$program" run "$tmp/study.yaml" --out "$tmp/no"
}
refuses "the unit '人' is not that of a share: '%'" '{reference: rate.total, value: 40.5, unit: 人}'
refuses "unknown unit 'furlong': 'rate' is in %" '{reference: rate.total, value: 44, unit: furlong}'
refuses "unknown unit 'furlong': 'users' is in '人'" '{reference: users.total, value: 44, unit: furlong}'
refuses "a share has no unit: its unit is '%'" '{reference: rate.total, value: 40.5}'
refuses "the unit 'pp' is not that of a share" '{reference: rate.total, value: 40.5, unit: pp}'
refuses "the unit '%' is not that of a gap between shares: 'pp'" '{reference: "rate.edu:high.gap_edu:low", value: 1.5, unit: "%"}'
refuses "the unit '%' is of shares: 'users' is in '人'" '{reference: users.total, value: 1600, unit: "%"}'
refuses "the unit '万元' is not that of 'users', which is in '人'" '{reference: users.total, value: 1600, unit: 万元}'
refuses "the unit '人' is not that of 'money/all', which is in '元'" '{reference: money/all.total, value: 16, unit: 人}'
refuses "the wave '2024-S2' gives this figure twice" '{reference: rate.total, value: 40.5, unit: "%"}, {reference: rate.total, value: 41.5, unit: "%"}'
refuses "the wave '2024-S2' gives this figure twice" '{reference: rate.total, value: 40.5, unit: "%"}, {reference: rate.total.prop, value: 41.5, unit: "%"}'
printf 'reference,value,unit\nusers.total,9,人\nrate.total,40.5,人\nusers.total,8,人\n' >"$tmp/f.csv"
waves='    - {wave: 2024-S2, published: {file: f.csv}}' study
run_fails 2 "f.csv: row 3: 'rate.total': the unit '人'" "$program" run "$tmp/study.yaml" --out "$tmp/no"
run_fails 2 "f.csv: row 4: 'users.total': the wave '2024-S2' gives this figure twice" "$program" run "$tmp/study.yaml" --out "$tmp/no"
known '{reference: rate.total, value: 0.405}, {reference: users.total, value: 0.05, unit: 万人}, {reference: mean.total, value: 70, unit: 元}, {reference: "rate.edu:high.gap_edu:low", value: 1.5, unit: 百分点}, {reference: money/all.total, value: 3, unit: 万元}'
run
near fraction "$(of rate prop wave:2024-S2 estimate)" 0.405
near scaled "$(of users total wave:2024-S2 estimate)" 500
near points "$(of rate gap_edu:low 'edu:high * wave:2024-S2' estimate)" 0.015
near account "$(of money/all level wave:2024-S2 estimate)" 30000

# ---- order
ordered() { # PATTERN OWN WAVES...
  own=$2 list=
  shift
  for w in "${@:2}"; do list="$list    - {wave: $w, data: {people: {file: w1.csv}}, map: {edu: {codes: {\"1\": low, \"2\": mid, \"3\": high}}}}
"; done
  waves=$list study
}
refuses_order() {
  ordered "$@"
  run_fails 2 "study.yaml:2[0-9]:[0-9]*: $1" "$program" check "$tmp/study.yaml"
}
refuses_order "the wave '2024-S1' is before '2024-S2' and stands after it" 2025-S1 2024-S2 2024-S1
refuses_order "the wave '2026-S1' is later than the study's own, '2025-S1'" 2025-S1 2024-S2 2026-S1
refuses_order "the wave '2024-Q2' is before '2024-12'" 2025-Q1 2024-12 2024-Q2
refuses_order "the wave '2023' is before '2024-S1'" 2024-S2 2024-S1 2023
for good in '2025-S1 2024-12 2024-S2' '2025-S1 2024-S2 2024-12' '2025 2023 2024' 'third first second' '2025-S1 2024-S1 pilot 2024-S2'; do
  set -- $good
  ordered '' "$@"
  "$program" check "$tmp/study.yaml" >"$tmp/out" 2>&1 || fail "the order $good: $(cat "$tmp/out")"
done
own= waves=

# ---- merged and dropped categories
now=plain
study
run
[ "$(sqlite3 "$db" "select count(*) from result where quality like '%break%'")" = 0 ] || fail "a mapping one to one is a break"
now=merged
codes='"1": low, "2": low, "3": high' study
run
[ -z "$(of parts prop_mid wave:2024-S2 estimate)" ] && [ "$(of parts prop_mid wave:2024-S2 na_reason)" = "empty domain" ] || fail "a category that the wave has not is $(of parts prop_mid wave:2024-S2 estimate)"
[ -z "$(of parts change_prop_mid total estimate)" ] || fail "the change of a category that the wave has not: $(of parts change_prop_mid total estimate)"
marked break parts change total # of mid, its first category
marked break parts change_prop_low total
marked '' parts change_prop_high total
marked break rate change edu:low
marked '' rate change edu:high
marked '' rate change total
marked break rate change_gap_edu:low edu:high
marked break rate change low:1
marked break high change total # an expression may mean any category
now=dropped
codes='"1": low, "3": high' more=', other: missing' study
run
for s in change change_prop_low change_prop_high; do marked break parts "$s" total; done
marked '' rate change edu:high
marked break high change total
now='said to be the same'
codes='"1": low, "2": low, "3": high' more=', break: false' study
run
marked '' rate change edu:low
more=

# ---- files in the order of a category: those that the first rows lack are there
for w in 1 2; do
  wave $((1 + 60 * (w - 1))) $((60 * w + 1200)) $w "low mid high" >"$tmp/plain"
  { head -1 "$tmp/plain"; tail -n +2 "$tmp/plain" | LC_ALL=C sort -t, -k6,6 -s; } >"$tmp/sorted$w.csv"
done
cp "$tmp/w1.csv" "$tmp/kept1.csv"
cp "$tmp/w2.csv" "$tmp/kept2.csv"
for order in "1 2" "plain 2" "1 plain"; do
  read -r first second <<<"$order"
  LC_ALL=C sort -t, -k1,1n -s "$tmp/sorted1.csv" >"$tmp/w1.csv"
  LC_ALL=C sort -t, -k1,1n -s "$tmp/sorted2.csv" >"$tmp/w2.csv"
  [ "$first" = plain ] || cp "$tmp/sorted1.csv" "$tmp/w1.csv"
  [ "$second" = plain ] || cp "$tmp/sorted2.csv" "$tmp/w2.csv"
  waves='    - {wave: 2024-S2, data: {people: {file: w1.csv}}}' study
  "$program" check "$tmp/study.yaml" >"$tmp/said" 2>&1 || fail "files in order ($order): $(cat "$tmp/said")"
  ! grep -q "categor" "$tmp/said" || fail "files in order ($order): $(cat "$tmp/said")"
done
mv "$tmp/kept1.csv" "$tmp/w1.csv"
mv "$tmp/kept2.csv" "$tmp/w2.csv"

# ---- replicates that each wave makes for itself
design=', make: {type: raowu, replicates: 40, seed: 5}' study
run_fails 2 "study.yaml:5:.*60 units are in '2024-S2' and in '2025-S1', and replicates made for each wave by itself.*independent: true" "$program" run "$tmp/study.yaml" --out "$tmp/no"
design=', make: {type: raowu, replicates: 40, seed: 5}' extra=', independent: true' study
run
of mean change total method | grep -q 'overlap none, 0 units' || fail "replicates of independent waves: $(of mean change total method)"

# ---- words alone
study
run
why='some are missed, in other words' study
"$program" run "$tmp/study.yaml" --out "$tmp/res" --explain --quiet >"$tmp/plan"
! awk '$1 == "compute" { print $2 }' "$tmp/plan" | grep -E '^(2024-S2/)?(account|indicator|change|design|data|significance)' || fail "another 'why' computes numbers again"
finish
