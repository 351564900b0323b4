#!/usr/bin/env bash
# Verdicts of several hundred rules as R counts them (validate.R made the rules, the data and the counts; says how): items, passes, fails, missing.
. tests/cli/lib.sh
need_program
dir=tests/reference
"$program" validate $dir/validate_data.csv --rules $dir/validate_rules.yaml --format csv >"$tmp/out.csv" 2>"$tmp/err" || fail "validate: $(cat "$tmp/err")"
cut -d, -f1-5 "$tmp/out.csv" | sed "1s/^rule,/name,/" >"$tmp/counts"
diff "$tmp/counts" $dir/validate_expected.csv >"$tmp/diff" || fail "counts differ: $(grep -c '^<' "$tmp/diff") rules, $(head -n 20 "$tmp/diff")"
[ "$(wc -l <"$tmp/counts")" -gt 500 ] || fail "only $(wc -l <"$tmp/counts") rules"
# the script still makes what is kept
if command -v Rscript >/dev/null; then
  mkdir "$tmp/again"
  Rscript $dir/validate.R "$tmp/again" || fail "validate.R"
  for f in data.csv rules.yaml expected.csv; do cmp "$tmp/again/validate_$f" $dir/validate_$f || fail "validate_$f is not what validate.R makes"; done
fi
finish
