#!/usr/bin/env bash
# What changed between two runs and why: each kind of change is made to the small study alone, and named as such. Then the revisions.
. tests/cli/lib.sh
need_program
cp -r tests/unit/study/data "$tmp/s"
cd_study() { "$program" run "$tmp/s/study.yaml" --quiet >"$tmp/log" 2>"$tmp/err" || fail "run: $(cat "$tmp/err")"; }
diffs() { "$program" diff "$tmp/s/out" --lang en "$@" >"$tmp/diff" 2>"$tmp/err" || fail "diff $*: $(cat "$tmp/err")"; }
edit() { # FILE OLD NEW: makes the change and a run
  grep -q -- "$2" "$tmp/s/$1" || fail "no '$2' in $1"
  sed -i "s|$2|$3|" "$tmp/s/$1"
  cd_study
}
says() { grep -qF -- "$1" "$tmp/diff" || fail "$2: no '$1' in
$(cat "$tmp/diff")"; }
never() { ! grep -qE -- "$1" "$tmp/diff" || fail "$2: '$1' in
$(cat "$tmp/diff")"; }

cd_study
run_fails 1 "one finished run" "$program" diff "$tmp/s/out"
cp -r "$tmp/s/out" "$tmp/first"

edit study.yaml 'older: age >= 60' 'older: age >= 55'
diffs
says 'definition: derive:older (10 rows)' definition
says '- "age >= 60"' definition
says '+ "age >= 55"' definition
says 'rows: 65 same, 10 differ in the estimate, 0 only in their error' definition
never '  (data|weights|method|design): ' definition

edit people.csv '^P02,A,A1,83.0' 'P02,A,A1,84.0'
diffs
says 'people.csv: changed' data
says 'data: data:people' data
never '  (definition|weights|method|design): ' data

edit study.yaml 'm: 2900, f: 3100' 'm: 2950, f: 3050'
diffs
says 'weights: weighting (' weights
says '"m":2950' weights
never '  (definition|data|method|design): ' weights

edit study.yaml 'clusters: \[psu\]' 'clusters: [id]'
diffs
says 'design: design (' design
says '0 differ in the estimate' design
never '  (definition|data|method|weights): ' design

edit study.yaml '^date: 2025-12' 'level: 0.9\ndate: 2025-12'
diffs
says 'method: indicator:users indicator:people indicator:rate indicator:spend … 11 steps' method
says '+ level: 0.9' method
says '0 differ in the estimate' method
never '  (definition|data|design|weights): ' method
diffs --values
never '^error' "--values hides errors"

edit study.yaml '  twice: .*' '  thrice: {label: Thrice, formula: 3 * penetration}'
diffs
says 'removed  2025-S1  twice' removed
says 'added    2025-S1  thrice' added
says '1 added, 1 removed' "added and removed"

edit study.yaml 'zh: 使用率' 'zh: 用的比例' # words alone: a new report, and not one number
diffs
says '0 differ in the estimate, 0 only in their error, 0 only in marks, 0 added, 0 removed' words

# numbers of one row, for a machine: the change is after - before and its size in standard errors
diffs --runs 1,2 --indicator rate --format csv
grep '^value,2025-S1,rate,prop,old=1,' "$tmp/diff" | awk -F, '{ d = $7 - $6; exit !((d - $8)^2 < 1e-24 && ($8 / $10 - $9)^2 < 1e-18 && $12 == "definition" && $13 == "derive:older") }' ||
  fail "the row of rate is wrong: $(grep 'rate,prop,old=1' "$tmp/diff")"
diffs --runs 1,2 --format json
python3 -c 'import json, sys; rows = json.load(open(sys.argv[1])); assert len(rows) == 10 and all(r["causes"] == "definition" for r in rows)' "$tmp/diff" || fail "json"
"$program" diff "$tmp/first" "$tmp/s/out" --lang zh --limit 2 >"$tmp/diff" 2>"$tmp/err" || fail "two stores: $(cat "$tmp/err")"
says '  数据: data:people' "in Chinese"
[ "$(grep -c '^value' "$tmp/diff")" = 2 ] || fail "--limit 2 shows $(grep -c '^value' "$tmp/diff") rows"
diffs --runs 2,2
says 'rows: 75 same' "a run beside itself"

run_fails 2 "no finished run 99" "$program" diff "$tmp/s/out" --runs 1,99
run_fails 2 "not two numbers" "$program" diff "$tmp/s/out" --runs 1
run_fails 2 "is for one store" "$program" diff "$tmp/s/out" "$tmp/first" --runs 1,2
run_fails 2 "neither run has 'nothing'" "$program" diff "$tmp/s/out" --indicator nothing
run_fails 2 "at least 0" "$program" diff "$tmp/s/out" --tolerance -1
run_fails 1 "there is no store of results" "$program" diff "$tmp/nowhere"
run_fails 1 "" "$program" diff "$tmp/s/people.csv" "$tmp/s/out"

# ---- revisions: all runs until one is named, then those named; first, last and their difference as the runs have them ----
tri() { "$program" revisions "$tmp/s/out" --format csv "$@" >"$tmp/tri" 2>"$tmp/err" || fail "revisions $*: $(cat "$tmp/err")"; }
tri users
head -1 "$tmp/tri" | grep -q 'wave,run 1,run 2,run 3,.*,run 8,revision,in.se' || fail "not every run is a vintage: $(head -1 "$tmp/tri")"
"$program" revisions "$tmp/s/out" --publish flash --run 1 --quiet 2>/dev/null && "$program" revisions "$tmp/s/out" --publish final --run 4 2>/dev/null || fail "no publication"
tri users --domains
head -1 "$tmp/tri" | grep -q '^indicator,statistic,domain,wave,flash,final,revision,in.se' || fail "the publications are not the vintages: $(head -1 "$tmp/tri")"
"$program" diff "$tmp/s/out" --runs 1,4 --indicator users --format csv >"$tmp/diff" 2>/dev/null
near "revision of old users" "$(grep '^users,total,old=1,' "$tmp/tri" | cut -d, -f7)" "$(grep '^value,2025-S1,users,total,old=1' "$tmp/diff" | cut -d, -f8)"
near "its size" "$(grep '^users,total,old=1,' "$tmp/tri" | cut -d, -f8)" "$(grep '^value,2025-S1,users,total,old=1' "$tmp/diff" | cut -d, -f9)"
"$program" revisions "$tmp/s/out" users --domains --lang en >"$tmp/text" 2>/dev/null
awk -F, 'NR > 1 { s += $7; a += $7 < 0 ? -$7 : $7; n++ } END { printf "%d %.4g %.4g\n", n, s / n, a / n }' "$tmp/tri" >"$tmp/want"
awk '/^users.*total +5/ { print $3, $4, $5 }' "$tmp/text" | cmp -s - "$tmp/want" || fail "the summary is not the mean of the rows: $(tail -2 "$tmp/text"), not $(cat "$tmp/want")"
tri --changed
! awk -F, 'NR > 1 && $7 == 0' "$tmp/tri" | grep -q . || fail "--changed shows what was not revised"
tri rate --statistic gap --domains
[ "$(wc -l <"$tmp/tri")" = 2 ] || fail "--statistic gap: $(cat "$tmp/tri")"
run_fails 2 "did you mean 'users'" "$program" revisions "$tmp/s/out" user
run_fails 2 "has no such statistic" "$program" revisions "$tmp/s/out" users --statistic prop
run_fails 2 "no finished run 77" "$program" revisions "$tmp/s/out" --publish x --run 77
run_fails 2 "goes with --publish" "$program" revisions "$tmp/s/out" --run 2
run_fails 2 "is of a run" "$program" revisions "$tmp/s/out" users --publish x
finish
