#!/usr/bin/env bash
# tools/seeds.sh [N=20] [BUILD]: the bundled study with N further seeds (1..N): the share of published figures that agree, seed by seed, then the
# mean and the range. The table is Markdown, as it stands in docs/benchmarks.md. Each run is a folder of its own, removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
n=${1:-20}
build=${2:-${SX_BUILD:-build/release}}
[[ $n =~ ^[1-9][0-9]*$ ]] || { echo "tools/seeds.sh: '$n' is not a number of seeds" >&2; exit 2; }
[ -x "$build/shuxiao" ] || { echo "tools/seeds.sh: $build/shuxiao is not built" >&2; exit 1; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo "| seed | compared | agree | share |"
echo "|---:|---:|---:|---:|"
for seed in $(seq 1 "$n"); do
  mkdir "$dir/s"
  cp -r studies/digital-consumption-2025h1/. "$dir/s"
  rm -rf "$dir/s/out" "$dir/s/interviews.sav"
  sed -i "s/\(generate: {.*seed: \)[0-9]*}/\1$seed}/" "$dir/s/study.yaml"
  grep -q "seed: $seed}" "$dir/s/study.yaml" || { echo "tools/seeds.sh: the study names no seed" >&2; exit 1; }
  "$build/shuxiao" run "$dir/s/study.yaml" --quiet >/dev/null
  sed 's/<[^>]*>//g' "$dir/s/out/report.en.html" |
    sed -n 's/.*Of the published figures \([0-9]*\) can be compared, and \([0-9]*\) of them agree.*/\1 \2/p' >"$dir/counts"
  read -r compared agree <"$dir/counts" || { echo "tools/seeds.sh: the report does not say how many agree" >&2; exit 1; }
  awk -v s="$seed" -v c="$compared" -v a="$agree" 'BEGIN { printf "| %d | %d | %d | %.1f%% |\n", s, c, a, 100 * a / c; print 100 * a / c >"/dev/stderr" }' 2>>"$dir/shares"
  rm -r "$dir/s"
done
awk '{ s += $1; if (NR == 1 || $1 < lo) lo = $1; if ($1 > hi) hi = $1 }
  END { printf "| mean of %d | | | %.1f%% (range %.1f%% to %.1f%%) |\n", NR, s / NR, lo, hi }' "$dir/shares"
