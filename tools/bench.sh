#!/bin/bash
# tools/bench.sh: builds the optimised program and the benchmarks in build/bench, and runs every bench/bench_*.sh on them.
set -eu
cd "$(dirname "$0")/.."
targets="shuxiao t_property_test_study_store" # the latter reads the store for bench_study.sh
for source in bench/bench_*.c; do targets="$targets $(basename "$source" .c)"; done
# shellcheck disable=SC2086 # a list
bash tools/build.sh bench $targets
exec bash bench/run.sh build/bench
