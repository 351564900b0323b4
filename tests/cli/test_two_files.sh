#!/usr/bin/env bash
# Two files of one survey side by side (tab --previous, compare): codes that one numbers otherwise go by their labels; other labels, other scales,
# columns and rows that are not there are told or refused, not compared. Shares by hand: of 200 men 140 and 60 of 200 women, in both files.
. tests/cli/lib.sh
need_program

# file NAME LABELS_OF_SEX(1 2) LABELS_OF_SAT...: 400 cases; men answer yes in seven of ten, women in three; sat goes through its levels
file() { # name, label of 1, label of 2, levels of sat
  local name=$1 one=$2 two=$3 k=0
  shift 3
  { printf '<?xml version="1.0" encoding="UTF-8"?>\n<sss version="2.0"><survey><record ident="A">\n'
    printf '<variable ident="1" type="single"><name>sex</name><label>Sex</label><position start="1"/><values><value code="1">%s</value><value code="2">%s</value></values></variable>\n' "$one" "$two"
    printf '<variable ident="2" type="quantity"><name>y</name><label>Yes</label><position start="2"/><values><range from="0" to="1"/></values></variable>\n'
    printf '<variable ident="3" type="single"><name>sat</name><label>Satisfied</label><position start="3"/><values>'
    for level; do k=$((k + 1)); printf '<value code="%d">%s</value>' $k "$level"; done
    printf '</values></variable>\n</record></survey></sss>\n'; } >"$tmp/$name.sss"
  awk -v man="$([ "$one" = Man ] && echo 1 || echo 2)" -v k=$k 'BEGIN { for (i = 0; i < 400; i++) { male = i < 200; j = i % 200
    printf "%d%d%d\n", male ? man : 3 - man, male ? j % 10 < 7 : j % 10 < 3, 1 + j % k } }' >"$tmp/$name.asc"
  "$program" convert "$tmp/$name.sss" "$tmp/$name.sav" 2>"$tmp/err" || fail "convert: $(cat "$tmp/err")"
}
file now Man Woman "very bad" bad neither good "very good"
file then Woman Man "very bad" bad neither good "very good"
file renamed Male Man bad neither good
now=$tmp/now.sav then=$tmp/then.sav

# ---- compare ----
"$program" compare "$then" "$now" y --weights none --by sex --independent >"$tmp/e.txt" 2>"$tmp/err" || fail "compare: $(cat "$tmp/err")"
grep -q "then.sav: 'sex' is coded otherwise than in now.sav, with the same labels" "$tmp/err" || fail "not said: $(cat "$tmp/err")"
# of STATISTIC FILE LABEL: the estimate
of() { awk -v s="$1" -v f="$2" -v l="$3" '$1 == f && $3 == l && $4 == s { print $5; exit }' "$tmp/e.txt"; }
for f in then.sav now.sav; do
  near "men of $f" "$(of mean $f Man)" 0.7
  near "women of $f" "$(of mean $f Woman)" 0.3
done
near "change of men" "$(of change now.sav Man)" 0
near "change of women" "$(of change now.sav Woman)" 0
"$program" compare "$then" "$now" y --weights none --where 'sex == 1' --independent 2>/dev/null >"$tmp/e.txt"
awk '$1 == "then.sav" && $3 == "mean" { x = $4 } END { exit !(x == 0.7) }' "$tmp/e.txt" || fail "a condition by code: $(cat "$tmp/e.txt")"
for how in "y --by sex" "y --where sex==1" "sex --of prop" "sex:sex" "--contrast mean(y,sex==1)"; do
  run_fails 1 "'sex' calls 1 'Male' in renamed.sav, 'Man' in now.sav" "$program" compare "$tmp/renamed.sav" "$now" $how --weights none --independent
done
"$program" compare "$tmp/renamed.sav" "$now" y --weights none --independent >/dev/null 2>"$tmp/err" || fail "what is not named: $(cat "$tmp/err")"
run_fails 1 "'sat' calls 1 'bad' in renamed.sav, 'very bad' in now.sav" "$program" compare "$tmp/renamed.sav" "$now" sat --weights none --independent

# ---- tab --previous ----
tab() { "$program" tab "$now" --weights none --sig waves "$@" >"$tmp/t" 2>"$tmp/err" || fail "tab $*: $(cat "$tmp/err")"; }
tab --rows y --cols 'total + sex' --previous "$then"
grep -q "'sex' is coded otherwise than in" "$tmp/err" || fail "not said: $(cat "$tmp/err")"
sed '/^▲▼/d' "$tmp/t" | grep -q '▲\|▼\| -' && fail "arrows of nothing: $(cat "$tmp/t")"
grep -q '^1 .* 70.0% .* 30.0%' "$tmp/t" || fail "shares: $(cat "$tmp/t")"
tab --rows y --cols 'total + sex' --previous "$tmp/renamed.sav"
grep -q 'One code with two labels, here and in the earlier wave, not compared with it: sex=1 (Man / Male), sex=2 (Woman / Man)' "$tmp/t" || fail "no note: $(cat "$tmp/t")"
grep -q '^1 .* 50.0%  .*70.0% - .*30.0% -' "$tmp/t" || fail "no dash: $(cat "$tmp/t")"
tab --rows sat --cols total --stats col_pct,top2,mean --previous "$tmp/renamed.sav"
sed '/^▲▼/d' "$tmp/t" | grep -q '▲\|▼' && fail "arrows on another scale: $(cat "$tmp/t")"
grep -q 'A scale of other levels or labels in the earlier wave, not compared with it: sat: Top 2, sat: Mean' "$tmp/t" || fail "no note: $(cat "$tmp/t")"
run_fails 1 "'sex' calls 1 'Man', the earlier wave calls it 'Male'" "$program" tab "$now" --rows y --cols total --where 'sex == 1' --weights none --sig waves --previous "$tmp/renamed.sav"

# ---- columns, by texts, that the earlier file has not ----
{ echo g,y; for i in $(seq 60); do echo "boy,$((i % 2))"; echo "girl,$((i % 3 == 0))"; done; } >"$tmp/n.csv"
sed 's/^boy/Boy/' "$tmp/n.csv" >"$tmp/p.csv"
"$program" tab "$tmp/n.csv" --rows y --cols 'total + g' --weights none --sig waves --previous "$tmp/p.csv" --format csv >"$tmp/t" 2>"$tmp/err" || fail "tab: $(cat "$tmp/err")"
tested() { awk -F, -v c="$1" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["column"] == c && $at["row"] == "1" && $at["measure"] == "col_pct" { print $at["tested"] }' "$tmp/t"; }
[ "$(tested g=boy)" = not_tested ] && [ "$(tested g=girl)" = "" ] || fail "tested: $(cat "$tmp/t")"
"$program" tab "$tmp/n.csv" --rows y --cols 'total + g' --weights none --sig waves --previous "$tmp/p.csv" >"$tmp/t" 2>/dev/null
grep -q 'Columns that the earlier wave has not, not compared with it: g=boy$' "$tmp/t" || fail "no note: $(cat "$tmp/t")"
grep -q '^1 .*50.0% -' "$tmp/t" || fail "no dash: $(cat "$tmp/t")"
"$program" tab "$tmp/n.csv" --rows y --cols 'total + g' --weights none --sig waves --previous "$tmp/p.csv" --lang zh >"$tmp/t" 2>/dev/null
grep -q '上期没有的列，不作比较：g=boy$' "$tmp/t" || fail "no note in Chinese: $(cat "$tmp/t")"
finish
