#!/usr/bin/env bash
# A document refilled with a run that chose other decimals by its numbers and errors: its tables keep those of the run that they were made from. Each field shows
# what the run has as its key prints it, and the audit accuses none, in the text nor in the properties; another number in a field is found, and so are other decimals, another
# sign and another word beside it.
. tests/cli/lib.sh
need_program
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }
cd "$tmp" || exit 1
# N SPREAD MIDDLE: as many bytes either way, for the annex prints them
sample() {
  awk -v n="$1" -v spread="$2" -v middle="$3" 'BEGIN {
    print "w,use,spend,region,pad"
    for (i = 0; i < n; i++) printf "%d,%d,%d,%s,-\n", 40000 / n, (i % 3 > 0), middle + spread * (i % 9 - 4), i % 2 ? "east" : "west"
  }' >p.csv
  printf '1,1,%d,east,' "$3" >>p.csv
  head -c $((199999 - $(wc -c <p.csv))) /dev/zero | tr '\0' x >>p.csv
  echo >>p.csv
}
for run in coarse fine; do
  if [ $run = coarse ]; then sample 20 200 150; else sample 4500 5 150; fi
  cat >study.yaml <<Y
study: decimals
title: {en: Decimals, zh: 小数}
languages: [en]
data: {main: {file: p.csv}}
design: {weights: w}
groups:
  region: {label: {en: Region, zh: 地区}, by: region}
indicators:
  users: {label: {en: Users, zh: 用户}, count: use == 1, by: [region], unit: 人}
  spend: {label: {en: Spending, zh: 支出}, mean: spend, by: [region], unit: 元}
tables:
  - {id: t1, title: {en: Users, zh: 用户}, indicators: [users, spend], domains: [total, region], show: [estimate, ci]}
narrative: {en: [en.md]}
annex: [definitions]
Y
  printf '{{table t1}}\n' >en.md
  "$program" run study.yaml --out $run --to docx --quiet >/dev/null 2>err || fail "$run: $(cat err)"
done
"$program" refill coarse/decimals.docx --against fine/results.db -o new.docx --lang en >list 2>err || fail "refill: $(cat list err)"
audit() { "$program" audit "$1" --against fine/results.db --lang en --format csv >rows 2>err; }
wrong() { grep -E '^(differs|unbound)' rows; }
mean() { python3 -c "
import re, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
print(re.search(r'name=\"spend.total \|[^>]*><vt:lpwstr>([^<]*)', z.read('docProps/custom.xml').decode()).group(1))" "$1"; }
change() { # change PART PATTERN NEW: once
  python3 - "$@" <<'P' || fail "change $*"
import re, sys, zipfile
part, pattern, new = sys.argv[1:]
n = 0
with zipfile.ZipFile("new.docx") as z, zipfile.ZipFile("changed.docx", "w") as out:
    for i in z.infolist():
        data = z.read(i)
        if i.filename == part:
            text, n = re.subn(pattern, new, data.decode(), count=1)
            data = text.encode()
        out.writestr(i, data)
assert n == 1, pattern
P
}
coarse=$(mean new.docx) fine=$(mean fine/decimals.docx)
[ "$coarse" != "$fine" ] || fail "both runs print the mean as $coarse and $fine"
audit new.docx || fail "numbers that agree: $(wrong) $(cat err)"
grep -q "^agrees,.*,$coarse,.*spend.total," rows || fail "the number was not read: $(cat rows)"
# other decimals, another number, another sign
change word/document.xml ">$coarse<" ">$fine<"
audit changed.docx
[ $? = 3 ] && wrong | grep -q "table .*,$fine" || fail "decimals that are not the field's: $(wrong)"
change word/document.xml ">$coarse<" ">${coarse}9<"
audit changed.docx
[ $? = 3 ] && wrong | grep -q "${coarse}9" || fail "another number: $(wrong)"
change word/document.xml ">$coarse<" ">−$coarse<"
audit changed.docx
[ $? = 3 ] && wrong | grep -q "−$coarse" || fail "another sign: $(wrong)"
change docProps/custom.xml "(name=\"spend.total \|[^>]*><vt:lpwstr>)$coarse" '\g<1>'"${coarse}9"
audit changed.docx
[ $? = 3 ] && wrong | grep -q "custom.xml, spend.total.*${coarse}9" || fail "another property: $(wrong)"
# the key says otherwise in one place: its number is another result
change word/document.xml 'DOCPROPERTY (\\?"|&quot;)spend.total \|' 'DOCPROPERTY \1spend.region:east |'
audit changed.docx
[ $? = 3 ] && wrong | grep -q 'table ' || fail "the field of another result: $(wrong)"
finish
