#!/usr/bin/env bash
# Exports of survey platforms and Triple-S: commands and a study give the same results as from the same data in .sav.
. tests/cli/lib.sh
need_program
wjx=tests/unit/io/wjx

# same WHAT FILE options of the reading -- options of the command: as from the .sav at $sav
same() {
  local what=$1 file=$2 reading=() rest=()
  shift 2
  while [ "$1" != -- ]; do reading+=("$1"); shift; done
  shift
  rest=("$@")
  "$program" "${rest[0]}" "$file" "${rest[@]:1}" "${reading[@]}" >"$tmp/a" 2>"$tmp/err" || fail "$what: $(cat "$tmp/err")"
  "$program" "${rest[0]}" "$sav" "${rest[@]:1}" >"$tmp/b" 2>"$tmp/err" || fail "$what, .sav: $(cat "$tmp/err")"
  cmp -s "$tmp/a" "$tmp/b" || fail "$what differs from the .sav: $(diff "$tmp/a" "$tmp/b" | head -5)"
  [ "$(wc -l <"$tmp/a")" -ge 2 ] || fail "$what has no rows"
}

# ---- a pair of exports, by codes and by texts ----
sav=$tmp/plain.sav
"$program" convert $wjx/plain.csv "$sav" 2>"$tmp/err" || fail "convert: $(cat "$tmp/err")"
for file in $wjx/codes.csv $wjx/codes.xlsx; do
  same "tab of $file" $file -- tab q1 q3 --weights none --format csv
  same "share of $file" $file -- prop q6_1 --by q1 --weights none --format csv
  same "mean of $file" $file --labels-from $wjx/texts.xlsx -- mean q2 --weights none --format csv
done
# the labelled pair against its own .sav: labels and sets too
"$program" convert $wjx/codes.xlsx "$tmp/pair.sav" --labels-from $wjx/texts.csv 2>"$tmp/err" || fail "convert: $(cat "$tmp/err")"
sav=$tmp/pair.sav
same "banner of the pair" $wjx/codes.csv --labels-from $wjx/texts.xlsx -- tab --rows '$q4 q3 q6_1' --cols 'total + q1' --weights none
grep -q '拼多多' "$tmp/a" && grep -q '您的性别是 / 女' "$tmp/a" && grep -q '微信支付' "$tmp/a" || fail "labels: $(head -20 "$tmp/a")"
# texts lead to the same pair
same "the pair from its texts" $wjx/texts.csv --labels-from $wjx/codes.csv -- tab --rows '$q4 q3' --cols 'total + q1' --weights none
"$program" describe $wjx/codes.xlsx >/dev/null 2>"$tmp/err"
grep -q 'codes.xlsx: Sheet1: read as answers exported by a survey platform (format wjx): 7 questions' "$tmp/err" || fail "no note: $(cat "$tmp/err")"
"$program" describe $wjx/codes.xlsx --format-in xlsx 2>"$tmp/err" | grep -q '4、您用过哪些购物平台(多选)(淘宝)' || fail "--format-in xlsx"
run_fails 2 "no format is called 'wjz': did you mean 'wjx'" "$program" describe $wjx/codes.xlsx --format-in wjz
run_fails 1 "case 1 (row 2), column '序号'" "$program" describe $wjx/codes.csv --labels-from <(head -1 $wjx/texts.csv; tail -n +3 $wjx/texts.csv; sed -n 2p $wjx/texts.csv)

# ---- a study over the pair, and over its .sav ----
study() { # study NAME "data"
  mkdir -p "$tmp/$1"
  cp $wjx/codes.xlsx $wjx/texts.xlsx "$tmp/pair.sav" "$tmp/$1"
  cat >"$tmp/$1/study.yaml" <<YAML
study: $1
title: {zh: 小调查, en: A small survey}
data: {answers: $2}
design: {weights: none}
indicators:
  apps: {label: {zh: 平台, en: Apps}, share_of_set: \$q4}
  pay: {label: {zh: 支付, en: Payment}, shares: q3}
  content: {label: {zh: 满意, en: Content}, prop: q6_1 >= 4}
YAML
  "$program" run "$tmp/$1/study.yaml" --to csv >"$tmp/out" 2>"$tmp/err" || fail "study $1: $(cat "$tmp/err")"
}
results() { sort "$tmp/$1/out/$1.csv"; }
study pair '{file: codes.xlsx, labels: texts.xlsx}'
study sav '{file: pair.sav}'
results pair >"$tmp/a"
results sav >"$tmp/b"
cmp -s "$tmp/a" "$tmp/b" || fail "the study over the pair differs: $(diff "$tmp/a" "$tmp/b" | head -5)"
[ "$(grep -c apps "$tmp/a")" = 4 ] || fail "the study: $(cat "$tmp/a")"
# the export by texts is an input like the other: when it changes, the data are read again
cp $wjx/texts.csv "$tmp/pair/texts.xlsx"
"$program" run "$tmp/pair/study.yaml" --explain >"$tmp/out" 2>&1
grep -q 'data.*answers' "$tmp/out" && ! grep 'answers' "$tmp/out" | grep -q 'reuse' || fail "changed texts are not seen: $(cat "$tmp/out")"
sed 's/labels: /labells: /' "$tmp/pair/study.yaml" >"$tmp/pair/bad.yaml"
run_fails 2 "did you mean 'labels'" "$program" check "$tmp/pair/bad.yaml"
sed 's/labels: /format: wjy, labels: /' "$tmp/pair/study.yaml" >"$tmp/pair/bad.yaml"
run_fails 2 "no format is called 'wjy'" "$program" check "$tmp/pair/bad.yaml"
sed 's/texts.xlsx/gone.xlsx/' "$tmp/pair/study.yaml" >"$tmp/pair/bad.yaml"
run_fails 2 "gone.xlsx" "$program" check "$tmp/pair/bad.yaml"

# ---- Triple-S: fixed columns and comma-separated, against the plain table and their own .sav ----
sss=tests/unit/io/sss
sav=$tmp/plain.sav
"$program" convert $sss/plain.csv "$sav" 2>"$tmp/err" || fail "convert: $(cat "$tmp/err")"
for file in $sss/panel.sss $sss/panel_csv.xml; do
  same "tab of $file" $file -- tab visits again --weights w --format csv
  same "mean of $file" $file -- mean money --by again --weights w --format csv
  same "prop of $file" $file -- prop 'seen_2 == 1' --weights w --format csv
done
"$program" convert $sss/panel.sss "$tmp/panel.sav" 2>"$tmp/err" || fail "convert: $(cat "$tmp/err")"
sav=$tmp/panel.sav
same "banner of Triple-S" $sss/panel_csv.xml -- tab --rows '$seen $best visits when' --cols 'total + again' --weights w
grep -q 'Market & square' "$tmp/a" && grep -q 'Earlier visits' "$tmp/a" || fail "labels: $(head -20 "$tmp/a")"
# codes of a spread stand in their order, whichever subfield has them first
cat >"$tmp/spread.sss" <<XML
<sss version="2.0"><survey><record ident="A"><variable ident="1" type="multiple"><name>m</name><label>Which</label><position start="1" finish="4"/>
<spread subfields="2" width="2"/><values><value code="1">A</value><value code="12">B</value><value code="99">DK</value></values></variable></record></survey></sss>
XML
printf '0112\n99  \n01  \n' >"$tmp/spread.asc"
"$program" tab "$tmp/spread.sss" --data-file "$tmp/spread.asc" --rows '$m' --cols total --weights none --format csv >"$tmp/out" 2>"$tmp/err" || fail "spread: $(cat "$tmp/err")"
[ "$(grep -oE '\b(A|B|DK)\b' "$tmp/out" | uniq | paste -sd' ')" = "A B DK" ] || fail "order of a spread's codes: $(cat "$tmp/out")"
cp $sss/panel.sss "$tmp/moved.sss"
run_fails 1 "moved.asc" "$program" describe "$tmp/moved.sss"
"$program" describe "$tmp/moved.sss" --data-file $sss/panel.asc >"$tmp/out" 2>"$tmp/err" || fail "--data-file: $(cat "$tmp/err")"
sed 's/^0003/000x/' $sss/panel.asc >"$tmp/moved.asc"
run_fails 1 "moved.asc: case 3, variable 'ID'.*'000x' is no number" "$program" describe "$tmp/moved.sss"
printf '<sss version="2.0"><hierarchy><level ident="H" href="house.sss"/><level ident="P" href="person.sss"/></hierarchy></sss>' >"$tmp/levels.sss"
run_fails 1 "a hierarchy of several levels: read the definition of one of them (house.sss, person.sss)" "$program" describe "$tmp/levels.sss"

triple() { # triple NAME "data"
  mkdir -p "$tmp/$1"
  cp $sss/panel.sss $sss/panel.asc "$tmp/panel.sav" "$tmp/$1"
  cat >"$tmp/$1/study.yaml" <<YAML
study: $1
title: {zh: 出口调查, en: Exit survey}
data: {answers: $2}
design: {weights: w}
indicators:
  seen: {label: {zh: 景点, en: Sights}, share_of_set: \$seen}
  best: {label: {zh: 最爱, en: Favourites}, share_of_set: \$best}
  money: {label: {zh: 花费, en: Money}, mean: money, base: money != 999}
YAML
  "$program" run "$tmp/$1/study.yaml" --to csv >"$tmp/out" 2>"$tmp/err" || fail "study $1: $(cat "$tmp/err")"
}
triple sss '{file: panel.sss}'
triple sss_sav '{file: panel.sav}'
results sss >"$tmp/a"
results sss_sav >"$tmp/b"
cmp -s "$tmp/a" "$tmp/b" || fail "the study over Triple-S differs: $(diff "$tmp/a" "$tmp/b" | head -5)"
[ "$(grep -c ',seen,' "$tmp/a")" = 6 ] || fail "the study: $(cat "$tmp/a")"
# the data file is an input although only the definition is named
"$program" run "$tmp/sss/study.yaml" --explain >"$tmp/out" 2>&1
grep 'answers' "$tmp/out" | grep -q 'reuse' || fail "nothing is reused: $(cat "$tmp/out")"
sed -i 's/^0001......../000120250603/' "$tmp/sss/panel.asc"
"$program" run "$tmp/sss/study.yaml" --explain >"$tmp/out" 2>&1
! grep 'answers' "$tmp/out" | grep -q 'reuse' || fail "changed data are not seen: $(cat "$tmp/out")"
mkdir "$tmp/away" && mv "$tmp/sss/panel.asc" "$tmp/away"
sed 's#panel.sss#panel.sss, data: ../away/panel.asc#' "$tmp/sss/study.yaml" >"$tmp/sss/apart.yaml"
"$program" check "$tmp/sss/apart.yaml" >"$tmp/out" 2>&1 || fail "data: $(cat "$tmp/out")"
finish
