#!/usr/bin/env bash
# Everything that a run hands on: the files and their manifest, the same bytes again, a failed run that leaves the release whole, LibreOffice opening the
# workbook with its charts and formulas, numbers changed in it by hand, bad words.
. tests/cli/lib.sh
need_program
. tests/readers/readers.sh
for d in one two; do
  mkdir -p "$tmp/$d"
  cp -r studies/digital-consumption-2025h1 "$tmp/$d/study"
  rm -rf "$tmp/$d/study/out" "$tmp/$d/study"/interviews*.sav # of a run in the tree
  sed -i 's/n: 30000/n: 3000/g' "$tmp/$d/study/study.yaml" # of fewer some differences turn round, and the words of the text do not
done
formats=html,xlsx,csv,sdmx,json-stat,px,ddi,zip # Word and PDF have tests of their own
cd "$tmp/one" || exit 1

"$program" run study/study.yaml --to "$formats" --threads 4 >"$tmp/out" 2>&1
code=$?
[ $code = 0 ] || fail "run --to "$formats": exit $code: $(tail -3 "$tmp/out")"
grep -Eq '^\[9/10\] writing the outputs: [0-9]+  [0-9]+ s left$' "$tmp/out" ||
  fail "no line says the stage: $(grep '^\[' "$tmp/out")"
! grep -q $'\r' "$tmp/out" || fail "a line is drawn anew where there is no terminal"
out=study/out
name=digital-consumption-2025h1
for file in report.zh.html report.en.html "$name"_tables.zh.xlsx "$name"_tables.en.xlsx "$name".csv "$name".excel.csv "$name".sdmx.csv "$name".sdmx10.csv "$name".sdmx.xml \
  "$name".jsonstat.zh.json "$name".ddi.xml "$name"_codebook.en.md "$name"_codebook.zh.html "$name"_AGE.px "$name".zip SHA256SUMS; do
  [ -s "$out/$file" ] || fail "no $file"
done
(cd $out && sha256sum --quiet -c SHA256SUMS) >"$tmp/sums" 2>&1 || fail "SHA256SUMS: $(cat "$tmp/sums")"
listed=$(wc -l <$out/SHA256SUMS)
here=$(find $out -type f ! -name results.db ! -name SHA256SUMS ! -name '*.zip' | wc -l)
[ "$listed" = "$here" ] || fail "SHA256SUMS lists $listed files of $here"
python3 - "$out" "$name" <<'PY' || fail "the archive is not the folder"
import sys, zipfile, os
out, name = sys.argv[1:]
with zipfile.ZipFile(f"{out}/{name}.zip") as z:
    names = sorted(z.namelist())
    assert names == sorted(f for f in os.listdir(out) if f not in ("results.db", name + ".zip")), names
    assert all(i.date_time == (1980, 1, 1, 0, 0, 0) for i in z.infolist())
    assert all(z.read(n) == open(f"{out}/{n}", "rb").read() for n in names)
PY

# ---- the same study in another place gives the same bytes, also with interviews that are there already; asked again, nothing is made
if ! sanitized; then # no other code of ours runs for it
  cp study/interviews*.sav "$tmp/two/study"
  (cd "$tmp/two" && TZ=Asia/Shanghai "$program" run study/study.yaml --to "$formats" --threads 1 --quiet >/dev/null 2>&1)
  for file in "$out"/*; do
    case $file in *results.db) continue ;; esac
    cmp -s "$file" "$tmp/two/$file" || fail "$(basename "$file") is not the same in another place and with one thread"
  done
fi
"$program" run study/study.yaml --to "$formats" >"$tmp/out" 2>&1
grep -Eq "^run [0-9]+: ([0-9]+) steps, \1 reused" "$tmp/out" || fail "nothing changed: $(head -1 "$tmp/out")"

grep -Eq "^files: +([0-9]+) kept .*, 0 written$" "$tmp/out" || fail "nothing changed, and yet: $(grep '^files' "$tmp/out")"

# ---- a table's title changed, and changed back: files made from the same are kept, one that was altered or is gone is written again, and everything is what a run
# from nothing makes, archive and hashes too
(
  cd "$tmp/two" || exit 1
  "$program" run study/study.yaml --to all --quiet >/dev/null 2>&1
  cp -r $out "$tmp/nothing"
  cp study/study.yaml was.yaml
  sed -i '0,/en: Number of users}/s//en: Number of Users}/' study/study.yaml
  cmp -s study/study.yaml was.yaml && fail "the table's title is not there any more"
  "$program" run study/study.yaml --to all --quiet >"$tmp/said" 2>&1
  grep -Eq "^files: .* written: .*_tables\.en\.xlsx.*\.en\.docx.*\.pdf" "$tmp/said" || fail "what a changed title is in is not written: $(cat "$tmp/said")"
  grep -Eq "^files: .* written: .*(_tables\.zh|\.csv|sdmx|jsonstat|\.px|ddi|codebook)" "$tmp/said" && fail "what a title is not in is written: $(cat "$tmp/said")"
  cmp -s $out/${name}_tables.en.xlsx "$tmp/nothing/${name}_tables.en.xlsx" && fail "the title of the English workbook is not the new one"
  cp was.yaml study/study.yaml
  printf 'x' >>$out/$name.sdmx.csv
  rm $out/${name}_AGE.px
  truncate -s 1000 $out/${name}_tables.zh.xlsx
  "$program" run study/study.yaml --to all --quiet >"$tmp/said" 2>&1
  for file in "$tmp/nothing"/*; do
    case $file in *results.db) continue ;; esac
    cmp -s "$file" "$out/${file##*/}" || fail "${file##*/} of runs that reuse is not that of a run from nothing"
  done
  (cd $out && sha256sum --quiet -c SHA256SUMS) >"$tmp/sums" 2>&1 || fail "SHA256SUMS after runs that reuse: $(cat "$tmp/sums")"
  mkdir "$tmp/unpacked" && unzip -q $out/$name.zip -d "$tmp/unpacked" || fail "the archive of a run that reuses is damaged"
  for file in "$tmp/unpacked"/*; do
    cmp -s "$file" "$out/${file##*/}" || fail "the archive of a run that reuses has another ${file##*/}"
  done
) || exit 1

# ---- outside readers
python3 "$readers_home/px.py" "$out/$name.csv" "$out"/*.px >"$tmp/px" || fail "PC-Axis: $(cat "$tmp/px")"
sed '/^DATA=/,$s/\([1-9]\)[0-9]\( .*\)$/\199\2/' "$out/${name}_SEX.px" >"$tmp/SEX.px"
python3 "$readers_home/px.py" "$out/$name.csv" "$tmp/SEX.px" >"$tmp/px" && fail "PC-Axis: changed numbers are read as right"
python3 "$readers_home/sdmx.py" "$out/$name.csv" "$out/$name.sdmx.csv" "$out/$name.sdmx10.csv" "$out/$name.sdmx.xml" >"$tmp/sdmx" || fail "SDMX: $(cat "$tmp/sdmx")"
python3 "$readers_home/ddi.py" "$out/$name.ddi.xml" "$out/$name.csv" >"$tmp/ddi" || fail "DDI: $(cat "$tmp/ddi")"
python3 "$readers_home/jsonstat.py" "$out/$name.csv" "$out/$name".jsonstat.{zh,en}.json >"$tmp/json" || fail "JSON-stat: $(cat "$tmp/json")"
sanitized || python3 "$readers_home/mutants.py" "$out/$name" >"$tmp/mutants" || fail "the readers do not find what is wrong: $(cat "$tmp/mutants")"
# the shares of the codebook are the estimates, its cases those behind them
"$program" prop study/study.yaml income_band --format csv >"$tmp/prop.csv" 2>/dev/null
python3 - "$out/$name.ddi.xml" "$out/${name}_codebook.en.html" "$tmp/prop.csv" <<'PY' || fail "the codebook's frequencies"
import csv, re, sys, xml.etree.ElementTree as ET
d = "{ddi:codebook:2_5}"
var = next(v for v in ET.parse(sys.argv[1]).iter(d + "var") if v.get("name") == "income_band")
page = open(sys.argv[2], encoding="utf-8").read()
page = page[page.index("<code>income_band</code>"):]
rows = list(csv.DictReader(open(sys.argv[3])))
assert len(rows) == 6 and var.findtext(d + "sumStat") == rows[0]["n"], rows[0]["n"]
cases = 0
for row, c in zip(rows, var.findall(d + "catgry")):
    freq, percent = (s.text for s in c.findall(d + "catStat"))
    assert row["indicator"] == "income_band=" + c.findtext(d + "catValu") and abs(float(percent) - 100 * float(row["estimate"])) < 0.005001, (percent, row)
    assert re.search(rf'<td class="n">{freq}</td><td class="n">[0-9.]+</td><td class="n">{float(row["estimate"]) * 100:.1f}</td>', page), freq
    cases += int(freq)
assert cases == int(rows[0]["n"])
PY
if sanitized; then
  echo "sanitized build: outside readers are left to plain builds; SX_FULL=1: all"
else
  if Rscript -e 'library(rsdmx)' >/dev/null 2>&1; then
    Rscript "$readers_home/sdmx.R" "$out/$name.sdmx.xml" "$out/$name.sdmx.csv" >"$tmp/sdmx" 2>&1 || fail "rsdmx: $(cat "$tmp/sdmx")"
  fi
  if npm_readers; then
    node "$readers_home/px.mjs" "$readers_place" "$out/$name.sdmx.csv" "$out"/*.px >"$tmp/px" 2>&1 || fail "px.js: $(cat "$tmp/px")"
  fi
  if npm_readers && command -v chromium >/dev/null; then
    node "$readers_home/axe.mjs" "$readers_place" "$PWD/$out"/report.{zh,en}.html "$PWD/$out/$name"_codebook.en.html >"$tmp/axe" 2>&1 || fail "axe-core: $(cat "$tmp/axe")"
    node "$readers_home/layout.mjs" "$readers_place" "$PWD/$out"/report.{zh,en}.html "$PWD/$out/$name"_codebook.en.html >"$tmp/layout" 2>&1 || fail "pages as set: $(cat "$tmp/layout")"
  else
    echo "skipped in part: no axe-core: ${no_readers:-no chromium}"
  fi
fi

# ---- numbers changed by hand
book=$out/${name}_tables.en.xlsx
# numbers are numbers in every sheet: the printed figures too, but those of which a word is a part ("over 9.58 ...")
python3 - "$book" <<'PY' || fail "numbers as texts in the workbook"
import re, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
shared = [re.sub("<[^>]*>", "", t) for t in re.findall(r"<si>(.*?)</si>", z.read("xl/sharedStrings.xml").decode(), re.S)]
names = re.findall(r'<sheet name="([^"]*)"', z.read("xl/workbook.xml").decode())
for k, name in enumerate(names, 1):
    cells = re.findall(r'<c r="([A-Z]+[0-9]+)"[^>]*t="s"[^>]*><v>(\d+)</v>', z.read(f"xl/worksheets/sheet{k}.xml").decode())
    texts = [(c, shared[int(v)]) for c, v in cells if re.fullmatch(r"[-\u2212+]?\d[\d,]*(\.\d+)?( ?%| (trillion|billion|million)( yuan| people)?)?", shared[int(v)])]
    texts = [t for t in texts if not re.fullmatch("(19|20)[0-9]{2}", t[1])] # years
    assert name == "Checks" or len(texts) < 4, (name, len(texts), texts[:5])
PY
"$program" audit "$book" >"$tmp/out" 2>&1 || fail "audit of the workbook: $(tail -3 "$tmp/out")"
change() { # sheet-part cell new-value or "" : the cell's number
  python3 - "$book" "$tmp/changed.xlsx" "$@" <<'PY'
import re, sys, zipfile
book, to, part, cell, new = sys.argv[1:]
with zipfile.ZipFile(book) as a, zipfile.ZipFile(to, "w") as b:
    for i in a.infolist():
        data = a.read(i)
        if i.filename == part:
            text = data.decode()
            pattern = r'(<c r="%s"[^>]*)>(<v>)[^<]*(</v>)</c>' % cell
            assert re.search(pattern, text), cell
            text = re.sub(pattern, r'\1>\g<2>%s\3</c>' % new if new else r'\1/>', text)
            data = text.encode()
        b.writestr(i, data)
PY
}
# a page alone: a threshold in a label ("over 100 yuan") that the study calls no result is none there either, and what it does not call so is
for lang in zh en; do
  "$program" audit "$out/report.$lang.html" --against $out/results.db --format csv >"$tmp/out" 2>&1
  code=$?
  # so few interviews turn some differences round, and the words of the text do not
  [ $code = 0 ] || { [ $code = 3 ] && ! grep -E '^(differs|unbound)' "$tmp/out" | grep -qv 'the words say the opposite direction'; } ||
    fail "audit of the page alone ($lang): $(grep -E '^(differs|unbound)' "$tmp/out" | head -3 | cut -c1-200)"
done
cell=$(python3 -c "
import re, sys, zipfile
t = zipfile.ZipFile('$book').read('xl/worksheets/sheet5.xml').decode()
print(re.findall(r'<c r=\"([A-Z]+[0-9]+)\" s=\"[0-9]+\"><v>', t)[0])")
change xl/worksheets/sheet5.xml "$cell" 123.5
"$program" audit "$tmp/changed.xlsx" --against $out/results.db >"$tmp/out" 2>&1
[ $? = 3 ] || fail "a changed number passes"
grep -q "changed.xlsx: Table_2!$cell" "$tmp/out" || fail "the changed cell is not named: $(head -5 "$tmp/out")"
change xl/worksheets/sheet5.xml "$cell" ""
"$program" audit "$tmp/changed.xlsx" --against $out/results.db >"$tmp/out" 2>&1
[ $? = 3 ] && grep -q "no number stands" "$tmp/out" || fail "a deleted number passes: $(head -5 "$tmp/out")"
# what a chart draws: the number that it keeps of a cell
python3 - "$book" "$tmp/changed.xlsx" <<'PY'
import re, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as a, zipfile.ZipFile(sys.argv[2], "w") as b:
    for i in a.infolist():
        data = a.read(i)
        if i.filename == "xl/charts/chart1.xml":
            text, hits = re.subn(r"(<c:val><c:numRef>.*?<c:v>)[^<]*(</c:v>)", r"\g<1>0.98765\2", data.decode(), count=1, flags=re.S)
            assert hits == 1
            data = text.encode()
        b.writestr(i, data)
PY
"$program" audit "$tmp/changed.xlsx" --against $out/results.db >"$tmp/out" 2>&1
[ $? = 3 ] && grep -q "changed.xlsx: drawn, Figure_.*0.98765" "$tmp/out" || fail "a changed number of a chart passes: $(head -5 "$tmp/out")"
printf 'PK no archive' >"$tmp/bad.xlsx"
"$program" audit "$tmp/bad.xlsx" --against $out/results.db >"$tmp/out" 2>&1
[ $? = 2 ] || [ $? = 1 ] || fail "a damaged workbook: exit $?"
grep -q "bad.xlsx" "$tmp/out" || fail "a damaged workbook is not named: $(cat "$tmp/out")"
cp "$book" "$tmp/kept.xlsx"
change xl/worksheets/sheet5.xml "$cell" 99
cp "$tmp/changed.xlsx" "$book"
"$program" audit study/out >"$tmp/out" 2>&1
[ $? = 3 ] && grep -q "Table_2!$cell" "$tmp/out" || fail "audit of the folder does not read the workbook"
cp "$tmp/kept.xlsx" "$book"

# ---- a file of any format that is changed, or gone, is named by the audit of the folder
"$program" audit study/out >"$tmp/out" 2>&1
! grep -q "published: " "$tmp/out" || fail "audit of the folder: $(grep "published: " "$tmp/out")"
files="$name.sdmx.csv $name.ddi.xml $name.zip SHA256SUMS"
sanitized && { files=$name.sdmx.csv; echo "sanitized build: one file is changed in the place of four; SX_FULL=1: all"; }
for file in $files; do
  [ -s $out/"$file" ] || { fail "no $file to change"; continue; }
  cp $out/"$file" "$tmp/whole"
  python3 - $out/"$file" <<'PY'
import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[len(b) // 2] ^= 1
open(sys.argv[1], "wb").write(b)
PY
  "$program" audit study/out >"$tmp/out" 2>&1
  [ $? = 3 ] && grep -q "changed since it was published: $file" "$tmp/out" || fail "a changed $file passes: $(tail -3 "$tmp/out")"
  [ "$(grep -c "published: " "$tmp/out")" = 1 ] || fail "other files than $file differ: $(grep "published: " "$tmp/out")"
  rm $out/"$file"
  "$program" audit study/out >"$tmp/out" 2>&1
  code=$?
  [ "$file" = SHA256SUMS ] || { [ $code = 3 ] && grep -q "not there any more.*$file" "$tmp/out"; } || fail "a $file that is gone passes: $(tail -3 "$tmp/out")"
  cp "$tmp/whole" $out/"$file"
done

# ---- a run that fails leaves the release whole
cp -r study/out "$tmp/before"
sed -i 's/^title: .*/title: {zh: 另一个题目, en: Another title}/' study/study.yaml
rm $out/"$name".sdmx10.csv && mkdir $out/"$name".sdmx10.csv
"$program" run study/study.yaml --to "$formats" --quiet >"$tmp/out" 2>&1
[ $? = 1 ] || fail "a file that cannot be written: $(cat "$tmp/out")"
grep -q "sdmx10.csv" "$tmp/out" || fail "the file is not named: $(cat "$tmp/out")"
for file in "$tmp"/before/*; do
  case $file in *results.db | *sdmx10.csv) continue ;; esac
  cmp -s "$file" "$out/$(basename "$file")" || fail "a failed run changed $(basename "$file")"
done
[ -z "$(find $out -name '*.tmp-*')" ] || fail "litter of a failed run"
rmdir $out/"$name".sdmx10.csv

# ---- without a page the files that were written are audited, and what is wrong in them is said
"$program" run study/study.yaml --to csv --out "$tmp/nopage" >"$tmp/out" 2>&1
[ $? = 0 ] || fail "run --to csv: $(tail -3 "$tmp/out")"
grep -Eq "^numbers: +[1-9][0-9]+ agree with their results, 0 differ" "$tmp/out" || fail "no page: $(cat "$tmp/out")"
"$program" run study/study.yaml --to px --out "$tmp/onlypx" >"$tmp/out" 2>&1
[ $? = 0 ] && grep -q "nothing was audited" "$tmp/out" || fail "neither page nor CSV: $(cat "$tmp/out")"

# ---- words
run_fails 2 "did you mean 'xlsx'" "$program" run study/study.yaml --to html,xlxs
sed 's/^languages:.*/&\noutputs: [html, pxx]/' study/study.yaml >study/bad.yaml
run_fails 2 "bad.yaml:[0-9]*:17: unknown output 'pxx', did you mean 'px'" "$program" check study/bad.yaml
sed 's/^languages:.*/&\npublish: {agncy: X}/' study/study.yaml >study/bad.yaml
run_fails 2 "agency" "$program" check study/bad.yaml
for bad in "agency: my agency" "agency: 1X" "agency: A..B" "agency: 中国" "dataflow: a b" "version: v1" "version: 1.0-draft" "version: 1."; do
  sed "s/^languages:.*/&\npublish: {${bad%%:*}: \"${bad#*: }\"}/" study/study.yaml >study/bad.yaml
  run_fails 2 "bad.yaml:[0-9]*:.*'${bad#*: }' is no .* in SDMX" "$program" check study/bad.yaml
done
sed 's/^languages:.*/&\npublish: {agency: CN.NBS-1, dataflow: DF_1, version: "1.0"}/' study/study.yaml >study/good.yaml
"$program" check study/good.yaml >"$tmp/out" 2>&1 || fail "ids of SDMX: $(cat "$tmp/out")"

# ---- LibreOffice: charts are there, names lead where they led, formulas that have lost their values are computed to the same
if command -v soffice >/dev/null && ! sanitized; then
  python3 "$readers_home/office.py" strip "$tmp/kept.xlsx" "$tmp/stripped.xlsx"
  HOME=$tmp soffice --headless --convert-to xlsx:"Calc MS Excel 2007 XML" --outdir "$tmp/saved" "$tmp/stripped.xlsx" >/dev/null 2>&1
  [ -s "$tmp/saved/stripped.xlsx" ] || fail "LibreOffice does not open the workbook"
  python3 "$readers_home/office.py" compare "$tmp/kept.xlsx" "$tmp/saved/stripped.xlsx" >"$tmp/office" || fail "LibreOffice: $(cat "$tmp/office")"
fi
finish
