#!/bin/bash
# The same survey jobs here and in R survey, one run, the ratio printed. Needs Rscript with the survey package.
#   bash bench/bench_survey.sh BUILD_DIR        (a build with -DSX_BENCH=ON)
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
command -v Rscript >/dev/null || { echo "skipped: Rscript is not installed"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
Rscript bench/bench_survey.R "$dir/data.csv" "$dir/none" --make
"$build/bench/bench_survey" "$dir/data.csv" "$dir/ours.tsv" 1
Rscript bench/bench_survey.R "$dir/data.csv" "$dir/r.tsv"
grep '^#' "$dir/r.tsv" || true
awk -F'\t' 'NR == FNR { if ($0 !~ /^#/) r[$1] = $2; next }
  { if ($1 in r) printf "%-50s R %9.3f s   here %9.6f s   %8.0f times\n", $1, r[$1], $2, r[$1] / $2
    else printf "%-50s %13s   here %9.6f s\n", $1, "", $2 }' "$dir/r.tsv" "$dir/ours.tsv"
