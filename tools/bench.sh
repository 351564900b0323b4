#!/bin/bash
# tools/bench.sh: builds the benchmarks and runs every bench/run_*.sh and bench/*.sh; each prints its own figures.
set -eu
cd "$(dirname "$0")/.."
bash tools/build.sh release
[ -f bench/CMakeLists.txt ] && bash tools/build.sh bench
ran=
for script in bench/*.sh; do
  [ -f "$script" ] || continue
  echo "== $script"
  SX_BUILD=$PWD/build/release bash "$script"
  ran=1
done
[ -n "$ran" ] || { echo "bench/ holds no scripts" >&2; exit 1; }
