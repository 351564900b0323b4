#!/usr/bin/env bash
# Auditing published figures: 600 figures and 200 identities in under 50 ms; 100,000 and 50,000 in under 5 s, in small groups and in one large
# one, with and without faults; memory linear. The least of three each. Usage: bench/bench_audit.sh BUILD_FOLDER.
set -euo pipefail
build=${1:?build folder}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bad=0
one() { # NAME FIGURES IDENTITIES SHAPE FAULTS LIMIT
  mkdir -p "$folder/$1"
  "$build/bench/bench_audit" make "$folder/$1" "$2" "$3" "$4" "$5" >"$folder/made"
  for round in 1 2 3; do "$build/bench/bench_audit" run "$folder/$1"; done | sort -n | head -1 >"$folder/$1/result"
  awk -v name="$1" -v made="$(cat "$folder/made")" -v limit="$6" '{
    printf "%-22s %s: %.3f s (%.3f s of one core), %.1f MB, %d contradict, %d undecided, %d figures explain%s\n", name, made, $1, $2, $3 / 1e6, $4, $5, $6, $7 ? "" : " (not proven)"
    exit $1 >= limit || $5 > 0 }' "$folder/$1/result" || bad=1
}
one small 600 200 blocks 10 0.05
one blocks 100000 50000 blocks 0 5
one blocks-faults 100000 50000 blocks 100 5
one tree 100000 50000 tree 0 5
one tree-faults 100000 50000 tree 1000 5
one half 50000 25000 blocks 100 5
awk 'FNR == 1 { m[++n] = $3 } END { printf "memory, twice the size: %.2f times\n", m[1] / m[2]; exit m[1] / m[2] > 2.2 }' \
  "$folder/blocks-faults/result" "$folder/half/result" || bad=1
exit $bad
