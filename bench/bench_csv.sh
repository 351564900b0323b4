#!/usr/bin/env bash
# Reading a CSV of 2 million rows x 19 numeric columns (103 MB): shuxiao and data.table::fread, two threads each, taken in
# turn in one run; the least of five each. Usage: bench/bench_csv.sh BUILD_FOLDER. Exit 77 where R or data.table is absent.
set -euo pipefail
build=${1:?build folder}
here=$(cd "$(dirname "$0")" && pwd)
if ! Rscript -e 'library(data.table)' >/dev/null 2>&1; then
  echo "skipped: Rscript with data.table is not here (apt-get install r-cran-data.table)"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
file=$folder/big.csv
"$build/bench/bench_csv" make "$file"
cat "$file" >/dev/null # both read it from the page cache
for round in 1 2 3 4 5; do
  "$build/bench/bench_csv" read "$file" 2 >>"$folder/ours"
  Rscript "$here/bench_csv.R" "$file" 2 >"$folder/r" # two in each process: the first may pay for warming up
  sed -n 1p "$folder/r" >>"$folder/own"
  sed -n 2p "$folder/r" >>"$folder/wide"
  sed -n 3p "$folder/r" >>"$folder/peak"
done
awk -v size="$(stat -c %s "$file")" '
  FILENAME ~ /ours$/ { if (!n++ || $1 < t) t = $1; columns = $2; if ($3 > peak) peak = $3; rows = $5; sum = $6 }
  FILENAME ~ /own$/ { if (!a++ || $1 < own) own = $1; rsum = $2 }
  FILENAME ~ /wide$/ { if (!b++ || $1 < wide) wide = $1 }
  FILENAME ~ /peak$/ { if ($1 > rpeak) rpeak = $1 }
  END {
    printf "file: %d rows, 19 columns, %.1f MB\n", rows, size / 1e6
    printf "shuxiao                              %.3f s\n", t
    printf "fread, its own types (int32, double) %.3f s, ratio %.2f\n", own, t / own
    printf "fread, 8 bytes a value, as here      %.3f s, ratio %.2f\n", wide, t / wide
    printf "shuxiao peak %.1f MB, columns %.1f MB: %.1f MB allowed (twice the columns and the file); R peak %.1f MB\n",
           peak / 1e6, columns / 1e6, (2 * columns + size) / 1e6, rpeak * 1024 / 1e6
    d = sum - rsum; if (d < 0) d = -d
    if (d > 1e-6 * sum) { print "the sums of all values differ:", sum, rsum; exit 1 }
    if (t >= own || t >= wide) { print "slower than fread"; exit 1 }
    if (peak > 2 * columns + size) { print "too much memory"; exit 1 }
  }' "$folder/ours" "$folder/own" "$folder/wide" "$folder/peak"
