#!/usr/bin/env bash
# The bundled study's accounts: every standard error by linearisation beside a bootstrap of the whole pipeline. The table of docs/bootstrap.md on stdout.
#   bash bench/bench_accounts.sh BUILD [REPLICATES=4000] [SEED=20250630]        (a build with -DSX_BENCH=ON)
# The study is run twice over the same interviews: as it is, and with Rao and Wu's bootstrap made before the weighting, so that every replicate is raked to
# the census, every indicator estimated and the tree added up anew.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-${SX_BUILD:-build/release}}
replicates=${2:-4000}
seed=${3:-20250630}
[ -x "$build/bench/bench_accounts" ] || { echo "skipped: $build/bench/bench_accounts is not built"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp -r studies/digital-consumption-2025h1/. "$dir"
rm -rf "$dir/out"
sed "s/^  strata: province$/  strata: province\n  make: {type: raowu, replicates: $replicates, seed: $seed}/" "$dir/study.yaml" >"$dir/boot.yaml"
grep -q "replicates: $replicates" "$dir/boot.yaml" || { echo "the study's design has changed: no replicates asked for" >&2; exit 1; }
started=$(date +%s%N)
"$build/shuxiao" run "$dir/study.yaml" --out "$dir/linear" --quiet >/dev/null
between=$(date +%s%N)
"$build/shuxiao" run "$dir/boot.yaml" --out "$dir/boot" --quiet >/dev/null
ended=$(date +%s%N)
printf 'Replicates: %s (Rao-Wu), seed %s. Run as it is: %s ms; with replicates: %s ms.\n\n' "$replicates" "$seed" $(((between - started) / 1000000)) $(((ended - between) / 1000000))
"$build/bench/bench_accounts" "$dir/linear/results.db" "$dir/boot/results.db"
