#!/usr/bin/env bash
# The JSON-stat file of a run, read by an outside reader: jsonstat-toolkit from npm, installed under the build folder. Skipped where npm is not there or its
# registry cannot be reached.
. tests/cli/lib.sh
need_program
command -v node >/dev/null && command -v npm >/dev/null || { echo "skipped: node and npm are not installed"; exit 77; }
place=${SX_BUILD:-build/dev}/npm
toolkit=$place/node_modules/jsonstat-toolkit/import.mjs
if [ ! -f "$toolkit" ]; then
  mkdir -p "$place"
  (cd "$place" && echo '{"private":true}' >package.json && timeout 60 npm install --no-audit --no-fund jsonstat-toolkit@2.2.2 >npm.log 2>&1) ||
    { echo "skipped: jsonstat-toolkit cannot be fetched from npm"; exit 77; }
fi
cp -r studies/digital-consumption-2025h1 "$tmp/study"
sed -i 's/n: 30000/n: 1500/g' "$tmp/study/study.yaml"
"$program" run "$tmp/study/study.yaml" --to json-stat,csv --quiet >"$tmp/out" 2>&1
out=$tmp/study/out/digital-consumption-2025h1
[ -s "$out.jsonstat.zh.json" ] || fail "no JSON-stat file: $(tail -3 "$tmp/out")"
for lang in zh en; do
  node tests/reference/jsonstat.mjs "$(realpath "$toolkit")" "$out.jsonstat.$lang.json" "$out.csv" || fail "jsonstat-toolkit reads another thing"
done
finish
