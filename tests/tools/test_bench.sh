#!/bin/bash
# tools/bench.sh builds in build/bench and hands that folder to every benchmark, once; a benchmark that fails makes it fail, a skipped one does not.
set -u
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/tools" "$scratch/bench"
cp tools/bench.sh "$scratch/tools"
cp bench/run.sh "$scratch/bench"
bad=0
say() { echo "$*" && bad=1; }
echo 'echo "$@" >>built' >"$scratch/tools/build.sh"
touch "$scratch/bench/bench_one.c"
echo '[ -d "$1" ] && echo "one $1" >>ran' >"$scratch/bench/bench_one.sh"
echo 'echo "two $1" >>ran; exit 77' >"$scratch/bench/bench_two.sh"
mkdir -p "$scratch/build/bench"
(cd "$scratch" && bash tools/bench.sh) >"$scratch/out" 2>&1 || say "it fails: $(cat "$scratch/out")"
[ "$(cat "$scratch/ran")" = "$(printf 'one build/bench\ntwo build/bench')" ] || say "the benchmarks ran as: $(cat "$scratch/ran")"
grep -q '^bench .*bench_one' "$scratch/built" || say "built: $(cat "$scratch/built")"
echo 'exit 1' >"$scratch/bench/bench_two.sh"
if (cd "$scratch" && bash tools/bench.sh) >"$scratch/out" 2>&1; then say "a failed benchmark is passed over"; fi
# what the real ones need is built by the preset
for need in SX_BENCH SX_TESTS; do
  grep -A3 '"name": "bench", "inherits"' CMakePresets.json | grep -q "\"$need\": \"ON\"" || say "the preset bench has no $need"
done
exit $bad
