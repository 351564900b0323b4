#!/usr/bin/env bash
# Banner tables of a study: rows in the store, a table with its legend in the report, computed again only where they changed.
. tests/cli/lib.sh
need_program
dir=$tmp/study
mkdir -p "$dir"
cp tests/reference/banner_data.csv "$dir/data.csv"
cat >"$dir/study.yaml" <<'YAML'
study: banner-test
title: {zh: 横幅表, en: Banner tables}
date: 2025-06-30
wave: 2025-S1
languages: [zh, en]
data: {people: {file: data.csv}}
design: {weights: w, strata: h, clusters: [psu]}
derived:
  young: {value: age < 3, label: {zh: 青年, en: Young}}
banner:
  std: total + sex + (sex > young)
indicators:
  one: {prop: q4 == 1, by: [], label: {zh: 选一, en: Says 1}}
tables:
  - id: T1
    title: {zh: 表一, en: Table one}
    rows: q4
    cols: $std
    stats: [col_pct, se, n_eff]
    where: x > 2.5
    sig: {profile: spss, adjust: bh, min_base: 60}
  - {id: T2, rows: [q1, q3], cols: total + age, net: {Low: [1, 2]}, stats: [col_pct, mean], note: {zh: 说明, en: A remark}}
  - {id: T3, title: {zh: 表三, en: Three}, indicators: [one], domains: [total]}
YAML
run() { (cd "$dir" && "$program" run study.yaml >"$tmp/out" 2>"$tmp/err"); }
run || fail "run: exit $?: $(cat "$tmp/err" "$tmp/out" | tail -5)"
page=$(ls "$dir"/out/*.en.html | head -1)
for text in 'Table one' '59.1' '46.5' 'A letter: the column' 'sex / 1 (A)' 'A remark' 'Low'; do
  grep -qF "$text" "$page" || fail "the page has no '$text'"
done
grep -qF 'data-ref="`T1/q4`.row:1*sex:1.col_pct"' "$page" || fail "the share does not say which result it is"
db=$(ls "$dir"/out/*.db | head -1)
got=$(sqlite3 "$db" "select printf('%.12f %.12f', estimate, se) from estimate where indicator='T1/q4' and statistic='col_pct' and abs(estimate-0.59083999131319)<1e-9 limit 1" 2>/dev/null)
[ -z "$got" ] || [ "$got" = "0.590839991313 0.038966695014" ] || fail "stored: $got"
# on paper a sign stands beside its number, and letters below the right end of theirs
if command -v pdftotext >/dev/null; then
  (cd "$dir" && "$program" run study.yaml --out paper --to pdf,docx --quiet >"$tmp/out" 2>"$tmp/err") || fail "paper: $(cat "$tmp/err")"
  for lang in zh en; do
    pdftotext -layout "$dir/paper/banner-test.$lang.pdf" "$tmp/text" || fail "no PDF in $lang"
    grep -q '52\.8%' "$tmp/text" || fail "$lang: the share is not on the page"
    grep -nE '^ *(% *)+$' "$tmp/text" && fail "$lang: a sign stands apart from its number"
  done
  unzip -p "$dir/paper/banner-test.zh.docx" word/document.xml >"$tmp/xml"
  python3 - "$tmp/xml" <<'PY' || fail "letters of the Word table"
import re, sys
cells = re.findall(r"<w:tc>.*?</w:tc>", open(sys.argv[1], encoding="utf-8").read(), re.S)
letters = [c for c in cells if re.fullmatch("[A-Ga-g]{1,3}", re.sub("<[^>]*>", "", c).strip())]
assert len(letters) > 5 and all('<w:jc w:val="end"/>' in c or '<w:jc w:val="right"/>' in c for c in letters), letters[:1]
PY
fi
# nothing changed: nothing is computed; one table changed: that one alone
cp "$page" "$tmp/first.html"
run || fail "second run: $(cat "$tmp/err")"
cmp -s "$page" "$tmp/first.html" || fail "the second run has another page"
sed -i 's/min_base: 60/min_base: 10/' "$dir/study.yaml"
run || fail "third run: $(cat "$tmp/err")"
# of 11 steps the cells and the block of this table, the document and the pages are made
grep -q '11 steps, 7 reused' "$tmp/out" || fail "not one table alone is made again: $(grep reused "$tmp/out")"
grep -q 'unweighted base below 10' "$page" || fail "the changed table is not computed again"
grep -qF 'A remark' "$page" || fail "the unchanged table is gone"
# what is refused, with its place
bad() {
  sed "$2" "$dir/study.yaml" >"$dir/bad.yaml"
  (cd "$dir" && "$program" run bad.yaml >"$tmp/out" 2>"$tmp/err") && fail "$2 passes"
  grep -q -- "$1" "$tmp/err" "$tmp/out" || fail "$2: no '$1' in $(cat "$tmp/err" "$tmp/out")"
}
bad "did you mean spss" 's/profile: spss/profile: spsss/'
bad "bad.yaml:[0-9]*:[0-9]*.*rows.*q44" 's/rows: q4$/rows: q44/'
bad "columns.*sexx" 's/total + sex +/total + sexx +/'
bad "unknown key 'stat'\|'stat'" 's/stats: \[col_pct, se/stat: [col_pct, se/'
bad "a list of levels" 's/Low: \[1, 2\]/Low: 1/'
# ---- the banner book: a file of the run, its numbers those of the store, the same bytes again, changes by hand found
sed -i 's/^languages:.*/&\noutputs: [html, banner, zip]/' "$dir/study.yaml"
run || fail "run with the book: $(cat "$tmp/err")"
book=$dir/out/banner-test_banner.en.xlsx
[ -f "$book" ] && [ -f "$dir/out/banner-test_banner.zh.xlsx" ] || fail "no banner book: $(ls "$dir/out")"
(cd "$dir/out" && sha256sum -c --quiet SHA256SUMS) || fail "the hashes do not check"
grep -q banner.zh.xlsx "$dir/out/SHA256SUMS" || fail "the book is not in the manifest"
cp "$book" "$tmp/kept.xlsx"
rm -r "$dir/out" && run && cmp -s "$book" "$tmp/kept.xlsx" || fail "another run gives another book"
"$program" audit "$dir/out" --lang en >"$tmp/out" 2>&1 || fail "audit of the folder: $(tail -3 "$tmp/out")"
grep -Eq '^numbers: +[0-9]{3,} agree with their results, 0 differ, 0 unbound' "$tmp/out" || fail "audit: $(cat "$tmp/out")"
python3 - "$book" "$dir/out/results.db" "$tmp" <<'PY' || fail "the book"
import re, sqlite3, sys, zipfile
book, db, tmp = sys.argv[1:]
z = zipfile.ZipFile(book)
parts = {i: z.read(i).decode() for i in z.namelist() if i.endswith('.xml')}
shared = [re.sub('<[^>]*>', '', t) for t in re.findall(r'<si>(.*?)</si>', parts['xl/sharedStrings.xml'])]
names = re.findall(r'<sheet name="([^"]*)"', parts['xl/workbook.xml'])
assert names == ['Contents', 'T1 q4', 'T2 q1', 'T2 q3', 'Checks'], names
for text in ('Table one', 'A remark', 'Unweighted base', 'Weighted base', 'Effective base', 'Standard error', 'Filter: x &gt; 2.5', '2025-S1', 'Back to the contents'):
    assert text in shared, (text, shared)
assert any('A letter: the column' in t and 'below 10' in t for t in shared) and 'B' in shared and 'young' not in shared
def cells(k):
    out = {}
    for c, more, v in re.findall(r'<c r="([A-Z]+[0-9]+)"([^>]*)>(?:<f>[^<]*</f>)?<v>([^<]*)</v>', parts['xl/worksheets/sheet%d.xml' % k]):
        out[c] = shared[int(v)] if 't="s"' in more else v
    return out
checks, tables = cells(5), {names[k - 1]: cells(k) for k in (2, 3, 4)}
assert not any(t['A1'].endswith(' ') for t in tables.values()), [t['A1'] for t in tables.values()] # also a title that is the same in both languages
con = sqlite3.connect(db)
n = 0
for row in range(4, 2000):
    if 'A%d' % row not in checks: break
    sheet, cell, ref = (checks['%s%d' % (c, row)] for c in 'ABC')
    own = re.match(r'`([^`]*)`\.`?([^`.]*)`?\.([a-z_]*)(\.se)?$', ref)
    assert own, ref
    domain = own[2].replace('*', ' * ')
    got = con.execute("select %s from result where run = (select max(run) from result) and indicator = ? and statistic = ? and domain = ?"
                      % ('"std.error"' if own[4] else 'estimate'), (own[1], own[3], domain)).fetchone()
    assert got, (ref, domain)
    factor = 100 if own[3].endswith('pct') else 1
    assert abs(float(tables[sheet][cell]) - factor * got[0]) <= 1e-9 * abs(factor * got[0]), (ref, tables[sheet][cell], got)
    n += 1
assert n == 7 * 7 + 5 * 8 + 5 * 9, n
def write(name, sheet, cell, new):
    with zipfile.ZipFile(tmp + '/' + name, 'w') as out:
        for i in z.infolist():
            data = z.read(i)
            if i.filename == 'xl/worksheets/sheet%d.xml' % sheet:
                text = re.sub(r'(<c r="%s"[^>]*>)<v>[^<]*</v></c>' % cell, r'\g<1><v>%s</v></c>' % new, data.decode())
                assert text != data.decode()
                data = text.encode()
            out.writestr(i, data)
cell = next(c for c, v in tables['T2 q1'].items() if re.fullmatch(r'[0-9.]+', v) and '.' in v)
write('changed.xlsx', 3, cell, 12.25)
open(tmp + '/cell', 'w').write(cell)
PY
cell=$(cat "$tmp/cell")
"$program" audit "$tmp/changed.xlsx" --against "$dir/out/results.db" >"$tmp/out" 2>&1
[ $? = 3 ] && grep -q "changed.xlsx: T2 q1!$cell" "$tmp/out" || fail "a number changed by hand in the book: $(head -5 "$tmp/out")"
cp "$tmp/changed.xlsx" "$book"
(cd "$dir" && "$program" audit out >"$tmp/out" 2>&1)
[ $? = 3 ] && grep -q "T2 q1!$cell" "$tmp/out" || fail "audit of the folder does not read the book: $(tail -3 "$tmp/out")"
cp "$tmp/kept.xlsx" "$book"
# a book that nobody can make
sed '/^tables:/,$d' "$dir/study.yaml" >"$dir/bad.yaml"
run_fails 2 "the study has no banner tables" "$program" run "$dir/bad.yaml"

# a column by a variable whose name is no plain word
sed '1s/,sex,/,my sex,/' "$dir/data.csv" >"$dir/named.csv"
sed 's/file: data.csv/file: named.csv/; /^derived:/,/young:/d; /^banner:/,/std:/d; s/cols: $std/cols: "total + `my sex`"/' "$dir/study.yaml" >"$dir/named.yaml"
(cd "$dir" && "$program" run named.yaml --out named >"$tmp/out" 2>"$tmp/err") || fail "a name with a blank: $(cat "$tmp/err")"
(cd "$dir" && "$program" audit named >"$tmp/out" 2>"$tmp/err") || fail "its audit: $(tail -3 "$tmp/out" "$tmp/err")"

# ---- arrows against the wave before: those of the command, with the same design and link
awk -F, 'NR == 1 { print "id," $0; next } { print NR "," $0 }' OFS=, "$dir/data.csv" >"$dir/now.csv"
awk -F, 'BEGIN { OFS = "," } NR == 1 { print; next } NR > 100 { if ($1 * 7919 % 10 < 4) $15 = 2; if ($1 * 104729 % 10 < 3) $12 = 1; print }' "$dir/now.csv" >"$dir/old.csv"
cat >"$dir/waves.yaml" <<'YAML'
study: banner-waves
title: {zh: 横幅表, en: Banner tables}
wave: 2025-S1
languages: [zh, en]
data: {people: {file: now.csv}}
derived: {young: age < 3}
design: {weights: w, strata: h, clusters: [psu]}
outputs: [html, banner]
indicators:
  one: {prop: q4 == 1, by: [], label: {zh: 选一, en: Says 1}}
tables:
  - {id: T1, rows: [q4, q1], cols: total + sex + young, sig: waves}
waves:
  unit: id
  series:
    - {wave: 2024-S2, data: {people: {file: old.csv}}}
YAML
wave_run() { (cd "$dir" && "$program" run "$1" --out "$2" >"$tmp/out" 2>"$tmp/err") || fail "$1: $(cat "$tmp/err" "$tmp/out")"; }
wave_run waves.yaml w1
awk -F, 'BEGIN { OFS = "," } NR == 1 { print $0, "young"; next } { print $0, ($10 < 3) ? 1 : 0 }' "$dir/now.csv" >"$dir/now2.csv"
awk -F, 'BEGIN { OFS = "," } NR == 1 { print $0, "young"; next } { print $0, ($10 < 3) ? 1 : 0 }' "$dir/old.csv" >"$dir/old2.csv"
(cd "$dir" && "$program" tab now2.csv --rows 'q4, q1' --cols 'total + sex + young' --weights w --strata h --cluster psu --sig waves --previous old2.csv --unit id --format csv) >"$tmp/tab.csv" || fail "tab --previous"
python3 - "$dir/w1/banner-waves_banner.en.xlsx" "$tmp/tab.csv" <<'PY' || fail "arrows"
import csv, re, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
shared = [re.sub('<[^>]*>', '', t) for t in re.findall(r'<si>(.*?)</si>', z.read('xl/sharedStrings.xml').decode())]
want = {'1': '▲', '-1': '▼', '': ''}
rows = [r for r in csv.DictReader(open(sys.argv[2])) if r['measure'] == 'col_pct']
assert sum(r['versus_wave'] != '' for r in rows) > 8
for k, table in ((2, 'q4'), (3, 'q1')):
    sheet = z.read('xl/worksheets/sheet%d.xml' % k).decode()
    cell = {c: (shared[int(v)] if 't="s"' in m else v) for c, m, v in re.findall(r'<c r="([A-Z]+[0-9]+)"([^>]*)><v>([^<]*)</v>', sheet)}
    own = [r for r in rows if r['table'] == table]
    levels = sorted({r['row'] for r in own})
    first = next(int(c[1:]) for c, v in cell.items() if c[0] == 'A' and v == levels[0])
    for i, level in enumerate(levels):
        for j, r in enumerate(x for x in own if x['row'] == level):
            number, sign = chr(ord('B') + 2 * j), chr(ord('C') + 2 * j)
            assert abs(float(cell['%s%d' % (number, first + i)]) - 100 * float(r['estimate'])) < 1e-9
            got = cell.get('%s%d' % (sign, first + i), '')
            assert got.strip() == want[r['versus_wave']], (table, level, j, got, r['versus_wave'])
PY
grep -q '▲' "$dir/w1/report.en.html" || fail "no arrow in the report"
sed 's/file: old.csv}}}/file: old.csv}}, breaks: [{variables: [q1], why: {zh: 问法不同, en: Asked otherwise}}]}/' "$dir/waves.yaml" >"$dir/waves2.yaml"
wave_run waves2.yaml w2
grep -q 'no arrow against the earlier wave: Asked otherwise' "$dir/w2/report.en.html" || fail "a break is not told"
sed 's/variables: \[q1\]/variables: [q1, sex, age]/' "$dir/waves2.yaml" >"$dir/waves3.yaml"
wave_run waves3.yaml w3
n1=$(grep -o '[▲▼]' "$dir/w1/report.en.html" | wc -l) n2=$(grep -o '[▲▼]' "$dir/w2/report.en.html" | wc -l) n3=$(grep -o '[▲▼]' "$dir/w3/report.en.html" | wc -l)
[ "$n1" -gt "$n2" ] && [ "$n2" -gt "$n3" ] && [ "$n3" = 4 ] || fail "arrows across breaks: $n1 $n2 $n3" # two of the total, two of the legend
sed 's/^waves:/wavez:/; /^wavez:/,$d' "$dir/waves.yaml" >"$dir/bad.yaml"
run_fails 2 "bad.yaml:12:.*want 'waves:' in the study" "$program" run "$dir/bad.yaml"

# the names are checked with the file, before anything runs
sed 's/rows: q4$/rows: q44/' "$dir/study.yaml" >"$dir/bad.yaml"
run_fails 2 "rows: no variable called 'q44'" "$program" check "$dir/bad.yaml"
# ---- words of the study in two languages: heads, rows and titles of each output in its own, in derived classes too
mkdir -p "$tmp/words"
cp tests/reference/banner_data.csv "$tmp/words/data.csv"
cat >"$tmp/words/study.yaml" <<'YAML'
study: words
title: {zh: 词, en: Words}
languages: [zh, en]
outputs: [html, banner, xlsx, pdf]
data:
  people:
    file: data.csv
    variables:
      sex: {label: {zh: 性别, en: Gender}, values: {1: {zh: 男, en: male}, 2: {zh: 女, en: female}}}
      q4: {label: {zh: 是否用户, en: User}}
design: {weights: w, strata: h, clusters: [psu]}
derived:
  young: {value: age < 3, label: {zh: 青年, en: Youth}}
  band: {cut: age, breaks: [2, 3], label: {zh: 年龄段, en: Age band}, labels: [{zh: 低, en: low}, {zh: 中, en: middle}, {zh: 高, en: high}]}
tables:
  - {id: T1, title: {zh: 表一, en: Table one}, rows: [q4, band, sex], cols: total + sex + (sex > young) + band}
YAML
(cd "$tmp/words" && "$program" run study.yaml >"$tmp/out" 2>"$tmp/err") || fail "words: $(cat "$tmp/err" "$tmp/out" | tail -3)"
python3 - "$tmp/words/out" <<'PY' || fail "words in two languages"
import glob, re, subprocess, sys, zipfile
out = sys.argv[1]
def text(path):
    if path.endswith('.pdf'):
        return subprocess.run(['pdftotext', '-layout', path, '-'], capture_output=True, text=True).stdout
    if path.endswith('x'):
        z = zipfile.ZipFile(path)
        raw = ' '.join(z.read(i).decode() for i in z.namelist() if re.search('sharedStrings|sheet[0-9]+.xml', i))
    else:
        raw = re.sub(r'<(style|script).*?</\1>', ' ', open(path, encoding='utf-8').read(), flags=re.S)
    return re.sub('<[^>]+>', ' ', raw)
english = ['Gender', 'User', 'Youth', 'Age band', 'male', 'female', 'low', 'middle', 'high']
chinese = ['性别', '是否用户', '青年', '年龄段', '男', '女', '低', '中', '高']
bad = 0
for lang, wanted, other in (('en', english, chinese), ('zh', chinese, english)):
    files = [f for k in ('html', 'xlsx', 'pdf') for f in glob.glob(f'{out}/*.{lang}.{k}')]
    if len(files) != 4: bad = print('files:', files) or 1
    for f in files:
        t = text(f)
        for w in wanted:
            # a narrow head of the PDF breaks in the middle of a word
            if w not in t and not (f.endswith('pdf') and w in ('Age band', '青年', '年龄段')): bad = print(f, 'lacks', w) or 1
        for w in other:
            # `band:low` is the name of a result
            if w != '中' and re.search(r'(?<![:`\w])%s\b' % w if lang == 'zh' else w, t): bad = print(f, 'has', w) or 1
sys.exit(bad)
PY
# ---- where a table stands: of the book alone, or in the annex; shares of yes and no; words of groups, the same after a run that copies the tables
mkdir -p "$tmp/where"
cp tests/reference/banner_data.csv "$tmp/where/data.csv"
cat >"$tmp/where/study.yaml" <<'YAML'
study: where
title: {zh: 位置, en: Where}
languages: [zh, en]
outputs: [html, banner, csv, ddi]
data: {people: {file: data.csv}}
design: {weights: w, strata: h, clusters: [psu]}
groups:
  men: {label: {zh: 性别, en: Gender}, by: sex, levels: {1: {zh: 男, en: Men}, 2: {zh: 女, en: Women}}}
indicators:
  one: {prop: m1 == 1, by: [men], label: {zh: 选一, en: Says 1}}
tables:
  - {id: big, title: {zh: 大表, en: The big one}, in: book, rows: [q1, q3], cols: total + sex}
  - {id: short, title: {zh: 短表, en: The short one}, in: [annex, book], rows: share(m1 m2 m3 q1), cols: total + sex}
annex: [tables]
YAML
where_run() { (cd "$tmp/where" && "$program" run study.yaml >"$tmp/out" 2>"$tmp/err") || fail "where: $(cat "$tmp/err" "$tmp/out" | tail -3)"; }
where_run
cp -r "$tmp/where/out" "$tmp/where/first"
sed -i 's/The big one/The Big one/' "$tmp/where/study.yaml" && where_run
sed -i 's/The Big one/The big one/' "$tmp/where/study.yaml" && where_run
for file in "$tmp/where/first"/*; do
  case $file in *results.db) continue ;; esac
  cmp -s "$file" "$tmp/where/out/${file##*/}" || fail "where: ${file##*/} of runs that copy is not that of a run from nothing"
done
(cd "$tmp/where" && "$program" audit out >"$tmp/out" 2>&1) || fail "where: audit: $(tail -3 "$tmp/out")"
python3 - "$tmp/where/out" <<'PY' || fail "where tables stand"
import csv, re, sys, zipfile
out = sys.argv[1]
page = open(f'{out}/report.en.html', encoding='utf-8').read()
assert 'The short one' in page and 'The big one' not in page and '>Tables by group<' in page
assert page.index('Tables by group') > page.index('Annex')
assert 'Gender / Men (A)' in page and '<th scope="row"></th>' not in page
rows = list(csv.DictReader(open(f'{out}/where.csv', encoding='utf-8-sig')))
share = {r['sex']: float(r['estimate']) for r in rows if r['indicator'].startswith('short/share(') and r['row'] == 'm1' and r['statistic'] == 'col_pct'}
prop = {r['men']: float(r['estimate']) for r in rows if r['indicator'] == 'one' and r['statistic'] == 'prop'}
assert len(share) == 3 and share == prop, (share, prop)
assert not any(r['row'] == 'q1' and r['indicator'].startswith('short/') for r in rows) # has other values than 0 and 1
for lang, words in (('zh', ('性别', '男', '占比', 'q1：取值不只 0 和 1，没有占比')), ('en', ('Gender', 'Men', 'Shares', 'q1: it has other values than 0 and 1, and so no share'))):
    z = zipfile.ZipFile(f'{out}/where_banner.{lang}.xlsx')
    assert re.findall(r'<sheet name="([^"]*)"', z.read('xl/workbook.xml').decode())[1:-1] == ['big q1', 'big q3', 'short']
    text = re.sub('<[^>]*>', '\n', z.read('xl/sharedStrings.xml').decode())
    for w in words: assert w in text, (lang, w)
PY
nowhere() {
  sed "$2" "$tmp/where/study.yaml" >"$tmp/where/bad.yaml"
  run_fails 2 "$1" "$program" check "$tmp/where/bad.yaml"
}
nowhere "bad.yaml:[0-9]*:[0-9]*: a table stands in report, annex or book, not in 'bok': did you mean 'book'" 's/in: book,/in: bok,/'
nowhere "once in the report: report, or annex" 's/in: \[annex, book\]/in: [annex, report]/'
nowhere "no annex of tables: 'annex: \[..., tables\]'" '/^annex:/d'
nowhere "the study has no banner tables" 's/in: book,/in: report,/; s/in: \[annex, book\]/in: annex/'
nowhere "'shares(' is none of .*: did you mean share" 's/share(m1/shares(m1/'
finish
