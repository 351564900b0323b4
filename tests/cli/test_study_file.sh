#!/usr/bin/env bash
# A study as the FILE of a command: its data, derived variables, design and weighting, and so the numbers of its report.
. tests/cli/lib.sh
need_program
cp -r tests/unit/study/data "$tmp/tiny"
study=$tmp/tiny/study.yaml
est() { "$program" "$@" --format csv >"$tmp/e.csv" 2>"$tmp/err" || fail "$*: $(cat "$tmp/err")"; }

"$program" run "$study" --quiet >/dev/null 2>"$tmp/err" || fail "run: $(cat "$tmp/err")"
if command -v sqlite3 >/dev/null; then
  select="select estimate, std_error from estimate where indicator = 'users' and statistic = 'total' order by id limit 1"
  row=$(sqlite3 -separator ' ' "$tmp/tiny/out/results.db" "$select")
  est total "$study" user
  near "the run's users" "$(cell "$tmp/e.csv" estimate 1)" "${row% *}" 1e-14
  near "the run's error" "$(cell "$tmp/e.csv" std.error 1)" "${row#* }" 1e-14
fi
est mean "$study" double_k --by age3 --where 'user == 1' # derived of derived, by a cut
[ "$(wc -l <"$tmp/e.csv")" = 4 ] || fail "by age3: $(cat "$tmp/e.csv")"
est mean "$study" urban # joined
est quantile "$study" spend --probs 0.5
est tab "$study" sex user
grep -q '^.*test_p' "$tmp/e.csv" || fail "tab has no test"
"$program" mean "$study" age 2>/dev/null | grep -q 'raked to 2 margins' || fail "the weighting of the study is not said"
# a further adjustment on top of the study's own
est total "$study" user --poststratify 'region: north=3000, south=3000'

"$program" weight "$study" --output "$tmp/w.csv" 2>"$tmp/err" || fail "weight: $(cat "$tmp/err")"
est total "$study" user
users=$(cell "$tmp/e.csv" estimate 1)
est total "$tmp/w.csv" user --weights weight_raked --strata stratum --cluster psu
near "users by the weights written" "$(cell "$tmp/e.csv" estimate 1)" "$users" 1e-12

run_fails 2 'leave --weights out' "$program" mean "$study" age --weights weight
run_fails 2 'leave --strata out' "$program" mean "$study" age --strata stratum
run_fails 2 "did you mean 'spend'" "$program" mean "$study" spent
sed 's/rake:/raek:/' "$study" >"$tmp/tiny/bad.yaml"
run_fails 2 "bad.yaml:1[0-9]:.*did you mean 'rake'" "$program" mean "$tmp/tiny/bad.yaml" age

# text is a category in a study as in a command: the mean of its levels are shares, their total counts, also in groups
sed 's/^  spend: .*/&\n  parts: {mean: stratum, by: [old]}\n  counts: {total: stratum, by: [old]}/' "$study" >"$tmp/tiny/text.yaml"
"$program" run "$tmp/tiny/text.yaml" --out "$tmp/tiny/text" --quiet >/dev/null 2>"$tmp/err" || fail "text: $(cat "$tmp/err")"
sqlite3 "$tmp/tiny/text/results.db" "SELECT indicator, statistic, domain, printf('%.12g', estimate), printf('%.12g', \"std.error\") FROM result WHERE indicator IN ('parts', 'counts')" >"$tmp/rows"
[ "$(wc -l <"$tmp/rows")" = 12 ] || fail "not three levels in two domains of two indicators: $(cat "$tmp/rows")"
for stat in mean:parts:prop total:counts:total; do
  IFS=: read -r command indicator name <<<"$stat"
  "$program" "$command" "$study" stratum --format csv >"$tmp/e.csv" 2>/dev/null
  for row in 1 2 3; do
    level=$(cell "$tmp/e.csv" indicator $row)
    got=$(grep "^$indicator|${name}_${level#stratum=}|[^=]*|" "$tmp/rows")
    near "$indicator $level" "$(echo "$got" | cut -d'|' -f4)" "$(cell "$tmp/e.csv" estimate $row)" 1e-11
    near "error of $indicator $level" "$(echo "$got" | cut -d'|' -f5)" "$(cell "$tmp/e.csv" std.error $row)" 1e-8
  done
done
sed 's/^  spend: .*/&\n  parts: {mean: lower(region)}/' "$study" >"$tmp/tiny/text.yaml"
run_fails 2 "text.yaml:3[0-9]:" "$program" check "$tmp/tiny/text.yaml"

# a group whose variable nobody answered is told, not left out
sed 's/,north,/,NA,/; s/,south,/,NA,/' "$tmp/tiny/people.csv" >"$tmp/tiny/nobody.csv"
printf 'study: s\nlanguages: [en]\ndata: {t: {file: nobody.csv, missing: ["NA"]}}\ndesign: {weights: weight, strata: stratum}\ngroups: {g: {label: G, by: region}}\nindicators: {m: {mean: age, by: [g]}}\n' >"$tmp/tiny/nobody.yaml"
run_fails 2 "nobody.yaml:5:.*the group 'g' has no levels: 'region' is missing in every case" "$program" run "$tmp/tiny/nobody.yaml" --out "$tmp/tiny/nobody"
[ ! -e "$tmp/tiny/nobody/report.en.html" ] || fail "a report without its group"

# the page of the study file names every kind of indicator and every weighting step
sed 's/^  users: .*/  users: {label: U}/' "$study" >"$tmp/tiny/none.yaml"
words=$("$program" check "$tmp/tiny/none.yaml" 2>&1 | sed -n "s/.*'users' is exactly one of //p" | tr -d ',')
[ "$(echo "$words" | wc -w)" -ge 20 ] || fail "the kinds are: $words"
sed 's/- rake:/- {}/; /^ *- {by: /d' "$study" >"$tmp/tiny/none.yaml"
steps=$("$program" check "$tmp/tiny/none.yaml" 2>&1 | sed -n 's/.*a weighting step is exactly one of //p' | tr -d ',')
[ "$(echo "$steps" | wc -w)" -ge 4 ] || fail "the steps are: $steps"
for word in $words $steps; do
  grep -q "\b$word\b" docs/study-file.md || fail "docs/study-file.md does not have the word $word"
done
finish
