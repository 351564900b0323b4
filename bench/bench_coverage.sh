#!/bin/bash
# How often 95% intervals cover the truth: the tables of docs/coverage.md on stdout. Some five minutes at 4,000 samples a cell.
#   bash bench/bench_coverage.sh BUILD_DIR [SAMPLES]        (a build with -DSX_BENCH=ON)
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
out=$(mktemp)
trap 'rm -f "$out"' EXIT
"$build/bench/bench_coverage" studies/digital-consumption-2025h1/model.yaml "$out" "${2:-4000}" 2 >&2
cat "$out"
