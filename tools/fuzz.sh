#!/bin/bash
# tools/fuzz.sh SECONDS [TARGET...]: fuzzes from the kept corpus for SECONDS in all, split over the targets (default: all of
# tests/fuzz/fuzz_*.c), several at a time. The tree is not touched: inputs that crash are left in build/fuzz/crashes
# and printed. To keep new inputs: tools/fuzz.sh --keep SECONDS TARGET merges what was found into tests/fuzz/corpus.
set -u
cd "$(dirname "$0")/.." || exit 1
keep=
[ "${1:-}" = --keep ] && { keep=1; shift; }
seconds=${1:-60}
shift
targets=${*:-$(basename -s .c tests/fuzz/fuzz_*.c)}
command -v clang >/dev/null || { echo "clang is not here (tools/setup.sh ci)"; exit 1; }
bash tools/build.sh fuzz $targets >/tmp/sx-fuzz-build.$$ 2>&1 || { tail -n 30 /tmp/sx-fuzz-build.$$; rm -f /tmp/sx-fuzz-build.$$; exit 1; }
rm -f /tmp/sx-fuzz-build.$$
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
crashes=build/fuzz/crashes
mkdir -p $crashes
export LSAN_OPTIONS=suppressions=$PWD/tests/fuzz/lsan.supp:print_suppressions=0
n=$(echo $targets | wc -w)
jobs=$(nproc 2>/dev/null || echo 2)
[ "$jobs" -gt "$n" ] && jobs=$n
each=$((seconds * jobs / n))
[ $each -gt 0 ] || each=1

one() { # target
  local name=${1#fuzz_} dictionary=
  mkdir -p "$work/$1"
  [ -d "tests/fuzz/corpus/$name" ] && cp -r "tests/fuzz/corpus/$name/." "$work/$1/"
  [ -f "tests/fuzz/$name.dict" ] && dictionary="-dict=tests/fuzz/$name.dict"
  (cd "$work" && "$OLDPWD/build/fuzz/tests/$1" -max_total_time=$each -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$OLDPWD/$crashes/$1-" ${dictionary:+-dict="$OLDPWD/tests/fuzz/$name.dict"} "$1") >"$work/$1.log" 2>&1
  local rc=$?
  local runs
  runs=$(awk '/stat::number_of_executed_units/ { print $2 }' "$work/$1.log")
  echo "fuzz $1: ${runs:-0} inputs in ${each}s, exit $rc"
  if [ $rc != 0 ]; then
    tail -n 40 "$work/$1.log"
    touch "$work/failed"
  elif [ -n "$keep" ]; then
    mkdir -p "tests/fuzz/corpus/$name"
    "build/fuzz/tests/$1" -merge=1 "tests/fuzz/corpus/$name" "$work/$1" 2>/dev/null
  fi
}

running=0
for target in $targets; do
  one "$target" &
  running=$((running + 1))
  if [ $running -ge "$jobs" ]; then
    wait -n
    running=$((running - 1))
  fi
done
wait
[ ! -e "$work/failed" ]
