#!/usr/bin/env bash
# Means and medians of groups of very different sizes in one row: none prints as 0, none has fewer decimals than its error; on the terminal, pages, in Word and the
# workbook alike.
. tests/cli/lib.sh
need_program
dir=$tmp/study
mkdir -p "$dir"
awk 'BEGIN { print "g,w,x"; split("0.02 1.2 64 64000", size, " "); split("atom,some,many,most", name, ",")
  for (k = 1; k <= 4; k++) for (i = 0; i < 60; i++) printf "%s,%.2f,%.6g\n", name[k], 0.6 + i % 7 / 8, size[k] * (0.7 + (i * 13 % 60) / 97) }' >"$dir/m.csv"
cat >"$dir/study.yaml" <<'YAML'
study: s
title: {en: T}
languages: [en]
outputs: [html, banner, docx]
data: {d: {file: m.csv}}
design: {weights: w}
tables:
  - {id: b, title: {en: B}, rows: [x], cols: total + g, stats: [mean, median, se]}
  - {id: c, title: {en: C}, rows: [x], cols: total + g, stats: [mean, median]}
YAML
(cd "$dir" && "$program" run study.yaml --quiet >"$tmp/out" 2>"$tmp/err") || fail "run: $(cat "$tmp/err" "$tmp/out" | tail -3)"
(cd "$dir" && "$program" audit out >"$tmp/out" 2>&1) || fail "audit: $(tail -3 "$tmp/out")"
"$program" tab "$dir/m.csv" --weights w --rows x --cols total+g --stats mean,median,se --lang en >"$tmp/tab" 2>"$tmp/err" || fail "tab: $(cat "$tmp/err")"
"$program" tab "$dir/m.csv" --weights w --rows x --cols total+g --stats mean,median,se --format csv >"$tmp/tab.csv" || fail "tab --format csv"
python3 - "$dir/out" "$tmp/tab" "$tmp/tab.csv" <<'PY' || fail "decimals"
import csv, glob, re, sys, zipfile
out, tab, table = sys.argv[1:]
true = [(float(r['estimate']), float(r['std.error'])) for r in csv.DictReader(open(table, encoding='utf-8-sig')) if r['measure'] in ('mean', 'median')]
assert len(true) == 10 and min(t[0] for t in true) < 0.03 and max(t[0] for t in true) > 60000, true
decimals = lambda t: len(t.partition('.')[2])
def check(where, pairs):
    assert len(pairs) == len(true), (where, pairs)
    for (text, error), (value, se) in zip(pairs, true):
        shown = float(text.replace(',', ''))
        assert abs(shown - value) <= 0.5 * 10.0 ** -decimals(text) * 1.0001, (where, text, value)
        assert abs(shown / value - 1) < 0.06, (where, text, value)  # two digits
        if error is None: continue
        assert decimals(error) <= decimals(text) and float(error.replace(',', '')) > 0 and abs(float(error.replace(',', '')) / se - 1) < 0.5, (where, text, error, se)
def body(text): return re.sub(r'\s+', ' ', re.sub('<[^>]*>', ' ', text)).strip()
page = open(glob.glob(out + '/*.html')[0], encoding='utf-8').read()
tables = [t for t in re.findall(r'<table.*?</table>', page, re.S) if 'Median' in t]
assert len(tables) == 2, len(tables)
def cells_of(t): return [body(c) for r in re.findall('<tr.*?</tr>', t, re.S) if 'Mean' in r or 'Median' in r for c in re.findall('<td.*?</td>', r, re.S)]
check('page', [tuple(re.fullmatch(r'([\d,.]+) \( ?([\d,.]+) ?\)', c).groups()) for c in cells_of(tables[0])])
check('page without errors', [(c, None) for c in cells_of(tables[1])])
word = zipfile.ZipFile(glob.glob(out + '/*.docx')[0]).read('word/document.xml').decode()
word = re.sub('<w:instrText[^>]*>[^<]*</w:instrText>', '', word)
tables = [t for t in re.findall(r'<w:tbl>.*?</w:tbl>', word, re.S) if 'Median' in t]
rows = [r for r in re.findall('<w:tr[ >].*?</w:tr>', tables[0], re.S) if 'Mean' in body(r) or 'Median' in body(r)]
cells = [body(c).replace(' ', '') for r in rows for c in re.findall('<w:tc>.*?</w:tc>', r, re.S)[1:]]
check('Word', [tuple(re.fullmatch(r'([\d,.]+)\(([\d,.]+)\)', c).groups()) for c in cells])
lines = [l for l in open(tab, encoding='utf-8') if re.match(r'\s*(Mean|Median)\b', l)]
check('terminal', [p for l in lines for p in re.findall(r'([\d.]+) \(([\d.]+)\)', l)])
book = zipfile.ZipFile(glob.glob(out + '/*banner*.xlsx')[0])
style = book.read('xl/styles.xml').decode()
code = dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', style))
code.update({'0': '', '1': '0', '2': '0.00', '3': '#,##0', '4': '#,##0.00'})
formats = [code[i] for i in re.findall(r'numFmtId="(\d+)"', style[style.index('<cellXfs'):style.index('</cellXfs>')])]
strings = [body(s) for s in re.findall('<si>.*?</si>', book.read('xl/sharedStrings.xml').decode(), re.S)]
for name in [n for n in book.namelist() if n.startswith('xl/worksheets/sheet')]:
    rows = re.findall('<row.*?</row>', book.read(name).decode(), re.S)
    text = lambda r: [strings[int(i)] for i in re.findall(r't="s"><v>(\d+)</v>', r)]
    numbers = lambda r: ['%.*f' % (decimals(formats[int(s)]), float(v)) for s, v in re.findall(r'<c r="\w+" s="(\d+)"><v>([^<]*)</v>', r)]
    means = [(i, r) for i, r in enumerate(rows) if text(r) and text(r)[0] in ('Mean', 'Median') and len(numbers(r)) == 5]
    if not means: continue
    below = any('Standard error' in text(r) for r in rows)
    check(name, [p for i, r in means for p in (zip(numbers(r), numbers(rows[i + 1])) if below else zip(numbers(r), [None] * 5))])
PY
# An error that rounding leaves is none: groups of cases that all say the same show it in no decimals, and nothing is tested by it.
awk 'BEGIN { print "st,psu,w,g,x"; split("some,one,other", name, ","); for (i = 0; i < 360; i++) { k = i * 7 % 3
  printf "%d,%d,%.3f,%s,%s\n", i % 6, i % 6 * 100 + int(i / 6) % 12, 0.7 + (i * 37 % 101) / 33, name[k + 1], k ? 4.7 : 1 + i * 11 % 5 } }' >"$tmp/same.csv"
"$program" tab "$tmp/same.csv" --weights w --strata st --cluster psu --rows x --cols total+g --stats mean,se --lang en >"$tmp/tab" || fail "tab of groups that say the same"
[ "$(grep -c '^Mean .* 4\.70 (0\.00) .* 4\.70 (0\.00)' "$tmp/tab")" = 1 ] || fail "an error of rounding: $(grep '^Mean' "$tmp/tab")"
"$program" tab "$tmp/same.csv" --weights w --strata st --cluster psu --rows x --cols g --stats mean,se --format csv |
  awk -F, '$5 == "mean" && $9 == 4.7 && ($10 != 0 || $13 ~ /B|C/) { bad = 1 } END { exit bad }' || fail "a test by an error of rounding"
finish
