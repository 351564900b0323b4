#!/usr/bin/env bash
# Banner tables in one pass: 5,000 tables of 12 columns over 30,000 cases, with letters (bench_banner.c says what is made).
#   bash bench/bench_banner.sh BUILD_DIR [TABLES]        (a build with -DSX_BENCH=ON)
set -euo pipefail
build=${1:-build} tables=${2:-5000}
for design in cluster raked case case-raked; do "$build/bench/bench_banner" "$tables" 30000 2 "$design"; done
