#!/usr/bin/env bash
# help, describe, convert, doctor, new, check, run: each command as a user meets it.
. tests/cli/lib.sh
need_program
data=tests/cli/data/shops.csv

"$program" --help >"$tmp/help" || fail "--help"
for command in run check new describe mean total prop ratio weight convert synth doctor; do
  grep -q "^  $command " "$tmp/help" || fail "--help does not list $command"
  "$program" $command --help >"$tmp/h" || fail "$command --help"
  grep -q "^shuxiao $command" "$tmp/h" || fail "$command --help has no usage line"
done
# under a Chinese locale every command's help is Chinese: summary, details, each option, and no line of English
"$program" help --commands | while read -r command; do
  "$program" "$command" --help --lang en >"$tmp/en"
  for call in "--lang zh" ""; do
    LANG=zh_CN.UTF-8 LC_ALL= "$program" "$command" --help $call >"$tmp/zh" || echo "$command --help $call"
    awk -v RS= 'NR == 2 || NR == 3' "$tmp/zh" >"$tmp/words" # summary and details
    [ "$(awk -v RS= 'END { print NR }' "$tmp/zh")" -ge 6 ] && [ "$(grep -c . "$tmp/words")" -ge 2 ] || echo "$command: no details in Chinese"
    grep -vP '\p{Han}' "$tmp/words" | grep -vP "^stype=" | sed "s/^/$command: not Chinese: /"
    # an option's help is on its line, or on the next where the head is long
    grep -P '^  --|^ {20}' "$tmp/zh" | awk '/^  --/ { if (head != "") print head; head = $0; next } { head = head $0 } END { print head }' |
      grep -vP '\p{Han}' | sed "s/^/$command: an option not Chinese: /"
    grep -v '^  ' "$tmp/zh" | sed '1d' | grep -P '[A-Za-z]{2,}( [A-Za-z]{2,}){4}' | sed "s/^/$command: English: /"
    awk -v RS= 'NR > 1 && NR <= 3' "$tmp/en" | grep -Fxf - "$tmp/words" | sed "s/^/$command: as in English: /"
    grep -q '^例：' "$tmp/zh" && grep -q '^退出码：' "$tmp/zh" || echo "$command: no example or exit codes in Chinese"
  done
done >"$tmp/english"
[ ! -s "$tmp/english" ] || fail "help in Chinese: $(cat "$tmp/english")"
"$program" --version | grep -Eq '^shuxiao [0-9]+\.[0-9]+\.[0-9]+$' || fail "--version"
"$program" --help --lang zh | grep -q '用法' || fail "--lang zh"
LC_ALL=zh_CN.UTF-8 "$program" --help | grep -q '用法' || fail "messages follow the locale"

"$program" describe $data >"$tmp/d" || fail "describe"
grep -q '12 rows, 8 variables' "$tmp/d" || fail "describe: rows"
grep -q -- '--weights weight' "$tmp/d" || fail "describe: the guess of the weight"
grep -q -- '--strata stratum' "$tmp/d" || fail "describe: the guess of the stratum"
grep -q -- '--cluster psu' "$tmp/d" || fail "describe: the guess of the cluster"
"$program" describe $data --format csv | grep -q '^spend,integer,,11,1,0,0,"min 20' || fail "describe --format csv: $("$program" describe $data --format csv)"

# round trips through the formats keep values and missing
for extension in sav zsav dta tsv csv.gz; do
  "$program" convert $data "$tmp/x.$extension" --quiet 2>"$tmp/err" || fail "convert to $extension: $(cat "$tmp/err")"
  "$program" mean "$tmp/x.$extension" spend --weights weight --format csv >"$tmp/m.csv" 2>"$tmp/err" || fail "$extension: $(cat "$tmp/err")"
  near "mean from $extension" "$(cell "$tmp/m.csv" estimate 1)" 122.44047619
done
run_fails 1 "x.nonsense" "$program" convert $data "$tmp/x.nonsense"

"$program" doctor >"$tmp/d" || fail "doctor finds a problem: $(cat "$tmp/d")"
grep -q 'shuxiao [0-9]' "$tmp/d" || fail "doctor: version"

# a study from a file: checked, run, and never written over
"$program" new "$tmp/study" --from $data >/dev/null 2>"$tmp/err" || fail "new: $(cat "$tmp/err")"
grep -q '# confirm' "$tmp/study/study.yaml" || fail "new: guesses are not marked"
"$program" check "$tmp/study/study.yaml" >"$tmp/out" 2>"$tmp/err" || fail "check of a new study: $(cat "$tmp/err")"
"$program" run "$tmp/study/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "run of a new study: $(cat "$tmp/err")"
[ -s "$tmp/study/out/report.zh.html" ] && [ -s "$tmp/study/out/report.en.html" ] || fail "run: no reports"
run_fails 1 "there already" "$program" new "$tmp/study" --from $data
"$program" new "$tmp/empty" >/dev/null 2>"$tmp/err" || fail "new without a file: $(cat "$tmp/err")"
"$program" run "$tmp/empty/study.yaml" --quiet >"$tmp/out" 2>"$tmp/err" || fail "run of the example: $(cat "$tmp/err")"
"$program" run "$tmp/empty/study.yaml" --explain >"$tmp/out" 2>"$tmp/err" || fail "explain: $(cat "$tmp/err")"
grep -q 'reuse' "$tmp/out" || fail "--explain says nothing of what is reused: $(cat "$tmp/out")"

sed -i 's/^indicators:/indicatorz:/' "$tmp/empty/study.yaml"
run_fails 2 "indicators" "$program" check "$tmp/empty/study.yaml"
finish
