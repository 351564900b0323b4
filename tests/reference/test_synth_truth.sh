#!/usr/bin/env bash
# Weighted estimates of generated interviews against the model's truth, computed by an independent program (R).
set -euo pipefail
program="$SX_BUILD/shuxiao"
[ -x "$program" ] || { echo "skipped: the program is not built"; exit 77; }
command -v Rscript >/dev/null || { echo "skipped: Rscript is not installed"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
study=studies/digital-consumption-2025h1
for seed in 20250630 1 2 3; do
  "$program" synth $study/model.yaml -n 30000 --seed $seed -o "$dir/$seed.csv" >/dev/null
done
Rscript tests/reference/synth_truth.R $study/data "$dir"/*.csv
