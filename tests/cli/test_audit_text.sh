#!/usr/bin/env bash
# `shuxiao audit` of a run's own report and of someone's text: the bundled study passes with its exemptions; a number changed by hand in the page is found at its
# place; a typed number fails the run and is not published; a text is held against results; bad input says what to do.
. tests/cli/lib.sh
need_program
mkdir "$tmp/s"
ran "$tmp/s/study"
cd "$tmp/s" || exit 1

last="nothing was run"
says() { # code expected-text command...
  local want=$1 text=$2 code
  shift 2
  last=$*
  "$@" >"$tmp/out" 2>"$tmp/err"
  code=$?
  [ $code = "$want" ] || fail "$*: exit $code, not $want: $(cat "$tmp/out" "$tmp/err")"
  says_too "$text"
}
# says_too TEXT: the same output has this as well
says_too() { cat "$tmp/out" "$tmp/err" | grep -qF -- "$1" || fail "$last: does not say '$1': $(cat "$tmp/out" "$tmp/err")"; }

# ---- our own report
grep -qF "0 differ, 0 unbound" study.said || fail "a run: $(cat study.said)"
says 0 "study: 1.96" "$program" audit study/study.yaml
says 0 "0 differ, 0 unbound" "$program" audit study/out
says 0 "verdict,place,printed,expected,result,reason" "$program" audit study/out --format csv
[ "$(wc -l <"$tmp/out")" -gt 3000 ] || fail "the machine form does not list every number"

page=study/out/report.zh.html
cp $page "$tmp/page"
number=$(grep -o 'data-ref="consumers.total">[^<]*<' $page | head -1 | sed 's/.*>\(.*\)</\1/')
wrong=$(echo "$number" | sed 's/\.\(.\)\(.\)/.\2\1/')
[ "$number" != "$wrong" ] || fail "the number $number reads the same backwards"
line=$(grep -n "data-ref=\"consumers.total\">$number<" $page | head -1 | cut -d: -f1)
sed -i "${line}s/data-ref=\"consumers.total\">$number</data-ref=\"consumers.total\">$wrong</" $page
says 3 "$page:$line:" "$program" audit study/out
says_too "$wrong"
says 3 "consumers.total" "$program" audit study/out --only differs
cp "$tmp/page" $page
# a cell of a table, a label of a drawing, a tooltip, a tick of an axis: one by one; in sanitized builds all at once
spoilt=()
for place in '<td data-ref="[^"]*" data-unit="[^"]*">[0-9]' '<text [^>]*data-ref="[a-z][^>]*>[0-9]' '估计值：[0-9]' '<text [^>]*data-exempt="axis"[^>]*>[1-9]'; do
  at=$(grep -nE "$place" "$tmp/page" | head -1 | cut -d: -f1)
  [ -n "$at" ] || { fail "no place like $place"; continue; }
  python3 - "$page" "$at" "$place" <<'PY'
import re, sys
path, at, place = sys.argv[1], int(sys.argv[2]) - 1, sys.argv[3]
lines = open(path, encoding="utf-8").read().split("\n")
m = re.search(place, lines[at])
k = m.end() - 1
lines[at] = lines[at][:k] + str((int(lines[at][k]) + 3) % 9 + 1) + lines[at][k + 1:]
open(path, "w", encoding="utf-8").write("\n".join(lines))
PY
  spoilt+=("$page:$at:")
  sanitized && continue
  says 3 "$page:$at:" "$program" audit study/out
  cp "$tmp/page" $page
done
if sanitized; then
  says 3 "${spoilt[0]}" "$program" audit study/out
  for at in "${spoilt[@]}"; do says_too "$at"; done
  cp "$tmp/page" $page
fi

# results as CSV beside the store: every number is read, a changed one has its line and column; other tables are left alone
python3 - study/out/results.db study/out/figures.csv <<'PY'
import csv, sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute(
    "SELECT wave, indicator, statistic, estimate, std_error, n FROM estimate e JOIN domain d ON d.id = e.domain "
    "WHERE d.text = 'total' AND run = (SELECT max(id) FROM run) AND indicator IN ('consumers', 'consumer_rate') ORDER BY indicator").fetchall()
out = csv.writer(open(sys.argv[2], "w", newline="", encoding="utf-8"), lineterminator="\n")
out.writerow("wave indicator statistic estimate std.error n".split())
out.writerows(r for r in rows if r[2] in ("total", "prop", "formula", "ratio"))
PY
[ "$(wc -l <study/out/figures.csv)" -ge 2 ] || fail "no results for the CSV"
printf 'a,b\n1,2\n' >study/out/other.csv
says 0 "0 differ, 0 unbound" "$program" audit study/out
says 0 "agrees,study/out/figures.csv:2:" "$program" audit study/out --format csv
sed -i '2s/,\([0-9]*\)$/,1\1/' study/out/figures.csv
says 3 "study/out/figures.csv:2:" "$program" audit study/out --only differs
says_too "not the result at the digits of the file"
rm study/out/figures.csv study/out/other.csv

# a typed number fails the run; nothing is published, what was made is there to look at, and exempting it passes
printf '\n会员共有 4321 家。\n' >>study/narrative/zh/00-summary.md
rm -f study/out/report.zh.html
says 3 "narrative/zh/00-summary.md:$(wc -l <study/narrative/zh/00-summary.md):6" "$program" run study/study.yaml --quiet
says_too "4321 家"
[ ! -e study/out/report.zh.html ] && [ -s study/out/refused/report.zh.html ] || fail "what a run that fails its audit has made: $(ls study/out study/out/refused)"
sed -i 's/^audit: {exempt: \[/&4321 家, /' study/study.yaml
says 0 "study: 4321 家 1" "$program" run study/study.yaml --quiet
sed -i 's/^audit: {exempt:/audit: {exemt:/' study/study.yaml
says 2 "did you mean 'exempt'" "$program" check study/study.yaml
sed -i 's/^audit: {exemt:/audit: {exempt:/' study/study.yaml

# numbers in words are typed numbers too, in full
printf '\n会员共有九点四七亿人。\n' >>study/narrative/zh/00-summary.md
printf '\nSix in ten do, nine hundred million people, twice as many.\n' >>study/narrative/en/00-summary.md
says 3 "unbound" "$program" run study/study.yaml --quiet
for typed in 九点四七亿人 "Six in ten" "nine hundred million people" "twice"; do
  cat "$tmp/out" "$tmp/err" | grep -qF "$typed" || fail "the gate does not see $typed: $(cat "$tmp/out" "$tmp/err")"
done

# ---- someone's text
# judged ...: as says, of texts whose numbers are those of all interviews; sanitized builds, which have fewer, read the text and judge nothing
judged() {
  sanitized || { says "$@"; return; }
  "${@:3}" >"$tmp/out" 2>"$tmp/err"
  case $? in 0 | 3) ;; *) fail "${*:3}: $(cat "$tmp/out" "$tmp/err")" ;; esac
}
cat >report.md <<'TXT'
# 规模

数字消费用户 9.47亿人，网民 41.22亿人。

| 群体 | 网民（亿人） |
|---|---|
| 农村 | 3.21 |
TXT
users=$("$program" audit study/study.yaml --format csv --only agrees | grep ',consumers.total,' | head -1 | cut -d, -f3)
sed -i "s/9.47亿人/$users/" report.md
judged 0 "1 not matched" "$program" audit report.md --against study/out/results.db
judged 0 "agrees" "$program" audit report.md --against study/out
sed -i 's/41.22亿人/12.11亿人/' report.md
says 3 "report.md:3:" "$program" audit report.md --against study/out/results.db
says 3 "netizens.total" "$program" audit report.md --against study/out/results.db --only differs
says 3 '"verdict"' "$program" audit report.md --against study/out/results.db --format json
says 3 "| verdict" "$program" audit report.md --against study/out/results.db --format md
says 3 "不一致" "$program" audit report.md --against study/out/results.db --lang zh
# a table of a page: the unit stands in the column's head, the group in a plain cell; a list has its names in order
cat >table.html <<'TXT'
<table><tr><th>群体</th><th>数字消费用户（亿人）</th></tr>
<tr><td>农村</td><td>2.54</td></tr>
<tr><td>农村</td><td>2.45</td></tr></table>
TXT
says 3 "1 agree, 1 differ, 0 not matched" "$program" audit table.html --against study/out/results.db
says 3 "differs,table.html:2:20,2.54,2.45,consumers.rural" "$program" audit table.html --against study/out --format csv
cat >list.md <<'TXT'
生成式人工智能用户5.14亿人，高于Z世代的1.59亿人。网上外卖、旅行预订和在线出行的使用率分别为50.0%、45.7%和45.0%。
TXT
judged 0 "" "$program" audit list.md --against study/out/results.db
# a change that goes the other way, in both languages; a level printed as a change
printf '网络购物使用率较2024年下半年上升2.2个百分点。\n\nOnline shopping rose by 2.2 percentage points since the second half of 2024.\n\n网民规模增加11.22亿人。\n' >moves.md
judged 3 "0 agree, 3 differ, 0 not matched" "$program" audit moves.md --against study/out/results.db
sanitized || says_too "-2.2 percentage points"
sanitized || says_too "the words say the opposite direction"
sanitized || says_too "it is the level, and the words say a change"
says 2 "--against RESULTS.db" "$program" audit report.md
says 1 "--against wants the results.db of a run" "$program" audit report.md --against nowhere.db
says 1 "run the study first" "$program" audit "$tmp"
printf 'a\377b' >bad.txt
says 2 "bad.txt:1:2" "$program" audit bad.txt --against study/out/results.db
printf 'no archive' >bad.docx
says 2 "not a .docx file" "$program" audit bad.docx --against study/out/results.db
finish
