#!/usr/bin/env bash
# Every benchmark in turn: bench/run.sh BUILD_FOLDER (configured with -DSX_BENCH=ON, Release). A benchmark is a script
# bench/bench_*.sh that takes the build folder, prints its figures and ratios, and exits 77 where its peer is absent.
set -uo pipefail
build=${1:?build folder}
here=$(cd "$(dirname "$0")" && pwd)
failed=0
for script in "$here"/bench_*.sh; do
  echo "== $(basename "$script" .sh)"
  bash "$script" "$build"
  code=$?
  [ "$code" = 0 ] || [ "$code" = 77 ] || failed=1
done
exit "$failed"
