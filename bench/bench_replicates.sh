#!/usr/bin/env bash
# Replicate weights here and in R survey, the ratios printed. Needs Rscript with the survey package.
#   bash bench/bench_replicates.sh BUILD_DIR [TIMES]        (a build with -DSX_BENCH=ON)
# Both sides take turns, TIMES (5) times, a fresh process each; ratios are of the minima. Raking in R runs half a minute: RAKES (2) times.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build} times=${2:-5} rakes=${RAKES:-2}
command -v Rscript >/dev/null || { echo "skipped: Rscript is not installed"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
Rscript bench/bench_replicates.R "$dir/data.csv" make
for ((k = 0; k < times; k++)); do
  "$build/bench/bench_replicates" "$dir/data.csv" "$dir/ours.tsv" 2
  cat "$dir/ours.tsv" >>"$dir/all.tsv"
  Rscript bench/bench_replicates.R "$dir/data.csv" boot "$dir/r.tsv"
  if ((k < rakes)); then Rscript bench/bench_replicates.R "$dir/data.csv" rake "$dir/r.tsv"; fi
done
Rscript -e 'suppressMessages(library(survey)); cat("survey", as.character(packageVersion("survey")), R.version.string, "\n")'
awk -F'\t' 'NR == FNR { if (!($1 in r) || $2 < r[$1]) { r[$1] = $2; rm[$1] = $3 } next }
  !($1 in t) { order[++n] = $1 } { if (!($1 in t) || $2 < t[$1]) t[$1] = $2; m[$1] = $3 }
  END { for (k = 1; k <= n; k++) { j = order[k]
      if (j in r) printf "%-62s R %8.3f s %7.1f MB   here %9.6f s %6.1f MB   %7.0f times, %5.1f times\n", j, r[j], rm[j], t[j], m[j], r[j] / t[j], rm[j] / (m[j] + 0.05)
      else printf "%-62s %23s   here %9.6f s %6.1f MB\n", j, "", t[j], m[j] }
    for (j in r) if (!(j in t)) printf "%-62s R %8.3f s %7.1f MB\n", j, r[j], rm[j] }' "$dir/r.tsv" "$dir/all.tsv"
awk -F'\t' 'NR == FNR { m[$1 "/" $2] = $3; s[$1 "/" $2] = $4; next }
  { d = $3 / m[$1 "/" $2] - 1; if (d < 0) d = -d; if (d > worst) worst = d; ratio += $4 / s[$1 "/" $2]; n++ }
  END { printf "%d means agree to %.1e; their bootstrap errors here are %.3f of those in R (other draws)\n", n, worst, ratio / n }' \
  "$dir/r.tsv.numbers" "$dir/ours.tsv.numbers"
