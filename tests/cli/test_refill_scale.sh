#!/usr/bin/env bash
# A document refilled where a number crosses a scale word: it stands in the word of its field, the run's report in another; the audit takes the amounts for
# what they are, and finds another amount, or another result.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
cd "$tmp" || exit 1
sample() { awk -v weight="$1" 'BEGIN { print "w,use,old"; for (i = 1; i <= 100; i++) printf "%d,%d,%d\n", weight, i % 2, i % 4 == 1 }'; }
cat >study.yaml <<'Y'
study: scale
title: {en: Scale}
languages: [en]
data: {main: {file: p.csv}}
design: {weights: w}
indicators:
  users: {label: Users, total: use, unit: 人, format: "万人 1"}
  older: {label: Older, total: old, unit: 人, format: "万人 1"}
narrative: {en: [en.md]}
Y
cat >en.md <<'M'
In all {{users.total | 万人 1}} use it, of them {{older.total | 万人 1}} older ones, and no one else.
M
for run in more fewer; do
  if [ $run = more ]; then sample 24680 >p.csv; else sample 19740 >p.csv; fi
  "$program" run study.yaml --out $run --to docx --quiet >/dev/null 2>err || fail "$run: $(cat err)"
done
"$program" refill more/scale.docx --against fewer/results.db -o new.docx --lang en >list 2>err || fail "refill: $(cat list err)"
audit() { "$program" audit "$1" --against fewer/results.db --lang en --format csv >rows 2>err; }
change() { # change OLD NEW: once in the document
  python3 - "$1" "$2" <<'P' || fail "change $1"
import sys, zipfile
with zipfile.ZipFile("new.docx") as z, zipfile.ZipFile("changed.docx", "w") as out:
    for i in z.infolist():
        data = z.read(i)
        if i.filename == "word/document.xml":
            text = data.decode()
            assert sys.argv[1] in text, sys.argv[1]
            data = text.replace(sys.argv[1], sys.argv[2], 1).encode()
        out.writestr(i, data)
P
}
text() { python3 -c "
import re, sys, zipfile
t = zipfile.ZipFile(sys.argv[1]).read('word/document.xml').decode()
print(re.sub('<[^>]*>', '', re.sub(r'<w:instrText[^>]*>[^<]*</w:instrText>', '', t)))" "$1" | tr '\302\240' '  '; }
text fewer/scale.docx | grep -q "987,000" || fail "the run's own words: $(text fewer/scale.docx | grep -o 'In all.*else')"
text new.docx | grep -q "0.987" || fail "the field's own word: $(text new.docx | grep -o 'In all.*else')"
audit new.docx || fail "an amount in the scale word of its field: $(grep -E '^(differs|unbound)' rows) $(cat err)"
grep -q '^agrees,.*0.987' rows || fail "the number was not read: $(cat rows)"
# another amount; the words around the numbers; numbers beside them
change 0.987 0.978
audit changed.docx
[ $? = 3 ] && grep -q '^differs,.*0.978' rows || fail "another amount: $(cat rows)"
change "no one else" "2 others"
audit changed.docx
[ $? = 3 ] && grep -Eq '^(differs|unbound),.*2' rows || fail "a number beside them: $(cat rows)"
finish
