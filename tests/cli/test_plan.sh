#!/usr/bin/env bash
# A study's plan as a workbook: every command that takes a study takes it, the same results as the study file, places of what is wrong, the template.
. tests/cli/lib.sh
need_program
cp -r examples/plan "$tmp/p"
p=$tmp/p

# the bundled plan is the study file beside it, and gives the same outputs
"$program" plan "$p/plan.xlsx" >"$tmp/y" 2>"$tmp/err" || fail "plan: $(cat "$tmp/err")"
cmp "$tmp/y" "$p/study.yaml" || fail "examples/plan: the workbook is not the study file"
"$program" plan "$p/study.yaml" -o "$tmp/again.xlsx" --quiet || fail "plan to a workbook"
cmp "$tmp/again.xlsx" "$p/plan.xlsx" || fail "examples/plan: plan.xlsx is not made of study.yaml again"
"$program" plan "$p/study.yaml" -o "$p/zh.xlsx" --lang zh --quiet || fail "plan in Chinese"
"$program" plan "$p/zh.xlsx" >"$tmp/y" && cmp "$tmp/y" "$p/study.yaml" || fail "the Chinese workbook is not the study file"
for way in study.yaml plan.xlsx zh.xlsx; do
  "$program" run "$p/$way" --out "$tmp/$way.out" --to html,csv,xlsx,docx,ddi,px,json-stat,sdmx --quiet >"$tmp/out" 2>"$tmp/err" || fail "run $way: $(cat "$tmp/err")"
done
for file in "$tmp"/study.yaml.out/*; do
  name=$(basename "$file")
  for way in plan.xlsx zh.xlsx; do
    case $name in
      results.db | SHA256SUMS | *.docx) continue ;; # they hold the hash of the study file
      *.html) # the files that were read, and their hash, are others
        drop() { sed "s/>$1\(<\|（\| (\).*//; s/\"inputs\":\"[0-9a-f]*\"//" "$2"; }
        drop study.yaml "$file" >"$tmp/a"; drop "$way" "$tmp/$way.out/$name" >"$tmp/b" ;;
      *) cp "$file" "$tmp/a"; cp "$tmp/$way.out/$name" "$tmp/b" ;;
    esac
    cmp -s "$tmp/a" "$tmp/b" || fail "$name of $way is another than of study.yaml"
  done
done
grep -q '男' "$tmp/plan.xlsx.out/report.zh.html" && grep -q 'female' "$tmp/plan.xlsx.out/report.en.html" || fail "labels of values"
"$program" run "$p/plan.xlsx" --out "$tmp/plan.xlsx.out" --quiet >"$tmp/out" 2>&1 || fail "second run"
grep -q '16 steps, 16 reused\|reused' "$tmp/out" || fail "second run: $(cat "$tmp/out")"

# commands that take a study
for command in "check" "mean" "validate" "tab" "weight"; do
  case $command in
    check) "$program" check "$p/plan.xlsx" >"$tmp/out" 2>"$tmp/err" ;;
    mean) "$program" mean "$p/plan.xlsx" spend --by sex --format csv >"$tmp/out" 2>"$tmp/err" ;;
    validate) printf 'rules:\n  - {expr: age >= 0, name: a}\n' >"$tmp/r.yaml" && "$program" validate "$p/plan.xlsx" --rules "$tmp/r.yaml" >"$tmp/out" 2>"$tmp/err" ;;
    tab) "$program" tab "$p/plan.xlsx" --rows user --cols 'total + sex' >"$tmp/out" 2>"$tmp/err" ;;
    weight) "$program" weight "$p/plan.xlsx" --output "$tmp/w.csv" >"$tmp/out" 2>"$tmp/err" ;;
  esac || fail "$command plan.xlsx: $(cat "$tmp/err")"
done
"$program" mean "$p/study.yaml" spend --by sex --format csv >"$tmp/a" && "$program" mean "$p/plan.xlsx" spend --by sex --format csv >"$tmp/b" && cmp "$tmp/a" "$tmp/b" || fail "mean"
"$program" mean "$p/people.csv" age --design "$p/plan.xlsx" --format csv >"$tmp/a" 2>"$tmp/err" || fail "--design: $(cat "$tmp/err")"

# what is wrong, with its cell
sed 's/base: user == 1/base: usr == 1/; s/interval: true/intervall: true/' "$p/study.yaml" >"$p/bad.yaml"
"$program" plan "$p/bad.yaml" -o "$p/bad.xlsx" --quiet || fail "a faulty plan is still a plan"
run_fails 2 "bad.xlsx: sheet indicators, row 5, column base ([A-Z]5), character 1: .*'usr'" "$program" check "$p/bad.xlsx"
grep -q "bad.xlsx: sheet figures, row 2, column intervall ([A-Z]2): unknown key 'intervall': did you mean 'interval'?" "$tmp/err" || fail "the heading: $(cat "$tmp/err")"
run_fails 2 "indicators, row 5, column base" "$program" run "$p/bad.xlsx"
[ ! -e "$p/out" ] || fail "a faulty plan left outputs"
printf 'PK\003\004broken' >"$p/broken.xlsx"
run_fails 2 "broken.xlsx" "$program" check "$p/broken.xlsx"
head -c 6000 "$p/plan.xlsx" >"$p/cut.xlsx"
run_fails 1 "cut.xlsx" "$program" plan "$p/cut.xlsx"

# the template, and words of the command
for lang in zh en; do
  "$program" plan --template -o "$tmp/t.xlsx" --lang $lang --quiet || fail "template"
  "$program" plan "$tmp/t.xlsx" >"$tmp/out" 2>"$tmp/err" || fail "the template is no plan: $(cat "$tmp/err")"
  grep -q '^study: my-study$' "$tmp/out" || fail "template: $(cat "$tmp/out")"
  run_fails 2 "no file 'interviews.csv'\|interviews.csv" "$program" check "$tmp/t.xlsx"
done
run_fails 2 "name a .xlsx" "$program" plan --template
run_fails 2 "name a .xlsx" "$program" plan "$p/study.yaml" -o "$tmp/x.yaml"
run_fails 2 "is a workbook already" "$program" plan "$p/plan.xlsx" -o "$tmp/x.xlsx"
run_fails 2 "give a plan or a study file" "$program" plan
run_fails 1 "nosuch.xlsx" "$program" plan "$tmp/nosuch.xlsx"

# LibreOffice takes it, and what it writes is the same plan
if command -v soffice >/dev/null; then
  HOME=$tmp soffice --headless --convert-to xlsx:"Calc MS Excel 2007 XML" --outdir "$tmp/lo" "$p/plan.xlsx" >/dev/null 2>&1
  "$program" plan "$tmp/lo/plan.xlsx" >"$tmp/y" 2>"$tmp/err" || fail "saved by LibreOffice: $(cat "$tmp/err")"
  cmp "$tmp/y" "$p/study.yaml" || fail "saved by LibreOffice it is another plan"
fi
finish
