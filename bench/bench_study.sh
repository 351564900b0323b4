#!/usr/bin/env bash
# From interviews.sav to the finished report of the bundled study, and the same estimates in R survey, in one run; the ratio printed.
#   bash bench/bench_study.sh BUILD [RUNS=5]
# Ours: every step from reading the file to both pages and the store, a fresh output folder each time, the best of RUNS; peak memory by /usr/bin/time
# where it is there. R: bench_study.R reads the same file (haven), rakes to the same margins (calibrate, raking) and computes every total, mean and
# proportion in every domain that stands in our store, once, and says how far the two are apart. R does not do the gaps with their covariance, the
# formulas, the account, the printed figures, the figures and the pages.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-${SX_BUILD:-build/release}}
runs=${2:-5}
[ -x "$build/shuxiao" ] || { echo "skipped: $build/shuxiao is not built"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp -r studies/digital-consumption-2025h1/. "$dir"
rm -rf "$dir/out" "$dir/interviews.sav"
sed -n 's/^model name[^:]*: /processor: /p' /proc/cpuinfo | head -1
echo "cores: $(nproc), load before: $(cut -d' ' -f1 /proc/loadavg)"
"$build/shuxiao" run "$dir/study.yaml" --quiet >/dev/null # makes the interviews, which is not counted
best=
for i in $(seq 1 "$runs"); do
  rm -rf "$dir/out"
  started=$(date +%s%N)
  "$build/shuxiao" run "$dir/study.yaml" --quiet >"$dir/said"
  ended=$(date +%s%N)
  ms=$(((ended - started) / 1000000))
  [ -n "$best" ] && [ "$best" -le "$ms" ] || best=$ms
done
rm -rf "$dir/out"
peak=unknown
if [ -x /usr/bin/time ]; then
  /usr/bin/time -f %M -o "$dir/peak" "$build/shuxiao" run "$dir/study.yaml" --quiet >"$dir/said"
  peak="$(($(cat "$dir/peak") / 1024)) MB"
else
  "$build/shuxiao" run "$dir/study.yaml" --quiet >"$dir/said"
fi
size=$(($(stat -c %s "$dir/interviews.sav") / 1000000))
printf 'here: interviews.sav (%s MB) to report and store: %s.%03d s (best of %s), peak memory %s\n' "$size" $((best / 1000)) $((best % 1000)) "$runs" "$peak"
head -1 "$dir/said"
tool=$build/tests/t_property_test_study_store
if ! command -v Rscript >/dev/null || ! Rscript -e 'q(status = !(requireNamespace("survey", quietly = TRUE) && requireNamespace("haven", quietly = TRUE)))' >/dev/null 2>&1; then
  echo "skipped: R with survey and haven is not installed"
  exit 77
fi
[ -x "$tool" ] || { echo "skipped: $tool is not built"; exit 77; }
"$tool" rows "$dir/out/results.db" >"$dir/rows.tsv"
Rscript --vanilla bench/bench_study.R "$dir" "$dir/rows.tsv" | tee "$dir/r.txt"
awk -v ours="$best" '/^R total:/ { printf "ratio: R takes %.0f times as long for its part\n", 1000 * $3 / ours }' "$dir/r.txt"
