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
node tests/reference/jsonstat.mjs "$toolkit" "$out.csv" "$out".jsonstat.{zh,en}.json || fail "jsonstat-toolkit reads another thing"
# one number, one code and one row changed: each is found
sed '0,/"value":\[[0-9]/s//&9/' "$out.jsonstat.en.json" >"$tmp/value.json"
sed '0,/"CN-11"/s//"CN-10"/' "$out.jsonstat.en.json" >"$tmp/code.json"
for changed in value code; do
  cmp -s "$tmp/$changed.json" "$out.jsonstat.en.json" && fail "$changed: nothing is changed"
  node tests/reference/jsonstat.mjs "$toolkit" "$out.csv" "$tmp/$changed.json" >"$tmp/out" 2>&1 && fail "a changed $changed is read as right"
done
sed '2d' "$out.csv" >"$tmp/row.csv"
node tests/reference/jsonstat.mjs "$toolkit" "$tmp/row.csv" "$out.jsonstat.en.json" >"$tmp/out" 2>&1 && fail "cells of a row that is not there are not missed"
finish
