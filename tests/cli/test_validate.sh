#!/usr/bin/env bash
# shuxiao validate: the example of docs/rules.md line by line, cases, the gate, what is refused.
. tests/cli/lib.sh
need_program
file=examples/validate/panel.csv
rules=examples/validate/rules.yaml
"$program" validate $file --rules $rules --id person >"$tmp/out" 2>"$tmp/err" || fail "example: $(cat "$tmp/err")"
while IFS= read -r line; do
  grep -qF -- "$(sed 's/ *$//' <<<"$line")" docs/rules.md || fail "the page lacks: $line"
done <"$tmp/out"
grep -q "0 errors, 2 warnings" "$tmp/err" || fail "$(cat "$tmp/err")"
"$program" validate $file --rules $rules --id person --list --format csv >"$tmp/c.csv" 2>/dev/null || fail "--list"
[ "$(cut -d, -f1,3 "$tmp/c.csv" | tail -n +2 | tr '\n' ' ')" = "age_range,p4 sum,p5 " ] || fail "$(cat "$tmp/c.csv")"
"$program" validate $file --rules $rules --cases 0 --list --format csv 2>/dev/null | tail -n +2 | grep -q . && fail "--cases 0"
"$program" validate $file --rules $rules --lang zh 2>&1 | grep -q "年龄范围" || fail "labels in Chinese"

printf 'rules:\n- {expr: age <= 120, name: old}\n- {expr: total >= 0}\n' >"$tmp/gate.yaml"
run_fails 3 "1 errors" "$program" validate $file --rules "$tmp/gate.yaml"
printf -- '- expr: agee <= 120\n' >"$tmp/absent.yaml"
run_fails 3 "1 errors" "$program" validate $file --rules "$tmp/absent.yaml"
grep -q "agee" "$tmp/out" || fail "the error is not in the table: $(cat "$tmp/out")"
# a function of R that is not here is that rule's error, and the others are checked
printf 'rules:\n- {expr: age <= 120, name: old}\n- {expr: soundex(person) > 1, name: long}\n- {expr: total >= 0, name: sum}\n' >"$tmp/foreign.yaml"
run_fails 3 "2 errors" "$program" validate $file --rules "$tmp/foreign.yaml" --format csv
grep -q "^long,.*no function called 'soundex'" "$tmp/out" && grep -q "^old," "$tmp/out" && grep -q "^sum," "$tmp/out" || fail "a foreign function: $(cat "$tmp/out")"
# whole columns: one verdict, no cases; a file that includes another, in validate's two documents
printf -- '---\ninclude:\n- sub/child.yaml\noptions:\n  raise: none\n---\nrules:\n- {expr: mean(age) > 60, name: mean}\n- {expr: is_unique(sex), name: one}\n' >"$tmp/parent.yaml"
mkdir "$tmp/sub"
printf 'include: leaf.yaml\n' >"$tmp/sub/child.yaml"
printf 'rules:\n- {expr: all_unique(person), name: persons}\n' >"$tmp/sub/leaf.yaml"
run_fails 3 "2 errors" "$program" validate $file --rules "$tmp/parent.yaml" --format csv
[ "$(cut -d, -f1-5 "$tmp/out" | tail -n +2 | tr '\n' ' ')" = "persons,1,1,0,0 mean,1,0,1,0 one,6,0,6,0 " ] || fail "whole columns: $(cat "$tmp/out")"
run_fails 3 "2 errors" "$program" validate $file --rules "$tmp/parent.yaml" --list --format csv
grep -q '^mean' "$tmp/out" && fail "a verdict on the data set lists cases: $(cat "$tmp/out")"
printf 'include: ../parent.yaml\n' >"$tmp/sub/leaf.yaml"
run_fails 2 "includes itself" "$program" validate $file --rules "$tmp/parent.yaml"
printf 'include: ././self.yaml\nrules: [{expr: age > 0}]\n' >"$tmp/self.yaml" # one file, whatever its path is called
run_fails 2 "self.yaml:1:10: .*includes itself" "$program" validate $file --rules "$tmp/self.yaml"
printf 'rules: [{expr: age > 0, name: once}]\n' >"$tmp/one.yaml"
printf 'include: [one.yaml, ./sub/../one.yaml]\nrules: [{expr: age > 1, name: own}]\n' >"$tmp/twice.yaml"
"$program" validate $file --rules "$tmp/twice.yaml" --format csv >"$tmp/out" 2>"$tmp/err" || fail "a file named twice: $(cat "$tmp/err")"
[ "$(grep -c '^once,' "$tmp/out")" = 1 ] || fail "a file named twice counts twice: $(cat "$tmp/out")"
# every rule that cannot be read is told with its line, before anything is computed
printf 'include: worse.yaml\nrules:\n- expr: age > 0\n- expr: age >\n- {expr: age > 0, name: x, nam: y}\n- {expr: age > 2, name: x}\n- {expr: age > 3, name: x}\n' >"$tmp/wrong.yaml"
printf 'rules:\n- expr: (age\n' >"$tmp/worse.yaml"
run_fails 2 "worse.yaml:2" "$program" validate $file --rules "$tmp/wrong.yaml"
for place in "wrong.yaml:4" "wrong.yaml:5" "wrong.yaml:7:.*two rules are called x"; do
  grep -q "$place" "$tmp/err" || fail "no '$place' in $(cat "$tmp/err")"
done
[ "$(wc -l <"$tmp/err")" = 4 ] && [ ! -s "$tmp/out" ] || fail "rules that cannot be read: $(cat "$tmp/err" "$tmp/out")"
printf 'include: gone.yaml\n' >"$tmp/sub/leaf.yaml"
run_fails 1 "gone.yaml" "$program" validate $file --rules "$tmp/parent.yaml"
printf 'options: {raise: none}\n' >"$tmp/none.yaml"
run_fails 2 "rules are a list" "$program" validate $file --rules "$tmp/none.yaml"
run_fails 2 "which rules" "$program" validate $file
printf 'rules:\n- expr: age <=\n' >"$tmp/bad.yaml"
run_fails 2 "bad.yaml:2" "$program" validate $file --rules "$tmp/bad.yaml"
awk 'BEGIN { printf "- expr: age > 0"; for (i = 0; i < 70000; i++) printf " & age > 0"; print "" }' >"$tmp/chain.yaml" # a tree as deep as it is long
run_fails 2 "more than 10000 operators" "$program" validate $file --rules "$tmp/chain.yaml"
printf 'include: [/dev/zero]\n' >"$tmp/device.yaml"
run_fails 2 "device.yaml:1:11: /dev/zero is a device or a pipe" timeout 20 "$program" validate $file --rules "$tmp/device.yaml"
run_fails 2 "person" "$program" validate $file --rules $rules --id persn
run_fails 2 "number from 0" "$program" validate $file --rules $rules --cases -3
finish
