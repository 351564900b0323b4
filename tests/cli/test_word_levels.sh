#!/usr/bin/env bash
# Levels with quotation marks and backslashes in a Word file: their numbers stay bound where a program writes the codes of fields anew without the backslashes before
# such signs, as LibreOffice does; the audit finds every one, and refill writes those of another run.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: python3 is not installed"; exit 77; }
cd "$tmp" || exit 1
python3 - <<'PY'
import csv, os
levels = ['plain', 'say "yes"', 'a\\b', '<b>&"x', '"', '\\"']
for name, k in (("old", 3), ("new", 4)):
    os.mkdir(name)
    with open(name + "/d.csv", "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(["w", "g", "u"])
        for i in range(240): w.writerow([1 + i % 5 / 4, levels[i % 6], int(i * k % 7 < 3)])
PY
for run in old new; do
  cat >$run/study.yaml <<'Y'
study: levels
title: T
languages: [en]
data: {d: {file: d.csv}}
design: {weights: w}
groups: {g: {label: {en: Group}, by: g}}
indicators:
  rate: {label: {en: Rate}, prop: u == 1, by: [g], format: "% 1"}
tables:
  - {id: t1, title: {en: Rates}, indicators: [rate], domains: [total, g], show: [estimate, se, n]}
Y
  "$program" run $run/study.yaml --out $run/out --to docx --quiet --lang en >said 2>&1 || fail "$run: $(cat said)"
done
audit() { "$program" audit "$1" --against "$2" --lang en >rows 2>err || fail "$1: $(grep -E '^(differs|unbound|not matched)' rows | head -3) $(cat err)"; }
audit old/out/levels.docx old/out/results.db
# the codes of fields without what stands before signs in them
python3 - <<'PY' || fail "the codes of fields"
import re, zipfile
with zipfile.ZipFile("old/out/levels.docx") as a, zipfile.ZipFile("bare.docx", "w") as b:
    for i in a.infolist():
        data = a.read(i)
        if i.filename == "word/document.xml":
            text = re.sub(r"(<w:instrText[^>]*>)([^<]*)", lambda m: m.group(1) + re.sub(r"\\(&quot;|\\)", r"\1", m.group(2)), data.decode())
            data = text.encode()
        b.writestr(i, data)
PY
files=bare.docx
if command -v soffice >/dev/null && ! sanitized; then
  HOME=$tmp soffice --headless --convert-to docx --outdir office old/out/levels.docx >/dev/null 2>&1
  files="bare.docx office/levels.docx"
fi
for file in $files; do
  audit $file old/out/results.db
  "$program" refill $file --against new/out/results.db -o filled.docx --lang en >said 2>&1 || fail "refill of $file: exit $?: $(tail -3 said)"
  audit filled.docx new/out/results.db
done
finish
