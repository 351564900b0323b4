#!/usr/bin/env bash
# The bundled study in all formats: from nothing (interviews generated), again with nothing changed, after one table's title changed by a byte in one language,
# and after one row of a table less, which is all documents of both languages; the same
# with the study's own outputs. Wall time, processor time and how many steps were computed; the least of RUNS by processor time.
#   bash bench/bench_outputs.sh BUILD [RUNS=3]
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${1:-${SX_BUILD:-build/release}}")
runs=${2:-3}
[ -x "$build/shuxiao" ] || { echo "skipped: $build/shuxiao is not built"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp -r studies/digital-consumption-2025h1/. "$dir"
rm -rf "$dir/out" "$dir"/interviews*.sav
cd "$dir"
cp study.yaml was.yaml
sed -n 's/^model name[^:]*: /processor: /p' /proc/cpuinfo | head -1
echo "cores: $(nproc), load before: $(cut -d' ' -f1-3 /proc/loadavg)"
TIMEFORMAT='%R %U %S'
# timed OPTIONS...: "processor wall steps" of one run
timed() {
  local t
  t=$({ time "$build/shuxiao" run study.yaml --quiet "$@" >said 2>err; } 2>&1) || [ -s said ] || { cat err >&2; exit 1; }
  awk -v steps="$(sed -n 's/^run [0-9]*: \([0-9]*\) steps, \([0-9]*\) .*/\1 \2/p' said)" '{ split(steps, s, " "); printf "%.2f %.2f %d of %d\n", $2 + $3, $1, s[1] - s[2], s[1] }' <<<"$t"
}
best() { sort -n | head -1 | awk -v what="$1" '{ printf "%-44s processor %s s, wall %s s, %s steps computed\n", what ":", $1, $2, $3 " " $4 " " $5 }'; }
for formats in all study; do
  options=()
  [ $formats = study ] || options=(--to all)
  for i in $(seq 1 "$runs"); do
    rm -rf out interviews*.sav
    cp was.yaml study.yaml
    timed ${options[@]+"${options[@]}"} >>"cold.$formats"
    timed ${options[@]+"${options[@]}"} >>"warm.$formats"
    sed -i '0,/en: Number of users}/s//en: Number of Users}/' study.yaml
    cmp -s was.yaml study.yaml && { echo "the table's title is not there any more" >&2; exit 1; }
    timed ${options[@]+"${options[@]}"} >>"changed.$formats"
    cp was.yaml study.yaml
    timed ${options[@]+"${options[@]}"} >back
    sed -i 's/indicators: \[netizens, consumers, shoppers, genai_users, emotional_users\]/indicators: [netizens, consumers, shoppers, genai_users]/' study.yaml
    cmp -s was.yaml study.yaml && { echo "the table's rows are not there any more" >&2; exit 1; }
    timed ${options[@]+"${options[@]}"} >>"row.$formats"
  done
  name=$([ $formats = all ] && echo "all formats" || echo "the study's outputs")
  best "$name, from nothing" <"cold.$formats"
  best "$name, nothing changed" <"warm.$formats"
  best "$name, one table's title changed" <"changed.$formats"
  best "$name, one row of a table less" <"row.$formats"
done
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
