#!/usr/bin/env bash
# Banner tables of a study: rows in the store, a table with its legend in the report, computed again only where they changed.
. tests/cli/lib.sh
need_program
dir=$tmp/study
mkdir -p "$dir"
cp tests/reference/banner_data.csv "$dir/data.csv"
cat >"$dir/study.yaml" <<'YAML'
study: banner-test
title: {zh: 横幅表, en: Banner tables}
date: 2025-06-30
wave: 2025-S1
languages: [zh, en]
data: {people: {file: data.csv}}
design: {weights: w, strata: h, clusters: [psu]}
derived:
  young: {value: age < 3, label: {zh: 青年, en: Young}}
banner:
  std: total + sex + (sex > young)
indicators:
  one: {prop: q4 == 1, by: [], label: {zh: 选一, en: Says 1}}
tables:
  - id: T1
    title: {zh: 表一, en: Table one}
    rows: q4
    cols: $std
    stats: [col_pct, se, n_eff]
    where: x > 2.5
    sig: {profile: spss, adjust: bh, min_base: 60}
  - {id: T2, rows: [q1, q3], cols: total + age, net: {Low: [1, 2]}, stats: [col_pct, mean], note: {zh: 说明, en: A remark}}
  - {id: T3, title: {zh: 表三, en: Three}, indicators: [one], domains: [total]}
YAML
program=$(realpath "$program")
run() { (cd "$dir" && "$program" run study.yaml >"$tmp/out" 2>"$tmp/err"); }
run || fail "run: exit $?: $(cat "$tmp/err" "$tmp/out" | tail -5)"
page=$(ls "$dir"/out/*.en.html | head -1)
for text in 'Table one' '59.1' '46.5' 'A letter: the column' 'sex / 1 (A)' 'A remark' 'Low'; do
  grep -qF "$text" "$page" || fail "the page has no '$text'"
done
grep -qF 'data-ref="`T1/q4`.row:1*sex:1.col_pct"' "$page" || fail "the share does not say which result it is"
db=$(ls "$dir"/out/*.db | head -1)
got=$(sqlite3 "$db" "select printf('%.12f %.12f', estimate, se) from estimate where indicator='T1/q4' and statistic='col_pct' and abs(estimate-0.59083999131319)<1e-9 limit 1" 2>/dev/null)
[ -z "$got" ] || [ "$got" = "0.590839991313 0.038966695014" ] || fail "stored: $got"
# nothing changed: nothing is computed; one table changed: that one alone
cp "$page" "$tmp/first.html"
run || fail "second run: $(cat "$tmp/err")"
cmp -s "$page" "$tmp/first.html" || fail "the second run has another page"
sed -i 's/min_base: 60/min_base: 10/' "$dir/study.yaml"
run || fail "third run: $(cat "$tmp/err")"
# of 11 steps the cells and the block of this table, the document and the pages are made
grep -q '11 steps, 7 reused' "$tmp/out" || fail "not one table alone is made again: $(grep reused "$tmp/out")"
grep -q 'unweighted base below 10' "$page" || fail "the changed table is not computed again"
grep -qF 'A remark' "$page" || fail "the unchanged table is gone"
# what is refused, with its place
bad() {
  sed "$2" "$dir/study.yaml" >"$dir/bad.yaml"
  (cd "$dir" && "$program" run bad.yaml >"$tmp/out" 2>"$tmp/err") && fail "$2 passes"
  grep -q -- "$1" "$tmp/err" "$tmp/out" || fail "$2: no '$1' in $(cat "$tmp/err" "$tmp/out")"
}
bad "did you mean spss" 's/profile: spss/profile: spsss/'
bad "bad.yaml:[0-9]*:[0-9]*.*rows.*q44" 's/rows: q4$/rows: q44/'
bad "columns.*sexx" 's/total + sex +/total + sexx +/'
bad "unknown key 'stat'\|'stat'" 's/stats: \[col_pct, se/stat: [col_pct, se/'
bad "a list of levels" 's/Low: \[1, 2\]/Low: 1/'
# the names are checked with the file, before anything runs
sed 's/rows: q4$/rows: q44/' "$dir/study.yaml" >"$dir/bad.yaml"
run_fails 2 "rows: no variable called 'q44'" "$program" check "$dir/bad.yaml"
finish
