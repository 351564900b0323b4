#!/usr/bin/env bash
# A published file of which something was changed that is no digit of a result (audit_published.py has the table): found by its own audit, alone, with its place;
# the published file lies in the folder or is made again out of the store. What an office program saved anew is clean, and its labels are still looked at.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }
helper=$PWD/tests/cli/audit_published.py
cp -r tests/unit/study/data "$tmp/study"
mkdir "$tmp/banner"
cp tests/reference/banner_data.csv "$tmp/banner/data.csv"
cat >"$tmp/banner/study.yaml" <<'YAML'
study: banner-test
title: {zh: 横幅表, en: Banner tables}
date: 2025-06-30
wave: 2025-S1
languages: [zh, en]
data: {people: {file: data.csv}}
design: {weights: w, strata: h, clusters: [psu]}
tables:
  - {id: T1, title: {zh: 表一, en: Table one}, rows: q4, cols: total + sex, stats: [col_pct, se], sig: {profile: spss, adjust: bh, min_base: 60}}
  - {id: T2, rows: [q1, q3], cols: total + age, net: {Low: [1, 2]}, stats: [col_pct, mean], note: {zh: 说明, en: A remark}}
YAML
cd "$tmp" || exit 1
for lang in zh en; do
  printf '\n## {{ rate.total | %% 1 }}\n\nBOXED[^one] {{ users.old | plain 0 }}.\n\n[^one]: NOTED {{ users.total | plain 0 }}.\n\n{{figure parts}}\n\n{{table t2}}\n' >>study/narrative/$lang.md
done
run() { "$program" run "$@" --quiet >said 2>&1 || fail "run $*: $(cat said)"; }
run study/study.yaml --out out --to html,docx,xlsx
run banner/study.yaml --out banner/out --to banner
printf 'publish: {charts: native}\n' >>study/study.yaml
run study/study.yaml --out native --to docx
saved=
office() { # TO FILE...: saved anew
  local to=$1
  shift
  HOME=$tmp soffice --headless --convert-to "${1##*.}" --outdir "$to" "$@" >/dev/null 2>&1
}
if command -v soffice >/dev/null && ! sanitized; then
  saved=office
  mkdir office
  cp native/tiny.en.docx native.docx
  office office out/tiny.en.docx out/tiny.zh.docx native.docx
  office office out/tiny_tables.en.xlsx out/tiny_tables.zh.xlsx
fi
step=1
sanitized && { step=5; echo "sanitized build: every fifth attack; SX_FULL=1: all"; }
python3 "$helper" "$program" out/results.db out banner/out/results.db banner/out/banner-test_banner.en.xlsx native/results.db native/tiny.en.docx $step $saved >found || fail "$(cat found)"
cat found

# change FILE TO PART PATTERN NEW: one place of a part
change() {
  python3 - "$@" <<'PY'
import re, sys, zipfile
path, to, part, pattern, new = sys.argv[1:]
n = 0
with zipfile.ZipFile(path) as a, zipfile.ZipFile(to, "w") as b:
    for i in a.infolist():
        data = a.read(i)
        if i.filename == part:
            text, n = re.subn(pattern, new, data.decode(), count=1, flags=re.S)
            data = text.encode()
        b.writestr(i, data)
assert n == 1, pattern
PY
}
audit() { "$program" audit "$1" --against "$2" --lang en --format csv >rows 2>err; }
wrong() { grep -E '^(differs|unbound)' rows; }

# ---- the store alone: every kind of file is made again; a file of another name is known by what it says
mkdir alone native-alone
cp out/results.db alone/
cp native/results.db native-alone/
for lang in zh en; do
  sed 's#<th scope="row">#&x#' out/report.$lang.html >page.html
  audit page.html alone/results.db
  [ $? = 3 ] && wrong | grep -q '^differs,page.html:[0-9]*:[0-9]*,x' || fail "a page ($lang) made again: $(wrong) $(cat err)"
  change out/tiny_tables.$lang.xlsx book.xlsx xl/styles.xml 'formatCode="0.0%"' 'formatCode="0%"'
  audit book.xlsx alone/results.db
  [ $? = 3 ] && wrong | grep -q '!F5,44%,43.7%' || fail "a workbook ($lang) made again: $(wrong) $(cat err)"
  [ "$(wrong | grep -vc '%,')" = 0 ] || fail "a workbook ($lang) made again: cells that were not touched: $(wrong | grep -v '%,')"
done
change out/tiny.en.docx word.docx word/document.xml '>Users(</w:t></w:r></w:p>\s*</w:tc>)' '>Rate of use\1'
audit word.docx alone/results.db
[ $? = 3 ] && [ "$(wrong | wc -l)" = 1 ] && wrong | grep -q 'table [0-9]*, row [0-9]*, column 1",Rate of use,Users' || fail "a Word file made again: $(wrong) $(cat err)"
change native/tiny.en.docx word.docx word/charts/sxchart1.xml '<c:v>young</c:v>' '<c:v>elder</c:v>'
audit word.docx native-alone/results.db
[ $? = 3 ] && wrong | grep -q 'word/charts/sxchart1.xml,elder,young' || fail "native charts made again: $(wrong) $(cat err)"
# words of a sentence are the editor's: told, and no error
change out/tiny.en.docx word.docx word/document.xml '(, rate )' ', rate of all '
audit word.docx alone/results.db
[ $? = 0 ] && grep -q '^exempt,.*its words changed' rows || fail "a sentence in other words: $(wrong) $(cat err)"
# side by side, sentences stand in cells
cp -r study pair
sed -i 's/^languages:.*/languages: [zh, en, zh+en]/; s/^publish: {charts.*/publish: {symbols: destatis}/' pair/study.yaml
run pair/study.yaml --out pair/out --to html,docx,xlsx
mkdir pair-alone
cp pair/out/results.db pair-alone/
change pair/out/tiny.zh-en.docx word.docx word/document.xml '(, rate )' ', rate of all '
audit word.docx pair-alone/results.db
[ $? = 0 ] && grep -q '^exempt,.*its words changed' rows || fail "a sentence side by side: $(wrong) $(cat err)"
change pair/out/tiny.zh-en.docx word.docx word/document.xml '>(Users</w:t></w:r></w:p>\s*</w:tc>)' '>All \1'
sed 's#<th scope="row">#&x#' pair/out/report.zh-en.html >page.html
for file in word.docx page.html; do
  audit $file pair-alone/results.db
  [ $? = 3 ] && wrong | grep -Eq "^differs,\"?$file: ?(table|[0-9])" || fail "side by side, $file: $(wrong | head -3) $(cat err)"
done
# as published with the signs of Destatis, where a 0 is one; made again with them
for lang in zh en; do
  audit pair/out/tiny_tables.$lang.xlsx pair-alone/results.db || fail "signs of Destatis: $(wrong)"
done
change pair/out/tiny_tables.zh.xlsx book.xlsx xl/styles.xml 'formatCode="0.0%"' 'formatCode="0%"'
audit book.xlsx pair-alone/results.db
[ $? = 3 ] && ! grep -q '^exempt,.*not compared' rows && wrong | grep -q '!F5,44%,43.7%' || fail "signs of Destatis, made again: $(wrong | head -3) $(cat err)"
# a template is not in the store: what cannot be made again is told, and the labels of tables are still held against their numbers
cp out/tiny.en.docx study/house.docx
sed -i 's/^publish: {charts: native}/publish: {template: house.docx}/' study/study.yaml
run study/study.yaml --out house --to docx
mkdir house-alone
cp house/results.db house-alone/
change house/tiny.en.docx word.docx word/document.xml '>middle(</w:t></w:r></w:p>\s*</w:tc>)' '>young\1'
audit word.docx house-alone/results.db
[ $? = 3 ] && grep -q 'not compared with what was published' rows && wrong | grep -q 'in the column of another label' || fail "a template: $(wrong) $(cat err)"
# and so are its other numbers against the sentences of the store's own report with the same words
lost() { # NAME PATTERN NEW FOUND: one of a sentence
  change house/tiny.en.docx word.docx word/document.xml "$2" "$3"
  audit word.docx house-alone/results.db
  [ $? = 3 ] && wrong | grep -Eq "$4" || fail "a template, $1: $(wrong | head -3) $(cat err)"
}
audit house/tiny.en.docx house-alone/results.db || fail "a template: $(wrong)"
lost "the level of intervals" 'Lines are 95%' 'Lines are 90%' 'paragraph [0-9]+,Note: Lines are 90%.*95%'
lost "a numeral of Rome" 'Lines are 95%' 'Lines are ⅩⅭ%' 'paragraph [0-9]+,.*ⅩⅭ%.*95%'
lost "a date" 'December 2025' 'December 2024' 'paragraph [0-9]+,December 2024,December 2025'
lost "a month" 'December 2025' 'October 2025' 'paragraph [0-9]+,October 2025,December 2025'
lost "a reference" '(REF _Ref_f1 (?:(?!</w:p>).)*>)Figure.1<' '\1Figure 99<' 'paragraph [0-9]+,Figure 99,Figure.*1'
lost "two results" '(?s)(<w:t[^>]*>)3,489(<.*?rate\.total[^&]*&quot;.*?<w:t[^>]*>)58\.2%' '\g<1>58.2%\g<2>3,489' 'paragraph [0-9]+,'
field='<w:r>(?:(?!<w:r>).)*fldCharType="begin"/></w:r>(?:(?!fldCharType="begin").)*?KEY(?:(?!</w:p>).)*?fldCharType="end"/></w:r>'
lost "two fields" "(${field/KEY/users\\.total })(.*?)(${field/KEY/rate\\.total })" '\3\2\1' 'paragraph [0-9]+,.*not the results'

# ---- workbooks as other programs write them: texts in their cells, formulas without what they come to, under another name; a sheet renamed, formulas and names with it
cat >rewritten.py <<'PY'
import re, sys, zipfile
source, target, digit, rename = sys.argv[1:5]
with zipfile.ZipFile(source) as z: parts = {n: z.read(n).decode() if n.endswith(".xml") else z.read(n) for n in z.namelist()}
shared = re.findall(r"<si>(.*?)</si>", parts["xl/sharedStrings.xml"], re.S)
for name, text in parts.items():
    if not name.endswith(".xml"): continue
    if name.startswith("xl/worksheets/sheet"):
        text = re.sub(r'(<c r="[A-Z0-9]+"(?: s="[0-9]+")?) t="s"><v>([0-9]+)</v>', lambda m: f'{m.group(1)} t="inlineStr"><is>{shared[int(m.group(2))]}</is>', text)
        assert 't="s"' not in text
        text = re.sub(r"(</f>)<v>[^<]*</v>", r"\1<v></v>", text)
        if digit and name.endswith("sheet4.xml"): text, n = re.subn(r'(<c r="F5"[^>]*><v>0\.)43', r"\g<1>34", text); assert n == 1
    if rename:
        text = re.sub(r"(?<![A-Za-z_0-9#])'?(Table_1|表1)'?!", "'Table one'!", text)
        if name == "xl/workbook.xml": text = re.sub('name="(Table_1|表1)"', 'name="Table one"', text)
    parts[name] = text
with zipfile.ZipFile(target, "w") as z:
    for name, data in parts.items(): z.writestr(name, data)
PY
rewritten() { python3 rewritten.py out/tiny_tables.$1.xlsx other.xlsx "$2" "$3" || fail "rewritten.py $*"; audit other.xlsx alone/results.db; }
for lang in zh en; do
  rewritten $lang "" "" || fail "texts in cells ($lang): $(wrong | head -5) $(cat err)"
  grep -q '^agrees,' rows && ! grep -q 'not compared' rows || fail "texts in cells ($lang): $(head -5 rows)"
  rewritten $lang digit ""
  [ $? = 3 ] && [ "$(wrong | wc -l)" = 1 ] && wrong | grep -q '1!F5' || fail "texts in cells ($lang), a digit: $(wrong | head -5) $(cat err)"
  rewritten $lang "" rename
  [ $? = 3 ] && [ "$(wrong | wc -l)" = 1 ] && wrong | grep -q 'Table one.*published under another name' || fail "a sheet renamed ($lang): $(wrong | head -5) $(cat err)"
  rewritten $lang digit rename
  [ $? = 3 ] && [ "$(wrong | wc -l)" = 2 ] && wrong | grep -q 'Table one!F5' || fail "a sheet renamed ($lang), a digit: $(wrong | head -5) $(cat err)"
done

# ---- the folder names the place too
cp -r out folder
sed -i 's#<th scope="row">Users#<th scope="row">Rate#' folder/report.en.html
"$program" audit folder --lang en >rows 2>err
[ $? = 3 ] && grep -q 'changed since it was published: report.en.html' rows && grep -Eq 'report.en.html:[0-9]+:[0-9]+ +Rate' rows || fail "the folder: $(cat rows err)"

# ---- saved anew by an office program (attacks of such files: audit_published.py): as it was, and with what was changed before it was saved
if [ "$saved" ]; then
  mkdir changed
  change out/tiny_tables.en.xlsx cells.xlsx xl/worksheets/sheet4.xml '(<c r="F5" s=)"9"' '\1"8"'
  change out/tiny.en.docx labels.docx word/document.xml '>middle(</w:t></w:r></w:p>\s*</w:tc>)' '>young\1'
  office changed labels.docx
  office changed cells.xlsx banner/out/banner-test_banner.en.xlsx
  for file in office/tiny.en.docx office/tiny.zh.docx office/tiny_tables.en.xlsx office/tiny_tables.zh.xlsx; do
    audit $file alone/results.db || fail "saved by LibreOffice: $file: $(wrong | head -5) $(cat err)"
    grep -q 'not compared' rows && fail "saved by LibreOffice: $file was not compared"
  done
  audit office/native.docx native-alone/results.db || fail "native charts, saved by LibreOffice: $(wrong | head -5) $(cat err)"
  audit changed/banner-test_banner.en.xlsx banner/out/results.db || fail "a banner book, saved by LibreOffice: $(wrong | head -5) $(cat err)"
  audit changed/cells.xlsx out/results.db
  [ $? = 3 ] && wrong | grep -q 'Table_1!F5' && [ "$(wrong | wc -l)" = 1 ] || fail "a style, saved by LibreOffice: $(wrong | head -5)"
  audit changed/labels.docx out/results.db
  wrong | grep -Eq 'table [0-9]+, row [0-9]+, column [0-9]+",young,middle' || fail "a label, saved by LibreOffice: $(wrong | head -5)"
  # words of a sentence stay the editor's
  change office/tiny.en.docx word.docx word/document.xml '(, rate )' ', rate of all '
  audit word.docx alone/results.db
  [ $? = 0 ] && grep -q '^exempt,.*its words changed' rows || fail "a sentence in other words, saved by LibreOffice: $(wrong) $(cat err)"
fi
finish
