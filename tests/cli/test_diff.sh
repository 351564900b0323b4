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

mv "$tmp/s" "$tmp/aside" && cp -r "$tmp/aside" "$tmp/s"
edit study.yaml 'older: age >= 55' 'older: age > 54'
diffs
says 'definition: derive:older (no number differs by it)' "a definition in other words"
never '[^0-9]0 rows' "a definition in other words"
rm -rf "$tmp/s" && mv "$tmp/aside" "$tmp/s"

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

# ---- a wave published by its own study, and again, with revised weights, as the earlier wave of the next: one row, two values
mkdir "$tmp/w"
awk 'BEGIN { print "id,w,y"; for (i = 1; i <= 80; i++) printf "%d,10,%d\n", i, i * 7919 % 100 < 40 }' >"$tmp/w/w1.csv"
awk 'BEGIN { print "id,w,y"; for (i = 1; i <= 80; i++) printf "%d,%d,%d\n", i, 8 + i % 5, i * 7919 % 100 < 40 }' >"$tmp/w/w1b.csv"
awk 'BEGIN { print "id,w,y"; for (i = 41; i <= 120; i++) printf "%d,10,%d\n", i, i * 7919 % 100 < 50 }' >"$tmp/w/w2.csv"
of_wave() { # WAVE FILE
  printf 'study: w\ntitle: 各期\nwave: %s\ndata: {people: {file: %s}}\ndesign: {weights: w}\nindicators: {rate: {label: 率, prop: y == 1, format: "%% 1"}}\n' "$1" "$2"
}
of_wave 2024-S2 w1.csv >"$tmp/w/p1.yaml"
{ of_wave 2025-S1 w2.csv; printf 'waves:\n  unit: id\n  changes: [rate]\n  series: [{wave: 2024-S2, data: {people: {file: w1b.csv}}}]\n'; } >"$tmp/w/p2.yaml"
"$program" run "$tmp/w/p1.yaml" --out "$tmp/w/out" --quiet >/dev/null 2>"$tmp/err" && "$program" revisions "$tmp/w/out" --publish first --quiet 2>/dev/null || fail "the first wave: $(cat "$tmp/err")"
"$program" run "$tmp/w/p2.yaml" --out "$tmp/w/out" --quiet >/dev/null 2>"$tmp/err" && "$program" revisions "$tmp/w/out" --publish second --quiet 2>/dev/null || fail "the second wave: $(cat "$tmp/err")"
"$program" revisions "$tmp/w/out" rate --format csv >"$tmp/tri" 2>"$tmp/err" || fail "revisions of waves: $(cat "$tmp/err")"
[ "$(grep -c ',2024-S2,' "$tmp/tri")" = 1 ] || fail "the wave does not join its publications: $(cat "$tmp/tri")"
mean() { awk -F, 'NR > 1 { s += $2 * $3; w += $2 } END { printf "%.17g", s / w }' "$tmp/w/$1"; }
near "first value" "$(grep '^rate,prop,total,2024-S2,' "$tmp/tri" | cut -d, -f5)" "$(mean w1.csv)"
near "second value" "$(grep '^rate,prop,total,2024-S2,' "$tmp/tri" | cut -d, -f6)" "$(mean w1b.csv)"
near "revision" "$(grep '^rate,prop,total,2024-S2,' "$tmp/tri" | cut -d, -f7)" "$(awk -v a="$(mean w1.csv)" -v b="$(mean w1b.csv)" 'BEGIN { printf "%.17g", b - a }')" 1e-8
"$program" diff "$tmp/w/out" --indicator rate --format csv >"$tmp/diff" 2>"$tmp/err" || fail "diff of waves: $(cat "$tmp/err")"
grep -q '^value,2024-S2,rate,prop,,\|^value,2024-S2,rate,prop,total,' "$tmp/diff" && ! grep -q '^removed' "$tmp/diff" || fail "the wave is another row in the next run: $(cat "$tmp/diff")"
# changed data of an earlier wave are data, by name and hash
sed -i '5s/,1[0-9],/,30,/' "$tmp/w/w1b.csv"
"$program" run "$tmp/w/p2.yaml" --out "$tmp/w/out" --quiet >/dev/null 2>"$tmp/err" || fail "the third run: $(cat "$tmp/err")"
"$program" diff "$tmp/w/out" --lang en >"$tmp/diff" 2>"$tmp/err" || fail "diff: $(cat "$tmp/err")"
says '  data: 2024-S2/data:people' "data of an earlier wave"
never '  (definition|weights|method|design): ' "data of an earlier wave"
says "+ file w1b.csv $(sha256sum "$tmp/w/w1b.csv" | cut -c1-12)" "a file by its name"
finish
