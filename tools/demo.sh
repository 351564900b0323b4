#!/bin/bash
# tools/demo.sh: the main job on the bundled study; prints where the report is and opens nothing.
set -eu
cd "$(dirname "$0")/.."
study=studies/digital-consumption-2025h1
build/release/shuxiao run $study/study.yaml --to all
echo
echo "The report:"
found=
for report in "$study"/out/report.*.html; do
  [ -f "$report" ] || continue
  found=1
  echo "  $PWD/$report"
done
[ -n "$found" ] || { echo "  none was written to $study/out" >&2; exit 1; }
echo "Beside it, in $study/out: Word, PDF, Excel, CSV, SDMX, JSON-stat, PX, a codebook and all of it in one archive (docs/outputs.md)."
echo "Open it in any browser. The numbers behind it: build/release/shuxiao --help"
