#!/usr/bin/env bash
# The JSON-stat file of a run, read by an outside reader: jsonstat-toolkit from npm. Skipped where there is no npm.
. tests/cli/lib.sh
need_program
. tests/readers/readers.sh
npm_readers || { echo "skipped: $no_readers"; exit 77; }
toolkit=$readers_place/node_modules/jsonstat-toolkit/import.mjs
cp -r studies/digital-consumption-2025h1 "$tmp/study"
sed -i 's/n: 30000/n: 1500/g' "$tmp/study/study.yaml"
"$program" run "$tmp/study/study.yaml" --to json-stat,csv --quiet >"$tmp/out" 2>&1
out=$tmp/study/out/digital-consumption-2025h1
[ -s "$out.jsonstat.zh.json" ] || fail "no JSON-stat file: $(tail -3 "$tmp/out")"
for lang in zh en; do
  node tests/reference/jsonstat.mjs "$toolkit" "$out.jsonstat.$lang.json" "$out.csv" || fail "jsonstat-toolkit reads another thing"
done
finish
