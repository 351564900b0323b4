#!/usr/bin/env bash
# The scale word of English numbers: one for an indicator in a table, its workbook and its charts, cells in full precision there; and the format that an
# indicator has where it names none, which prints no 0 for what is not 0.
. tests/cli/lib.sh
need_program
cd "$tmp" || exit 1
python3 - <<'P'
import random
random.seed(5)
with open("d.csv", "w") as f:
    print("w,psu,sex,use,spend,tiny", file=f)
    for i in range(3000):
        sex = "male" if i < 1466 else "female"
        print(900 + i % 201, i % 100, sex, int(i % 10 < (3 if i < 1466 else 9)), i % 13 * 0.7, 1e-5 * (i % 7), sep=",", file=f)
P
# study INDICATORS TABLES: in both languages
study() {
  rm -rf out
  printf 'study: s\ntitle: S\nlanguages: [zh, en]\ndata: {main: {file: d.csv}}\ndesign: {weights: w, clusters: psu}\ngroups: {sex: {label: Sex, by: sex}}\nindicators:\n%s\ntables:\n%s\n' "$1" "$2" >study.yaml
}
run() { "$program" run study.yaml --quiet --to "$1" --out out >said 2>&1 || fail "--to $1: exit $?: $(cat said)"; }
audit() { "$program" audit out >said 2>&1 || fail "the audit of $1 that nobody touched: exit $?: $(cat said)"; }
text() { sed -n "/id=\"t1\"/,/<\/figure>/p" "out/report.$1.html" | sed 's/<[^>]*>/ /g' | tr -s ' \n' ' '; }
# value COLUMN... of a row "indicator group" of the data file
value() {
  python3 - "$@" <<'P'
import csv, sys
for r in csv.DictReader(open("out/s.csv")):
    if r["indicator"] == sys.argv[1] and r["statistic"] == sys.argv[2] and (r.get("sex") or "") == sys.argv[3]: print(r[sys.argv[4]])
P
}

study '  users: {total: use, label: Users, unit: 人, format: "万人 1", by: [sex]}' \
  '  - {id: t1, title: One, indicators: [users], domains: [total, sex], show: [estimate, se, n]}'
run html,docx,xlsx,csv
# nothing else is in millions than the whole: about 1.8 million, of which 0.44 million
[ "$(value users total male estimate | cut -d. -f1 | wc -c)" = 7 ] || fail "the test wants a level below a million: $(value users total male estimate)"
text en | grep -q 'million people' || fail "the table is not in millions: $(text en)"
text en | grep -q '[0-9,] people\|thousand' && fail "two scale words in a row: $(text en)"
for level in '' male female; do
  shown=$(awk -v v="$(value users total "$level" estimate)" 'BEGIN { printf "%.3f", v / 1e6 }')
  text en | grep -q "$shown" || fail "'$level' is not $shown: $(text en)"
done
audit 'html,docx,xlsx'
for formats in html docx xlsx html,xlsx docx,xlsx html,docx; do
  rm -rf out
  run "$formats"
  audit "$formats"
done

# the workbook: every digit, over one factor, with the report's decimals as its format; a number that was typed is none of rounding
rm -rf out
run xlsx,csv
cp out/s_tables.en.xlsx book.xlsx 2>/dev/null || cp out/*en*.xlsx book.xlsx
python3 - "$(value users total male estimate)" <<'P' || fail "the workbook: see above"
import re, sys, zipfile
z = zipfile.ZipFile("book.xlsx")
sheets = [n for n in z.namelist() if n.startswith("xl/worksheets/sheet")]
text = {n: z.read(n).decode() for n in sheets}
want = float(sys.argv[1]) / 1e6
cells = [float(v) for t in text.values() for v in re.findall(r"<v>([0-9.eE+-]+)</v>", t)]
if not any(abs(c - want) < 1e-12 for c in cells): sys.exit("no cell has %r" % want)
if "#,##0.000" not in z.read("xl/styles.xml").decode(): sys.exit("no format of three decimals")
where = [n for n in sheets if "<v>1466</v>" in text[n]]
if not where: sys.exit("no cell has 1466")
with zipfile.ZipFile("out/typed.xlsx", "w") as o:
    for n in z.namelist():
        o.writestr(n, text[n].replace("<v>1466</v>", "<v>1500</v>") if n == where[0] else z.read(n))
P
"$program" audit out/typed.xlsx --against out/results.db >said 2>&1
[ $? = 3 ] || fail "1500 typed for 1466 passes: $(cat said)"
grep -q '1500' said || fail "the audit does not name the 1500: $(cat said)"

# numbers below a million alone: in thousands, and every digit of the report is one of the number's
study '  users: {total: use, label: Users, unit: 人, format: "万人 1", where: "sex == \"male\""}' \
  '  - {id: t1, title: One, indicators: [users], domains: [total], show: [estimate, se]}'
run html,xlsx,csv
shown=$(awk -v v="$(value users total '' estimate)" 'BEGIN { printf "%.0f", v / 1e3 }')
text en | grep -q "thousand people.* $shown " || fail "not $shown thousand people: $(text en)"
audit 'a table in thousands'

# ---- no format ---------------------------------------------------------------------------------------------------
study '  users: {total: use, label: Users, unit: 人, by: [sex]}
  spend: {total: spend, label: Spending, unit: 元}
  tiny: {total: tiny, label: Tiny, unit: kg}
  mean: {mean: tiny, label: Mean}' \
  '  - {id: t1, title: One, indicators: [users], domains: [total, sex], show: [estimate, se, ci]}
  - {id: t2, title: Two, indicators: [spend, tiny, mean, users], domains: [total], show: [estimate, se, ci]}'
cat >>study.yaml <<'Y'
figures:
  - {id: f1, type: bars, title: F, indicators: [users], domains: [total, sex]}
Y
run html,docx,xlsx,csv
audit 'a study without formats'
for lang in zh en; do
  grep -o '<span[^>]*data-ref="[^"]*"[^>]*>[^<]*' "out/report.$lang.html" | grep -v '\.n"' | sed 's/.*>//' | grep -n '^[0.]*[^0-9.]*$' &&
    fail "$lang: a result that is not 0 prints as 0"
done
million=$(awk -v v="$(value users total '' estimate)" 'BEGIN { printf "%.2f", v / 1e6 }')
wan=$(awk -v v="$(value users total '' estimate)" 'BEGIN { printf "%.1f", v / 1e4 }')
text en | grep -q "million people.* $million" || fail "no $million million people: $(text en)"
text zh | grep -q "万人.* $wan" || fail "no ${wan}万人: $(text zh)"

# side by side each number stands once, in Chinese, also where a cell says its unit itself, which then stands there in English
sed -i 's/languages: .*/languages: [zh, en, zh+en]/' study.yaml
run html,docx,csv
audit 'side by side'
[ "$(grep -o '<span[^>]*data-ref="users.total"[^>]*>' out/report.zh-en.html | wc -l)" = "$(grep -o '<span[^>]*data-ref="users.total"[^>]*>' out/report.zh.html | wc -l)" ] ||
  fail "numbers of tables stand twice: $(text zh-en)"
sed 's/<[^>]*>//g' out/report.zh-en.html | grep -q "${wan}万人 (10 thousand people)" || fail "a cell does not say its unit in English"
finish
