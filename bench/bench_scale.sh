#!/usr/bin/env bash
# Time per case at 10 million cases against 1 million (medians of five), and the memory of 10 million cases x 20 columns with every job.
# Wanted: at most 1.25 times, and 4 GiB. Usage: bench/bench_scale.sh BUILD_FOLDER [ROWS=10000000]
set -euo pipefail
build=${1:?build folder}
rows=${2:-10000000}
have=$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
[ "$have" -ge 5 ] || { echo "skipped: $have GiB of memory are free, 5 are needed"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
"$build/bench/bench_scale" $((rows / 10)) 2 >"$folder/one"
"$build/bench/bench_scale" "$rows" 2 >"$folder/ten"
awk -F'\t' 'NR == FNR { ns[$1] = $3; next }
  $1 == "peak" { printf "peak memory of the larger: %s GiB (4 allowed)\n", $2; next }
  { printf "%-24s %8.2f ns a case at a tenth, %8.2f ns at all: %.2f times (1.25 allowed); %.3f s\n", $1, ns[$1], $3, $3 / ns[$1], $2 }' "$folder/one" "$folder/ten"
